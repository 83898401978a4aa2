"""Gather from the tables what is to be looked at beside an expense, as far as its reader may see it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Prefetch, prefetch_related_objects

from core.text import Language
from expenses.models import Duplicate, Expense, ExpenseQuerySet
from expenses.signals import Alike, Claim, Signal, signals_of
from expenses.standing import confers_about
from people.models import User

OVER = {Expense.Status.DRAFT, Expense.Status.REJECTED}  # nothing is, or may be, repaid of it
# The two ends of a pair: where an expense finds it, and what the other end is called there.
ENDS = (("duplicates", "other"), ("duplicated_by", "expense"))


def with_signals(expenses: ExpenseQuerySet) -> ExpenseQuerySet:
    """Load what signals are read from, in two more queries."""
    return expenses.prefetch_related(*_pairs())


def load_signals(expenses: Sequence[Expense]) -> None:
    """Load the same for expenses that are already here."""
    prefetch_related_objects(expenses, *_pairs())


def _pairs() -> list["Prefetch[str]"]:
    rows = Duplicate.objects.current().order_by("created_at", "kind", "pk")
    return [
        Prefetch(end, rows.select_related(f"{partner}__assignment__decision__client__municipality"))
        for end, partner in ENDS
    ]


def read_signals(expense: Expense, *, user: User, now: datetime, language: Language) -> list[Signal]:
    """List what the user should look at. Ask nothing when it was loaded `with_signals`."""
    receipt = expense.receipt
    claim = Claim(
        amount=expense.claimed_amount,
        spent_on=expense.spent_on,
        cap=expense.cap,
        receipt_status=receipt.status if receipt else None,
        suggestion=receipt.suggestion if receipt else None,
    )
    return signals_of(claim, _alikes(expense, user, now), language)


def _alikes(expense: Expense, user: User, now: datetime) -> Iterator[Alike]:
    """Return the others that look the same, and that the user may know of.

    A coordinator knows all of them. Whoever claims knows their own: that somebody else sent the same receipt, or
    went along on the same day, is not theirs to learn.
    """
    load_signals([expense])
    decides = confers_about(expense, user)
    for end, partner in ENDS:
        for duplicate in getattr(expense, end).all():
            other: Expense = getattr(duplicate, partner)
            if other.status not in OVER and (decides or other.assignment.obstacle(user, now=now) is None):
                yield Alike(duplicate.kind, other.pk, duplicate.pk if decides else None, duplicate.answer or None)
