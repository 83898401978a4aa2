"""What happened to an expense, and what coordinators write to each other about it. Neither can be changed."""

from django.db import models
from django.db.models import Q

from core.models import RepeatableModel
from expenses.models.expense import Expense
from people.models import User


class ExpenseEvent(models.Model):
    """One step of an expense. The database refuses to change or to delete it."""

    class Action(models.TextChoices):
        CLAIM = "claim"
        EDIT = "edit"
        SUBMIT = "submit"
        APPROVE_FIRST = "approve_first"
        APPROVE = "approve"
        RETURN = "return"
        REJECT = "reject"
        UNDO = "undo"
        PAY = "pay"

    # Steps of one moment keep their order. Given under the lock of the expense's row.
    number = models.BigAutoField(primary_key=True)
    expense = models.ForeignKey(Expense, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    deputy_for = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=15, choices=Action.choices)
    from_status = models.CharField(max_length=10, choices=Expense.Status.choices, blank=True)
    to_status = models.CharField(max_length=10, choices=Expense.Status.choices)
    claimed_amount = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, help_text="SEK, after the step; null where a draft said none."
    )
    approved_amount = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, help_text="SEK, after the step; of a first approval its own."
    )
    reason_code = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    changes = models.JSONField(default=list, help_text="What was edited: field, and of what counts old and new.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    action__in=[
                        "claim", "edit", "submit", "approve_first", "approve", "return", "reject", "undo", "pay",
                    ]
                ),
                name="expense_event_action_known",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["expense", "number"], name="expense_history")]

    def __str__(self) -> str:
        return f"expense event {self.pk}"


class ExpenseNote(RepeatableModel):
    """What coordinators tell each other about an expense; its contact person never sees it."""

    expense = models.ForeignKey(Expense, on_delete=models.PROTECT, related_name="internal_notes")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=1100, help_text="Written, or an answer with up to 1 000 characters.")

    class Meta:
        indexes = [models.Index(fields=["expense", "created_at"], name="expense_notes")]
