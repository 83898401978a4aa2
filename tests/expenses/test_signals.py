"""What is to be looked at beside an expense, in words."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from expenses.signals import Alike, Claim, signals_of

SUGGESTION = {
    "total": {"value": "129.00", "confidence": 0.97},
    "date": {"value": "2026-11-14", "confidence": 0.9},
    "seller": None,
    "is_card_slip": False,
}


def kinds(status: str | None = "ready", **read: Any) -> list[str]:
    """Return the kinds for a claim of SEK 129 on 14 November."""
    claim = Claim(Decimal("129.00"), date(2026, 11, 14), None, status, {**SUGGESTION, **read})
    return [signal.kind for signal in signals_of(claim, [], "sv")]


def test_a_claim_that_is_as_its_receipt_says_needs_no_look() -> None:
    assert kinds() == []
    assert kinds(total={"value": "129.0", "confidence": 0.97}) == []
    assert kinds(total=None, date=None) == []


def test_a_receipt_of_which_nothing_was_read_says_nothing() -> None:
    assert signals_of(Claim(Decimal(1), date(2026, 1, 1), None, None, None), [], "sv") == []


def test_another_amount_and_another_day_are_told_in_words() -> None:
    claim = Claim(Decimal("192.00"), date(2026, 11, 15), None, "ready", SUGGESTION)
    assert [(one.kind, one.detail) for one in signals_of(claim, [], "sv")] == [
        ("amount_differs", "Utlägget är på 192.00 kr, men på kvittot står 129.00 kr."),
        ("date_differs", "Utlägget är från 2026-11-15, men på kvittot står 2026-11-14."),
    ]
    assert [one.detail for one in signals_of(claim, [], "en")] == [
        "SEK 192.00 is claimed, but the receipt says SEK 129.00.",
        "The expense is of 2026-11-15, but the receipt says 2026-11-14.",
    ]


def test_what_was_read_with_little_confidence_is_no_reason_to_look() -> None:
    assert (
        kinds(total={"value": "12.00", "confidence": 0.3}, date={"value": "2018-01-01", "confidence": 0.69}) == []
    )


@pytest.mark.parametrize("written", ["", "nonsense", None, {}, {"value": "x", "confidence": 1}, {"value": "1"}, 7])
def test_what_another_release_wrote_is_let_be(written: Any) -> None:
    assert kinds(total=written, date=written) == []


def test_a_card_slip_is_told() -> None:
    assert kinds(is_card_slip=True) == ["card_slip"]


@pytest.mark.parametrize(
    ("status", "kind"), [("processing", "receipt_processing"), ("refused", "receipt_refused")]
)
def test_a_receipt_that_is_not_there_yet_or_never_will_be_is_told(status: str, kind: str) -> None:
    assert kinds(status) == [kind]


def test_what_looks_the_same_comes_first_with_its_answer() -> None:
    claim = Claim(Decimal(1), date(2026, 11, 14), None, "ready", SUGGESTION)
    other, row = uuid4(), uuid4()
    first, *rest = signals_of(claim, [Alike("same_file", other, row, "duplicate")], "en")
    assert (first.kind, first.expense, first.duplicate, first.answer) == ("same_file", other, row, "duplicate")
    assert first.detail == "Another expense has the same file."
    assert [one.kind for one in rest] == ["amount_differs"]


@pytest.mark.parametrize(("cap", "told"), [(None, []), ("129.00", []), ("100.50", ["over_cap"])])
def test_more_than_the_cap_of_its_category_is_told(cap: str | None, told: list[str]) -> None:
    claim = Claim(Decimal("129.00"), date(2026, 11, 14), Decimal(cap) if cap else None, None, None)
    found = signals_of(claim, [], "en")
    assert [one.kind for one in found] == told
    assert [one.detail for one in found] == ["SEK 28.50 more is claimed than is repaid in the category."] * len(
        told
    )
