"""The ledger of a decision: its whole life, period by period. Computed, never counted up in a column.

A period is judged by the policy in force on its first day, an occasion by the one of its own date.
Source: product.md, "Units".
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from assignments.grants import Terms, accounting_periods, grants
from assignments.quota import ZERO, Adjustment, Entry, Lot, Quota, Use, merge
from assignments.rules import STATUSES, Outcome, PolicyVersions
from core.periods import DAY, Month, Period


@dataclass(frozen=True)
class Ledger:
    """The accounts of a decision, one for each period, without a gap.

    `outside` are entries of days on which the decision was not in force.
    """

    terms: Terms
    quotas: tuple[Quota, ...]
    outside: tuple[Entry, ...] = ()

    @property
    def last_day(self) -> date:
        """How far it reaches."""
        return self.quotas[-1].period.last_day

    def on(self, day: date) -> Quota:
        """Return the account of the period that a day lies in; outside the decision's days, of those in its month.

        Raise ValueError for a day of the decision that the ledger does not reach.
        """
        position = bisect_right(self.quotas, day, key=lambda quota: quota.period.first_day) - 1
        if position >= 0 and day in self.quotas[position].period:
            return self.quotas[position]
        if self.terms.covers(day):
            raise ValueError(f"the ledger ends before {day}")
        period = self._around(day)
        entries = [entry for entry in self.outside if entry.on in period]
        return Quota(period, (Entry("granted", ZERO, period.first_day, period), *entries), self.terms.family)

    def _around(self, day: date) -> Period:
        """Return those days of a month that lie, with this one, before the decision or after it."""
        month = Period.around(day, "month", anchor=day)
        if day < self.terms.first_day:
            return month.within(month.first_day, self.terms.first_day - DAY)
        return month.within((self.terms.last_day or day) + DAY, None)

    def in_month(self, month: Month) -> Quota:
        """Return the account of the periods that start in a month, else of the one that it lies in."""
        starting = [one for one in self.quotas if month.first_day <= one.period.first_day <= month.last_day]
        return merge(starting) if starting else self.on(month.first_day)

    def exceeding(self, *before: "Ledger") -> list[tuple[Quota, Quota]]:
        """Return the accounts that exceed the policy by more than ever before, each as it was and as it is.

        Only the change is compared, so that an edit that touches no units is never refused and making an
        occasion smaller always works. Each of `before` reaches as far as this one, at least.
        """
        accounts = list(zip(self.quotas, *(ledger.quotas for ledger in before), strict=False))
        for day in sorted({self._around(entry.on).first_day for entry in self.outside}):
            accounts.append((self.on(day), *(ledger.on(day) for ledger in before)))
        pairs = ((max(was, key=lambda one: one.over), now) for now, *was in accounts)
        return [(was, now) for was, now in pairs if now.over > was.over]


def days_that_matter(
    terms: Terms, versions: PolicyVersions, first_day: date, last_day: date
) -> tuple[date | None, date]:
    """Return the first and last day of what the accounts of some days are computed from.

    Nothing later ever matters. Where no version of the policy lets units be saved or used ahead, no period hands
    anything on to the next, and nothing earlier matters either; else the first day is None.
    """
    first, last = first_day, last_day
    for period, _ in accounting_periods(terms, versions, since=first_day):
        if first_day in period:
            first = period.first_day
        if last_day in period:
            last = period.last_day
        if period.last_day >= last_day:
            break
    return (None if versions.hand_on else first), last


def ledger_of(
    terms: Terms,
    versions: PolicyVersions,
    *,
    uses: Iterable[Use],
    adjustments: Iterable[Adjustment],
    zone: ZoneInfo,
    until: date,
    since: date | None = None,
) -> Ledger:
    """Account for a decision from its first day on, up to the period of `until` or of the last entry after it.

    While units used ahead are worked off it goes on, so that later periods can't be too short for that unseen.
    The order of `uses` and `adjustments` does not matter. With `since`, of which `days_that_matter` tells, earlier
    periods are left out.
    """
    entries = [entry for use in uses for entry in count(use, versions, zone, family=terms.family)]
    entries += [Entry("adjustment", one.units, one.on, one) for one in adjustments]
    entries.sort(key=_order)
    inside = [one for one in entries if terms.covers(one.on) and (since is None or one.on >= since)]
    until = max(until, inside[-1].on) if inside else until
    outside = tuple(entry for entry in entries if not terms.covers(entry.on))
    return Ledger(terms, tuple(_accounts(terms, versions, inside, until, since)), outside)


def _order(entry: Entry) -> tuple[object, ...]:
    why = entry.because
    if isinstance(why, Use):
        told = why.status, why.is_skipped, entry.kind, entry.units  # of those whose ids are hidden, this is all
        return entry.on, 1, why.by_another, why.starts_at, why.occasion_id or "", *told
    return entry.on, 0, str(getattr(why, "adjustment_id", "")), entry.units


def weight_of(use: Use, versions: PolicyVersions, zone: ZoneInfo, *, family: bool) -> Decimal:
    """Return what an occasion weighs by the policy of its own date, whatever was asked for."""
    starts, ends = use.starts_at.astimezone(zone), use.ends_at.astimezone(zone)
    rules = versions.in_force(starts.date())
    return rules.weigh(starts, ends, use.ends_at - use.starts_at, family=family)


def outcome_of(use: Use, versions: PolicyVersions, zone: ZoneInfo) -> Outcome | None:
    """Return what follows from a cancelled or missed occasion, nothing from a skipped one; None for any other."""
    if use.status not in STATUSES:
        return None
    if use.is_skipped:
        return Outcome(units_used=False, paid=False, costs_repaid=False)
    notice = use.starts_at - (use.cancelled_at or use.starts_at)
    rules = versions.in_force(use.starts_at.astimezone(zone).date())
    return rules.cancellations.outcome(use.status, use.cancelled_by, notice)


def count(use: Use, versions: PolicyVersions, zone: ZoneInfo, *, family: bool) -> Iterator[Entry]:
    """Yield what an occasion counts as, on its local start date, and what of it waits for the coordinator."""
    on = use.starts_at.astimezone(zone).date()
    units = weight_of(use, versions, zone, family=family) if use.own_units is None else use.own_units
    if outcome := outcome_of(use, versions, zone):
        yield Entry("used", units, on, use) if outcome.units_used else Entry("released", ZERO, on, use)
        return
    yield Entry("planned" if use.status == "planned" else "used", units, on, use)
    if use.asked_units is not None and use.asked_units > units:  # a later version may weigh as much as was asked
        yield Entry("waiting", use.asked_units - units, on, use)


def _accounts(
    terms: Terms, versions: PolicyVersions, entries: list[Entry], until: date, since: date | None
) -> Iterator[Quota]:
    """Yield the account of each period, and hand on what it leaves to the next."""
    coming, position = grants(terms, versions, since), 0
    grant = next(coming, None)
    lots: list[Lot] = []
    for number, (period, rules) in enumerate(accounting_periods(terms, versions, since)):
        if since is not None and period.last_day < since:
            continue
        found = []
        while grant is not None and grant.part.first_day <= period.last_day:
            found.append(Entry("granted", grant.units, grant.part.first_day, grant))
            grant = next(coming, None)
        found += [Entry("carried_in", lot.units, period.first_day, lot) for lot in lots]
        while position < len(entries) and entries[position].on <= period.last_day:
            found.append(entries[position])
            position += 1
        is_last = period.last_day == terms.last_day
        # Nobody gets ahead of the end: there is nothing left to work it off with.
        quota = Quota(period, tuple(found), terms.family, ZERO if is_last else terms.in_steps(rules.ahead_cap))
        cap = ZERO if is_last else terms.in_steps(rules.saving_cap)
        lots = list(_handed_on(quota, lots, number, cap=cap, age=rules.saving_age))
        carried_on = sum((lot.units for lot in lots), ZERO)
        yield replace(quota, carried_on=carried_on)
        if until <= period.last_day and carried_on >= 0:
            return


def _handed_on(quota: Quota, lots: list[Lot], number: int, *, cap: Decimal, age: int | None) -> Iterator[Lot]:
    """Yield what a period leaves to the next, oldest first.

    What was saved longest is used first. Of what is left, the newest is kept, up to the cap, until its age
    in periods is reached. What was used ahead is worked off, up to what the policy allows.
    """
    left = quota.remaining
    if left < 0:
        if debt := min(-left, quota.ahead):
            yield Lot(quota.period, -debt, number)
        return
    fresh = Lot(quota.period, max(quota.granted + quota.adjustments, ZERO), number)
    kept: list[Lot] = []
    room = cap
    for lot in (fresh, *reversed(lots)):
        units = min(lot.units, left)
        if units > 0:
            left -= units
            if age is None or number + 1 - lot.number <= age:
                kept.append(replace(lot, units=min(units, room)))
                room -= kept[-1].units
    yield from (lot for lot in reversed(kept) if lot.units)
