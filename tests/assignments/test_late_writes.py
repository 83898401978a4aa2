"""What comes too late for an assignment is not lost: a coordinator sees to it."""

import logging
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment, LateWrite
from expenses.follow_up_reminders import remind_to_follow_up
from expenses.models import Expense
from notifications.models import Notification
from occasions.models import Occasion
from people.models import Municipality, Role, User
from tests import world
from tests.api.queues import item, outcomes, sent
from tests.occasions.calls import body, problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
LATE, TUESDAY = (202, "late_write"), world.NOW.date() - timedelta(days=1)
LOGGED = "2026-06-08T08:00:00+02:00"


@pytest.fixture
def ended(assignment: Assignment) -> Assignment:
    """Karin's assignment, which ended yesterday."""
    assignment.change(last_day=TUESDAY)
    return assignment


def told() -> set[str]:
    """Name those who were told that something came too late."""
    return set(Notification.objects.filter(kind="late_writes_waiting").values_list("recipient__name", flat=True))


def late_day(karin: User, ended: Assignment) -> list[Any]:
    """What Karin wrote while her assignment ended: an occasion, a word on it, and what it cost."""
    made, claimed = str(uuid4()), str(uuid4())
    claim = {"assignment": str(ended.pk), "category": "coins", "claimed_amount": "25.00", "spent_on": "2026-06-08"}
    return [
        item(karin, "POST", "/occasions", body(ended, LOGGED, id=made, note="Hemligstad")),
        item(karin, "PATCH", f"/occasions/{made}", {"note": "Hemligstad igen"}, base={"note": "Hemligstad"}),
        item(karin, "POST", "/expenses", {**claim, "id": claimed, "occasion": made}),
        item(karin, "POST", f"/expenses/{claimed}/submit"),
    ]


def test_what_comes_too_late_is_kept_in_order(karin: User, inger: User, bengt: User, ended: Assignment) -> None:
    queue = late_day(karin, ended)

    results = sent(karin, *queue)

    assert outcomes(results) == [LATE] * 4
    assert results[0]["body"]["detail"]
    kept = list(LateWrite.objects.order_by("created_at"))
    assert [(one.method, one.path, one.body) for one in kept] == [
        (one["method"], one["path"], one["body"]) for one in queue
    ]
    assert {one.assignment_id for one in kept} == {ended.pk}
    assert not Occasion.objects.exists()
    assert not Expense.objects.exists()
    assert told() == {"Inger", "Bengt"}
    assert Notification.objects.count() == 2


def test_again_it_is_the_same(karin: User, inger: User, ended: Assignment) -> None:
    queue = late_day(karin, ended)
    sent(karin, *queue)
    ended.change(last_day=None)

    assert outcomes(sent(karin, *queue)) == [LATE] * 4
    assert LateWrite.objects.count() == 4
    other = queue[0] | {"body": {}}
    assert outcomes(sent(karin, other)) == [(409, "id_conflict")]


def test_an_assignment_that_comes_back_just_then_is_no_reason_to_refuse(karin: User, ended: Assignment) -> None:
    def prolong(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if sql.startswith("ROLLBACK TO SAVEPOINT"):  # of the call that did not find it
            Assignment.objects.filter(pk=ended.pk).update(last_day=None)
        return answer

    queue = late_day(karin, ended)
    with connection.execute_wrapper(prolong):
        results = sent(karin, *queue)

    assert [result["status"] for result in results] == [201, 200, 201, 200]
    assert not LateWrite.objects.exists()


def test_what_builds_on_it_comes_along_in_another_queue(karin: User, ended: Assignment) -> None:
    first, *rest = late_day(karin, ended)
    sent(karin, first)
    rest[2]["depends_on"] = [rest[1]["id"]]

    assert outcomes(sent(karin, rest[0])) == [LATE]
    assert outcomes(sent(karin, *rest[1:])) == [LATE] * 2
    assert LateWrite.objects.filter(assignment=ended).count() == 4


def test_every_object_leads_to_its_assignment(karin: User, sven: User, inger: User, ended: Assignment) -> None:
    occasion = world.make_occasion(ended, world.NOW - timedelta(days=3))
    expense = world.make_expense(ended)
    question = world.make_pre_approval(ended)
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", f"/occasions/{occasion.pk}/complete", {}),
        ("PATCH", f"/expenses/{expense.pk}", {"note": "x"}),
        ("POST", f"/pre-approvals/{question.pk}/withdraw", {}),
    ]

    assert outcomes(sent(sven, *[item(sven, *call, version=1) for call in calls])) == [(404, "not_found")] * 3
    assert outcomes(sent(karin, *[item(karin, *call, version=1) for call in calls])) == [LATE] * 3
    assert LateWrite.objects.count() == 3


def test_what_was_taken_away_in_one_place_is_late_there_and_not_elsewhere(
    karin: User, assignment: Assignment, leksand: Municipality, lars: User, inger: User
) -> None:
    world.add_roles(karin, leksand, Role.CONTACT_PERSON)
    there = world.make_assignment(karin, leksand)
    karin.memberships.filter(municipality=leksand).update(is_active=False)

    here_and_there = [item(karin, "POST", "/occasions", body(one, LOGGED)) for one in (assignment, there)]

    assert outcomes(sent(karin, *here_and_there)) == [(201, None), LATE]
    assert told() == {"Lars"}


def test_a_mistake_in_it_is_still_a_mistake(karin: User, ended: Assignment) -> None:
    assert outcomes(sent(karin, item(karin, "POST", "/occasions", {"assignment": str(ended.pk)}))) == [
        (400, "invalid")
    ]


def test_another_s_name_on_it_keeps_nothing(karin: User, sven: User, ended: Assignment) -> None:
    queue = [one | {"made_by": str(sven.pk)} for one in late_day(karin, ended)]
    assert outcomes(sent(karin, *queue)) == [(403, "made_by_another")] * 4
    assert not LateWrite.objects.exists()


def test_nothing_of_it_is_logged(
    karin: User, inger: User, ended: Assignment, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sent(karin, *late_day(karin, ended))
    assert "Hemligstad" not in caplog.text


def test_coordinators_read_it_until_it_is_handled(karin: User, inger: User, lars: User, ended: Assignment) -> None:
    sent(karin, *late_day(karin, ended))
    handled = world.make_late_write(ended, body={"note": "äldre"})
    call(inger, handled, note="Ringt")
    client = world.signed_in(inger)

    waiting = client.get("/api/v1/late-writes?handled=false&limit=3").json()
    assert len(waiting["results"]) == 3
    rest = client.get(waiting["next"]).json()["results"]
    assert [one["path"] for one in waiting["results"] + rest].count("/occasions") == 1
    assert {one["made_by"]["name"] for one in rest} == {"Karin"}
    (done,) = client.get("/api/v1/late-writes?handled=true").json()["results"]
    assert (done["note"], done["handled_by"]["name"], done["body"]) == ("Ringt", "Inger", {"note": "äldre"})
    assert world.signed_in(lars).get("/api/v1/late-writes").json()["results"] == []
    problem(client.get("/api/v1/late-writes?handled=perhaps"), 400, "invalid")


def test_the_list_asks_as_much_for_many_as_for_one(inger: User, ended: Assignment) -> None:
    counts = []
    for _ in range(2):
        world.make_late_write(ended)
        with CaptureQueriesContext(connection) as queries:
            world.signed_in(inger).get("/api/v1/late-writes")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4


def call(user: User, late: LateWrite, *, seen: int | None = None, **values: Any) -> Any:
    """Note that it is handled."""
    headers = {} if seen is None else {"If-Match": f'"{seen}"'}
    return world.signed_in(user).post(f"/api/v1/late-writes/{late.pk}/handle", values, headers=headers)


def test_it_is_handled_once(inger: User, bengt: User, ended: Assignment) -> None:
    late = world.make_late_write(ended)

    problem(call(inger, late, seen=9, note="Infört"), 412, "stale_version")
    first = call(inger, late, seen=1, note="Infört")

    assert (first.status_code, first["ETag"]) == (200, '"2"')
    assert call(inger, late, seen=1, note="Infört").json() == first.json()
    assert problem(call(bengt, late), 409, "already_handled")["present"]["note"] == "Infört"
    problem(call(inger, late, note="Något annat"), 409, "already_handled")
    assert first.json()["allowed_actions"] == [{"action": "handle", "allowed": False, "code": "already_handled"}]


def test_nobody_handles_their_own(
    karin: User, sven: User, inger: User, kalix: Municipality, ended: Assignment
) -> None:
    late = world.make_late_write(ended)
    world.add_roles(karin, kalix, Role.COORDINATOR)
    world.make_deputy(sven, karin, kalix, TUESDAY, world.NOW.date())

    problem(call(karin, late), 409, "own_assignment")
    problem(call(sven, late), 409, "deputy_for_claimant")
    (shown,) = world.signed_in(karin).get("/api/v1/late-writes").json()["results"]
    assert shown["allowed_actions"] == [{"action": "handle", "allowed": False, "code": "own_assignment"}]
    assert call(inger, late).status_code == 200


def test_coordinators_hear_of_it_every_day_until_it_is_handled(inger: User, ended: Assignment) -> None:
    late = world.make_late_write(ended)
    assert [remind_to_follow_up(world.NOW + timedelta(days=days)) for days in range(2)] == [1, 1]
    call(inger, late)
    assert remind_to_follow_up(world.NOW + timedelta(days=2)) == 0
