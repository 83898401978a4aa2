"""In the evening somebody is asked about what nobody logged."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.models import Assignment
from notifications.messages import Kind
from notifications.models import Notification
from occasions.reminders import last_evening, remind_before, remind_unlogged
from people.models import Municipality, User
from tests import world

NOW = world.NOW  # a Wednesday at noon
DAY = timedelta(days=1)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
UNLOGGED = Kind.OCCASION_UNLOGGED

pytestmark = pytest.mark.django_db


def at_wall(text: str) -> datetime:
    """Return the moment when the clock in Kalix shows this."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def test_karin_is_asked_in_the_evening_about_what_she_did_not_log(assignment: Assignment, karin: User) -> None:
    occasion = world.make_occasion(assignment, at_wall("2026-06-10T13:00"))

    counts = [remind_unlogged(at_wall(f"2026-06-10T{time}")) for time in ("15:00", "18:59", "19:00", "19:01")]

    assert counts == [0, 0, 1, 0]
    notification = Notification.objects.get()
    assert (notification.kind, notification.recipient, notification.subject_id) == (UNLOGGED, karin, occasion.pk)


def test_what_ends_late_is_asked_about_the_next_evening(assignment: Assignment) -> None:
    world.make_occasion(assignment, at_wall("2026-06-10T18:30"))

    evenings = ("2026-06-10T20:31", "2026-06-10T23:59", "2026-06-11T18:59", "2026-06-11T19:00")
    assert [remind_unlogged(at_wall(evening)) for evening in evenings] == [0, 0, 0, 1]


def test_what_was_logged_in_time_is_not_asked_about(assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, at_wall("2026-06-10T13:00"))
    occasion.change(status="completed")

    assert remind_unlogged(at_wall("2026-06-10T19:00")) == 0


def test_what_is_older_than_a_week_is_the_coordinators_affair(assignment: Assignment) -> None:
    world.make_occasion(assignment, NOW - 8 * DAY)

    assert remind_unlogged(NOW) == 0


@pytest.mark.parametrize("on", ["2026-03-29", "2026-10-25"])  # to summer time, and back
def test_evening_is_evening_when_the_clocks_change(kalix: Municipality, karin: User, on: str) -> None:
    assignment = world.make_assignment(karin, kalix)
    world.make_occasion(assignment, at_wall(f"{on}T13:00"))

    evening = at_wall(f"{on}T19:00").astimezone(UTC)
    assert evening.hour == (17 if on == "2026-03-29" else 18)
    assert [remind_unlogged(evening - timedelta(seconds=1)), remind_unlogged(evening)] == [0, 1]


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_a_day_before_is_24_hours_when_the_clocks_change(kalix: Municipality, karin: User, night: str) -> None:
    starts_at = at_wall(f"{night}T13:00").astimezone(UTC)
    world.make_occasion(world.make_assignment(karin, kalix), starts_at)

    due = starts_at - timedelta(hours=24)
    assert [remind_before(due - timedelta(seconds=1)), remind_before(due)] == [0, 1]


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["Europe/Stockholm", "America/New_York", "Pacific/Apia"]),
)
def test_the_last_evening_is_the_latest_seven_oclock(now: datetime, name: str) -> None:
    zone = ZoneInfo(name)

    evening = last_evening(now, zone)

    assert evening.astimezone(zone).strftime("%H:%M:%S.%f") == "19:00:00.000000"
    assert timedelta(0) <= now - evening <= timedelta(hours=25)
