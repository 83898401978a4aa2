"""What may be spent on activities in a month, and what is left of it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.periods import Month

Days = tuple[date, date | None]
ZERO = Decimal("0.00")
# Rejected, returned and draft expenses take nothing of the allowance.
APPROVED = frozenset({"approved", "paid"})
WAITING = frozenset({"submitted"})


@dataclass(frozen=True)
class Outlay:
    """An expense as the allowance sees it. Amounts in SEK."""

    status: str
    claimed: Decimal
    approved: Decimal | None


@dataclass(frozen=True)
class Allowance:
    """The account of one assignment and one month, SEK."""

    month: Month
    granted: Decimal
    carried_in: Decimal
    approved: Decimal
    waiting: Decimal

    @property
    def remaining(self) -> Decimal:
        """What is left when all that waits is approved; negative when it is too much."""
        return self.granted + self.carried_in - self.approved - self.waiting


def allowance_of(monthly: Decimal, days: Days, month: Month, outlays: Iterable[Outlay]) -> Allowance:
    """Account for a month: `monthly` SEK if any of the assignment's `days` lies in it, and what was spent.

    Nothing is carried between months.
    """
    known = list(outlays)
    return Allowance(
        month=month,
        granted=monthly if month.overlaps(*days) else ZERO,
        carried_in=ZERO,
        approved=sum((o.approved or ZERO for o in known if o.status in APPROVED), ZERO),
        waiting=sum((o.claimed for o in known if o.status in WAITING), ZERO),
    )


def allowance_shape(allowance: Allowance) -> dict[str, str]:
    """Return how an account looks to the phone; `AllowanceSerializer` describes it."""
    names = ("granted", "carried_in", "approved", "waiting", "remaining")
    return {"month": str(allowance.month)} | {name: f"{getattr(allowance, name):.2f}" for name in names}
