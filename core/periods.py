"""Calendar months, asked in a municipality's own time zone."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """Return the date on the wall at a moment."""
    return moment.astimezone(zone).date()


def local_moment(on: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) when the clock on the wall shows this date and time."""
    return datetime.combine(on, at, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, written `2026-11`."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read `2026-11`. Raise ValueError for anything else, and outside 1900–2199."""
        if not re.fullmatch(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", text, re.ASCII):
            raise ValueError(text)
        return cls(int(text[:4]), int(text[5:]))

    @classmethod
    def of(cls, on: date) -> "Month":
        """Return the month that a date lies in."""
        return cls(on.year, on.month)

    @property
    def first_day(self) -> date:
        """The month's first day."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """The month's last day."""
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the moments (UTC) when the month starts and when the next one does."""
        after = self.last_day + timedelta(days=1)
        return local_moment(self.first_day, time.min, zone), local_moment(after, time.min, zone)

    def overlaps(self, first_day: date, last_day: date | None) -> bool:
        """Tell whether any day of the month lies in a range with both ends included."""
        return first_day <= self.last_day and (last_day is None or last_day >= self.first_day)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"
