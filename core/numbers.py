"""Numbers as JSON has them. Pure."""

from decimal import Decimal


def as_number(units: Decimal) -> int | float:
    """Return units as JSON has them: `2` or `2.5`."""
    return int(units) if units == int(units) else float(units)
