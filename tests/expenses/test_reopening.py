"""Editing after a decision: what makes it void, and what does not."""

from typing import Any

import pytest

from assignments.models import Assignment
from expenses.models import Expense
from notifications.models import Notification
from people.models import User
from tests import world
from tests.expenses.calls import act, edit, refused_with

pytestmark = pytest.mark.usefixtures("noon")
DECIDED = ["approved", "returned"]
VOID = {"approved_amount": None, "reason": "", "decided_at": None}


def decided(assignment: Assignment, status: str, coordinator: User, **fields: Any) -> Expense:
    """An expense on which a coordinator decided, with a reason."""
    fields.setdefault("receipt", world.make_receipt(assignment.contact_person))
    fields.setdefault("reason", "Så är det.")
    return world.make_expense(assignment, status=status, coordinator=coordinator, **fields)


def changes(karin: User) -> dict[str, dict[str, Any]]:
    """Return what makes a decision void."""
    return {
        "amount": {"claimed_amount": "120.00"},
        "category": {"category": "meal"},
        "date": {"spent_on": "2026-06-04"},
        "receipt": {"receipt": str(world.make_receipt(karin).pk)},
        "all": {"claimed_amount": "1.00", "category": "coins", "spent_on": "2026-06-01", "receipt": None},
    }


@pytest.mark.parametrize("change", ["amount", "category", "date", "receipt", "all"])
@pytest.mark.parametrize("status", DECIDED)
def test_an_edit_of_what_was_decided_on_asks_for_a_new_decision(
    karin: User, inger: User, assignment: Assignment, status: str, change: str
) -> None:
    expense = decided(assignment, status, inger)
    answer = edit(karin, expense, **changes(karin)[change])
    assert (answer.status_code, answer.data["status"], answer.data["version"]) == (200, "submitted", 2)
    assert {name: answer.json()[name] for name in VOID} == VOID
    expense.refresh_from_db()
    assert (expense.decided_by, expense.action_fingerprint) == (None, "")
    assert list(Notification.objects.values_list("recipient", "kind")) == [(inger.pk, "expenses_waiting")]


@pytest.mark.parametrize("status", DECIDED)
def test_an_edit_of_the_note_or_the_occasion_leaves_the_decision_alone(
    karin: User, inger: User, assignment: Assignment, status: str
) -> None:
    expense = decided(assignment, status, inger)
    occasion = world.make_occasion(assignment, world.NOW)
    for change in ({"note": "Två biljetter"}, {"occasion": str(occasion.pk)}, {"occasion": None}):
        answer = edit(karin, expense, **change)
        assert (answer.status_code, answer.data["status"], answer.data["reason"]) == (200, status, "Så är det.")
    assert not Notification.objects.exists()


@pytest.mark.parametrize("status", DECIDED)
def test_an_edit_that_changes_nothing_leaves_the_decision_alone(
    karin: User, inger: User, assignment: Assignment, status: str
) -> None:
    expense = decided(assignment, status, inger)
    answer = edit(karin, expense, claimed_amount="100", category="ticket", spent_on="2026-06-05")
    assert (answer.status_code, answer.data["status"], answer.data["version"]) == (200, status, 1)
    assert edit(karin, expense).data["version"] == 1


@pytest.mark.parametrize("status", ["rejected", "paid"])
@pytest.mark.parametrize("change", [{"claimed_amount": "120.00"}, {"note": "Snälla"}, {"receipt": None}])
def test_what_is_closed_is_not_edited(
    karin: User, inger: User, assignment: Assignment, status: str, change: dict[str, Any]
) -> None:
    expense = decided(assignment, status, inger)
    answer = edit(karin, expense, **change)
    assert refused_with(answer) == (409, "expense_wrong_status")
    assert answer.json()["present"]["status"] == status


@pytest.mark.parametrize("status", ["submitted", "approved", "returned"])
def test_what_came_in_keeps_the_receipt_that_it_needs(
    karin: User, inger: User, assignment: Assignment, status: str
) -> None:
    expense = decided(assignment, status, inger, **({"reason": ""} if status == "submitted" else {}))
    answer = edit(karin, expense, receipt=None)
    assert refused_with(answer) == (409, "receipt_missing")
    assert "present" not in answer.json()  # what it would have become is nothing to show
    expense.refresh_from_db()
    assert (expense.status, expense.version) == (status, 1)
    assert edit(karin, expense, receipt=None, category="coins").data["status"] == "submitted"
    assert refused_with(edit(karin, expense, category="meal")) == (409, "receipt_missing")


def test_a_decision_after_an_edit_is_a_new_one(karin: User, inger: User, submitted: Expense) -> None:
    act(inger, "approve", submitted)
    edit(karin, submitted, claimed_amount="120.00")
    answer = act(inger, "approve", submitted)
    assert (answer.status_code, answer.json()["approved_amount"]) == (200, "120.00")
    assert Notification.objects.filter(recipient=karin, kind="expense_approved").count() == 2


def test_an_expense_is_returned_twice_for_the_same_reason(karin: User, inger: User, submitted: Expense) -> None:
    for _ in range(2):
        assert act(inger, "return", submitted, reason="Otydligt.").data["status"] == "returned"
        assert act(karin, "submit", submitted).data["status"] == "submitted"
    assert Notification.objects.filter(recipient=karin, kind="expense_returned").count() == 2
