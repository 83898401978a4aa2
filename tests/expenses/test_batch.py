"""Many decisions in one call: all or none, each as it was seen, and each refusal by its own name."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment
from expenses.models import Expense, ExpenseEvent
from notifications.models import Notification
from people.models import Role, User
from tests import world
from tests.expenses.calls import EXPENSES, edit, refused_with, send

pytestmark = pytest.mark.usefixtures("noon")


def line(expense: Expense, action: str = "approve", **values: Any) -> dict[str, Any]:
    """One decision on an expense as it is in memory."""
    return {"id": str(expense.pk), "version": expense.version, "action": action, **values}


def decide(user: User, *lines: Any) -> Any:
    return send(user, "POST", f"{EXPENSES}/decisions", {"decisions": list(lines)})


def errors_of(answer: Any) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def came_in(assignment: Assignment, count: int) -> list[Expense]:
    """Expenses that came in, a minute after each other."""
    return [
        world.make_expense(
            assignment, status="submitted", category="coins", submitted_at=world.NOW + timedelta(minutes=number)
        )
        for number in range(count)
    ]


def nothing_happened(expenses: Sequence[Expense]) -> bool:
    rows = Expense.objects.filter(pk__in=[one.pk for one in expenses]).values_list("status", "version")
    return (
        set(rows) == {("submitted", 1)} and not ExpenseEvent.objects.exists() and not Notification.objects.exists()
    )


def test_each_line_is_decided_in_the_order_of_the_call(inger: User, karin: User, assignment: Assignment) -> None:
    first, second, third = came_in(assignment, 3)
    answer = decide(
        inger,
        line(third, "reject", reason_code="duplicate"),
        line(first),
        line(second, approved_amount="60.00", reason="Bara din del."),
    )
    assert answer.status_code == 200
    shown = [
        (one["id"], one["status"], one["approved_amount"], one["version"]) for one in answer.json()["results"]
    ]
    assert shown == [
        (str(third.pk), "rejected", None, 2),
        (str(first.pk), "approved", "100.00", 2),
        (str(second.pk), "approved", "60.00", 2),
    ]
    assert sorted(ExpenseEvent.objects.values_list("action", flat=True)) == ["approve", "approve", "reject"]
    told = Notification.objects.filter(recipient=karin).values_list("kind", "subject_type", "subject_id")
    assert sorted(told) == [("expense_approved", "expenses", None), ("expense_rejected", "expense", third.pk)]


def test_the_same_call_again_changes_nothing(inger: User, assignment: Assignment) -> None:
    lines = [line(one) for one in came_in(assignment, 2)]
    first, again = decide(inger, *lines), decide(inger, *lines)
    assert (again.status_code, again.data) == (200, first.data)
    assert (ExpenseEvent.objects.count(), Notification.objects.count()) == (2, 1)
    longer = decide(inger, *lines, line(came_in(assignment, 1)[0]))
    assert [one["version"] for one in longer.data["results"]] == [2, 2, 2]


def test_all_that_has_moved_on_is_named_and_nothing_is_decided(
    inger: User, bengt: User, karin: User, assignment: Assignment
) -> None:
    expenses = came_in(assignment, 4)
    edit(karin, expenses[1], claimed_amount="900.00")
    decide(bengt, line(expenses[3]))
    before = list(Expense.objects.order_by("pk").values())
    answer = decide(inger, *[line(one) for one in expenses])
    assert refused_with(answer) == (412, "stale_version")
    assert errors_of(answer) == [("/decisions/1", "stale_version"), ("/decisions/3", "stale_version")]
    present = [(one["id"], one["claimed_amount"], one["version"]) for one in answer.json()["present"]]
    assert present == [(str(expenses[1].pk), "900.00", 2), (str(expenses[3].pk), "100.00", 2)]
    assert list(Expense.objects.order_by("pk").values()) == before


def test_every_refusal_has_its_line_and_the_weightiest_its_status(
    inger: User, bengt: User, assignment: Assignment, elsewhere: Expense
) -> None:
    world.add_roles(inger, assignment.municipality, Role.CONTACT_PERSON)
    own = came_in(world.make_assignment(inger, assignment.municipality, client_name="Nils"), 1)[0]
    draft = world.make_expense(assignment)
    returned = world.make_expense(assignment, status="returned", coordinator=bengt, reason="Otydligt.")
    stale, much, dumb, held, fine = came_in(assignment, 5)
    Expense.objects.filter(pk=held.pk).update(in_hand_of=bengt, in_hand_until=world.NOW + timedelta(minutes=1))
    lines = [
        line(own), line(returned), line(held), line(stale) | {"version": 7}, line(elsewhere), line(draft),
        line(much, approved_amount="100.01"), line(dumb, "return"), line(fine),
    ]  # fmt: skip
    expected = [
        (409, "own_expense", "/decisions/0"), (409, "expense_wrong_status", "/decisions/1"),
        (409, "in_hand_of_another", "/decisions/2"), (412, "stale_version", "/decisions/3"),
        (404, "not_found", "/decisions/4/id"), (404, "not_found", "/decisions/5/id"),
        (400, "approved_too_much", "/decisions/6/approved_amount"),
        (400, "reason_required", "/decisions/7/reason"),
    ]  # fmt: skip
    for most in range(1, len(expected) + 1):
        answer = decide(inger, *lines[:most], lines[-1])
        assert errors_of(answer) == [(pointer, code) for _, code, pointer in expected[:most]]
        order = [400, 404, 412, 409]
        weightiest = min(expected[:most], key=lambda one: order.index(one[0]))
        assert refused_with(answer) == weightiest[:2]
        fine.refresh_from_db()
        assert fine.status == "submitted"


def test_one_call_decides_once_about_each(inger: User, assignment: Assignment) -> None:
    first, second = came_in(assignment, 2)
    answer = decide(inger, line(first), line(second), line(first, "reject", reason="Nej."))
    assert refused_with(answer) == (400, "decided_twice")
    assert errors_of(answer) == [("/decisions/0/id", "decided_twice"), ("/decisions/2/id", "decided_twice")]
    assert nothing_happened([first, second])


@pytest.mark.parametrize(
    ("lines", "pointer"),
    [
        ([], "/decisions"),
        ([{}], "/decisions/0/id"),
        ([{"id": str(uuid4()), "version": 1, "action": "pay"}], "/decisions/0/action"),
        ([{"id": str(uuid4()), "action": "approve"}], "/decisions/0/version"),
        ([{"id": str(uuid4()), "version": 1, "action": "approve", "amount": "1"}], "/decisions/0/amount"),
        ([{"id": str(uuid4()), "version": 0, "action": "approve"}], "/decisions/0/version"),
        (
            [{"id": str(uuid4()), "version": 1, "action": "reject", "reason": "Nej.", "approved_amount": "1.00"}],
            "/decisions/0/approved_amount",
        ),
        ([{"id": str(uuid4()), "version": 1, "action": "approve"}] * 201, "/decisions"),
        ("all", "/decisions"),
        ([1], "/decisions/0"),
    ],
)
def test_what_can_not_be_meant_is_refused(inger: User, lines: Any, pointer: str) -> None:
    answer = send(inger, "POST", f"{EXPENSES}/decisions", {"decisions": lines})
    assert refused_with(answer) == (400, "invalid")
    assert errors_of(answer)[0][0] == pointer


def test_thirty_take_as_many_questions_as_two(inger: User, assignment: Assignment) -> None:
    counts = []
    for count in (2, 30):
        lines = [line(one) for one in came_in(assignment, count)]
        client = world.signed_in(inger)
        with CaptureQueriesContext(connection) as asked:
            answer = client.post(f"{EXPENSES}/decisions", {"decisions": lines})
        assert answer.status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_months_two_hundred_expenses_are_decided_in_under_ten_calls(
    inger: User, sven: User, karin: User, assignment: Assignment
) -> None:
    others = world.make_assignment(sven, assignment.municipality, client_name="Nils")
    coins = assignment.municipality.expense_categories.get(code="coins")
    Expense.objects.bulk_create(
        Expense(
            assignment=(assignment, others)[number % 2],
            category=coins,
            claimed_amount=20 + number,
            spent_on="2026-06-05",
            status="submitted",
            submitted_at=world.NOW + timedelta(minutes=number),
        )
        for number in range(200)
    )
    client, calls, path = world.signed_in(inger), 0, f"{EXPENSES}/queue?limit=100"
    while path:
        page, calls = client.get(path).json(), calls + 1
        lines = []
        for row in page["results"]:
            less = (
                {"approved_amount": "100.00", "reason_code": "over_cap"}
                if float(row["claimed_amount"]) > 150
                else {}
            )
            lines.append({"id": row["id"], "version": row["version"], "action": "approve", **less})
        answer, calls = client.post(f"{EXPENSES}/decisions", {"decisions": lines}), calls + 1
        assert answer.status_code == 200
        path = page["next"]
    assert calls < 10
    assert Expense.objects.filter(status="approved").count() == ExpenseEvent.objects.count() == 200
    assert Notification.objects.filter(recipient__in=[karin, sven]).count() == 4
