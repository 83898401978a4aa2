"""What is read off a receipt, each value with how sure the reading is."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, Self, TypeVar

Value = TypeVar("Value")

HIGH = 0.9  # from here on a value may be filled in for a person; below it is only shown


@dataclass(frozen=True, slots=True)
class Suggested(Generic[Value]):
    """Hold a value and how likely it is right, from 0 to 1."""

    value: Value
    confidence: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Hold what was read; `total` is in the receipt's currency, None is what was not found."""

    total: Suggested[Decimal] | None
    date: Suggested[date] | None
    seller: Suggested[str] | None
    is_card_slip: bool

    def as_json(self) -> dict[str, Any]:
        """Return plain values: total and date as text."""
        return {
            "total": _as_json(self.total),
            "date": _as_json(self.date),
            "seller": _as_json(self.seller),
            "is_card_slip": self.is_card_slip,
        }

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        """Return what as_json made plain; raises Key-, Type-, Value- or ArithmeticError on anything else."""
        total, day, seller = plain["total"], plain["date"], plain["seller"]
        return cls(
            total=total and Suggested(Decimal(total["value"]), float(total["confidence"])),
            date=day and Suggested(date.fromisoformat(day["value"]), float(day["confidence"])),
            seller=seller and Suggested(str(seller["value"]), float(seller["confidence"])),
            is_card_slip=bool(plain["is_card_slip"]),
        )


def _as_json(suggested: Suggested[Any] | None) -> dict[str, Any] | None:
    if suggested is None:
        return None
    return {"value": str(suggested.value), "confidence": suggested.confidence}
