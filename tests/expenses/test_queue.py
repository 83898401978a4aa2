"""The queue: everything that waits, what waited longest first, and found by what coordinators look for."""

from datetime import date, timedelta
from typing import Any

import pytest

from assignments.models import Assignment
from expenses.models import Expense
from people.models import Municipality, Role, User
from tests import world
from tests.expenses.calls import EXPENSES, act, first_error, refused_with
from tests.expenses.test_batch import came_in

pytestmark = pytest.mark.usefixtures("noon")
QUEUE = f"{EXPENSES}/queue"


def queued(user: User, **query: Any) -> list[str]:
    answer = world.signed_in(user).get(QUEUE, query)
    assert answer.status_code == 200
    return [row["id"] for row in answer.json()["results"]]


def ids(*expenses: Expense) -> list[str]:
    return [str(one.pk) for one in expenses]


def test_what_waited_longest_comes_first_however_old_it_is(
    inger: User, bengt: User, assignment: Assignment, elsewhere: Expense
) -> None:
    first, second = came_in(assignment, 2)
    ancient = world.make_expense(
        assignment, status="submitted", submitted_at=world.NOW - timedelta(days=900), spent_on=date(2023, 1, 1)
    )
    for status in ("draft", "approved", "returned", "rejected", "paid"):
        world.make_expense(assignment, status=status, coordinator=bengt)
    assert queued(inger) == ids(ancient, first, second)


def test_what_is_undone_has_its_old_place(inger: User, assignment: Assignment) -> None:
    expenses = came_in(assignment, 3)
    act(inger, "approve", expenses[0])
    assert queued(inger) == ids(*expenses[1:])
    act(inger, "undo", expenses[0])
    assert queued(inger) == ids(*expenses)


def test_pages_hold_each_once(inger: User, assignment: Assignment) -> None:
    expenses, seen, path = came_in(assignment, 7), list[str](), f"{QUEUE}?limit=3"
    Expense.objects.update(submitted_at=world.NOW)  # of one moment
    client = world.signed_in(inger)
    while path:
        page = client.get(path).json()
        seen += [row["id"] for row in page["results"]]
        path = page["next"]
    assert sorted(seen) == sorted(ids(*expenses))


def test_each_filter_keeps_what_it_names(
    inger: User, bengt: User, karin: User, sven: User, kalix: Municipality, leksand: Municipality, lars: User,
    assignment: Assignment, elsewhere: Expense,
) -> None:  # fmt: skip
    mine = world.make_expense(
        assignment, status="submitted", receipt=world.make_receipt(karin), claimed="300.00", category="meal"
    )
    svens = world.make_assignment(sven, kalix, client_name="Nils")
    theirs = world.make_expense(
        svens, status="submitted", claimed="20.00", spent_on=date(2026, 5, 2), category="coins",
        submitted_at=world.NOW + timedelta(hours=13),  # past midnight in Kalix
    )  # fmt: skip
    world.add_roles(inger, leksand, Role.COORDINATOR)
    act(inger, "take", mine)
    act(bengt, "take", theirs)
    cases: list[tuple[dict[str, Any], list[Expense]]] = [
        ({"municipality": kalix.pk}, [mine, theirs]),
        ({"municipality": leksand.pk}, [elsewhere]),
        ({"assignment": svens.pk}, [theirs]),
        ({"contact_person": karin.pk}, [mine]),
        ({"category": "coins"}, [theirs]),
        ({"spent_from": "2026-06-01"}, [mine, elsewhere]),
        ({"spent_to": "2026-05-02"}, [theirs]),
        ({"submitted_from": "2026-06-11"}, [theirs]),
        ({"submitted_to": "2026-06-10"}, [mine, elsewhere]),
        ({"submitted_from": "2026-06-10", "submitted_to": "2026-06-10"}, [mine, elsewhere]),
        ({"submitted_to": "9999-12-31"}, [mine, elsewhere, theirs]),
        ({"min_amount": "100.00"}, [mine, elsewhere]),
        ({"max_amount": "100.00"}, [elsewhere, theirs]),
        ({"has_receipt": "true"}, [mine]),
        ({"has_receipt": "false"}, [elsewhere, theirs]),
        ({"in_hand": "mine"}, [mine]),
        ({"in_hand": "others"}, [theirs]),
        ({"in_hand": "free"}, [elsewhere]),
    ]
    for query, found in cases:
        assert sorted(queued(inger, **query)) == sorted(ids(*found)), query
    assert queued(bengt, municipality=leksand.pk) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "approved"), ("in_hand", "hers"), ("min_amount", "much"), ("max_amount", "NaN"),
        ("submitted_from", "yesterday"), ("submitted_to", "\0"), ("municipality", "kalix"),
        ("has_receipt", "perhaps"), ("submitted_from", "0001-01-01x"), ("contact_person", "karin"),
        ("min_amount", "-1e999999"), ("max_amount", "1e-999999"), ("min_amount", "1e60"), ("max_amount", "0.001"),
    ],
)  # fmt: skip
def test_a_filter_that_can_not_be_meant_is_refused(inger: User, name: str, value: str) -> None:
    answer = world.signed_in(inger).get(QUEUE, {name: value})
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer)[0] == f"/{name}"


@pytest.mark.parametrize("zone", ["Europe/Stockholm", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_first_and_the_last_day_there_is_find_all(
    inger: User, kalix: Municipality, submitted: Expense, zone: str
) -> None:
    Municipality.objects.update(time_zone=zone)
    assert queued(inger, submitted_from="0001-01-01") == ids(submitted)
    assert queued(inger, submitted_to="9999-12-31") == ids(submitted)
    assert queued(inger, submitted_to="0001-01-01") == queued(inger, submitted_from="9999-12-31") == []


def test_thirty_take_as_many_questions_as_one(
    inger: User, bengt: User, assignment: Assignment, django_assert_num_queries: Any
) -> None:
    for count in (1, 29):
        for one in came_in(assignment, count):
            Expense.objects.filter(pk=one.pk).update(
                in_hand_of=bengt,
                in_hand_until=world.NOW + timedelta(minutes=5),
                first_approved_by=bengt,
                first_approved_at=world.NOW,
                first_approved_amount=1,
            )
        client = world.signed_in(inger)
        with django_assert_num_queries(6):  # roles, rows, switched off, policies, what looks the same either way
            page = client.get(QUEUE).json()["results"]
        assert page[0]["in_hand"]["by"]["name"] == page[0]["first_approval"]["by"]["name"] == "Bengt"
