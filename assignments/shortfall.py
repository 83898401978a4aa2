"""How much of what a decision grants was used lately, and whether that was too little. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assignments.grants import Grant
from assignments.quota import ZERO, Quota


@dataclass(frozen=True)
class Share:
    """The units used of those granted, with what coordinators added or took away."""

    used: Decimal
    granted: Decimal

    def is_below(self, percent: int) -> bool:
        """Tell whether less than so many per cent was used; of nothing, nobody can use too little."""
        return self.granted > 0 and 100 * self.used < percent * self.granted


def lately(quotas: Sequence[Quota], *, weeks: int, today: date) -> Share | None:
    """Return what was used in the whole periods before today, the last so many as span the weeks at least.

    None when there are not so many yet. `quotas` are a ledger's: one for each period, without a gap.
    """
    days, counted = 0, []
    for quota in reversed(quotas):
        if quota.period.last_day < today and _is_whole(quota):
            counted.append(quota)
            days += quota.period.days
            if days >= 7 * weeks:
                return _share_of(counted)
    return None


def _is_whole(quota: Quota) -> bool:
    """Tell whether the decision was in force in all of the period: one that it began in may grant all the same."""
    grants = (entry.because for entry in quota.entries if isinstance(entry.because, Grant))
    return not any(grant.is_cut for grant in grants)


def _share_of(quotas: Iterable[Quota]) -> Share:
    share = Share(ZERO, ZERO)
    for quota in quotas:
        share = Share(share.used + quota.used, share.granted + quota.granted + quota.adjustments)
    return share
