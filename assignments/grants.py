"""What a decision grants, and the periods over which it is accounted. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from assignments.rules import HALF, ONE, PolicyRules, PolicyVersions, round_up
from core.periods import DAY, PERIOD_KINDS, Period, PeriodKind


@dataclass(frozen=True)
class Scope:
    """How many units a period a decision grants from a day on."""

    first_day: date
    units: Decimal


@dataclass(frozen=True)
class Terms:
    """What a decision grants: its scopes by first day (the first from the decision's own), and its days."""

    scopes: tuple[Scope, ...]
    first_day: date
    last_day: date | None
    period: PeriodKind = "month"
    family: bool = False

    @property
    def step(self) -> Decimal:
        """The smallest part of a unit that is counted."""
        return HALF if self.family else ONE

    def in_steps(self, units: Decimal) -> Decimal:
        """Return units rounded down to whole steps: a policy for families has halves, for others too."""
        return units - units % self.step

    def covers(self, on: date) -> bool:
        """Tell whether the decision is in force on a day."""
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)


@dataclass(frozen=True)
class Grant:
    """What the decision gives for one of its own periods: the `part` of the `whole` that it is in force.

    `is_changed` tells that its scope changes within it.
    """

    whole: Period
    part: Period
    units: Decimal
    is_changed: bool = False

    @property
    def is_cut(self) -> bool:
        """Whether the decision begins or ends within the period."""
        return self.part != self.whole


def accounting_periods(
    terms: Terms, versions: PolicyVersions, since: date | None = None
) -> Iterator[tuple[Period, PolicyRules]]:
    """Yield the periods over which units are counted, one after the other, each with the policy that judges it.

    The policy may count over longer periods than the decision's own, never over shorter ones. A version that
    counts otherwise takes over when the period before it has ended, and with it the decision's own: no days are
    left over for which nothing is granted. With `since` those that ended before that day may be left out.
    """
    start = terms.first_day
    if since is not None and len({version.period for version in versions.versions}) == 1:
        whole = Period.around(since, _kind(terms, versions.versions[0]), anchor=terms.first_day)
        start = max(start, whole.first_day)
    while terms.covers(start):
        rules = versions.in_force(start)
        kind = _kind(terms, rules)
        period = Period.around(start, kind, anchor=terms.first_day)
        if kind != terms.period and _kind(terms, versions.in_force(period.last_day + DAY)) != kind:
            own = Period.around(period.last_day, terms.period, anchor=terms.first_day)
            period = replace(period, last_day=own.last_day)
        yield period.within(start, terms.last_day), rules
        start = period.last_day + DAY


def _kind(terms: Terms, rules: PolicyRules) -> PeriodKind:
    return max(terms.period, rules.period or terms.period, key=PERIOD_KINDS.index)


def grants(terms: Terms, versions: PolicyVersions, since: date | None = None) -> Iterator[Grant]:
    """Yield what is granted for each of the decision's own periods.

    One that the decision's first or last day cuts, or in which its scope changes, follows the policy: whole
    (the larger scope), or pro rata by days, rounded up. With `since` those that begin before are left out.
    """
    start = terms.first_day
    if since is not None:
        start = max(start, Period.around(since, terms.period, anchor=terms.first_day).first_day)
    while terms.covers(start):
        whole = Period.around(start, terms.period, anchor=terms.first_day)
        part = whole.within(start, terms.last_day)
        scopes = list(_scopes_within(terms, part))
        if since is None or part.first_day >= since:
            yield Grant(whole, part, _units(terms, whole, part, scopes, versions), is_changed=len(scopes) > 1)
        start = part.last_day + DAY


def _units(
    terms: Terms, whole: Period, part: Period, scopes: list[tuple[Decimal, int]], versions: PolicyVersions
) -> Decimal:
    if len(scopes) == 1 and part == whole:
        return scopes[0][0]
    if versions.in_force(part.first_day).partial_period == "whole":
        return max(units for units, _ in scopes)
    return round_up(sum((units * days for units, days in scopes), Decimal(0)), whole.days, terms.step)


def _scopes_within(terms: Terms, part: Period) -> Iterator[tuple[Decimal, int]]:
    """Yield the units of each scope and on how many days of the part it holds."""
    for position, scope in enumerate(terms.scopes):
        following = terms.scopes[position + 1].first_day if position + 1 < len(terms.scopes) else None
        first = max(scope.first_day, part.first_day) if position else part.first_day
        last = part.last_day if following is None else min(part.last_day, following - DAY)
        if first <= last:
            yield scope.units, (last - first).days + 1
