"""What a calendar is told of a time zone: a VTIMEZONE of RFC 5545.

icalendar makes them too, but lets summer time start an hour late, and as lists of dates, which Outlook does not
read.
"""

from bisect import bisect
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
MINUTES_OF_A_DAY = 24 * 60


@dataclass(frozen=True)
class Switch:
    """A moment when clocks change: what they showed just then, and the offsets from UTC before and after."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str

    @classmethod
    def at(cls, moment: datetime, zone: ZoneInfo) -> "Switch":
        """Return what changes in a zone at a moment (UTC), if anything."""
        before, after = _offset(moment - timedelta(seconds=1), zone), _offset(moment, zone)
        return cls((moment + before).replace(tzinfo=None), before, after, moment.astimezone(zone).tzname() or "")

    @property
    def rule(self) -> tuple[int, str, time, timedelta, timedelta]:
        """What it has in common with the same switch of other years, such as the last Sunday of March at two."""
        last_day = monthrange(self.onset.year, self.onset.month)[1]
        week = -1 if self.onset.day > last_day - 7 else (self.onset.day - 1) // 7 + 1
        weekday = WEEKDAYS[self.onset.weekday()]
        return self.onset.month, f"{week}{weekday}", self.onset.time(), self.before, self.after

    def observance(self, *, yearly: bool) -> TimezoneStandard | TimezoneDaylight:
        """Return the part of a VTIMEZONE that begins here, this year only or every year."""
        part = TimezoneDaylight() if self.after > self.before else TimezoneStandard()
        part.add("DTSTART", self.onset)
        part.add("TZOFFSETFROM", self.before)
        part.add("TZOFFSETTO", self.after)
        part.add("TZNAME", self.name)
        if yearly:
            month, day, *_ = self.rule
            part.add("RRULE", vRecur(FREQ="YEARLY", BYMONTH=month, BYDAY=day))
        return part


@lru_cache(maxsize=64)
def describe_zone(zone: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """Return what holds in a zone from the first to the last year (UTC), both included.

    It begins a year early, so that every moment of these years lies behind a switch.
    """
    start, end = datetime(first_year - 1, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    switches = [Switch.at(moment, zone) for moment in _switches(zone, start, end)]
    years_of: dict[object, list[Switch]] = defaultdict(list)
    for switch in switches:
        years_of[switch.rule].append(switch)
    yearly = bool(switches) and all(len(years) == end.year - start.year for years in years_of.values())
    kept = [years[0] for years in years_of.values()] if yearly else [Switch.at(start, zone), *switches]
    described = Timezone()
    described.add("TZID", zone.key)
    for switch in kept:
        described.add_component(switch.observance(yearly=yearly))
    return described


def _switches(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the moments (UTC, to the minute) when the offset changes, one a day at most."""
    day = start
    while day < end:
        offset = _offset(day, zone)
        if offset != _offset(day + timedelta(days=1), zone):
            minutes = range(MINUTES_OF_A_DAY)
            kept = bisect(
                minutes, False, key=lambda minute: _offset(day + timedelta(minutes=minute), zone) != offset
            )
            yield day + timedelta(minutes=kept)
        day += timedelta(days=1)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
