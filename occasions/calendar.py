"""The text that a calendar reads (RFC 5545). It says when, and nothing of with whom, where or why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from core.text import Language, Text
from occasions.zones import describe_zone

NAME = Text(sv="Avtalade tider", en="Appointments")
TITLE = Text(sv="Avtalad tid", en="Appointment")
# Part of every UID. It must never change, or each entry would show up a second time.
DOMAIN = "tillfalle"
POLL_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class CalendarEntry:
    """All that a calendar may know of an occasion. `version` counts from 1; `zone` is the municipality's."""

    occasion_id: UUID
    version: int
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    is_cancelled: bool
    zone: ZoneInfo


def write_calendar(entries: Sequence[CalendarEntry], language: Language) -> bytes:
    """Return the calendar of the entries. The same entries give the same bytes, whenever and by whomever asked."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Tillfalle//Calendar link//EN")
    calendar.add("X-WR-CALNAME", NAME.in_language(language))
    calendar.add("REFRESH-INTERVAL", POLL_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    for zone in sorted({entry.zone for entry in entries}, key=lambda zone: zone.key):
        calendar.add_component(describe_zone(zone, *_years(entries)))
    for entry in sorted(entries, key=lambda entry: (entry.starts_at, entry.occasion_id)):
        calendar.add_component(_event(entry, TITLE.in_language(language)))
    written: bytes = calendar.to_ical()
    return written


def _years(entries: Iterable[CalendarEntry]) -> tuple[int, int]:
    """Return the years of the first start and of the last end: zones are told for no more than needed."""
    first = min(entry.starts_at for entry in entries)
    last = max(entry.ends_at for entry in entries)
    return first.astimezone(UTC).year, last.astimezone(UTC).year


def _event(entry: CalendarEntry, title: str) -> Event:
    starts_at, ends_at = _times(entry)
    event = Event()
    event.add("UID", f"{entry.occasion_id}@{DOMAIN}")
    event.add("SEQUENCE", entry.version - 1)
    event.add("DTSTAMP", entry.changed_at.astimezone(UTC))
    event.add("LAST-MODIFIED", entry.changed_at.astimezone(UTC))
    event.add("DTSTART", starts_at)
    event.add("DTEND", ends_at)
    event.add("SUMMARY", title)
    event.add("CLASS", "PRIVATE")
    event.add("STATUS", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    return event


def _times(entry: CalendarEntry) -> tuple[datetime, datetime]:
    """Return start and end by the clock on the wall.

    Of the hour that comes twice a calendar always means the first: what touches the second is told in UTC.
    """
    moments = entry.starts_at, entry.ends_at
    starts_at, ends_at = (moment.astimezone(entry.zone) for moment in moments)
    if starts_at.fold or ends_at.fold:
        starts_at, ends_at = (moment.astimezone(UTC) for moment in moments)
    return starts_at, ends_at
