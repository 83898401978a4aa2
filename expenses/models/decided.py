"""What those who decide about an expense make of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from people.models import User

# What an expense has that nobody approved first, and one on which nobody decided.
NOT_APPROVED_FIRST: Mapping[str, Any] = {
    "first_approved_at": None,
    "first_approved_by": None,
    "first_approved_for": None,
    "first_approved_amount": None,
    "first_reason_code": "",
    "first_reason": "",
    "action_fingerprint": "",
}
UNDECIDED: Mapping[str, Any] = {
    **NOT_APPROVED_FIRST,
    "approved_amount": None,
    "reason_code": "",
    "reason": "",
    "decided_by": None,
    "decided_at": None,
}
# What one has that nobody is looking at.
FREE: Mapping[str, Any] = {"in_hand_of": None, "in_hand_until": None}


class Decided(models.Model):
    """A decision, the first of two approvals, and in whose hand it is."""

    reason_code = models.CharField(max_length=30, blank=True, default="", db_default="")
    reason = models.CharField(max_length=1000, blank=True, help_text="The coordinator's.")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    first_approved_at = models.DateTimeField(null=True)
    first_approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    first_approved_for = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", help_text="In whose place, as a deputy."
    )
    first_approved_amount = models.DecimalField(max_digits=9, decimal_places=2, null=True, help_text="SEK")
    first_reason_code = models.CharField(max_length=30, blank=True, default="", db_default="")
    first_reason = models.CharField(max_length=1000, blank=True, default="", db_default="")
    in_hand_of = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    in_hand_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def in_hand_of_another(self, user: User, now: datetime) -> bool:
        """Tell whether somebody else looks at it."""
        return self.in_hand_until is not None and self.in_hand_until > now and self.in_hand_of_id != user.pk


DECIDED = [
    models.CheckConstraint(
        condition=Q(status__in=["draft", "submitted"], decided_by=None, decided_at=None, reason="")
        | ~Q(status__in=["draft", "submitted"]) & Q(decided_by__isnull=False, decided_at__isnull=False),
        name="expense_decided_by_somebody",
    ),
    models.CheckConstraint(
        condition=Q(approved_amount=None)
        | Q(approved_amount=F("claimed_amount"))
        | ~Q(reason="")
        | ~Q(reason_code=""),
        name="expense_approved_less_for_a_reason",
    ),
    models.CheckConstraint(
        condition=Q(reason_code="") | ~Q(status__in=["draft", "submitted"]),
        name="expense_reason_of_a_decision",
    ),
    models.CheckConstraint(
        condition=Q(first_approved_at=None, first_approved_by=None, first_approved_amount=None)
        | Q(
            status__in=["submitted", "approved", "paid"],
            first_approved_at__isnull=False,
            first_approved_by__isnull=False,
            first_approved_amount__isnull=False,
            first_approved_amount__gt=0,
            first_approved_amount__lte=F("claimed_amount"),
        ),
        name="expense_first_approval_whole",
    ),
    models.CheckConstraint(
        condition=Q(first_approved_amount=None)
        | Q(approved_amount=None)
        | Q(approved_amount__lte=F("first_approved_amount")) & ~Q(decided_by=F("first_approved_by")),
        name="expense_two_pairs_of_eyes",
    ),
    models.CheckConstraint(
        condition=Q(in_hand_of=None, in_hand_until=None)
        | Q(in_hand_of__isnull=False, in_hand_until__isnull=False),
        name="expense_in_hand_for_a_while",
    ),
]
