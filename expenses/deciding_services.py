"""Deciding about expenses that came in. The row is locked before its state is read, so one of two wins."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from core.errors import ReasonRequired
from core.repeats import fingerprint
from expenses import rules
from expenses.claiming import check_cap
from expenses.models import Expense
from notifications.messages import Kind
from notifications.services import notify
from people.models import User

TOLD: Mapping[str, Kind] = {
    "approve": Kind.EXPENSE_APPROVED,
    "return": Kind.EXPENSE_RETURNED,
    "reject": Kind.EXPENSE_REJECTED,
}


def approve_expense(
    *,
    user: User,
    expense_id: UUID,
    now: datetime,
    approved_amount: Decimal | None = None,
    reason: str = "",
    expected_version: int | None = None,
) -> Expense:
    """Approve all that was claimed, or less (SEK) with a reason. The same call again changes nothing.

    With an `expected_version`, approve only what was seen. Raise NotYours, OwnExpense, WrongStatus, StaleVersion,
    ApprovedTooMuch, ReasonRequired or OverCategoryCap.
    """
    with transaction.atomic():
        expense = Expense.objects.get_to_decide(expense_id, user=user, now=now)
        wanted = expense.claimed_amount if approved_amount is None else approved_amount
        asked = fingerprint("approve", {"by": user, "approved_amount": wanted, "reason": reason})
        if expense.action_fingerprint != asked:
            status = _check_decidable("approve", expense, user, expected_version)
            amount = rules.choose_approved(claimed=expense.claimed_amount, approved=wanted, reason=reason)
            check_cap(amount, cap=expense.cap)
            decision = {"status": status, "approved_amount": amount, "reason": reason, "action_fingerprint": asked}
            _record("approve", expense, user, now, decision)
    return expense


def return_expense(
    *, user: User, expense_id: UUID, now: datetime, reason: str, expected_version: int | None = None
) -> Expense:
    """Ask the contact person to mend the expense. The same call again changes nothing.

    Raise NotYours, OwnExpense, WrongStatus, StaleVersion or ReasonRequired.
    """
    return _refuse("return", user, expense_id, now, reason, expected_version)


def reject_expense(
    *, user: User, expense_id: UUID, now: datetime, reason: str, expected_version: int | None = None
) -> Expense:
    """Refuse to repay the expense, and free its receipt. The same call again changes nothing.

    Raise NotYours, OwnExpense, WrongStatus, StaleVersion or ReasonRequired.
    """
    return _refuse("reject", user, expense_id, now, reason, expected_version)


def _refuse(
    action: str, user: User, expense_id: UUID, now: datetime, reason: str, expected_version: int | None
) -> Expense:
    asked = fingerprint(action, {"by": user, "reason": reason})
    with transaction.atomic():
        expense = Expense.objects.get_to_decide(expense_id, user=user, now=now)
        if expense.action_fingerprint != asked:
            status = _check_decidable(action, expense, user, expected_version)
            if not reason:
                raise ReasonRequired(field="reason")
            _record(action, expense, user, now, {"status": status, "reason": reason, "action_fingerprint": asked})
    return expense


def _check_decidable(action: str, expense: Expense, user: User, expected_version: int | None) -> str:
    """Return the status that the action leads to. Raise OwnExpense, WrongStatus or StaleVersion."""
    if expense.is_of(user):
        raise rules.OwnExpense(present=expense)
    return expense.status_after(action, expected_version)


def _record(action: str, expense: Expense, user: User, now: datetime, decision: Mapping[str, Any]) -> None:
    """Write the decision and tell the contact person."""
    expense.change(**decision, decided_by=user, decided_at=now)
    notify(
        recipients=[expense.claimant],
        kind=TOLD[action],
        subject_type="expense",
        subject_id=expense.pk,
        dedup_key=f"{expense.pk}:{expense.version}",
        now=now,
    )
