"""Months and other periods, asked in a municipality's own time zone."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

PeriodKind = Literal["week", "four_weeks", "month", "half_year", "year"]
# From the shortest to the longest.
PERIOD_KINDS: tuple[PeriodKind, ...] = get_args(PeriodKind)
DAY = timedelta(days=1)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """Return the date on the wall at a moment."""
    return moment.astimezone(zone).date()


def two_years_after(day: date) -> date:
    """Return the same day of the year two years later; the 28th of February after a 29th."""
    return date(day.year + 2, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


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

    def overlaps(self, first_day: date, last_day: date | None) -> bool:
        """Tell whether any day of the month lies in a range with both ends included."""
        return first_day <= self.last_day and (last_day is None or last_day >= self.first_day)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


@dataclass(frozen=True, order=True)
class Period:
    """A stretch of days, both ends included; `kind` tells of which calendar it is a part, or all."""

    first_day: date
    last_day: date
    kind: PeriodKind

    @classmethod
    def around(cls, on: date, kind: PeriodKind, *, anchor: date) -> "Period":
        """Return the whole period that a day lies in.

        Weeks begin on Mondays, and four weeks are counted from the week of `anchor`.
        """
        if kind in ("week", "four_weeks"):
            days = 7 if kind == "week" else 28
            monday = anchor - timedelta(days=anchor.weekday())
            first = monday + timedelta(days=(on - monday).days // days * days)
            return cls(first, first + timedelta(days=days - 1), kind)
        months = {"month": 1, "half_year": 6, "year": 12}[kind]
        number = (on.month - 1) // months * months + 1
        return cls(date(on.year, number, 1), Month(on.year, number + months - 1).last_day, kind)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last_day - self.first_day).days + 1

    def within(self, first_day: date, last_day: date | None) -> "Period":
        """Return the part that lies between two days, of which there is one at least."""
        last = self.last_day if last_day is None else min(self.last_day, last_day)
        return Period(max(self.first_day, first_day), last, self.kind)

    def __contains__(self, on: date) -> bool:
        return self.first_day <= on <= self.last_day
