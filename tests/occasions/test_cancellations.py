"""What the policy makes of occasions that were cancelled, by whom and how late, or that nobody came to."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from assignments.models import Assignment
from assignments.rules import default_cancellations
from occasions.models import Occasion
from people.models import Municipality, User
from tests import world
from tests.occasions.calls import FRIDAY, act, plan, planned, problem, quota, read

pytestmark = pytest.mark.usefixtures("noon")
START = datetime.fromisoformat(FRIDAY)
TODAY = "2026-06-10T15:00:00+02:00"
NOTHING = (False, False, False)
NAMES = ("units_used", "paid", "costs_repaid")
# The client's cancellations count within a day, and cost money within two hours.
LATE = {
    ("cancelled", "client", 2): (True, True, False),
    ("cancelled", "client", 0): (True, True, True),
    ("cancelled", "client", 24): NOTHING,
    ("cancelled", "other", 0): (False, True, True),
    ("no_show", "contact_person", 0): NOTHING,
}


@pytest.fixture(autouse=True)
def policy(kalix: Municipality) -> None:
    """Let Kalix count what is cancelled late."""
    rows: list[dict[str, Any]] = [
        {"status": status, "by": by, "notice_hours": hours} | dict(zip(NAMES, outcome, strict=True))
        for (status, by, hours), outcome in LATE.items()
    ]
    rest = [row for row in default_cancellations() if (row["status"], row["by"], 0) not in LATE]
    kalix.policies.update(cancellations=rows + rest)


def cancelled(user: User, occasion: Any, by: str = "client", **values: Any) -> Any:
    """Cancel an occasion, and return it."""
    answer = act(user, occasion["id"], "cancel", cancelled_by=by, reason="Sjuk", **values)
    assert answer.status_code == 200, answer.content
    return answer.json()


def outcome(occasion: Any) -> tuple[bool, bool, bool]:
    """Return whether units are used, it is paid, and its costs are repaid."""
    used, paid, repaid = (occasion["outcome"][name] for name in NAMES)
    return used, paid, repaid


def said(user: User, assignment: Assignment) -> tuple[float, list[str]]:
    """Return what is used of June, and what its account says of occasions."""
    june = quota(user, assignment)
    assert june["planned"] == june["waiting"] == 0
    return june["used"], [entry["text"] for entry in june["entries"] if entry["occasion"]]


@pytest.mark.parametrize(
    ("by", "notice", "expected"),
    [
        ("client", timedelta(hours=24), NOTHING),
        ("client", timedelta(hours=24, seconds=-1), (True, True, False)),
        ("client", timedelta(hours=2), (True, True, False)),
        ("client", timedelta(minutes=119), (True, True, True)),
        ("client", timedelta(minutes=-30), (True, True, True)),  # it has begun
        ("contact_person", timedelta(0), NOTHING),
        ("other", timedelta(0), (False, True, True)),
    ],
)
def test_who_cancelled_and_how_long_before_says_what_follows(
    by: str,
    notice: timedelta,
    expected: tuple[bool, ...],
    karin: User,
    inger: User,
    assignment: Assignment,
    noon: time_machine.Traveller,
) -> None:
    trip = planned(karin, assignment, hours=9)
    assert trip["outcome"] is None
    noon.move_to(START - notice)
    ended = cancelled(karin, trip, by)
    assert (outcome(ended), ended["units"], ended["status"]) == (expected, 2, "cancelled")
    assert datetime.fromisoformat(ended["cancelled_at"]) == START - notice
    sentence = (
        "Sent inställt tillfälle 12 juni, räknas som 2."
        if expected[0]
        else "Inställt tillfälle 12 juni, räknas inte."
    )
    assert said(karin, assignment) == (2 if expected[0] else 0, [sentence])
    assert read(inger, trip["id"]).json()["outcome"] == ended["outcome"]


def test_a_phone_that_was_offline_says_when_it_was_cancelled(
    karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    trip = planned(karin, assignment)
    noon.move_to(START + timedelta(days=2))
    early = (START - timedelta(days=1)).isoformat()
    ended = cancelled(karin, trip, cancelled_at=early)
    assert (ended["cancelled_at"], outcome(ended)) == (early, NOTHING)
    assert said(karin, assignment) == (0, ["Inställt tillfälle 12 juni, räknas inte."])
    in_utc = "2026-06-11T13:00:00Z"
    assert cancelled(karin, trip, cancelled_at=in_utc) == ended
    for other in ({}, {"cancelled_at": FRIDAY}):
        differently = act(karin, trip["id"], "cancel", cancelled_by="client", reason="Sjuk", **other)
        assert problem(differently, 409, "occasion_closed")["present"] == ended


def test_a_clock_that_is_fast_cancels_now(
    karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    trip = planned(karin, assignment)
    noon.move_to(START - timedelta(hours=25))
    future = (START - timedelta(hours=3)).isoformat()
    ended = cancelled(karin, trip, cancelled_at=future)
    assert datetime.fromisoformat(ended["cancelled_at"]) == START - timedelta(hours=25)
    assert outcome(ended) == NOTHING
    noon.shift(timedelta(hours=1))
    assert cancelled(karin, trip, cancelled_at=future) == ended
    without_offset = act(
        karin, trip["id"], "cancel", cancelled_by="client", reason="S", cancelled_at="2026-06-11T15:00:00"
    )
    problem(without_offset, 400, "invalid")


@pytest.mark.parametrize(
    ("by", "expected", "sentence"),
    [
        ("client", (True, True, True), "Uteblivet tillfälle 10 juni, räknas som 2."),
        ("contact_person", NOTHING, "Uteblivet tillfälle 10 juni, räknas inte."),
        ("other", (True, True, True), "Uteblivet tillfälle 10 juni, räknas som 2."),
    ],
)
def test_what_follows_when_nobody_came(
    by: str, expected: tuple[bool, ...], sentence: str, karin: User, assignment: Assignment
) -> None:
    trip = planned(karin, assignment, TODAY, hours=9)
    missed = act(karin, trip["id"], "no-show", cancelled_by=by).json()
    assert (outcome(missed), missed["status"], missed["cancelled_at"]) == (expected, "no_show", None)
    assert said(karin, assignment) == (2 if expected[0] else 0, [sentence])


def test_what_was_cancelled_late_leaves_no_room_and_what_does_not_count_does(
    karin: User, assignment: Assignment
) -> None:
    trips = [planned(karin, assignment, f"2026-06-10T{hour}:30:00+02:00") for hour in ("12", "15", "18")]
    long = planned(karin, assignment, FRIDAY)
    for trip in trips:
        assert outcome(cancelled(karin, trip))[0]
    problem(plan(karin, assignment, "2026-06-14T09:00:00+02:00"), 409, "quota_exceeded")
    cancelled(karin, long)  # two days before
    assert planned(karin, assignment, "2026-06-14T09:00:00+02:00")["units"] == 1


def test_one_that_waited_and_is_cancelled_late_uses_what_it_counted_as(
    karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    kalix.policies.update(on_exceeded="ask")
    # Above the table it counted as its weight.
    trip = planned(karin, assignment, TODAY, units=3, units_reason="Långt.")
    ended = cancelled(karin, trip)
    assert (ended["units"], ended["asked"], ended["asked_units"], outcome(ended)[0]) == (1, "", None, True)
    assert said(karin, assignment) == (1, ["Sent inställt tillfälle 10 juni, räknas som 1."])
    # Over the quota it counted as nothing.
    for day in (22, 23, 24):
        world.make_occasion(assignment, START.replace(day=day))
    over = planned(karin, assignment, TODAY)
    ended = cancelled(karin, over)
    assert (ended["units"], ended["asked"], ended["asked_units"]) == (0, "", None)
    assert quota(karin, assignment)["used"] == 1


def test_one_that_was_skipped_late_uses_nothing(karin: User, kalix: Municipality, assignment: Assignment) -> None:
    rows = default_cancellations()
    kalix.policies.update(cancellations=[row | {"units_used": True, "paid": True} for row in rows])
    tonight = planned(karin, assignment, TODAY)
    trip = planned(karin, assignment, FRIDAY, skip=[tonight["id"]])
    skipped = read(karin, tonight["id"]).json()
    assert (skipped["skipped_for"], skipped["cancelled_by"]) == (trip["id"], "other")
    assert outcome(skipped) == NOTHING
    june = quota(karin, assignment)
    assert (june["used"], june["planned"]) == (0, 1)
    assert "Överhoppat tillfälle 10 juni, räknas inte." in [entry["text"] for entry in june["entries"]]
    # Back again, and then cancelled in earnest.
    assert act(karin, tonight["id"], "restore").json()["outcome"] is None
    ended = cancelled(karin, tonight)
    assert (ended["skipped_for"], ended["outcome"]["units_used"]) == (None, True)
    assert Occasion.objects.count() == 2
