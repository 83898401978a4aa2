"""What may stand in a phone's queue, and whose it is."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from assignments.models import Assignment, SentItem
from expenses.models import Expense
from notifications.models import Device
from occasions.models import Occasion
from people.models import User
from tests import world
from tests.api.queues import claim, item, outcomes, phone_of, plan, send, sent, statuses
from tests.occasions.calls import problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_what_can_not_be_read_is_its_own_failure(karin: User, assignment: Assignment) -> None:
    good = plan(karin, assignment)
    broken: list[Any] = [
        7,
        {},
        good | {"id": "no id"},
        good | {"id": str(uuid4()), "method": "GET"},
        good | {"id": str(uuid4()), "made_at": "2026-06-10T12:00:00"},
        good | {"id": str(uuid4()), "made_at": "0001-01-01T00:00:00+01:00"},
        good | {"id": str(uuid4()), "body": []},
        good | {"id": str(uuid4()), "body": {"note": "\x00"}},
        good | {"id": str(uuid4()), "body": {"\ud800": 1}},
        good | {"id": str(uuid4()), "more": 1},
        good | {"id": str(uuid4()), "base": {}},
    ]
    answer = send(karin, *broken, claim(karin, assignment))

    results = answer.json()["results"]
    assert outcomes(results) == [(400, "invalid")] * len(broken) + [(201, None)]
    assert [result["id"] for result in results[:3]] == [None] * 3
    assert results[4]["body"]["errors"][0]["pointer"] == "/made_at"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/sync"),
        ("POST", "/receipts"),
        ("POST", "/nowhere"),
        ("PUT", "/devices/a-new-phone"),
        ("DELETE", "/me/calendar-link"),
        ("POST", "/expenses/00000000-0000-4000-8000-000000000000/approve"),
        ("POST", "/occasions/preview"),
    ],
)
def test_only_what_a_phone_saves_up_may_be_queued(method: str, path: str, karin: User) -> None:
    assert outcomes(sent(karin, item(karin, method, path))) == [(400, "not_for_queue")]


@pytest.mark.parametrize(
    "path", ["/../admin", "/occasions?x=1", "//sync", "occasions", "/_allauth/app/v1/auth/login"]
)
def test_no_path_leads_out_of_the_api(path: str, karin: User) -> None:
    [(status, code)] = outcomes(sent(karin, item(karin, "POST", path)))
    assert (status, code) in [(400, "invalid"), (400, "not_for_queue")]


def test_two_hundred_items_and_no_more(karin: User, assignment: Assignment) -> None:
    queue = [claim(karin, assignment), *[{}] * 200]

    problem(send(karin, *queue), 400, "invalid")
    assert not Expense.objects.exists()
    assert statuses(karin, *queue[:200]) == [201] + [400] * 199


@pytest.mark.parametrize("items", [None, {}, "items", 7])
def test_a_queue_that_is_no_list_is_refused(items: Any, karin: User) -> None:
    problem(world.signed_in(karin).post("/api/v1/sync", {"items": items}), 400, "invalid")


def test_one_id_for_two_items_is_refused_and_the_same_twice_is_one(karin: User, assignment: Assignment) -> None:
    one = plan(karin, assignment)

    problem(send(karin, one, claim(karin, assignment) | {"id": one["id"].upper()}), 400, "item_twice")
    assert not Occasion.objects.exists()
    assert statuses(karin, one, one) == [201, 201]
    assert outcomes(sent(karin, claim(karin, assignment) | {"id": one["id"]})) == [(409, "id_conflict")]


@pytest.mark.parametrize("late", [True, False])
def test_nothing_depends_on_what_comes_later(late: bool, karin: User, assignment: Assignment) -> None:
    first, second = claim(karin, assignment), claim(karin, assignment)
    first["depends_on"] = [second["id"] if late else str(uuid4())]  # the latter was sent long ago
    assert statuses(karin, first, second) == [400 if late else 201, 201]


def test_what_another_wrote_stays_in_the_phone(karin: User, sven: User, assignment: Assignment) -> None:
    phone = phone_of(karin)
    expense = world.make_expense(assignment, category="coins")
    mine = [claim(karin, assignment), item(karin, "POST", f"/expenses/{expense.pk}/submit")]
    Device.objects.filter(installation_id=phone).update(user=sven)

    assert outcomes(sent(sven, *mine)) == [(403, "made_by_another"), (403, "made_by_another")]
    assert not SentItem.objects.exists()
    expense.refresh_from_db()
    assert (expense.status, Expense.objects.count()) == ("draft", 1)

    Device.objects.filter(installation_id=phone).update(user=karin, revoked_at=world.NOW)
    assert statuses(karin, *mine) == [201, 200]


def test_a_phone_that_is_not_hers_sends_nothing_for_her(karin: User, sven: User, assignment: Assignment) -> None:
    for phone in (phone_of(sven), "nobody-s-phone"):
        wrong = claim(karin, assignment) | {"installation_id": phone}
        assert outcomes(sent(karin, wrong)) == [(403, "made_by_another")]


@pytest.mark.parametrize(
    "made_at", ["2026-06-08T12:00:00+02:00", "2026-06-11T13:00:00+02:00", "1970-01-01T00:00:00Z"]
)
def test_the_phones_clock_decides_nothing(made_at: str, karin: User, assignment: Assignment) -> None:
    items = []
    for spent_on in ("2026-06-11", "2026-06-10"):
        claimed = claim(karin, assignment, spent_on=spent_on)
        items += [claimed, item(karin, "POST", f"/expenses/{claimed['body']['id']}/submit")]
    results = sent(karin, *(one | {"made_at": made_at} for one in items))
    assert outcomes(results) == [(201, None), (400, "spent_in_future"), (201, None), (200, None)]


def test_an_expense_whose_receipt_has_not_arrived_waits_in_the_phone(karin: User, assignment: Assignment) -> None:
    receipt = str(uuid4())
    claimed = claim(karin, assignment, receipt=receipt)
    submit = item(karin, "POST", f"/expenses/{claimed['body']['id']}/submit")
    assert outcomes(sent(karin, claimed, submit)) == [(400, "unknown_receipt"), (424, "dependency_failed")]

    world.make_receipt(karin, pk=receipt)

    assert statuses(karin, claimed, submit) == [201, 200]


def test_a_stranger_s_object_does_not_exist(karin: User, sven: User, assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, world.NOW - timedelta(hours=3))
    results = sent(
        sven,
        item(sven, "PATCH", f"/occasions/{occasion.pk}", {"note": "x"}, base={"note": ""}),
        claim(sven, assignment),
    )
    assert outcomes(results) == [(404, "not_found")] * 2
    assert not assignment.late_writes.exists()
