"""What an occasion weighs, in which steps units are counted, and what a cancelled occasion costs."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from core.periods import PeriodKind

HALF = Decimal("0.5")
ONE = Decimal(1)
CENT = Decimal("0.01")
MOST_KRONOR = 10_000_000  # what the columns hold
MINUTES_OF_A_YEAR = 365 * 24 * 60
MOST_UNITS = 100
MOST_NOTICE_HOURS = 365 * 24
STATUSES = ("cancelled", "no_show")
WHO = ("client", "contact_person", "other")


@dataclass(frozen=True)
class WeightTable:
    """Steps of (from minutes, units), both growing, the first from 0 minutes."""

    steps: tuple[tuple[int, Decimal], ...]

    @classmethod
    def parse(cls, steps: Any) -> "WeightTable":
        """Read `[[0, 1], [300, 2]]`. Raise ValueError when it is no growing table of positive units from 0."""
        try:
            table = cls(tuple((minutes, Decimal(str(units))) for minutes, units in steps))
            table._check()
        except (TypeError, ArithmeticError) as error:
            raise ValueError("weight steps are pairs of minutes and units") from error
        return table

    def _check(self) -> None:
        minutes, units = [step[0] for step in self.steps], [step[1] for step in self.steps]
        if any(type(given) is not int for given in minutes):
            raise ValueError("minutes are whole numbers")
        if not minutes or minutes[0] != 0 or sorted(set(minutes)) != minutes or minutes[-1] > MINUTES_OF_A_YEAR:
            raise ValueError("weight steps start at 0 minutes and grow, up to a year")
        if units[0] <= 0 or sorted(units) != units or units[-1] > MOST_UNITS or any(u % HALF for u in units):
            raise ValueError("weights are positive halves that do not shrink, up to 100")

    @property
    def highest(self) -> Decimal:
        """What the longest occasion weighs."""
        return self.steps[-1][1]

    def weigh(self, length: timedelta) -> Decimal:
        """Return the units of an occasion of this length. Source: the municipality's policy."""
        return self.steps[bisect_right(self._lengths, length) - 1][1]

    @cached_property
    def _lengths(self) -> list[timedelta]:
        return [timedelta(minutes=minutes) for minutes, _ in self.steps]


def started_days(starts: datetime, ends: datetime, *, parted_at: time | None) -> Decimal:
    """Return the days of a stay, in halves, from two times on the wall.

    Each started day counts as one; with `parted_at` a day has two halves that meet then, and each started
    half counts. Friday evening to Sunday evening, parted at noon, is 2.5. Source: the municipality's policy.
    """
    last = ends - timedelta(microseconds=1)
    days = Decimal((last.date() - starts.date()).days + 1)
    if parted_at is None:
        return days
    unstarted = (starts.time() >= parted_at) + (last.time() < parted_at)
    return max(days - HALF * unstarted, HALF)  # clocks are put back at night


def round_up(units: Decimal, over: int, step: Decimal) -> Decimal:
    """Return `units / over` rounded up to whole steps, exactly."""
    steps, rest = divmod(units, over * step)
    return (steps + (1 if rest else 0)) * step


@dataclass(frozen=True)
class Outcome:
    """What follows from a cancelled occasion: whether units are used, it is paid, and its costs are repaid."""

    units_used: bool
    paid: bool
    costs_repaid: bool


@dataclass(frozen=True)
class CancellationTable:
    """What follows, by status and by who cancelled: steps of (from so many hours of notice, outcome)."""

    steps: Mapping[tuple[str, str], tuple[tuple[timedelta, Outcome], ...]]

    @classmethod
    def parse(cls, rows: Any) -> "CancellationTable":
        """Read rows such as those of `default_cancellations`.

        Raise ValueError unless every status and everybody who can cancel has a row from 0 hours of notice on.
        """
        found: dict[tuple[str, str], dict[timedelta, Outcome]] = {(s, w): {} for s in STATUSES for w in WHO}
        try:
            for row in rows:
                key, notice, outcome = _read_cancellation(row)
                if notice in found[key]:
                    raise ValueError("a row of the cancellation table is there twice")
                found[key][notice] = outcome
        except (TypeError, KeyError) as error:
            raise ValueError("the cancellation table has rows of status, by, notice_hours and outcome") from error
        if any(timedelta(0) not in steps for steps in found.values()):
            raise ValueError("the cancellation table needs a row from 0 hours for everybody")
        return cls({key: tuple(sorted(steps.items(), key=lambda step: step[0])) for key, steps in found.items()})

    def outcome(self, status: str, by: str, notice: timedelta) -> Outcome:
        """Return what follows when somebody cancelled so long before the start. Source: the policy."""
        steps = self.steps[status, by]
        return [outcome for least, outcome in steps if least <= max(notice, timedelta(0))][-1]


def _read_cancellation(row: Mapping[str, Any]) -> tuple[tuple[str, str], timedelta, Outcome]:
    """Read one row. Raise ValueError, TypeError or KeyError for anything that can't be meant."""
    values = dict(row)
    status, by, hours = values.pop("status"), values.pop("by"), values.pop("notice_hours")
    if type(hours) is not int or not 0 <= hours <= MOST_NOTICE_HOURS:
        raise ValueError("hours of notice are whole numbers, up to a year")
    if any(type(value) is not bool for value in values.values()):
        raise ValueError("units_used, paid and costs_repaid are true or false")
    return (status, by), timedelta(hours=hours), Outcome(**values)


def default_cancellations() -> list[dict[str, Any]]:
    """Return the rows that a policy begins with: cancelled gives units back, a no-show uses them."""
    return [
        {"status": status, "by": by, "notice_hours": 0}
        | dict.fromkeys(("units_used", "paid", "costs_repaid"), status == "no_show")
        for status in STATUSES
        for by in WHO
    ]


def parse_category_caps(caps: Any) -> dict[str, Decimal]:
    """Read `{"meal": "150.00"}`: SEK by a category's code. Raise ValueError for anything but öre above 0."""
    if not isinstance(caps, dict):
        raise ValueError("caps are amounts by a category's code")
    return {code: _read_cap(amount) for code, amount in caps.items()}


def _read_cap(amount: Any) -> Decimal:
    try:
        cap = Decimal(str(amount))
        if isinstance(amount, bool) or not 0 < cap < MOST_KRONOR or cap != cap.quantize(CENT):
            raise ValueError
    except (ArithmeticError, ValueError):
        raise ValueError("a cap is an amount in SEK above 0, with two decimals at most") from None
    return cap.quantize(CENT)


@dataclass(frozen=True)
class PolicyRules:
    """A version of a municipality's policy as plain values.

    Units and their caps in units, age in periods, `receipt_days` in days; caps of categories and what an expense
    is held against in SEK.
    """

    first_day: date
    weights: WeightTable
    cancellations: CancellationTable
    highest_weight: Decimal | None = None
    period: PeriodKind | Literal[""] = ""
    partial_period: str = "whole"
    saving_cap: Decimal = Decimal(0)
    saving_age: int | None = None
    ahead_cap: Decimal = Decimal(0)
    on_exceeded: Literal["warn", "ask", "block"] = "block"
    day_parted_at: time | None = time(12)
    activity_kinds: frozenset[str] = frozenset()
    receipt_days: int | None = None
    category_caps: Mapping[str, Decimal] = field(default_factory=dict)
    ask_first_above: Decimal | None = None
    second_person_above: Decimal | None = None

    def offers(self, kind: str) -> bool:
        """Tell whether activities of a kind (its code) belong to what the municipality offers."""
        return not self.activity_kinds or kind in self.activity_kinds

    def weigh(self, starts: datetime, ends: datetime, length: timedelta, *, family: bool) -> Decimal:
        """Return the units of an occasion between two times on the wall, which differ by `length` in truth."""
        if family:
            return started_days(starts, ends, parted_at=self.day_parted_at)
        return self.weights.weigh(length)

    def most(self, starts: datetime, ends: datetime, *, family: bool) -> Decimal:
        """Return the most that may be asked for: the highest weight, for a family every started day."""
        if family:
            return started_days(starts, ends, parted_at=None)
        return self.weights.highest if self.highest_weight is None else self.highest_weight


@dataclass(frozen=True)
class PolicyVersions:
    """All versions of a municipality's policy, by first day, of which there is one at least."""

    versions: tuple[PolicyRules, ...]

    @classmethod
    def of(cls, versions: Iterable[PolicyRules]) -> "PolicyVersions":
        """Put versions into their order. Raise ValueError when there is none."""
        found = tuple(sorted(versions, key=lambda version: version.first_day))
        if not found:
            raise ValueError("a municipality without a policy judges nothing")
        return cls(found)

    def in_force(self, on: date) -> PolicyRules:
        """Return the version that holds on a day; the first one for days before it."""
        return self.versions[max(bisect_right(self._first_days, on) - 1, 0)]

    @property
    def hand_on(self) -> bool:
        """Whether any version lets units be saved or used ahead."""
        return any(version.saving_cap or version.ahead_cap for version in self.versions)

    @cached_property
    def _first_days(self) -> list[date]:
        return [version.first_day for version in self.versions]


# What readers see where no policy is yet: nothing can be planned before there is one.
UNWRITTEN = PolicyVersions.of(
    [PolicyRules(date.min, WeightTable.parse([[0, 1]]), CancellationTable.parse(default_cancellations()))]
)
