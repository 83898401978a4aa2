"""Occasions that are skipped for another one, as a preview proposes, and that come back."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from assignments.models import Assignment
from notifications.messages import Kind
from notifications.models import Delivery, Notification
from occasions.models import Occasion
from people.models import Municipality, User
from tests import world
from tests.notifications.calls import tell
from tests.occasions.calls import act, body, cancel, edit, plan, planned, problem, quota, read, times
from tests.occasions.previews import TRIP, ask, at, ids, told

pytestmark = pytest.mark.usefixtures("noon")
CINEMA = "2026-06-03T18:00:00+02:00"


def test_example_1_the_app_proposes_to_skip_the_one_on_the_21st(karin: User, assignment: Assignment) -> None:
    held = planned(karin, assignment, CINEMA, title="Bio")
    coffee = planned(karin, assignment, at(26), title="Fika")
    fourth = planned(karin, assignment, at(21))
    phone = world.make_device(karin)
    starts_at = datetime.fromisoformat(at(21))
    tell(karin, kind=Kind.OCCASION_TOMORROW, subject_id=fourth["id"], expires_at=starts_at)

    wish = body(assignment, TRIP, 9, title="Luleå")
    preview = told(karin, **wish)
    assert (preview["answer"], preview["weight"], preview["units"], preview["over"]) == ("block", 2, 2, 1)
    assert ids(preview["skip"]) == [fourth["id"]]
    assert preview["problem"] == {
        "code": "quota_exceeded",
        "detail": "Det finns plats för 1 i juni 2026 och tillfället räknas som 2.",
    }
    problem(plan(karin, assignment, TRIP, 9), 409, "quota_exceeded")
    assert told(karin, **wish, skip=[fourth["id"]])["quota"]["remaining"] == 0

    trip_id = str(uuid4())
    again = [plan(karin, assignment, TRIP, 9, id=trip_id, skip=[fourth["id"]]) for _ in range(2)]
    assert [one.status_code for one in again] == [201, 200]
    assert again[0].json() == again[1].json()
    june = quota(karin, assignment)
    assert (june["used"], june["planned"], june["remaining"]) == (1, 3, 0)
    assert [one["text"] for one in june["entries"] if one["occasion"] == fourth["id"]] == [
        "Överhoppat tillfälle 21 juni, räknas inte."
    ]
    skipped = read(karin, fourth["id"]).json()
    assert (skipped["status"], skipped["cancelled_by"], skipped["reason"]) == ("cancelled", "other", "")
    assert (skipped["skipped_for"], skipped["units"]) == (trip_id, 1)
    assert set(skipped["outcome"].values()) == {False}
    assert Notification.objects.get().expires_at == world.NOW
    assert list(Delivery.objects.values_list("device", "error_code")) == [(phone.pk, "withdrawn")]

    # Back again, when there is room for it.
    assert {one["action"]: one["allowed"] for one in skipped["allowed_actions"]}["restore"]
    problem(act(karin, fourth["id"], "restore"), 409, "quota_exceeded")
    assert read(karin, fourth["id"]).json() == skipped
    cancel(karin, trip_id)
    back = act(karin, fourth["id"], "restore")
    assert (back.status_code, back.json()["status"], back.json()["skipped_for"]) == (200, "planned", None)
    assert (back.json()["cancelled_by"], back.json()["cancelled_at"], back.json()["units"]) == ("", None, 1)
    assert act(karin, fourth["id"], "restore").json() == back.json()
    problem(act(karin, trip_id, "restore"), 409, "not_skipped")
    for never_cancelled in (held, coffee):
        problem(act(karin, never_cancelled["id"], "restore"), 409, "occasion_closed")
    assert quota(karin, assignment)["remaining"] == 1


def test_the_next_ones_are_proposed_first_and_as_many_as_it_takes(karin: User, assignment: Assignment) -> None:
    before, first, second, last = (planned(karin, assignment, at(day)) for day in (13, 20, 24, 28))
    preview = told(karin, **body(assignment, TRIP, 10))
    assert (preview["weight"], preview["over"], ids(preview["skip"])) == (3, 3, ids([first, second, last]))
    cancel(karin, last["id"])
    wish = body(assignment, TRIP, 10)
    preview = told(karin, **wish)
    assert (preview["over"], ids(preview["skip"])) == (2, ids([first, second]))
    # One is chosen already; the rest is proposed.
    preview = told(karin, **wish, skip=[before["id"]])
    assert (preview["over"], ids(preview["skip"])) == (1, ids([first]))
    trip = planned(karin, assignment, TRIP, 10, skip=ids([before, first]))
    assert [read(karin, one["id"]).json()["skipped_for"] for one in (before, first, second)] == [
        trip["id"], trip["id"], None,
    ]  # fmt: skip
    assert quota(karin, assignment)["remaining"] == 0


def test_growing_longer_may_skip_others_too_and_be_repeated(karin: User, assignment: Assignment) -> None:
    trip = planned(karin, assignment, TRIP)
    others = [planned(karin, assignment, at(day)) for day in (20, 24, 28)]
    longer = times(TRIP, 9) | {"note": "Vi stannar till kvällen."}
    preview = told(karin, occasion=trip["id"], **longer)
    assert (preview["answer"], preview["over"], ids(preview["skip"])) == ("block", 1, ids(others[:1]))
    first, again = (edit(karin, trip["id"], 1, **longer, skip=ids(preview["skip"])) for _ in range(2))
    assert (first.status_code, first.json()["units"], first["ETag"]) == (200, 2, '"2"')
    assert (again.status_code, again.json()) == (200, first.json())
    assert read(karin, others[0]["id"]).json()["skipped_for"] == trip["id"]
    assert quota(karin, assignment)["remaining"] == 0


def test_only_what_karin_has_planned_of_that_decision_can_be_skipped(
    karin: User, sven: User, kalix: Municipality, assignment: Assignment
) -> None:
    shared = world.make_assignment(sven, kalix, decision=assignment.decision)
    elsewhere = world.make_assignment(karin, kalix)
    begun = planned(karin, assignment, "2026-06-10T11:00:00+02:00")
    past = world.make_occasion(assignment, world.NOW - timedelta(days=40))
    settled = planned(karin, assignment, at(18))
    cancel(karin, settled["id"])
    held, other = planned(karin, assignment, at(9, month=5)), planned(karin, elsewhere, at(19))
    of_sven = [planned(sven, shared, at(day)) for day in (15, 16, 17)]
    preview = told(karin, **body(assignment, TRIP))
    assert (preview["answer"], preview["over"], preview["skip"]) == ("block", 1, [])
    for one in (*ids(of_sven), begun["id"], str(past.pk), settled["id"], held["id"], other["id"], str(uuid4())):
        for answer in (
            ask(karin, **body(assignment, TRIP), skip=[one]),
            plan(karin, assignment, TRIP, skip=[one]),
            ask(karin, occasion=begun["id"], skip=[one]),
            edit(karin, begun["id"], 1, skip=[one]),
        ):
            refused = problem(answer, 400, "unknown_occasion")
            assert [error["pointer"] for error in refused["errors"]] == ["/skip"]
    assert not Occasion.objects.exclude(skipped_for=None).exists()
