"""What a calendar is written, read by another library: when, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from occasions.calendar import CalendarEntry, write_calendar
from occasions.zones import describe_zone
from tests.occasions.calendars import parse, read_calendar

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CHANGED = datetime(2026, 6, 1, 8, 30, 0, 123456, tzinfo=UTC)


def entry(starts_at: str | datetime, hours: float = 2, number: int = 1, **more: Any) -> CalendarEntry:
    """Return an entry that starts at a moment, given in UTC."""
    start = starts_at if isinstance(starts_at, datetime) else datetime.fromisoformat(starts_at)
    values: dict[str, Any] = {"version": 1, "changed_at": CHANGED, "is_cancelled": False, "zone": STOCKHOLM}
    end = start + timedelta(hours=hours)
    return CalendarEntry(occasion_id=UUID(int=number), starts_at=start, ends_at=end, **(values | more))


def uid(number: int = 1) -> str:
    return f"{UUID(int=number)}@tillfalle"


def times(*entries: CalendarEntry) -> dict[str, tuple[datetime, datetime]]:
    """Return what the other library understands, by UID."""
    found = read_calendar(write_calendar(entries, "sv"))
    return {key: (read.starts_at, read.ends_at) for key, read in found.items()}


def meant(*entries: CalendarEntry) -> dict[str, tuple[datetime, datetime]]:
    return {uid(one.occasion_id.int): (one.starts_at, one.ends_at) for one in entries}


def test_an_entry_says_when_and_nothing_else() -> None:
    assert write_calendar([entry("2026-06-12T13:00Z")], "sv").decode().splitlines() == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tillfalle//Calendar link//EN",
        "X-WR-CALNAME:Avtalade tider",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Stockholm",
        "BEGIN:DAYLIGHT",
        "DTSTART:20250330T020000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:20251026T030000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "SUMMARY:Avtalad tid",
        "DTSTART;TZID=Europe/Stockholm:20260612T150000",
        "DTEND;TZID=Europe/Stockholm:20260612T170000",
        "DTSTAMP:20260601T083000Z",
        "UID:00000000-0000-0000-0000-000000000001@tillfalle",
        "SEQUENCE:0",
        "CLASS:PRIVATE",
        "LAST-MODIFIED:20260601T083000Z",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_it_is_neutral_in_english_too() -> None:
    content = write_calendar([entry("2026-06-12T13:00Z")], "en").decode()
    assert "X-WR-CALNAME:Appointments" in content
    assert "SUMMARY:Appointment\r\n" in content


def test_a_cancelled_entry_stays_itself_and_takes_no_time() -> None:
    planned = entry("2026-06-12T13:00Z", version=3)
    cancelled = entry("2026-06-12T13:00Z", version=4, is_cancelled=True)
    (before,) = read_calendar(write_calendar([planned], "sv")).items()
    (after,) = read_calendar(write_calendar([cancelled], "sv")).items()
    assert before[0] == after[0] == uid()
    assert (before[1].sequence, before[1].status, before[1].transparency) == (2, "CONFIRMED", "OPAQUE")
    assert (after[1].sequence, after[1].status, after[1].transparency) == (3, "CANCELLED", "TRANSPARENT")


def test_the_order_in_which_entries_are_found_does_not_matter() -> None:
    first, second, third = (entry("2026-06-12T13:00Z", number=number) for number in (1, 2, 3))
    assert write_calendar([third, first, second], "sv") == write_calendar([first, second, third], "sv")


def test_without_entries_it_is_an_empty_calendar() -> None:
    content = write_calendar([], "sv")
    assert read_calendar(content) == {}
    assert b"VTIMEZONE" not in content


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24", "2026-12-31"])
def test_every_quarter_of_an_hour_around_a_switch_and_a_new_year_is_understood(day: str) -> None:
    midnight = datetime.fromisoformat(f"{day}T18:00Z")
    entries = [entry(midnight + timedelta(minutes=15 * step), 0.5, step) for step in range(96)]
    assert times(*entries) == meant(*entries)


@pytest.mark.parametrize(
    ("starts_at", "hours"),
    [
        ("2026-03-28T20:00Z", 10),  # 21:00 to 08:00, a night of one hour less
        ("2026-10-24T19:00Z", 12),  # 21:00 to 08:00, a night of one hour more
        ("2026-10-25T00:15Z", 0.5),  # 02:15 to 02:45, before the clocks go back
        ("2026-10-25T01:15Z", 0.5),  # 02:15 to 02:45, after
        ("2026-10-25T00:30Z", 1),  # 02:30 to 02:30
        ("2026-10-25T00:45Z", 0.25),  # 02:45 to 02:00
        ("2026-06-30T21:30Z", 5),  # Over the end of a month
        ("2026-12-31T22:30Z", 4),  # Over the end of a year
        ("2026-10-23T16:00Z", 49),  # A weekend with a contact family, Friday to Sunday evening
    ],
)
def test_nights_switches_and_the_hour_that_comes_twice_last_as_long_as_they_do(
    starts_at: str, hours: float
) -> None:
    one = entry(starts_at, hours)
    assert times(one) == meant(one)


@pytest.mark.parametrize("name", ["America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tokyo"])
def test_each_zone_is_told_as_it_is_in_every_hour_of_a_year(name: str) -> None:
    zone = ZoneInfo(name)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    told = parse(write_calendar([entry(moment, 8759, zone=zone)], "sv")).vtimezone.tzinfo
    while moment.year < 2027:
        local = moment.astimezone(zone)
        if not local.fold:
            assert local.replace(tzinfo=told).utcoffset() == local.utcoffset(), moment
        moment += timedelta(hours=1)


def test_two_municipalities_with_clocks_of_their_own_are_not_mixed_up() -> None:
    entries = [entry("2026-06-12T13:00Z"), entry("2026-06-12T13:00Z", number=2, zone=ZoneInfo("Europe/Helsinki"))]
    content = write_calendar(entries, "sv").decode()
    assert content.count("BEGIN:VTIMEZONE") == 2
    assert "DTSTART;TZID=Europe/Helsinki:20260612T160000" in content
    assert times(*entries) == meant(*entries)


def test_a_zone_whose_clocks_follow_no_rule_is_told_switch_by_switch() -> None:
    told = describe_zone(ZoneInfo("Africa/Casablanca"), 2026, 2026).to_ical().decode()
    assert "RRULE" not in told
    assert told.count("BEGIN:STANDARD") + told.count("BEGIN:DAYLIGHT") == 5
