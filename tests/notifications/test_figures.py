"""What waits, how long sending takes, and day by day how many of those that were due were sent."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.periods import DAY
from notifications.figures import (
    DayFigures,
    Group,
    count_deliveries,
    figures_by_day,
    figures_of_yesterday,
    time_sending,
)
from notifications.models import Device
from tests import world
from tests.notifications.deliveries import failed, sent, told

NOW = world.NOW
TODAY = date(2026, 6, 10)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def on(day: date) -> DayFigures:
    """Return the figures of one day."""
    [figures] = figures_by_day(first_day=day, last_day=day)
    return figures


def test_what_waits_is_counted_however_old_and_what_is_settled_for_a_day(karins_phone: Device) -> None:
    for at in (NOW - HOUR, NOW - 30 * DAY):
        told(karins_phone, at)
        told(karins_phone, at, status="retrying", error_code="HTTP_503")
        told(karins_phone, at, status="sending", claimed_at=at)
        sent(karins_phone, at, SECOND)
        failed(karins_phone, at, "UNREGISTERED")

    counts = {(group.status, group.error_code): group.count for group in count_deliveries(NOW)}

    assert counts == {
        ("queued", ""): 2,
        ("retrying", "HTTP_503"): 2,
        ("sending", ""): 2,
        ("sent", ""): 1,
        ("failed", "UNREGISTERED"): 1,
    }


def test_one_that_waits_for_the_end_of_quiet_hours_is_not_due(karins_phone: Device) -> None:
    told(karins_phone, NOW - HOUR, due_after=8 * HOUR)
    told(karins_phone, NOW - 2 * HOUR, due_after=HOUR)
    told(karins_phone, NOW - MINUTE)

    [queued] = count_deliveries(NOW)

    assert queued == Group(status="queued", error_code="", count=3, due=2, oldest_due_at=NOW - HOUR)


def test_one_in_hand_of_a_killed_worker_is_still_due(karins_phone: Device) -> None:
    told(karins_phone, NOW - HOUR, status="sending", claimed_at=NOW - HOUR)

    [sending] = count_deliveries(NOW)

    assert (sending.due, sending.oldest_due_at) == (1, NOW - HOUR)


def test_an_outage_and_a_brake_do_not_make_the_queue_young(karins_phone: Device) -> None:
    for at, status in ((NOW - 10 * HOUR, "retrying"), (NOW - HOUR, "queued")):
        told(karins_phone, at, status=status, next_try_at=NOW + 20 * MINUTE)

    queued, retrying = count_deliveries(NOW)

    assert (queued.due, queued.oldest_due_at) == (1, NOW - HOUR)
    assert (retrying.due, retrying.oldest_due_at) == (1, NOW - 10 * HOUR)


def test_one_of_the_release_before_was_due_when_it_was_told(karins_phone: Device) -> None:
    told(karins_phone, NOW - HOUR, due_at=None)

    [queued] = count_deliveries(NOW)

    assert (queued.due, queued.oldest_due_at) == (1, NOW - HOUR)


def test_a_settled_one_is_not_due(karins_phone: Device) -> None:
    sent(karins_phone, NOW - HOUR, SECOND)

    [group] = count_deliveries(NOW)

    assert (group.due, group.oldest_due_at) == (0, None)


def test_sending_is_timed_from_due_to_sent(karins_phone: Device) -> None:
    for seconds in range(1, 101):
        sent(karins_phone, NOW - 10 * MINUTE, seconds * SECOND)

    assert time_sending(NOW) == {0.5: 50 * SECOND, 0.95: 95 * SECOND, 0.99: 99 * SECOND, 1.0: 100 * SECOND}


def test_quiet_hours_are_not_in_the_time(karins_phone: Device) -> None:
    sent(karins_phone, NOW - 9 * HOUR, 9 * HOUR - MINUTE, due_after=9 * HOUR - 3 * MINUTE)

    assert time_sending(NOW)[1.0] == 2 * MINUTE


def test_what_a_retry_waited_is_in_the_time(karins_phone: Device) -> None:
    sent(karins_phone, NOW - 3 * HOUR, 3 * HOUR - MINUTE, next_try_at=NOW - 2 * MINUTE, attempts=4)

    assert time_sending(NOW)[1.0] == 3 * HOUR - MINUTE


def test_only_the_last_hour_is_timed(karins_phone: Device) -> None:
    sent(karins_phone, NOW - 2 * HOUR, HOUR - SECOND)
    failed(karins_phone, NOW - MINUTE, "expired")

    assert time_sending(NOW) == {}


def test_of_what_was_due_on_a_day_is_told_what_became_of_it(karins_phone: Device) -> None:
    sent(karins_phone, NOW, 2 * SECOND)
    sent(karins_phone, NOW, 5 * MINUTE)
    told(karins_phone, NOW)
    told(karins_phone, NOW, status="sending", claimed_at=NOW)
    told(karins_phone, NOW, status="retrying", error_code="HTTP_503")
    for error_code in ("UNREGISTERED", "expired", "UNREGISTERED"):
        failed(karins_phone, NOW, error_code)

    figures = on(TODAY)

    assert (figures.due, figures.sent, figures.waiting, figures.slowest) == (8, 2, 3, 5 * MINUTE)
    assert figures.failed == {"UNREGISTERED": 2, "expired": 1}
    assert figures.due == figures.sent + figures.failed.total() + figures.waiting


def test_a_day_on_which_nobody_was_told_anything_is_there_too(karins_phone: Device) -> None:
    sent(karins_phone, NOW, SECOND)

    figures = figures_by_day(first_day=TODAY - DAY, last_day=TODAY + DAY)

    assert [(figure.day, figure.due) for figure in figures] == [(TODAY - DAY, 0), (TODAY, 1), (TODAY + DAY, 0)]
    assert figures[0] == DayFigures(day=TODAY - DAY)


def test_a_day_begins_at_midnight_in_sweden(karins_phone: Device) -> None:
    midnight = datetime(2026, 6, 9, 22, 0, tzinfo=UTC)
    sent(karins_phone, midnight - SECOND, HOUR)
    sent(karins_phone, midnight, MINUTE)

    assert (on(TODAY - DAY).slowest, on(TODAY).slowest) == (HOUR, MINUTE)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_days_on_which_the_clocks_change_lose_nothing_and_count_nothing_twice(
    karins_phone: Device, day: date, hours: int
) -> None:
    start = datetime.combine(day - DAY, datetime.min.time(), tzinfo=UTC) + 21 * HOUR
    for number in range(30):
        told(karins_phone, start + number * HOUR)

    figures = figures_by_day(first_day=day - DAY, last_day=day + DAY)

    assert sum(figure.due for figure in figures) == 30
    assert figures[1].due == hours


def test_yesterday_is_the_last_whole_day(karins_phone: Device) -> None:
    told(karins_phone, NOW - DAY)
    told(karins_phone, NOW)

    assert (figures_of_yesterday(NOW).day, figures_of_yesterday(NOW).due) == (TODAY - DAY, 1)


def test_many_days_are_one_question(karins_phone: Device, django_assert_num_queries: Any) -> None:
    for number in range(5):
        failed(karins_phone, NOW - number * DAY, f"HTTP_{500 + number}")

    with django_assert_num_queries(1):
        assert sum(figure.due for figure in figures_by_day(first_day=TODAY - 30 * DAY, last_day=TODAY)) == 5


def command(*options: str) -> list[str]:
    """Ask for the figures as an operator does."""
    written = StringIO()
    call_command("push_figures", *options, stdout=written)
    return written.getvalue().splitlines()


def test_the_operator_reads_a_table_and_machines_its_last_line(noon: Any, karins_phone: Device) -> None:
    sent(karins_phone, NOW - DAY, 90 * SECOND)
    failed(karins_phone, NOW - DAY, "UNREGISTERED")
    told(karins_phone, NOW)

    head, *table, last = command("--days", "2")

    assert head.split() == ["day", "due", "sent", "failed", "waiting", "slowest_seconds", "failed_by_error_code"]
    assert [line.split() for line in table] == [
        ["2026-06-09", "2", "1", "1", "0", "90.0", "UNREGISTERED=1"],
        ["2026-06-10", "1", "0", "0", "1", "-"],
    ]
    told_again = json.loads(last)
    assert told_again["time_zone"] == "Europe/Stockholm"
    assert told_again["days"][0] == {
        "day": "2026-06-09",
        "due": 2,
        "sent": 1,
        "failed": 1,
        "waiting": 0,
        "slowest_seconds": 90.0,
        "failed_by_error_code": {"UNREGISTERED": 1},
    }


def test_a_week_is_shown_when_nothing_is_asked(noon: Any, db: Any) -> None:
    assert len(command()) == 1 + 7 + 1


@pytest.mark.parametrize("days", ["0", "-1", "367", "many"])
def test_days_that_make_no_sense_are_refused(db: Any, days: str) -> None:
    with pytest.raises(CommandError):
        command(f"--days={days}")
