"""What may be asked for in units, and what is said when there are too few: alone, in milliseconds."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from assignments.grants import Scope, Terms
from assignments.judging import Book, judge, weigh
from assignments.quota import Use
from assignments.rules import CancellationTable, PolicyRules, PolicyVersions, WeightTable, default_cancellations
from core.errors import DomainError, ReasonRequired
from core.text import LANGUAGES
from occasions.unit_rules import (
    QuotaExceeded,
    UnitsAboveHighest,
    UnitsNotHalf,
    UnitsNotWhole,
    check_units,
    excess_of,
)
from tests import world

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOON = datetime(2026, 6, 12, 12, 0, tzinfo=STOCKHOLM)
RULES = PolicyRules(
    date(2020, 1, 1),
    WeightTable.parse(world.WEIGHTS),
    CancellationTable.parse(default_cancellations()),
    highest_weight=Decimal(5),
)
# 9 hours weigh 2, and a family's day 1, half a day for each half.
TRIP = Use("trip", NOON, NOON + timedelta(hours=9), "planned")


def book(*uses: Use, family: bool = False, rules: PolicyRules = RULES, units: int = 4) -> Book:
    """Return the account of a decision from the first of January on."""
    first = date(2026, 1, 1)
    terms = Terms((Scope(first, Decimal(units)),), first, None, family=family)
    return Book(terms, PolicyVersions.of([rules]), STOCKHOLM, {str(use.occasion_id): use for use in uses})


@pytest.mark.parametrize(
    ("asked", "family", "reason", "error"),
    [
        ("2", False, "", None),  # what it weighs
        ("1", False, "Vi sågs kort", None),
        ("1", False, "", ReasonRequired),
        ("3", False, "", ReasonRequired),
        ("5", False, "Resan tog dygnet", None),  # the highest
        ("6", False, "Resan tog dygnet", UnitsAboveHighest),
        ("6", False, "", UnitsAboveHighest),
        ("0", False, "Varför inte", UnitsNotWhole),
        ("0.5", False, "Varför inte", UnitsNotWhole),
        ("1.3", False, "Varför inte", UnitsNotWhole),
        ("1.5", False, "Varför inte", UnitsNotWhole),
        ("-1", False, "Varför inte", UnitsNotWhole),
        ("1e9", False, "Varför inte", UnitsAboveHighest),
        ("0.5", True, "", None),
        ("1", True, "Hon kom till frukost", None),
        ("1", True, "", ReasonRequired),
        ("1.5", True, "Varför inte", UnitsAboveHighest),  # a day has no more than its started day
        ("0", True, "Varför inte", UnitsNotHalf),
        ("1.3", True, "Varför inte", UnitsNotHalf),
    ],
)
def test_units_are_whole_or_halves_up_to_the_highest_and_for_a_reason_when_not_the_weight(
    asked: str, family: bool, reason: str, error: type[DomainError] | None
) -> None:
    if error is None:
        check_units(book(family=family), None, TRIP, Decimal(asked), reason)
    else:
        with pytest.raises(error) as refused:
            check_units(book(family=family), None, TRIP, Decimal(asked), reason)
        assert refused.value.field == ("units_reason" if error is ReasonRequired else "units")


@pytest.mark.parametrize(("asked", "refused"), [("3", False), ("4", False), ("2", False), ("1", True)])
def test_what_it_counts_as_already_or_waits_for_needs_no_new_reason(asked: str, refused: bool) -> None:
    before = replace(TRIP, own_units=Decimal(3), asked_units=Decimal(4))
    if refused:
        with pytest.raises(ReasonRequired):
            check_units(book(before), before, TRIP, Decimal(asked), "")
    else:
        check_units(book(before), before, TRIP, Decimal(asked), "")


def test_what_counts_as_nothing_may_be_said_to_but_takes_no_question_back() -> None:
    declined = replace(TRIP, status="completed", own_units=Decimal(0))
    check_units(book(declined), declined, declined, Decimal(0), "")
    waiting = replace(TRIP, own_units=Decimal(0), asked_units=Decimal(2))
    check_units(book(waiting), waiting, waiting, Decimal(2), "")
    with pytest.raises(UnitsNotWhole):  # it would count as nothing, and ask nobody
        check_units(book(waiting), waiting, waiting, Decimal(0), "")


def test_without_a_highest_weight_the_table_s_is_the_most_and_the_weight_itself_may_always_be_said() -> None:
    without = replace(RULES, highest_weight=None)
    check_units(book(rules=without), None, TRIP, Decimal(3), "Hela dagen")
    with pytest.raises(UnitsAboveHighest):
        check_units(book(rules=without), None, TRIP, Decimal(4), "Hela dagen")
    stingy = replace(RULES, highest_weight=Decimal(1))
    check_units(book(rules=stingy), None, TRIP, Decimal(2), "")


@pytest.mark.parametrize("on_exceeded", ["block", "warn", "ask"])
def test_too_much_says_what_is_left_and_what_it_would_count_as(on_exceeded: str) -> None:
    held = Use("held", NOON - timedelta(days=5), NOON - timedelta(days=5, hours=-10), "completed")
    before = book(held, rules=replace(RULES, on_exceeded=on_exceeded))  # type: ignore[arg-type]
    verdict = judge(before, "trip", weigh(before, None, TRIP, None))
    problem = excess_of(verdict, None, before)
    assert problem is not None
    assert verdict.answer == on_exceeded
    assert problem.detail("sv") == "Det finns plats för 1 i juni 2026 och tillfället räknas som 2."


def test_what_an_occasion_counts_as_already_is_left_for_itself() -> None:
    short = replace(TRIP, ends_at=NOON + timedelta(hours=2))
    before = book(short, units=1)
    verdict = judge(before, "trip", weigh(before, short, TRIP, None))
    problem = excess_of(verdict, short, before)
    assert problem is not None
    assert problem.detail("en") == "There is room for 1 in June 2026, and the occasion counts as 2."


def test_what_fits_is_no_problem() -> None:
    assert excess_of(judge(book(), "trip", TRIP), None, book()) is None


@pytest.mark.parametrize(
    "error",
    [
        UnitsAboveHighest(units="2"),
        QuotaExceeded(remaining="0", period="juni 2026", units="1"),
        UnitsNotWhole(),
        UnitsNotHalf(),
        ReasonRequired(),
    ],
    ids=lambda error: error.code,
)
def test_every_refusal_is_one_sentence_or_two_in_each_language(error: DomainError) -> None:
    for language in LANGUAGES:
        said = error.detail(language)
        assert said.endswith(".")
        assert "{" not in said
