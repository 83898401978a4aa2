"""Claiming. An expense's row is locked before its state is read, so one of two wins."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from assignments.models import Assignment
from core.errors import DomainError, showing
from core.periods import Month
from core.repeats import create_once, fingerprint
from core.text import Text
from expenses.allowance import Allowance, allowance_of
from expenses.asking import PreApprovalAlreadyUsed
from expenses.duplicate_services import note_duplicates
from expenses.history import Action, changes_of, tell_step
from expenses.models import NOT_APPROVED_FIRST, UNDECIDED, Expense
from expenses.resolving import price, resolve
from notifications.messages import Kind
from notifications.services import tell_coordinators
from people.models import User

Status = Expense.Status
# A change of any of these after a decision makes it void.
DECIDED_ON = frozenset(
    {
        "claimed_amount", "category", "spent_on", "receipt", "pre_approval", "mileage_from", "mileage_to",
        "mileage_purpose", "mileage_km",
    }
)  # fmt: skip


def read_allowances(assignments: Iterable[Assignment], month: Month) -> dict[UUID, Allowance]:
    """Account for a month of several assignments, in one query."""
    wanted = {assignment.pk: assignment for assignment in assignments}
    outlays = Expense.objects.outlays_of(wanted, month)
    return {
        pk: allowance_of(one.allowance, (one.first_day, one.last_day), month, outlays[pk])
        for pk, one in wanted.items()
    }


class ReceiptAlreadyUsed(DomainError):
    """A receipt is paid once."""

    code = "receipt_already_used"
    text = Text(
        sv="Kvittot hör redan till ett annat utlägg.", en="The receipt already belongs to another expense."
    )


def claim_expense(
    *, user: User, now: datetime, assignment: UUID, id: UUID | None = None, **values: Any
) -> tuple[Expense, bool]:
    """Start a draft with what is there of it; return it and whether it is new.

    `values` may be `category` (code), `spent_on`, `claimed_amount` (SEK) or `mileage` (`from`, `to`, `purpose` and
    `km`), `occasion`, `receipt`, `pre_approval` (ids) and `note`. Raise NotYours, IdConflict, what `resolve`
    raises, ReceiptAlreadyUsed or PreApprovalAlreadyUsed.
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
            create=lambda: _create(found, id or uuid4(), asked, resolve(found, user, now, values), now),
        )


def _create(assignment: Assignment, row_id: UUID, asked: str, values: Mapping[str, Any], now: datetime) -> Expense:
    expense = Expense(pk=row_id, assignment=assignment, creation_fingerprint=asked, **values)
    write_unless_used(lambda: expense.save(force_insert=True))
    tell_step(expense, Action.CLAIM, assignment.contact_person, now, "", changes=changes_of(None, values))
    return expense


def edit_expense(*, user: User, expense_id: UUID, expected_version: int, now: datetime, **values: Any) -> Expense:
    """Change what is given; a changed amount, category, date or receipt makes a decision void.

    Raise NotYours, StaleVersion, WrongStatus, what `resolve` raises, ReceiptAlreadyUsed, PreApprovalAlreadyUsed;
    of what came in also Incomplete and what `expenses.claiming` refuses.
    """
    with transaction.atomic():
        expense = Expense.objects.get_own(expense_id, user=user, now=now)
        resolved = resolve(expense.assignment, user, now, values, expense)
        already = expense.holds(**resolved)
        expense.expect(expected_version, already=already)
        if already:
            return expense
        status = expense.status_after("edit")
        changed = {name: value for name, value in resolved.items() if getattr(expense, name) != value}
        reopened = status != expense.status and not changed.keys().isdisjoint(DECIDED_ON)
        was, told = expense.status, changes_of(expense, changed)
        if reopened:
            changed |= _undecided(now) | {"status": status}
        elif not changed.keys().isdisjoint(DECIDED_ON):
            changed |= NOT_APPROVED_FIRST
        write_unless_used(lambda: _change(expense, changed, now))
        tell_step(expense, Action.EDIT, user, now, was, changes=told)
        if status == Status.SUBMITTED and not changed.keys().isdisjoint(DECIDED_ON):
            note_duplicates(expense, now)
        if reopened:
            tell_coordinators(expense.municipality, now, Kind.EXPENSES_WAITING)
    return expense


def _change(expense: Expense, changed: Mapping[str, Any], now: datetime) -> None:
    """Write what changed; that keeps the rules, and what did not change or is less than before is let be.

    A draft is held against the rules when it is sent in.
    """
    if expense.is_draft:
        expense.change(**changed)
        return
    wanted, before = _as_wanted(expense, changed), expense.told
    with showing(copy(expense)):
        wanted.check_told()
    grown = wanted.told.claimed_amount > before.claimed_amount
    expense.change(**changed)
    if "spent_on" in changed:
        expense.check_spent_on(now)
    if not changed.keys().isdisjoint({"pre_approval", "category", "claimed_amount"}):
        expense.check_question()
    if expense.status == Status.SUBMITTED:
        if not changed.keys().isdisjoint({"receipt", "category", "status"}):
            expense.check_receipt()
        if grown or not changed.keys().isdisjoint({"pre_approval", "category", "spent_on"}):
            expense.check_asked_first()


def submit_expense(*, user: User, expense_id: UUID, now: datetime, expected_version: int | None = None) -> Expense:
    """Send a draft or returned expense to the coordinators; a submitted one stays as it is.

    A drive is repaid at the rate of its day as it is now, and keeps it. Raise NotYours, WrongStatus, StaleVersion,
    NoMileageRate or what `Expense.check_complete` raises.
    """
    with transaction.atomic():
        expense = Expense.objects.get_own(expense_id, user=user, now=now)
        if expense.status == Status.SUBMITTED:
            return expense
        status = expense.status_after("submit", expected_version)
        frozen = _freeze(expense)
        _check_complete(expense, frozen, now)
        frozen = {name: value for name, value in frozen.items() if getattr(expense, name) != value}
        was, told = expense.status, changes_of(expense, frozen)
        expense.change(status=status, **frozen, **_undecided(now))
        tell_step(expense, Action.SUBMIT, user, now, was, changes=told)
        note_duplicates(expense, now)
        tell_coordinators(expense.municipality, now, Kind.EXPENSES_WAITING)
    return expense


def discard_expense(*, user: User, expense_id: UUID, now: datetime) -> None:
    """Throw a draft away, and free its receipt; again is no news. Raise NotYours or WrongStatus."""
    with transaction.atomic():
        expense = Expense.objects.get_to_discard(expense_id, user=user, now=now)
        if expense.discarded_at is None:
            expense.status_after("discard")
            expense.change(discarded_at=now)


def _freeze(expense: Expense) -> dict[str, Any]:
    """Return the rate and the amount with which a draft about a drive comes in; nothing of any other."""
    if not expense.is_draft or expense.mileage_km is None or expense.spent_on is None:
        return {}
    if expense.category is None or not expense.category.is_mileage:
        return {}
    return price(expense.assignment, expense.mileage_km, expense.spent_on, freeze=True)


def _check_complete(expense: Expense, frozen: Mapping[str, Any], now: datetime) -> None:
    """Look whether it can be sent in with what is frozen, and show it as it is when not."""
    with showing(expense):
        _as_wanted(expense, frozen).check_complete(now)


def _as_wanted(expense: Expense, values: Mapping[str, Any]) -> Expense:
    """Return a copy that has some values."""
    wanted = copy(expense)
    for name, value in values.items():
        setattr(wanted, name, value)
    return wanted


def _undecided(now: datetime) -> dict[str, Any]:
    return {**UNDECIDED, "submitted_at": now}


def write_unless_used(write: Callable[[], object]) -> None:
    """Write in a savepoint, and name the constraints that an honest user can run into.

    Raise ReceiptAlreadyUsed or PreApprovalAlreadyUsed.
    """
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        if "expense_receipt_once" in str(error):
            raise ReceiptAlreadyUsed(field="receipt") from error
        if "expense_pre_approval_once" in str(error):
            raise PreApprovalAlreadyUsed(field="pre_approval") from error
        raise
