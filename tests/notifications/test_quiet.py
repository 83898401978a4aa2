"""Quiet hours: a phone that would ring at night rings in the morning, wherever its person is."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import delivery
from notifications.messages import Kind
from notifications.models import Delivery, Notification
from notifications.preference_services import set_preferences
from notifications.quiet import QuietHours, parse_hours
from people.models import User
from tests import world
from tests.notifications.calls import queued, state, tell

STOCKHOLM, TOKYO = ZoneInfo("Europe/Stockholm"), ZoneInfo("Asia/Tokyo")
NIGHT: dict[str, Any] = {"quiet_from": time(22), "quiet_until": time(7)}


def at(text: str, zone: ZoneInfo = STOCKHOLM) -> datetime:
    """Return the moment when the clock on a wall shows this."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "loud"),
    [
        ("2026-06-10T12:00", "2026-06-10T12:00"),
        ("2026-06-10T21:59", "2026-06-10T21:59"),
        ("2026-06-10T22:00", "2026-06-11T07:00"),
        ("2026-06-11T03:00", "2026-06-11T07:00"),
        ("2026-06-11T06:59", "2026-06-11T07:00"),
        ("2026-06-11T07:00", "2026-06-11T07:00"),
        # The clocks go forward on 29 March 2026 and back on 25 October.
        ("2026-03-28T23:00", "2026-03-29T07:00"),
        ("2026-10-24T23:00", "2026-10-25T07:00"),
    ],
)
def test_the_night_is_over_in_the_morning(now: str, loud: str) -> None:
    assert QuietHours(time(22), time(7), STOCKHOLM).over(at(now)) == at(loud)


def test_the_night_of_the_clock_change_is_an_hour_shorter_or_longer() -> None:
    night = QuietHours(time(22), time(7), STOCKHOLM)
    lengths = [night.over(at(f"{day}T22:00")) - at(f"{day}T22:00").astimezone(ZoneInfo("UTC")) for day in (
        "2026-03-27", "2026-03-28", "2026-10-24")]  # fmt: skip
    assert lengths == [timedelta(hours=9), timedelta(hours=8), timedelta(hours=10)]


def test_quiet_hours_may_end_at_a_time_that_the_clocks_skip() -> None:
    assert QuietHours(time(1), time(2, 30), STOCKHOLM).over(at("2026-03-29T01:30")) == at("2026-03-29T03:30")


@given(
    st.times(),
    st.times(),
    st.integers(0, 366 * 24 * 60),
    st.sampled_from([STOCKHOLM, TOKYO]),
)
def test_it_is_loud_afterwards_and_never_longer_than_a_day_until_then(
    start: time, end: time, minutes: int, zone: ZoneInfo
) -> None:
    start, end = start.replace(microsecond=0), end.replace(microsecond=0)
    if start == end:
        return
    hours, now = QuietHours(start, end, zone), at("2026-01-01") + timedelta(minutes=minutes)
    loud = hours.over(now)
    assert now <= loud <= now + timedelta(hours=25)
    assert hours.over(loud) == loud


@pytest.mark.parametrize("text", ["22:00", "22:00-22:00", "22-", "", "22:00-07:00+01:00"])
def test_quiet_hours_that_are_none_stop_the_start(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_hours(text)


def test_the_setting_can_be_off() -> None:
    assert (parse_hours("off"), parse_hours("22:00-07:00")) == (None, (time(22), time(7)))


def waits_until() -> datetime | None:
    """Return when the only push goes out; None when there is none."""
    return Delivery.objects.values_list("next_try_at", flat=True).first()


def test_what_happens_at_night_is_pushed_in_the_morning_and_in_the_inbox_at_once(karin: User) -> None:
    set_preferences(user=karin, **NIGHT)
    world.make_device(karin)
    tell(karin, now=at("2026-06-10T23:15"))
    assert waits_until() == at("2026-06-11T07:00")
    assert Notification.objects.get().created_at == at("2026-06-10T23:15")


def test_karin_in_tokyo_is_left_alone_while_it_is_night_there(karin: User) -> None:
    set_preferences(user=karin, time_zone="Asia/Tokyo", **NIGHT)
    world.make_device(karin)
    tell(karin, now=at("2026-06-10T18:00"))  # one in the morning in Tokyo
    assert waits_until() == at("2026-06-11T07:00", TOKYO) == at("2026-06-11T00:00")


def test_what_is_pointless_in_the_morning_is_in_the_inbox_only(karin: User) -> None:
    set_preferences(user=karin, **NIGHT)
    world.make_device(karin)
    night = at("2026-06-11T06:00")
    tell(karin, kind=Kind.OCCASION_SOON, now=night, expires_at=at("2026-06-11T06:55"))
    assert (Notification.objects.count(), waits_until()) == (1, None)
    tell(karin, kind=Kind.OCCASION_SOON, now=night, expires_at=at("2026-06-11T07:30"), dedup_key="2")
    assert waits_until() == at("2026-06-11T07:00")


def test_who_never_said_has_the_quiet_hours_of_the_deployment(karin: User, settings: Any) -> None:
    settings.QUIET_HOURS = (time(21), time(6))
    world.make_device(karin)
    tell(karin, now=at("2026-06-10T21:30"))
    assert waits_until() == at("2026-06-11T06:00")


# Asked again when it is sent: hours may have passed since


LATE = at("2026-06-10T21:50")


@pytest.fixture
def waiting(karin: User) -> Delivery:
    """A push to Karin that is due ten minutes before her night."""
    set_preferences(user=karin, **NIGHT)
    return queued(world.make_device(karin), now=LATE)


def send_at(waiting: Delivery, now: datetime) -> Delivery:
    delivery.send_due(now)
    waiting.refresh_from_db()
    return waiting


def test_a_retry_that_falls_into_the_night_waits_for_the_morning(waiting: Delivery) -> None:
    waiting.change(status="retrying", attempts=3, next_try_at=at("2026-06-10T22:05"))
    after = send_at(waiting, at("2026-06-10T22:05"))
    morning = at("2026-06-11T07:00")
    assert (after.status, after.attempts, after.next_try_at, after.due_at) == ("retrying", 3, morning, morning)
    assert send_at(waiting, morning).status == "sent"


def test_one_that_was_never_tried_waits_as_if_nobody_had_looked(waiting: Delivery) -> None:
    after = send_at(waiting, at("2026-06-10T22:05"))
    assert (after.status, after.attempts) == ("queued", 0)


def test_a_retry_that_is_pointless_in_the_morning_is_given_up(waiting: Delivery) -> None:
    Notification.objects.update(expires_at=at("2026-06-11T06:30"))
    after = send_at(waiting, at("2026-06-10T22:05"))
    assert (after.status, after.error_code, after.attempts) == ("failed", "expired", 0)


def test_what_was_switched_off_meanwhile_is_not_sent(waiting: Delivery, karin: User) -> None:
    set_preferences(user=karin, kinds=[{"kind": Kind.EXPENSE_APPROVED, "push": False}])
    after = send_at(waiting, LATE)
    assert (after.status, after.error_code) == ("failed", "muted")


def test_quiet_hours_of_one_hold_up_no_other(waiting: Delivery, sven: User) -> None:
    set_preferences(user=sven, quiet_from=None, quiet_until=None)
    other = queued(world.make_device(sven), now=LATE, dedup_key="2")
    assert (send_at(other, at("2026-06-10T22:05")).status, state(waiting)[0]) == ("sent", "queued")
