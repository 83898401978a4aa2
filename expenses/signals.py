"""What to look at beside an expense, for both sides. Pure. A signal blocks nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from core.text import Language, Text
from expenses.claiming import excess

ZERO = Decimal("0.00")
PROCESSING, REFUSED = "processing", "refused"
CONFIDENT = 0.7  # below, a reading that differs says more of the reading

TEXTS: Mapping[str, Text] = {
    "same_file": Text(sv="Samma fil finns i ett annat utlägg.", en="Another expense has the same file."),
    "same_picture": Text(
        sv="Kvittot liknar det i ett annat utlägg.", en="The receipt looks like that of another expense."
    ),
    "same_outlay": Text(
        sv="Samma person, dag, belopp och kategori som ett annat utlägg.",
        en="Same person, day, amount and category as another expense.",
    ),
    "amount_differs": Text(
        sv="Utlägget är på {claimed} kr, men på kvittot står {read} kr.",
        en="SEK {claimed} is claimed, but the receipt says SEK {read}.",
    ),
    "date_differs": Text(
        sv="Utlägget är från {claimed}, men på kvittot står {read}.",
        en="The expense is of {claimed}, but the receipt says {read}.",
    ),
    "over_cap": Text(
        sv="Utlägget är {excess} kr mer än vad som ersätts i kategorin.",
        en="SEK {excess} more is claimed than is repaid in the category.",
    ),
    "over_allowance": Text(
        sv="Utlägget är {excess} kr mer än vad som finns kvar av månadens omkostnadsersättning.",
        en="SEK {excess} more is claimed than is left of the month's allowance.",
    ),
    "card_slip": Text(
        sv="Det ser ut som en kortslip: den visar inte vad som köptes.",
        en="It looks like a card slip: that does not show what was bought.",
    ),
    "receipt_refused": Text(sv="Kvittot gick inte att läsa in.", en="The receipt could not be taken in."),
    "receipt_processing": Text(sv="Kvittot bearbetas än.", en="The receipt is still being processed."),
}


@dataclass(frozen=True)
class Signal:
    """One thing to look at; `expense` and `duplicate` only for who may see them."""

    kind: str
    detail: str
    expense: UUID | None = None
    duplicate: UUID | None = None
    answer: str | None = None


@dataclass(frozen=True)
class Alike:
    """Another expense that this one looks like, as somebody sees it."""

    kind: str
    expense: UUID | None
    duplicate: UUID | None
    answer: str | None


@dataclass(frozen=True)
class Claim:
    """What is claimed (SEK; None where a draft does not say), the category's cap (SEK, None for none), and what is
    known of its receipt: none, its status, and what was read off it; `left` is what is left for it of the
    allowance (SEK, None for no limit).
    """

    amount: Decimal | None
    spent_on: date | None
    cap: Decimal | None
    receipt_status: str | None
    suggestion: Mapping[str, Any] | None
    left: Decimal | None = None


def signals_of(claim: Claim, alikes: Iterable[Alike], language: Language) -> list[Signal]:
    """List all there is to look at, what looks claimed before first."""
    found = [
        Signal(one.kind, TEXTS[one.kind].in_language(language), one.expense, one.duplicate, one.answer)
        for one in alikes
    ]
    told = _of_limits(claim) | _of_receipt(claim.receipt_status) | _of_reading(claim)
    return found + [Signal(kind, TEXTS[kind].in_language(language, **values)) for kind, values in told.items()]


def _of_limits(claim: Claim) -> dict[str, dict[str, object]]:
    """Tell by how much a claim goes beyond its category's cap, and beyond what is left of the allowance."""
    limits = {"over_cap": claim.cap, "over_allowance": claim.left}
    found = {kind: excess(claim.amount or ZERO, most=most) for kind, most in limits.items()}
    return {kind: {"excess": over} for kind, over in found.items() if over}


def _of_receipt(status: str | None) -> dict[str, dict[str, object]]:
    """Return the kinds that say how it went with the receipt."""
    kinds = {PROCESSING: "receipt_processing", REFUSED: "receipt_refused"}
    return {kinds[status]: {}} if status in kinds else {}


def _of_reading(claim: Claim) -> dict[str, dict[str, object]]:
    """Return the kinds that say where claim and receipt differ, with the values of both."""
    read = claim.suggestion or {}
    found: dict[str, dict[str, object]] = {}
    total, day = _amount(read.get("total")), _day(read.get("date"))
    if total is not None and claim.amount not in (None, total):
        found["amount_differs"] = {"claimed": claim.amount, "read": total}
    if day is not None and claim.spent_on not in (None, day):
        found["date_differs"] = {"claimed": claim.spent_on, "read": day}
    if read.get("is_card_slip"):
        found["card_slip"] = {}
    return found


def _amount(field: Any) -> Decimal | None:
    try:
        return Decimal(_value(field)).quantize(Decimal("0.01"))
    except (TypeError, ValueError, InvalidOperation):
        return None


def _day(field: Any) -> date | None:
    try:
        return date.fromisoformat(_value(field))
    except (TypeError, ValueError):
        return None


def _value(field: Any) -> str:
    """Return what was read with confidence, or nothing: another release may write otherwise."""
    if isinstance(field, Mapping) and field.get("confidence", 0) >= CONFIDENT:
        return str(field.get("value", ""))
    return ""
