"""A policy in words, for administrators."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assignments.forms import PolicyForm
from assignments.policy_words import (
    HELP,
    LABELS,
    ahead_in_words,
    cancellations_in_words,
    caps_in_words,
    saving_in_words,
    weights_in_words,
)
from assignments.rules import CancellationTable, PolicyRules, WeightTable, default_cancellations

RULES = PolicyRules(
    date(2026, 1, 1), WeightTable.parse([[0, 1]]), CancellationTable.parse(default_cancellations())
)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([[0, 1]], "1"),
        ([[0, 1], [300, 2], [630, 3]], "1, från 5 h: 2, från 10 h 30 min: 3"),
        ([[0, "0.5"], [45, 1.5]], "0,5, från 45 min: 1,5"),
    ],
)
def test_a_table_is_read_out(steps: Any, words: str) -> None:
    assert weights_in_words(WeightTable.parse(steps)) == words


@pytest.mark.parametrize(
    ("cap", "age", "words"),
    [
        ("0", None, "inget sparas"),
        ("2", None, "högst 2 sparas tills vidare"),
        ("2", 1, "högst 2 sparas i en period"),
        ("2.5", 3, "högst 2,5 sparas i 3 perioder"),
    ],
)
def test_saving_is_read_out(cap: str, age: int | None, words: str) -> None:
    assert saving_in_words(replace(RULES, saving_cap=Decimal(cap), saving_age=age)) == words


def test_going_ahead_is_read_out() -> None:
    assert ahead_in_words(RULES) == "inget i förskott"
    assert ahead_in_words(replace(RULES, ahead_cap=Decimal(1))) == "högst 1 i förskott"


def test_caps_are_read_out() -> None:
    assert caps_in_words({}) == "inga tak"
    caps = {"meal": Decimal("150.00"), "ticket": Decimal("1299.50")}
    assert caps_in_words(caps) == "meal: 150,00 kr, ticket: 1299,50 kr"


def test_cases_are_read_out_with_the_notice_that_they_want() -> None:
    rows = default_cancellations()
    late = rows[0] | {"units_used": True, "paid": True}
    words = list(
        cancellations_in_words(CancellationTable.parse([late, *rows[1:], rows[0] | {"notice_hours": 24}]))
    )
    assert words[:2] == [
        "Inställt av klienten: räknas, ersätts, kostnader betalas inte",
        "Inställt av klienten, från 24 h i förväg: räknas inte, ersätts inte, kostnader betalas inte",
    ]
    assert words[-1] == "Uteblivet av någon annan: räknas, ersätts, kostnader betalas"
    assert len(words) == 7


def test_every_field_of_the_form_has_a_label_and_a_word_of_help() -> None:
    assert set(PolicyForm.base_fields) == set(LABELS) == set(HELP) | {"municipality"}
