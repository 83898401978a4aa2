"""One digest a day for each coordinator and municipality, at the hour that they chose."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from assignments.models import Assignment
from expenses.follow_up_reminders import remind_to_follow_up
from notifications.models import Delivery, Notification
from notifications.preference_services import set_preferences
from people.models import Membership, Municipality, Role, User
from tests import world

STOCKHOLM, NEW_YORK = ZoneInfo("Europe/Stockholm"), ZoneInfo("America/New_York")
TODAY = date(2026, 6, 10)
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
EIGHT = datetime(2026, 6, 10, 8, tzinfo=STOCKHOLM)

pytestmark = pytest.mark.django_db


def remind(at: datetime) -> int:
    """Look for what to tell at a moment, which the roles are held at too."""
    with time_machine.travel(at, tick=False):
        return remind_to_follow_up(at)


def recipients() -> list[User]:
    return [notification.recipient for notification in Notification.objects.order_by("recipient__email")]


def submit(assignment: Assignment) -> None:
    world.make_expense(assignment, status="submitted")


def ask_first(assignment: Assignment) -> None:
    world.make_pre_approval(assignment)


def ask_for_units(assignment: Assignment) -> None:
    world.make_occasion(assignment, world.NOW + DAY, asked="waiting", asked_units=3)


def be_met_by_nobody(assignment: Assignment) -> None:
    assignment.municipality.change(unmet_days=1)


def fall_behind(assignment: Assignment) -> None:
    assignment.municipality.change(behind_percent=51)


# What is told of


def test_with_nothing_to_follow_up_nobody_is_told(calm: Assignment, inger: User) -> None:
    assert remind(EIGHT) == 0


@pytest.mark.parametrize("happens", [submit, ask_first, ask_for_units, be_met_by_nobody, fall_behind])
def test_each_thing_is_told_of_in_the_same_words(
    happens: Callable[[Assignment], None], calm: Assignment, inger: User
) -> None:
    happens(calm)
    assert remind(EIGHT) == 1
    told = Notification.objects.get()
    assert (told.recipient, told.kind, told.subject_type, told.subject_id) == (
        inger, "follow_up", "follow_up", None,
    )  # fmt: skip


def test_all_of_it_at_once_is_one_digest(calm: Assignment, inger: User) -> None:
    for happens in (submit, ask_first, ask_for_units, be_met_by_nobody, fall_behind):
        happens(calm)
    assert [remind(EIGHT), remind(EIGHT + MINUTE)] == [1, 0]


def test_what_is_karins_own_does_not_wait_for_her(calm: Assignment, karin: User, kalix: Municipality) -> None:
    world.add_roles(karin, kalix, Role.COORDINATOR)
    for happens in (submit, ask_first, ask_for_units):
        happens(calm)
    assert remind(EIGHT) == 0


# When


def test_it_is_at_eight_unless_somebody_says_otherwise(calm: Assignment, inger: User, bengt: User) -> None:
    submit(calm)
    set_preferences(user=bengt, digest_at=time(14, 30))
    assert [remind(EIGHT - SECOND), remind(EIGHT)] == [0, 1]
    assert recipients() == [inger]
    afternoon = EIGHT.replace(hour=14, minute=30)
    assert [remind(afternoon - SECOND), remind(afternoon)] == [0, 1]
    assert recipients() == [bengt, inger]


def test_it_is_once_a_day(calm: Assignment, inger: User) -> None:
    submit(calm)
    moments = [EIGHT, EIGHT + timedelta(hours=15, minutes=59), EIGHT + DAY - SECOND, EIGHT + DAY]
    assert [remind(at) for at in moments] == [1, 0, 0, 1]


def test_a_coordinator_in_new_york_hears_at_eight_there(calm: Assignment, inger: User) -> None:
    submit(calm)
    set_preferences(user=inger, time_zone="America/New_York")
    there = datetime(2026, 6, 10, 8, tzinfo=NEW_YORK)
    assert [remind(EIGHT), remind(there - SECOND), remind(there)] == [0, 0, 1]
    assert Notification.objects.get().dedup_key.endswith(":2026-06-10")
    late = datetime(2026, 6, 10, 23, 59, tzinfo=NEW_YORK)  # the 11th in Kalix
    assert [remind(late), remind(there + DAY)] == [0, 1]


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        (date(2026, 3, 29), time(8), "2026-03-29T06:00"),
        (date(2026, 3, 29), time(2, 30), "2026-03-29T01:30"),  # never shown by a clock: half past three
        (date(2026, 10, 25), time(8), "2026-10-25T07:00"),
        (date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),  # shown twice: the first time
    ],
)
def test_on_a_day_that_the_clocks_change_it_comes_once(
    day: date, hour: time, expected: str, assignment: Assignment, inger: User
) -> None:
    set_preferences(user=inger, digest_at=hour)
    at = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert [remind(at - SECOND), remind(at), remind(at + timedelta(hours=1))] == [0, 1, 0]
    assert Notification.objects.get().dedup_key.endswith(f":{day}")


def test_another_hour_on_the_same_day_tells_nobody_twice(calm: Assignment, inger: User) -> None:
    submit(calm)
    remind(EIGHT)
    set_preferences(user=inger, digest_at=time(15))
    assert [remind(EIGHT.replace(hour=15)), remind(EIGHT + DAY), remind(EIGHT.replace(hour=15) + DAY)] == [0, 0, 1]


def test_an_earlier_hour_that_has_been_is_made_up_for(calm: Assignment, inger: User) -> None:
    submit(calm)
    set_preferences(user=inger, digest_at=time(15))
    assert remind(EIGHT) == 0
    set_preferences(user=inger, digest_at=time(7))
    assert remind(EIGHT + MINUTE) == 1


def test_the_last_minute_of_a_day_is_not_missed(calm: Assignment, inger: User) -> None:
    submit(calm)
    set_preferences(user=inger, digest_at=time(23, 59))
    midnight = datetime(2026, 6, 11, tzinfo=STOCKHOLM)
    assert [remind(midnight - 2 * MINUTE), remind(midnight), remind(midnight + MINUTE)] == [0, 1, 0]
    assert Notification.objects.get().dedup_key.endswith(":2026-06-10")
    assert [remind(midnight + DAY - SECOND), remind(midnight + DAY)] == [1, 0]


# Whom


def test_who_begins_at_noon_is_told_then(calm: Assignment, inger: User, kalix: Municipality) -> None:
    submit(calm)
    remind(EIGHT)
    ulla = world.make_user("ulla@kalix.example", kalix, Role.COORDINATOR)
    assert remind(world.NOW) == 1
    assert recipients() == [inger, ulla]


def test_only_who_still_coordinates_is_told(calm: Assignment, inger: User, bengt: User, lars: User) -> None:
    submit(calm)
    Membership.objects.filter(user=inger).update(is_active=False)
    bengt.change(is_active=False)
    assert remind(EIGHT) == 0


def test_a_deputy_is_told_on_their_days(calm: Assignment, inger: User, sven: User, kalix: Municipality) -> None:
    submit(calm)
    world.make_deputy(sven, inger, kalix, TODAY + DAY, TODAY + DAY)
    assert [remind(EIGHT + days * DAY) for days in range(3)] == [1, 2, 1]
    assert recipients() == [inger, inger, inger, sven]


def test_a_deputy_is_not_told_of_what_they_may_not_answer(
    calm: Assignment, inger: User, sven: User, kalix: Municipality
) -> None:
    """Inger's own expense waits: not for her, nor for who stands in for her alone."""
    submit(world.make_assignment(inger, kalix, first_day=TODAY))
    world.make_deputy(sven, inger, kalix, TODAY, TODAY)
    assert remind(EIGHT) == 0


def test_two_municipalities_are_two_digests(
    calm: Assignment, inger: User, leksand: Municipality, anna: User
) -> None:
    world.add_roles(inger, leksand, Role.COORDINATOR)
    submit(world.make_assignment(anna, leksand, first_day=TODAY))
    assert remind(EIGHT) == 1  # nothing waits in Kalix
    assert remind(EIGHT + DAY) == 1
    submit(calm)
    assert remind(EIGHT + 2 * DAY) == 2
    assert set(recipients()) == {inger}


def test_who_does_not_want_it_pushed_has_it_in_the_inbox(calm: Assignment, inger: User) -> None:
    submit(calm)
    world.make_device(inger)
    set_preferences(user=inger, kinds=[{"kind": "follow_up", "push": False}])
    assert remind(EIGHT) == 1
    assert (recipients(), Delivery.objects.count()) == ([inger], 0)
    set_preferences(user=inger, kinds=[{"kind": "follow_up", "push": True}])
    remind(EIGHT + DAY)
    assert Delivery.objects.count() == 1
