"""A phone's queue: what was done without a network is done in order, once, and each item on its own."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment, SentItem
from expenses.models import Expense
from occasions.models import Occasion
from occasions.rules import Overlapping
from people.models import User
from tests import world
from tests.api.queues import claim, item, outcomes, plan, send, sent, statuses
from tests.occasions.calls import problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
BUSY = {"starts_at": "2026-06-12T15:30:00+02:00", "ends_at": "2026-06-12T16:30:00+02:00"}


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


def test_results_speak_the_language_of_the_call(karin: User, assignment: Assignment) -> None:
    for language in ("sv", "en"):
        client = world.signed_in(karin)
        items = [plan(karin, assignment, starts_at=BUSY["starts_at"]) for _ in range(2)]
        answer = client.post("/api/v1/sync", {"items": items}, headers={"Accept-Language": language})
        refused = answer.json()["results"][1]["body"]
        assert refused["code"] == "overlapping"
        assert refused["request_id"] == answer["X-Request-ID"]
        assert refused["detail"] == getattr(Overlapping.text, language)


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
