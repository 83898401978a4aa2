"""Which periods tell how much of a decision is used, and what is too little: alone, in milliseconds."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assignments.grants import Terms
from assignments.quota import Use
from assignments.shortfall import Share, lately
from tests.assignments.ledgers import NEW_YEAR, added, book, decision, june, policy, use

TODAY = june(10)
MAY, APRIL = date(2026, 5, 1), date(2026, 4, 1)


def share(
    terms: Terms, *uses: Use, weeks: int = 8, today: date = TODAY, rules: Any = None, **more: Any
) -> Share | None:
    """Return what was used lately, of a decision's own ledger."""
    versions = [policy()] if rules is None else rules
    return lately(book(terms, *versions, uses=uses, **more).ledger(today).quotas, weeks=weeks, today=today)


def each(first: date, count: int) -> list[Use]:
    """Return so many occasions of one unit, day after day."""
    return [use(first + timedelta(days=number)) for number in range(count)]


def test_three_of_the_eight_units_of_april_and_may_are_used() -> None:
    assert share(decision(), *each(APRIL, 1), *each(MAY, 2)) == Share(Decimal(3), Decimal(8))


@pytest.mark.parametrize(
    ("used", "granted", "percent", "is_below"),
    [
        ("3", "8", 50, True),
        ("4", "8", 50, False),
        ("3.5", "8", 50, True),
        ("0", "8", 1, True),
        ("7", "8", 100, True),
        ("8", "8", 100, False),
        ("9", "8", 100, False),
        ("1", "3", 33, False),
        ("1", "3", 34, True),
        ("0.5", "100", 1, True),
        ("0", "0", 100, False),
        ("0", "-1", 100, False),
    ],
)
def test_less_than_so_many_per_cent_is_too_little(used: str, granted: str, percent: int, is_below: bool) -> None:
    assert Share(Decimal(used), Decimal(granted)).is_below(percent) is is_below


@pytest.mark.parametrize(
    ("weeks", "months"),
    [
        (1, 1),
        (4, 1),
        (5, 2),
        (8, 2),
        (9, 3),
        (13, 3),
        (14, 4),
        (17, 4),
        (18, 5),
        (21, 5),
        (22, None),
        (1000, None),
    ],
)
def test_so_many_weeks_are_rounded_up_to_whole_months_from_may_backwards(weeks: int, months: int | None) -> None:
    """May has 31 days, with April 61, with March 92, with February 120, with January 151: 21 weeks and 4 days."""
    found = share(decision(1), weeks=weeks)
    assert (found and found.granted) == months


@pytest.mark.parametrize(
    ("period", "first_day", "granted"),
    [
        ("week", date(2026, 4, 13), 8),
        ("week", date(2026, 4, 20), None),
        ("four_weeks", date(2026, 4, 13), 2),
        ("four_weeks", date(2026, 5, 11), None),
        ("month", date(2026, 4, 1), 2),
        ("month", date(2026, 5, 1), None),
        ("half_year", date(2025, 7, 1), 1),
        ("half_year", date(2026, 1, 1), None),
        ("year", date(2025, 1, 1), 1),
        ("year", date(2026, 1, 1), None),
    ],
)
def test_on_10_june_eight_weeks_are_so_many_periods_that_are_over(
    period: Any, first_day: date, granted: int | None
) -> None:
    found = share(decision(1, first_day, period=period))
    assert (found and found.granted) == granted


@pytest.mark.parametrize(("today", "granted"), [(june(30), 8), (date(2026, 7, 1), 6)])
def test_the_present_period_counts_on_the_day_after_its_last(today: date, granted: int) -> None:
    """April and May grant four each until 30 June; from 1 July on, May's four and June's two."""
    assert share(decision(4, changes={june(1): 2}), today=today) == Share(Decimal(0), Decimal(granted))


def test_what_was_used_before_or_after_those_periods_says_nothing_of_them() -> None:
    long_ago, now, to_come = each(NEW_YEAR, 4), each(june(1), 4), [use(june(20), status="planned")]
    assert share(decision(), *long_ago, *now, *to_come) == Share(Decimal(0), Decimal(8))


def test_a_month_that_the_decision_began_in_is_not_whole() -> None:
    assert share(decision(4, date(2026, 4, 2))) is None
    assert share(decision(4, date(2026, 4, 2)), weeks=4) == Share(Decimal(0), Decimal(4))
    assert share(decision(4, date(2026, 3, 31))) == Share(Decimal(0), Decimal(8))
    assert share(decision(4, date(2026, 3, 31)), weeks=9) is None


def test_half_years_by_the_policy_are_judged_as_such() -> None:
    """From July to December 2025 six times four are granted; a decision that began on 2 July has none of them."""
    by_half_years: dict[str, Any] = {"rules": [policy(period="half_year")]}
    whole = decision(4, date(2025, 7, 1))
    assert share(whole, *each(date(2025, 11, 1), 5), **by_half_years) == Share(Decimal(5), Decimal(24))
    assert share(decision(4, date(2025, 7, 2)), **by_half_years) is None


def test_a_scope_that_changed_counts_from_its_day() -> None:
    assert share(decision(4, changes={MAY: 2})) == Share(Decimal(0), Decimal(6))


@pytest.mark.parametrize(("units", "granted"), [(2, 10), (-3, 5), (-8, 0)])
def test_what_a_coordinator_added_or_took_away_is_granted_or_not(units: int, granted: int) -> None:
    found = share(decision(), adjustments=[added(MAY, units)])
    assert found == Share(Decimal(0), Decimal(granted))
    assert found.is_below(50) is (granted > 0)


def test_what_was_saved_is_granted_once_and_used_when_it_is() -> None:
    """One of April's four is used and three are saved; in May seven of four and three are used: eight of eight."""
    rules = [policy(saving_cap=4)]
    assert share(decision(), *each(APRIL, 1), *each(MAY, 7), rules=rules) == Share(Decimal(8), Decimal(8))


def test_cancelled_ones_that_count_are_used_and_planned_ones_are_not() -> None:
    late = use(MAY, status="no_show")
    forgotten = use(date(2026, 5, 2), status="planned")
    released = use(date(2026, 5, 3), status="cancelled", cancelled_by="contact_person")
    found = share(decision(), late, forgotten, released, use(date(2026, 5, 4)))
    assert found is not None
    assert found.used == 1 + book(decision(), uses=[late]).ledger(MAY).on(MAY).used


def test_a_familys_halves_are_counted() -> None:
    terms = decision("2.5", family=True)
    half = use(MAY, own_units="0.5")
    assert share(terms, half) == Share(Decimal("0.5"), Decimal(5))
