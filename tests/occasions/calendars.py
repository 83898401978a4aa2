"""A calendar as another program reads it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import vobject


@dataclass(frozen=True)
class Read:
    """What a calendar made of an entry."""

    starts_at: datetime
    ends_at: datetime
    sequence: int
    status: str
    transparency: str


def read_calendar(content: bytes) -> dict[str, Read]:
    """Return by UID what vobject reads, moments in UTC, told the zones by the calendar alone."""
    return {event.uid.value: _read(event) for event in parse(content).contents.get("vevent", [])}


def parse(content: bytes) -> Any:
    """Return what vobject makes of it. It would keep zones from one calendar to the next."""
    known = getattr(vobject.icalendar, "__tzidMap")
    for name in set(known) - {"UTC"}:
        del known[name]
    return vobject.readOne(content.decode())


def _read(event: Any) -> Read:
    return Read(
        event.dtstart.value.astimezone(UTC),
        event.dtend.value.astimezone(UTC),
        int(event.sequence.value),
        event.status.value,
        event.transp.value,
    )
