"""Gather from the tables what is to be looked at beside an expense, as far as its reader may see it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, OuterRef, Prefetch, Subquery, Sum, Value, When, prefetch_related_objects
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear

from core.text import Language
from expenses.allowance import APPROVED, WAITING
from expenses.models import Duplicate, Expense, ExpenseQuerySet
from expenses.signals import Alike, Claim, Signal, signals_of
from expenses.standing import confers_about
from people.models import User

OVER = {Expense.Status.DRAFT, Expense.Status.REJECTED}  # nothing is, or may be, repaid of it
UNDECIDED = {Expense.Status.DRAFT, Expense.Status.SUBMITTED, Expense.Status.RETURNED}
ZERO = Value(Decimal("0.00"))
# The two ends of a pair: where an expense finds it, and what the other end is called there.
ENDS = (("duplicates", "other"), ("duplicated_by", "expense"))


def with_signals(expenses: ExpenseQuerySet) -> ExpenseQuerySet:
    """Load what signals are read from, in two more queries."""
    return expenses.annotate(spent_beside=_spent_beside()).prefetch_related(*_pairs())


def load_signals(expenses: Sequence[Expense]) -> None:
    """Load the same for expenses that are already here."""
    prefetch_related_objects(expenses, *_pairs())
    if missing := [expense for expense in expenses if not hasattr(expense, "spent_beside")]:
        rows: Any = Expense.objects.filter(pk__in=[expense.pk for expense in missing])
        spent = dict(rows.annotate(spent_beside=_spent_beside()).values_list("pk", "spent_beside"))
        for expense in missing:
            vars(expense)["spent_beside"] = spent[expense.pk]


def _spent_beside() -> Coalesce:
    """Return what all other expenses of an assignment take of the allowance in the same month, SEK."""
    taken = Case(
        When(status__in=APPROVED, then="approved_amount"),
        When(status__in=WAITING, then="claimed_amount"),
        default=ZERO,
    )
    others = Expense.objects.filter(
        assignment=OuterRef("assignment"),
        mileage_km=None,
        spent_on__year=ExtractYear(OuterRef("spent_on")),
        spent_on__month=ExtractMonth(OuterRef("spent_on")),
    ).exclude(pk=OuterRef("pk"))
    return Coalesce(
        Subquery(others.order_by().values("assignment").annotate(taken=Sum(taken)).values("taken")), ZERO
    )


def _left(expense: Expense) -> Decimal | None:
    """Return what is left of the month's allowance for it, SEK; None without one, and where it takes nothing."""
    granted = expense.assignment.allowance
    if not granted or expense.mileage_km is not None or expense.status not in UNDECIDED:
        return None
    beside: Decimal = vars(expense)["spent_beside"]
    return granted - beside


def _pairs() -> list["Prefetch[str]"]:
    rows = Duplicate.objects.current().order_by("created_at", "kind", "pk")
    return [
        Prefetch(end, rows.select_related(f"{partner}__assignment__decision__client__municipality"))
        for end, partner in ENDS
    ]


def read_signals(expense: Expense, *, user: User, now: datetime, language: Language) -> list[Signal]:
    """List what the user should look at. Ask nothing when it was loaded `with_signals`."""
    load_signals([expense])
    receipt = expense.receipt
    claim = Claim(
        amount=expense.claimed_amount,
        spent_on=expense.spent_on,
        cap=expense.cap,
        left=_left(expense),
        receipt_status=receipt.status if receipt else None,
        suggestion=receipt.suggestion if receipt else None,
    )
    return signals_of(claim, _alikes(expense, user, now), language)


def _alikes(expense: Expense, user: User, now: datetime) -> Iterator[Alike]:
    """Return the others that look the same, and that the user may know of.

    A coordinator knows all of them. Whoever claims knows their own: that somebody else sent the same receipt, or
    went along on the same day, is not theirs to learn.
    """
    decides = confers_about(expense, user)
    for end, partner in ENDS:
        for duplicate in getattr(expense, end).all():
            other: Expense = getattr(duplicate, partner)
            if other.status not in OVER and (decides or other.assignment.obstacle(user, now=now) is None):
                yield Alike(duplicate.kind, other.pk, duplicate.pk if decides else None, duplicate.answer or None)
