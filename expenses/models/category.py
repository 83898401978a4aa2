"""What a municipality repays, and what of it not in an assignment."""

from django.db import models
from django.db.models import Q

from assignments.models import Assignment
from core.models import BaseModel
from expenses.claiming import CategorySwitchedOff
from people.models import Municipality, User


class ExpenseCategory(BaseModel):
    """What a municipality repays: cinema, coffee, tickets, or the kilometres of one's own car."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "utlägg"
        MILEAGE = "mileage", "bilersättning"

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="expense_categories")
    code = models.SlugField()
    name_sv = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    kind = models.CharField(
        max_length=10,
        choices=Kind.choices,
        default=Kind.RECEIPT,
        db_default=Kind.RECEIPT,
        help_text="Mileage is computed from kilometres and the rate of the day.",
    )
    needs_receipt = models.BooleanField(default=True, help_text="Mileage never does.")
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "expense categories"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="expense_category_code_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["receipt", "mileage"]), name="expense_category_kind_known"
            ),
        ]

    @property
    def is_mileage(self) -> bool:
        """Whether kilometres are repaid, and no receipt."""
        return self.kind == ExpenseCategory.Kind.MILEAGE

    @property
    def wants_receipt(self) -> bool:
        """Whether an expense can't be sent in without a receipt."""
        return self.needs_receipt and not self.is_mileage


class SwitchedOffCategory(BaseModel):
    """What is not claimed in an assignment; whatever has no row here is."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="switched_off_categories")
    category = models.ForeignKey(ExpenseCategory, on_delete=models.PROTECT, related_name="+")
    switched_off_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "switched off categories"
        constraints = [
            models.UniqueConstraint(fields=["assignment", "category"], name="expense_category_switched_off_once"),
        ]


def check_claimable(assignment: Assignment, category: ExpenseCategory) -> None:
    """Raise CategorySwitchedOff for what is not claimed in an assignment."""
    if category.pk in {one.category_id for one in assignment.switched_off_categories.all()}:
        raise CategorySwitchedOff(field="category")
