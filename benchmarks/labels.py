"""What people read off a receipt, and when what was read off it says the same.

Totals are equal as numbers, dates as days: printed day first, unless the year comes first or no such day exists.
Sellers are equal when, without case, accents, gaps, punctuation and the kind of company, at least 0.85 of their
letters agree (difflib's ratio): an engine may misread a letter of a long name.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher
from typing import Any

from dateutil import parser

from expenses.reading.amounts import amounts_in
from expenses.reading.words import folded

LEAST_LIKENESS = 0.85

_YEAR_FIRST = re.compile(r"(20\d\d)[-/. ]?(\d\d)[-/. ]?(\d\d)")
_DAY_FIRST = re.compile(r"(\d\d)(\d\d)(20\d\d)")
_KIND_OF_COMPANY = re.compile(r"\b(?:sdn\W{0,2}bhd|bhd|s/b|sb|plt|ltd|inc|ab|aktiebolag|hb|kb|handelsbolag)\b")


@dataclass(frozen=True, slots=True)
class Label:
    """Hold what is printed on a receipt; None is what nobody noted."""

    total: Decimal | None
    date: date | None
    seller: str | None


def label_of(plain: dict[str, Any]) -> Label:
    """Return the label of a row of labels.json; what can't be understood counts as not noted."""
    seller = str(plain.get("company") or "").strip()
    return Label(_total(str(plain.get("total") or "")), _day(str(plain.get("date") or "")), seller or None)


def is_same_seller(read: str, printed: str) -> bool:
    """Tell whether two names are of the same seller."""
    return SequenceMatcher(None, _bare(read), _bare(printed), autojunk=False).ratio() >= LEAST_LIKENESS


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", _KIND_OF_COMPANY.sub("", folded(name)))


def _total(text: str) -> Decimal | None:
    amounts = amounts_in(text)
    if amounts:
        return amounts[-1].value
    try:
        total = Decimal(text.strip())
    except InvalidOperation:
        return None
    return total if total.is_finite() else None


def _day(text: str) -> date | None:
    text = text.strip(" ()[].,")
    try:
        if found := _YEAR_FIRST.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DAY_FIRST.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return parser.parse(text, dayfirst=True).date() if text else None
    except (ValueError, OverflowError):
        return None
