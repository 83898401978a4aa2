"""Writing down what happens to expenses. The caller holds their locks, and writes in its transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model

from expenses.models import Expense, ExpenseEvent
from people.models import User

Action = ExpenseEvent.Action
# Of these the history tells what they were and became; of any other field only that it changed.
TOLD = ("claimed_amount", "category", "spent_on", "receipt", "pre_approval", "mileage_km", "mileage_rate")


def changes_of(expense: Expense | None, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what `values` change of an expense that still is as it was; of none, what it begins with."""
    return [
        {"field": name, "old": _plain(name, getattr(expense, name, None)), "new": _plain(name, values[name])}
        if name in TOLD
        else {"field": name}
        for name in sorted(values)
    ]


def _plain(name: str, value: Any) -> str | None:
    """Write a value as JSON has it: a category by its code, a receipt by its id, money with two decimals and
    kilometres with one.
    """
    if isinstance(value, Model):
        return str(getattr(value, "code", value.pk))
    if isinstance(value, Decimal):
        return f"{value:.1f}" if name == "mileage_km" else f"{value:.2f}"
    return None if value is None else str(value)


def event_of(expense: Expense, action: str, by: User, now: datetime, was: str, **more: Any) -> ExpenseEvent:
    """Return the step that brought an expense from the status that it `was` in to where it is, not yet written."""
    values = {
        "to_status": expense.status,
        "reason_code": expense.reason_code,
        "reason": expense.reason,
        "claimed_amount": expense.claimed_amount,
        "approved_amount": expense.approved_amount,
    }
    step = {"expense": expense, "at": now, "by": by, "action": action, "from_status": was}
    return ExpenseEvent(**step, **values | more)


def tell_step(expense: Expense, action: str, by: User, now: datetime, was: str, **more: Any) -> None:
    """Write down one step; see `event_of`."""
    tell_steps([event_of(expense, action, by, now, was, **more)])


def tell_steps(events: Iterable[ExpenseEvent]) -> None:
    """Write down steps in one query."""
    ExpenseEvent.objects.bulk_create(events)
