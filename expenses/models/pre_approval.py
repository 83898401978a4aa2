"""Questions that are asked before money is spent."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from assignments.models import Assignment
from core.changes import SyncedModel
from core.errors import showing
from core.models import BaseQuerySet, RepeatableModel
from expenses import asking
from expenses.models.category import ExpenseCategory
from expenses.models.fitting import fitting
from people.models import Municipality, Role, User

READERS = frozenset({Role.CONTACT_PERSON, Role.COORDINATOR})


class PreApprovalQuerySet(BaseQuerySet["PreApproval"]):
    """Questions about questions."""

    def visible_to(self, user: User, *, now: datetime, roles: Collection[str] = READERS) -> "PreApprovalQuerySet":
        """Keep those about assignments that the user may see in these roles."""
        return self.filter(assignment__in=Assignment.objects.visible_to(user, now=now, roles=roles))

    def own(self, user: User, *, now: datetime) -> "PreApprovalQuerySet":
        """Keep those about the user's own assignments."""
        return self.visible_to(user, now=now, roles={Role.CONTACT_PERSON})

    def to_answer(self, user: User, *, now: datetime) -> "PreApprovalQuerySet":
        """Keep those that wait for the user as a coordinator, and that they may answer."""
        led = self.visible_to(user, now=now, roles={Role.COORDINATOR})
        fits = fitting(user, lambda one: Q(assignment__contact_person=one))
        return led.filter(fits, status=PreApproval.Status.WAITING)

    def complete(self) -> "PreApprovalQuerySet":
        """Load all that an answer shows in one query."""
        return self.select_related("category", "assignment__decision__client__municipality")

    def get_locked(self, pre_approval_id: Any) -> "PreApproval":
        """Return one of these, locked. Raise NotYours for any other."""
        found = self.select_for_update(of=("self",), no_key=True).get_one(pre_approval_id)
        return PreApproval.objects.complete().get(pk=found.pk)


class PreApproval(SyncedModel, RepeatableModel):
    """Whether an outlay may be made, asked beforehand, and the coordinator's answer."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="pre_approvals")
    category = models.ForeignKey(ExpenseCategory, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=9, decimal_places=2, help_text="SEK, at most.")
    planned_on = models.DateField(null=True)
    note = models.CharField(max_length=1000, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    reason = models.CharField(max_length=1000, blank=True, help_text="The coordinator's.")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = PreApprovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="pre_approval_of_something"),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "withdrawn"], answered_by=None, answered_at=None, reason="")
                | Q(status="approved", answered_by__isnull=False, answered_at__isnull=False)
                | Q(status="declined", answered_by__isnull=False, answered_at__isnull=False) & ~Q(reason=""),
                name="pre_approval_answered_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["assignment", "-created_at"], name="pre_approval_of_assignment"),
            models.Index(fields=["created_at"], condition=Q(status="waiting"), name="pre_approval_waiting"),
            models.Index(fields=["assignment", "changed_in"], name="pre_approval_changed"),
        ]

    @property
    def municipality(self) -> Municipality:
        """The municipality that is asked."""
        return self.assignment.municipality

    def status_after(self, action: str, expected_version: int | None) -> str:
        """Return the status that an action leads to. Raise PreApprovalSettled, then StaleVersion."""
        with showing(self):
            status = asking.next_status(action, self.status)
        if expected_version is not None:
            self.expect(expected_version, already=False)
        return status
