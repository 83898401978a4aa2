"""What a municipality repays."""

from django.db import models

from core.models import BaseModel
from people.models import Municipality


class ExpenseCategory(BaseModel):
    """What a municipality repays: cinema, coffee, tickets."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="expense_categories")
    code = models.SlugField()
    name_sv = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    needs_receipt = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "expense categories"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="expense_category_code_once"),
        ]
