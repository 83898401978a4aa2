"""What still runs of the last release meanwhile, and what is told of the time before."""

from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from assignments.models import Assignment
from expenses.models import Expense, ExpenseEvent
from people.models import User
from tests import world

pytestmark = pytest.mark.django_db
UNDECIDED = {"draft", "submitted"}
history = import_module("expenses.migrations.0009_tell_history")


def as_the_last_release(expense: Expense, assignments: str) -> None:
    """Write an expense as a release does that knows nothing of first approvals and reason codes."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE expenses_expense SET {assignments} WHERE id = %s", [expense.pk])  # noqa: S608
    expense.refresh_from_db()


def test_the_last_release_may_still_reopen_what_was_decided_for_a_reason_of_the_list(
    inger: User, assignment: Assignment
) -> None:
    expense = world.make_expense(assignment, status="returned", coordinator=inger, reason_code="wrong_date")
    as_the_last_release(expense, "status = 'submitted', reason = '', decided_by_id = NULL, decided_at = NULL")
    assert (expense.status, expense.reason_code) == ("submitted", "")


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ("note = 'Bio'", True),
        ("claimed_amount = 99", False),
        ("spent_on = '2026-06-01'", False),
        ("status = 'returned', reason = 'Nej', decided_by_id = first_approved_by_id, decided_at = now()", False),
    ],
)
def test_what_the_last_release_changes_voids_a_first_approval(
    inger: User, assignment: Assignment, change: str, kept: bool
) -> None:
    first: Any = {"first_approved_by": inger, "first_approved_at": world.NOW, "first_approved_amount": 100}
    expense = world.make_expense(assignment, status="submitted", **first)
    as_the_last_release(expense, change)
    assert (expense.first_approved_by == inger) == kept


def test_what_can_be_told_of_the_time_before_is_told_once(inger: User, assignment: Assignment) -> None:
    for status in ("draft", "submitted", "approved", "returned", "rejected", "paid"):
        world.make_expense(
            assignment, status=status, coordinator=inger, reason="" if status in UNDECIDED else "Nej"
        )
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(history.SUBMITTED)
            cursor.execute(history.DECIDED)
    told = {
        expense.status: [(one.action, one.by.name, one.to_status) for one in expense.events.order_by("number")]
        for expense in Expense.objects.all()
    }
    came_in = ("submit", "Karin", "submitted")
    assert told == {
        "draft": [],
        "submitted": [came_in],
        "approved": [came_in, ("approve", "Inger", "approved")],
        "returned": [came_in, ("return", "Inger", "returned")],
        "rejected": [came_in, ("reject", "Inger", "rejected")],
        "paid": [came_in, ("approve", "Inger", "approved")],
    }
    assert {one.reason for one in ExpenseEvent.objects.exclude(action="submit")} == {"Nej"}
