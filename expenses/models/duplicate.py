"""Duplicates: what looks as if it had been claimed before, and what a human says to it."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from core.models import BaseModel, BaseQuerySet
from expenses.models.expense import Expense
from people.models import User


class DuplicateQuerySet(BaseQuerySet["Duplicate"]):
    """Questions about duplicates."""

    def about(self, expense: Expense) -> "DuplicateQuerySet":
        """Keep those of an expense, whichever of the two it is."""
        return self.filter(Q(expense=expense) | Q(other=expense))

    def about_paid(self, expense: Expense) -> "DuplicateQuerySet":
        """Keep those that make an expense one with something paid, unless somebody said it is not the same."""
        paid = Expense.Status.PAID
        alike = Q(expense=expense, other__status=paid) | Q(other=expense, expense__status=paid)
        return self.filter(alike).exclude(answer=Duplicate.Answer.NOT_DUPLICATE)


class Duplicate(BaseModel):
    """An expense that looks like an earlier one; the later of the two carries it."""

    class Kind(models.TextChoices):
        SAME_FILE = "same_file"
        SAME_PICTURE = "same_picture"
        SAME_OUTLAY = "same_outlay"

    class Answer(models.TextChoices):
        DUPLICATE = "duplicate"
        NOT_DUPLICATE = "not_duplicate"

    expense = models.ForeignKey(Expense, on_delete=models.PROTECT, related_name="duplicates")
    other = models.ForeignKey(Expense, on_delete=models.PROTECT, related_name="duplicated_by")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    answer = models.CharField(max_length=20, choices=Answer.choices, blank=True, default="")
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    note = models.CharField(
        max_length=1000, blank=True, default="", help_text="The coordinator's, with the answer."
    )

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["expense", "other", "kind"], name="duplicate_once"),
            models.CheckConstraint(condition=~Q(expense=F("other")), name="duplicate_of_another"),
            models.CheckConstraint(
                condition=Q(kind__in=["same_file", "same_picture", "same_outlay"]), name="duplicate_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None, answered_at=None, note="")
                | Q(
                    answer__in=["duplicate", "not_duplicate"], answered_by__isnull=False, answered_at__isnull=False
                ),
                name="duplicate_answered_by_somebody",
            ),
        ]

    def partner_id(self, expense: Expense) -> UUID:
        """Return the id of the one of the two that is not this expense."""
        return self.other_id if self.expense_id == expense.pk else self.expense_id
