"""Claiming. An expense's row is locked before its state is read, so one of two wins."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from assignments.models import Assignment
from core.errors import DomainError, InvalidInput
from core.periods import Month
from core.repeats import create_once, fingerprint
from core.text import Text
from expenses.allowance import Allowance, allowance_of
from expenses.models import Expense, ExpenseCategory, Receipt
from expenses.reminders import tell_coordinators
from occasions.models import Occasion
from occasions.rules import UnknownOccasion
from people.models import User

Status = Expense.Status
# A change of any of these after a decision makes it void.
DECIDED_ON = frozenset({"claimed_amount", "category", "spent_on", "receipt"})


def read_allowances(assignments: Iterable[Assignment], month: Month) -> dict[UUID, Allowance]:
    """Account for a month of several assignments, in one query."""
    wanted = {assignment.pk: assignment for assignment in assignments}
    outlays = Expense.objects.outlays_of(wanted, month)
    return {
        pk: allowance_of(one.allowance, (one.first_day, one.last_day), month, outlays[pk])
        for pk, one in wanted.items()
    }


class UnknownCategory(InvalidInput):
    """The municipality does not repay that."""

    code = "unknown_expense_category"
    text = Text(sv="Kategorin {category} finns inte.", en="There is no category {category}.")


class UnknownReceipt(InvalidInput):
    """There is no such receipt of the caller's."""

    code = "unknown_receipt"
    text = Text(sv="Kvittot finns inte.", en="There is no such receipt.")


class ReceiptAlreadyUsed(DomainError):
    """A receipt is paid once."""

    code = "receipt_already_used"
    text = Text(
        sv="Kvittot hör redan till ett annat utlägg.", en="The receipt already belongs to another expense."
    )


def claim_expense(
    *, user: User, now: datetime, assignment: UUID, id: UUID | None = None, **values: Any
) -> tuple[Expense, bool]:
    """Start a draft; return it and whether it is new.

    `values` are `category` (code), `claimed_amount` (SEK), `spent_on` and optionally `occasion`, `receipt`
    (ids) and `note`. Raise NotYours, IdConflict, an Unknown… error, ReceiptAlreadyUsed or what
    `expenses.rules` refuses.
    """
    asked = fingerprint("claim_expense", {"assignment": assignment, **values})
    with transaction.atomic():
        found = Assignment.objects.get_own(assignment, user=user, now=now)
        # One claim at a time: the same call twice at once is a repeat, and not a receipt used twice.
        Assignment.objects.select_for_update(no_key=True).get(pk=found.pk)
        return create_once(
            Expense.objects.complete().own(user, now=now),
            row_id=id,
            asked=asked,
            create=lambda: _create(found, id or uuid4(), asked, _resolved(found, user, now, values), now),
        )


def _create(assignment: Assignment, row_id: UUID, asked: str, values: Mapping[str, Any], now: datetime) -> Expense:
    expense = Expense(pk=row_id, assignment=assignment, creation_fingerprint=asked, **values)
    expense.check_spent_on(now)
    _write(lambda: expense.save(force_insert=True))
    return expense


def edit_expense(*, user: User, expense_id: UUID, expected_version: int, now: datetime, **values: Any) -> Expense:
    """Change what is given; a changed amount, category, date or receipt makes a decision void.

    Raise NotYours, StaleVersion, WrongStatus, an Unknown… error, ReceiptMissing, ReceiptAlreadyUsed or what the
    rules refuse.
    """
    with transaction.atomic():
        expense = Expense.objects.get_own(expense_id, user=user, now=now)
        resolved = _resolved(expense.assignment, user, now, values)
        already = expense.holds(**resolved)
        expense.expect(expected_version, already=already)
        if already:
            return expense
        status = expense.status_after("edit")
        changed = {name: value for name, value in resolved.items() if getattr(expense, name) != value}
        reopened = status != expense.status and not changed.keys().isdisjoint(DECIDED_ON)
        if reopened:
            changed |= _undecided(now) | {"status": status}
        _write(lambda: _change(expense, changed, now))
        if reopened:
            tell_coordinators(expense.municipality, now)
    return expense


def _change(expense: Expense, changed: Mapping[str, Any], now: datetime) -> None:
    """Write what changed; a new date, receipt or category keeps the rules, and what did not change is let be."""
    expense.change(**changed)
    if "spent_on" in changed:
        expense.check_spent_on(now)
    if expense.status == Status.SUBMITTED and not changed.keys().isdisjoint({"receipt", "category"}):
        expense.check_complete(now)


def submit_expense(*, user: User, expense_id: UUID, now: datetime, expected_version: int | None = None) -> Expense:
    """Send a draft or returned expense to the coordinators; a submitted one stays as it is.

    Raise NotYours, WrongStatus, StaleVersion, ReceiptMissing or, for a draft, what the rules refuse.
    """
    with transaction.atomic():
        expense = Expense.objects.get_own(expense_id, user=user, now=now)
        if expense.status == Status.SUBMITTED:
            return expense
        status = expense.status_after("submit", expected_version)
        _check_complete(expense, now)
        expense.change(status=status, **_undecided(now))
        tell_coordinators(expense.municipality, now)
    return expense


def _check_complete(expense: Expense, now: datetime) -> None:
    try:
        expense.check_complete(now)
    except DomainError as error:
        error.present = expense
        raise


def _undecided(now: datetime) -> dict[str, Any]:
    return {
        "approved_amount": None,
        "reason": "",
        "decided_by": None,
        "decided_at": None,
        "submitted_at": now,
        "action_fingerprint": "",
    }


def _resolved(assignment: Assignment, user: User, now: datetime, values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn codes and ids into rows that the caller may use."""
    found = dict(values)
    if "category" in values:
        found["category"] = ExpenseCategory.objects.filter(
            municipality=assignment.municipality, code=values["category"], is_active=True
        ).first()
        if found["category"] is None:
            raise UnknownCategory(field="category", category=values["category"])
    if values.get("occasion") is not None:
        found["occasion"] = Occasion.objects.filter(pk=values["occasion"], assignment=assignment).first()
        if found["occasion"] is None:
            raise UnknownOccasion(field="occasion")
    if values.get("receipt") is not None:
        own = Receipt.objects.filter(pk__in=Receipt.objects.own(user, now=now))
        # A phone in a hurry claims and submits while the receipt is still looked through.
        found["receipt"] = own.filter(pk=values["receipt"]).exclude(status=Receipt.Status.REFUSED).first()
        if found["receipt"] is None:
            raise UnknownReceipt(field="receipt")
    return found


def _write(write: Callable[[], object]) -> None:
    """Write, and name the one constraint that an honest user can run into. Raise ReceiptAlreadyUsed."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        if "expense_receipt_once" in str(error):
            raise ReceiptAlreadyUsed(field="receipt") from error
        raise
