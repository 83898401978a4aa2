"""A phone's queue: what was done without a network is done in order, once, and each item on its own."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment, SentItem
from expenses.models import Expense
from notifications.models import Device
from occasions.models import Occasion
from people.models import User
from tests import world
from tests.api.queues import item, outcomes, phone_of, send, sent, statuses
from tests.occasions.calls import body, problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
MORNING = "2026-06-10T08:00:00+02:00"
BUSY = {"starts_at": "2026-06-12T15:30:00+02:00", "ends_at": "2026-06-12T16:30:00+02:00"}


def plan(user: User, assignment: Assignment, *, starts_at: str = MORNING, hours: float = 1, **more: Any) -> Any:
    """An item that plans, or logs, an occasion with an id of the phone's own."""
    return item(user, "POST", "/occasions", body(assignment, starts_at, hours, id=str(uuid4()), **more))


def claim(user: User, assignment: Assignment, **more: Any) -> Any:
    """An item that claims a coffee from a coin machine."""
    values = {"category": "coins", "claimed_amount": "25.00", "spent_on": "2026-06-05", "id": str(uuid4())}
    return item(user, "POST", "/expenses", {"assignment": str(assignment.pk), **values, **more})


def day_of_karin(karin: User, assignment: Assignment) -> list[Any]:
    """Karin's day in the inland: an occasion, edited twice, and an expense that is sent in."""
    planned = plan(karin, assignment)
    path = f"/occasions/{planned['body']['id']}"
    claimed = claim(karin, assignment, occasion=planned["body"]["id"])
    return [
        planned,
        item(karin, "PATCH", path, {"note": "Vi fikade."}, base={"note": ""}),
        item(karin, "PATCH", path, {"note": "Vi fikade och gick."}, base={"note": "Vi fikade."}),
        claimed,
        item(karin, "POST", f"/expenses/{claimed['body']['id']}/submit"),
    ]


def test_a_day_without_a_network_is_sent_in_order(karin: User, assignment: Assignment) -> None:
    results = sent(karin, *day_of_karin(karin, assignment))

    assert outcomes(results) == [(201, None), (200, None), (200, None), (201, None), (200, None)]
    assert results[4]["body"]["status"] == "submitted"
    assert Occasion.objects.get().note == "Vi fikade och gick."
    assert results[2]["body"] == world.signed_in(karin).get(f"/api/v1/occasions/{results[0]['body']['id']}").json()


def test_the_whole_queue_again_does_nothing_and_answers_the_same(karin: User, assignment: Assignment) -> None:
    queue = day_of_karin(karin, assignment)
    sent(karin, *queue)
    before = [Occasion.objects.values().get(), Expense.objects.values().get()]

    again = sent(karin, *queue)

    assert [result["status"] for result in again] == [200] * 5
    assert again[1]["body"]["note"] == "Vi fikade och gick."
    assert [Occasion.objects.values().get(), Expense.objects.values().get()] == before


def test_a_repeat_undoes_nothing_that_came_after(karin: User, inger: User, assignment: Assignment) -> None:
    expense = world.make_expense(assignment, category="coins")
    submit = item(karin, "POST", f"/expenses/{expense.pk}/submit")
    sent(karin, submit)
    Expense.objects.filter(pk=expense.pk).update(status="returned", decided_by=inger, decided_at=world.NOW)

    [result] = sent(karin, submit)

    assert (result["status"], result["body"]["status"]) == (200, "returned")


@pytest.mark.parametrize("action", ["complete", "cancel"])
def test_a_repeat_shows_what_is_there_and_nothing_when_it_is_out_of_sight(
    action: str, karin: User, assignment: Assignment
) -> None:
    occasion = world.make_occasion(assignment, world.NOW - timedelta(hours=3))
    values = {"cancelled_by": "client", "reason": "Sjuk"} if action == "cancel" else {}
    queue = [item(karin, "POST", f"/occasions/{occasion.pk}/{action}", values), plan(karin, assignment)]
    assert statuses(karin, *queue) == [200, 201]

    assignment.change(last_day=world.NOW.date() - timedelta(days=1))

    results = sent(karin, *queue)
    assert outcomes(results) == [(200, None)] * 2
    assert [result["body"] for result in results] == [{}] * 2
    assert not assignment.late_writes.exists()


def test_one_failure_stops_only_what_builds_on_it(karin: User, assignment: Assignment) -> None:
    world.make_occasion(assignment, world.NOW + timedelta(days=2, hours=3))
    overlapping = plan(karin, assignment, starts_at=BUSY["starts_at"])
    made = overlapping["body"]["id"]
    claimed = claim(karin, assignment, occasion=made.upper())

    results = sent(
        karin,
        overlapping,
        item(karin, "POST", f"/occasions/{made}/complete"),
        claimed,
        item(karin, "POST", f"/expenses/{claimed['body']['id']}/submit"),
        claim(karin, assignment),
        claim(karin, assignment) | {"depends_on": [overlapping["id"]]},
        plan(karin, assignment),
    )

    late = (424, "dependency_failed")
    assert outcomes(results) == [(409, "overlapping"), late, late, late, (201, None), late, (201, None)]
    assert Expense.objects.count() == 1
    assert SentItem.objects.count() == 2


def test_what_edits_the_object_of_a_failed_edit_is_not_tried(karin: User, assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, world.NOW + timedelta(days=2))
    path = f"/occasions/{occasion.pk}"

    results = sent(
        karin,
        item(karin, "POST", f"{path}/complete"),
        item(karin, "PATCH", path, {"note": "Det var fint."}, base={"note": ""}),
        claim(karin, assignment, occasion=str(occasion.pk)),
    )

    assert outcomes(results) == [(409, "not_yet_held"), (424, "dependency_failed"), (201, None)]


def test_what_was_not_tried_goes_through_the_next_time(karin: User, assignment: Assignment) -> None:
    busy = world.make_occasion(assignment, world.NOW + timedelta(days=2, hours=3))
    overlapping = plan(karin, assignment, starts_at=BUSY["starts_at"])
    queue = [overlapping, claim(karin, assignment, occasion=overlapping["body"]["id"])]
    assert statuses(karin, *queue) == [409, 424]
    Occasion.objects.filter(pk=busy.pk).update(status="cancelled", cancelled_by="client")

    assert statuses(karin, *queue) == [201, 201]


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
    tomorrow = claim(karin, assignment, spent_on="2026-06-11") | {"made_at": made_at}
    today = claim(karin, assignment, spent_on="2026-06-10") | {"made_at": made_at}
    assert outcomes(sent(karin, tomorrow, today)) == [(400, "spent_in_future"), (201, None)]


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


def test_results_speak_the_language_of_the_call(karin: User, assignment: Assignment) -> None:
    for language, word in (("sv", "överlappa"), ("en", "overlap")):
        client = world.signed_in(karin)
        items = [plan(karin, assignment, starts_at=BUSY["starts_at"]) for _ in range(2)]
        answer = client.post("/api/v1/sync", {"items": items}, headers={"Accept-Language": language})
        refused = answer.json()["results"][1]["body"]
        assert refused["code"] == "overlapping"
        assert refused["request_id"] == answer["X-Request-ID"]
        assert refused["detail"] != word


def test_a_queue_is_throttled_as_one_call(karin: User, assignment: Assignment) -> None:
    sent(karin, *[claim(karin, assignment) for _ in range(5)])
    assert [len(cache.get(key)) for key in cache.keys("throttle_user_*")] == [1]  # type: ignore[attr-defined]


def test_each_item_costs_as_much_as_the_last(karin: User, assignment: Assignment) -> None:
    def cost(count: int) -> int:
        queue = [claim(karin, assignment) for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            assert statuses(karin, *queue) == [201] * count
        return len(queries)

    one, six, eleven = cost(1), cost(6), cost(11)
    assert eleven - six == six - one


def test_killed_in_the_middle_it_goes_on_where_it_was(karin: User, assignment: Assignment) -> None:
    queue = [claim(karin, assignment) for _ in range(6)]
    written = []

    def kill(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "expenses_expense"'):
            written.append(sql)
            if len(written) == 4:
                raise SystemExit  # what gunicorn does to a worker that takes too long
        return execute(sql, params, many, context)

    with connection.execute_wrapper(kill), pytest.raises(SystemExit):
        send(karin, *queue)
    done = Expense.objects.count()

    assert done == 3
    assert statuses(karin, *queue) == [200] * 3 + [201] * 3
    assert Expense.objects.count() == 6


def breaking(error: Exception) -> Any:
    """Let no expense be written."""

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "expenses_expense"'):
            raise error
        return execute(sql, params, many, context)

    return connection.execute_wrapper(fail)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (RuntimeError("nobody foresaw this"), (500, "internal")),
        (OperationalError("deadlock"), (503, "unavailable")),
    ],
)
def test_what_is_not_her_fault_stops_no_other(
    error: Exception, outcome: tuple[int, str], karin: User, assignment: Assignment, caplog: Any
) -> None:
    queue = [claim(karin, assignment, note="Hemligstad"), plan(karin, assignment)]
    with breaking(error):
        assert outcomes(sent(karin, *queue)) == [outcome, (201, None)]
    assert "Hemligstad" not in caplog.text
    assert statuses(karin, *queue) == [201, 200]


def test_without_a_database_the_whole_queue_is_to_come_again(karin: User, assignment: Assignment) -> None:
    queue = [claim(karin, assignment), plan(karin, assignment)]

    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if '"assignments_sentitem"' in sql:
            raise OperationalError("away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away):
        answer = send(karin, *queue)

    problem(answer, 503, "unavailable")
    assert answer["Retry-After"] == "5"
    assert statuses(karin, *queue) == [201, 201]
