"""What an occasion weighs, and in which steps units are counted."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

HALF = Decimal("0.5")
MINUTES_OF_A_YEAR = 365 * 24 * 60
MOST_UNITS = 100


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

    def weigh(self, length: timedelta) -> Decimal:
        """Return the units of an occasion of this length. Source: the municipality's policy."""
        return [units for minutes, units in self.steps if timedelta(minutes=minutes) <= length][-1]
