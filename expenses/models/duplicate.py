"""Duplicates: what looks as if it had been claimed before, and what a human says to it."""

from typing import NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from core.models import BaseModel, BaseQuerySet
from expenses.models.expense import Expense
from people.models import User


class Found(NamedTuple):
    """What an expense looks like: the other one's id, and in what they are alike."""

    other: UUID
    kind: str
    facts: str


class DuplicateQuerySet(BaseQuerySet["Duplicate"]):
    """Questions about duplicates."""

    def about(self, expense: Expense) -> "DuplicateQuerySet":
        """Keep those of an expense, whichever of the two it is, and whether or not they hold now."""
        return self.filter(Q(expense=expense) | Q(other=expense))

    def current(self) -> "DuplicateQuerySet":
        """Keep those whose facts are as they were when they were noted."""
        return self.filter(is_current=True)

    def about_paid(self, expense: Expense) -> "DuplicateQuerySet":
        """Keep those that make an expense one with something paid, unless somebody said it is not the same."""
        paid = Expense.Status.PAID
        alike = Q(expense=expense, other__status=paid) | Q(other=expense, expense__status=paid)
        return self.current().filter(alike).exclude(answer=Duplicate.Answer.NOT_DUPLICATE)


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
    facts = models.CharField(
        max_length=100,
        default="",
        db_default="",
        help_text="In what they are alike: an answer is about that alone.",
    )
    is_current = models.BooleanField(
        default=True, db_default=True, help_text="False: kept for an answer about what has changed since."
    )
    answer = models.CharField(max_length=20, choices=Answer.choices, blank=True, default="")
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    note = models.CharField(
        max_length=1000, blank=True, default="", help_text="The coordinator's, with the answer."
    )

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["expense", "other", "kind", "facts"], name="duplicate_once_by_facts"),
            models.CheckConstraint(
                condition=Q(is_current=True) | ~Q(answer=""), name="duplicate_kept_for_its_answer"
            ),
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

    def found_by(self, expense: Expense) -> Found:
        """Return what has to be found of an expense for this to hold."""
        return Found(self.partner_id(expense), self.kind, self.facts)
