"""What an expense must be by now, told from its history alone."""

from collections.abc import Iterable
from typing import Any

from expenses.models import Expense, ExpenseEvent
from expenses.services import DECIDED_ON

FIRST = {"first_by": None, "first_amount": None}
CLEARED = {**FIRST, "approved_amount": None, "reason_code": "", "reason": "", "decided_by": None}


def replayed(events: Iterable[ExpenseEvent]) -> dict[str, Any]:
    """Take every step anew. Each begins where the last one ended."""
    state: dict[str, Any] = {"status": "", **CLEARED}
    for event in events:
        assert event.from_status == state["status"]
        edited = {one["field"]: one for one in event.changes}
        for name, change in edited.items():
            if "new" in change:
                assert state.get(name) == change["old"]
                state[name] = change["new"]
        said = {"reason_code": event.reason_code, "reason": event.reason}
        if event.action == "approve_first":
            state |= {"first_by": event.by_id, "first_amount": event.approved_amount}
        elif event.action in ("approve", "return", "reject"):
            state |= {**said, "approved_amount": event.approved_amount, "decided_by": event.by_id}
            state |= {} if event.action == "approve" else FIRST
        elif event.action in ("submit", "undo") or (
            event.action == "edit" and event.from_status != event.to_status
        ):
            state |= CLEARED
        elif event.action == "edit" and not edited.keys().isdisjoint(DECIDED_ON):
            state |= FIRST
        state["status"] = event.to_status
        assert str(event.claimed_amount) == state["claimed_amount"]
    return state


def present(expense: Expense) -> dict[str, Any]:
    """Say of an expense what its history tells."""
    return {
        "status": expense.status,
        "approved_amount": expense.approved_amount,
        "reason_code": expense.reason_code,
        "reason": expense.reason,
        "decided_by": expense.decided_by_id,
        "first_by": expense.first_approved_by_id,
        "first_amount": expense.first_approved_amount,
        "claimed_amount": str(expense.claimed_amount),
        "category": expense.told.category.code,
        "spent_on": str(expense.spent_on),
        "receipt": str(expense.receipt_id) if expense.receipt_id else None,
    }


def check_history(expense: Expense) -> None:
    """See to it that nothing of the history is lost."""
    state = replayed(expense.events.order_by("number"))
    assert {name: state.get(name) for name in present(expense)} == present(expense)
