"""The quota of a decision in a period: an account whose every number is the sum of its entries.

remaining = granted + carried_in + adjustments - used - planned
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from assignments.grants import Grant
from core.periods import Period

ZERO = Decimal(0)
EntryKind = Literal["granted", "carried_in", "expired", "adjustment", "used", "planned", "released", "waiting"]


@dataclass(frozen=True)
class Use:
    """An occasion as the ledger sees it: its moments (UTC), its status, and units that are not its weight.

    `own_units` is what it counts as instead; `asked_units` waits for the coordinator. `occasion_id` is None
    when whoever reads may not see the occasion itself; `by_another` tells that another contact person on the
    decision planned it.
    """

    occasion_id: str | None
    starts_at: datetime
    ends_at: datetime
    status: str
    own_units: Decimal | None = None
    asked_units: Decimal | None = None
    cancelled_by: str = ""
    cancelled_at: datetime | None = None
    is_skipped: bool = False
    by_another: bool = False


@dataclass(frozen=True)
class Adjustment:
    """What a coordinator added to a decision, or took away, and why. Units with their sign."""

    adjustment_id: str
    on: date
    units: Decimal
    reason: str


@dataclass(frozen=True)
class Lot:
    """Units that were left of a period, or (negative) used ahead of the next; `number` counts the periods."""

    period: Period
    units: Decimal
    number: int


# A period of its own stands for days on which the decision is not in force.
Because = Grant | Lot | Use | Adjustment | Period


@dataclass(frozen=True)
class Entry:
    """One line of the account: `units` is how much it adds to the number of its kind.

    `because` is what it comes from.
    """

    kind: EntryKind
    units: Decimal
    on: date
    because: Because

    @property
    def occasion_id(self) -> str | None:
        """The occasion that it comes from, for those who may see it."""
        return self.because.occasion_id if isinstance(self.because, Use) else None


@dataclass(frozen=True)
class Quota:
    """The account of one decision and one period. All numbers are units: days of a contact family's.

    `ahead` is how far below zero the policy lets it go, `carried_on` what the next period begins with. Of several
    periods told as one, `over_before` is what exceeded the policy in those before the last.
    """

    period: Period
    entries: tuple[Entry, ...]
    family: bool = False
    ahead: Decimal = ZERO
    carried_on: Decimal = ZERO
    over_before: Decimal = ZERO
    sums: dict[str, Decimal] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sums: dict[str, Decimal] = {}
        for entry in self.entries:
            sums[entry.kind] = sums.get(entry.kind, ZERO) + entry.units
        object.__setattr__(self, "sums", sums)

    @property
    def granted(self) -> Decimal:
        """What the decision gives in the period."""
        return self.sums.get("granted", ZERO)

    @property
    def carried_in(self) -> Decimal:
        """What earlier periods left, less what they used ahead."""
        return self.sums.get("carried_in", ZERO) + self.sums.get("expired", ZERO)

    @property
    def adjustments(self) -> Decimal:
        """What coordinators added, less what they took away."""
        return self.sums.get("adjustment", ZERO)

    @property
    def used(self) -> Decimal:
        """What held occasions used, and cancelled ones that count."""
        return self.sums.get("used", ZERO)

    @property
    def planned(self) -> Decimal:
        """What planned occasions will use."""
        return self.sums.get("planned", ZERO)

    @property
    def waiting(self) -> Decimal:
        """What waits for the coordinator, and is in no other number yet."""
        return self.sums.get("waiting", ZERO)

    @property
    def remaining(self) -> Decimal:
        """What is left; negative when more was used than there was."""
        return self.granted + self.carried_in + self.adjustments - self.used - self.planned

    @property
    def expired(self) -> Decimal:
        """What is left and not carried on; negative when more was used than has to be worked off."""
        return self.remaining - self.carried_on

    @property
    def over(self) -> Decimal:
        """How many units exceed what the policy allows, never negative."""
        return self.over_before + max(-self.remaining - self.ahead, ZERO)


def merge(quotas: Sequence[Quota]) -> Quota:
    """Account for several periods that follow one another as for one.

    What was handed on among them cancels out; what expired on the way is told by entries of its own.
    """
    first, last = quotas[0], quotas[-1]
    entries: list[Entry] = []
    for quota in quotas:
        entries += [entry for entry in quota.entries if quota is first or entry.kind != "carried_in"]
        if quota is not last and quota.expired:
            lapsed = Lot(quota.period, -quota.expired, 0)
            entries.append(Entry("expired", lapsed.units, quota.period.last_day, lapsed))
    period = Period(first.period.first_day, last.period.last_day, first.period.kind)
    over_before = sum((quota.over for quota in quotas[:-1]), ZERO)
    return replace(last, period=period, entries=tuple(entries), over_before=over_before)
