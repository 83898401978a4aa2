"""What an occasion weighs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal


@dataclass(frozen=True)
class WeightTable:
    """Steps of (from minutes, units), both growing, the first from 0 minutes."""

    steps: tuple[tuple[int, Decimal], ...]

    @classmethod
    def parse(cls, steps: Sequence[Sequence[float | str]]) -> "WeightTable":
        """Read `[[0, 1], [300, 2]]`. Raise ValueError when it is no growing table of positive units from 0."""
        try:
            table = cls(tuple((int(minutes), Decimal(str(units))) for minutes, units in steps))
        except (TypeError, ArithmeticError) as error:
            raise ValueError("weight steps are pairs of minutes and units") from error
        minutes = [step[0] for step in table.steps]
        units = [step[1] for step in table.steps]
        if not minutes or minutes[0] != 0 or sorted(set(minutes)) != minutes:
            raise ValueError("weight steps start at 0 minutes and grow")
        if units[0] <= 0 or sorted(units) != units or any(weight % Decimal("0.5") for weight in units):
            raise ValueError("weights are positive halves that do not shrink")
        return table

    def weigh(self, length: timedelta) -> Decimal:
        """Return the units of an occasion of this length. Source: the municipality's policy."""
        minutes = length / timedelta(minutes=1)
        return [units for from_minutes, units in self.steps if from_minutes <= minutes][-1]
