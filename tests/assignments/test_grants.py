"""What a decision grants, and over which periods it is accounted."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

import pytest

from assignments.grants import Grant, Terms, accounting_periods, grants
from assignments.rules import PolicyRules, PolicyVersions
from core.periods import PeriodKind
from tests.assignments.ledgers import NEW_YEAR, decision, june, policy

WHOLE, PRO_RATA = policy(), policy(partial_period="pro_rata")


def granted(terms: Terms, *versions: PolicyRules, most: int = 3) -> list[tuple[date, Decimal]]:
    return [(one.part.first_day, one.units) for one in islice(grants(terms, PolicyVersions.of(versions)), most)]


def units(terms: Terms, rules: PolicyRules, most: int = 3) -> list[Decimal]:
    return [units for _, units in granted(terms, rules, most=most)]


def spans(terms: Terms, *versions: PolicyRules, most: int = 3) -> list[tuple[str, date, date]]:
    periods = islice(accounting_periods(terms, PolicyVersions.of(versions)), most)
    return [(period.kind, period.first_day, period.last_day) for period, _ in periods]


def test_example_4_a_first_month_is_granted_whole_or_pro_rata() -> None:
    terms = decision(4, june(18))
    assert granted(terms, WHOLE) == [(june(18), 4), (date(2026, 7, 1), 4), (date(2026, 8, 1), 4)]
    assert granted(terms, PRO_RATA) == [(june(18), 2), (date(2026, 7, 1), 4), (date(2026, 8, 1), 4)]


@pytest.mark.parametrize(
    ("first_day", "last_day", "whole", "part"),
    [
        (june(30), None, 4, 1),
        (june(2), None, 4, 4),  # 29 of 30 days: 3.87, rounded up
        (june(1), june(15), 4, 2),
        (june(1), june(16), 4, 3),
        (june(10), june(10), 4, 1),  # a single day
        (date(2028, 2, 29), date(2028, 2, 29), 4, 1),
        (date(2028, 2, 1), date(2028, 2, 29), 4, 4),
        (date(2027, 2, 1), date(2027, 2, 14), 4, 2),
        (date(2028, 2, 1), date(2028, 2, 14), 4, 2),  # 14 of 29 days: 1.93
        (date(2028, 2, 1), date(2028, 2, 15), 4, 3),  # 15 of 29 days: 2.07
    ],
)
def test_a_cut_month_counts_its_days(first_day: date, last_day: date | None, whole: int, part: int) -> None:
    terms = decision(4, first_day, last_day)
    assert units(terms, WHOLE, 1) == [whole]
    assert units(terms, PRO_RATA, 1) == [part]


def test_a_family_is_granted_halves() -> None:
    terms = decision("2.5", june(18), family=True)
    assert units(terms, PRO_RATA, 2) == [Decimal("1.5"), Decimal("2.5")]  # 13 of 30 days: 1.08


@pytest.mark.parametrize(
    ("change", "whole", "part"),
    [
        ({june(16): 2}, [4, 2], [3, 2]),
        ({june(16): 6}, [6, 6], [5, 6]),
        ({june(1): 2}, [2, 2], [2, 2]),  # on the first day of a month there is nothing to part
        ({june(2): 2}, [4, 2], [3, 2]),  # one day of 4, 29 of 2: 2.07
        ({june(30): 5}, [5, 5], [5, 5]),
        ({june(11): 2, june(21): 6}, [6, 6], [4, 6]),  # ten days of each
        ({june(11): 8, june(21): 4}, [8, 4], [6, 4]),
        ({june(16): 4}, [4, 4], [4, 4]),  # to the same again
    ],
)
def test_a_change_within_a_month_gives_the_larger_scope_or_each_its_days(
    change: dict[date, int | str], whole: list[int], part: list[int]
) -> None:
    terms = decision(4, june(1), changes=change)
    assert (units(terms, WHOLE, 2), units(terms, PRO_RATA, 2)) == (whole, part)


def test_a_change_may_come_in_a_month_that_is_cut_too() -> None:
    terms = decision(4, june(11), changes={june(21): 8})
    assert units(terms, WHOLE, 2) == [8, 8]
    assert units(terms, PRO_RATA, 2) == [4, 8]  # ten days of each, of 30


def test_a_change_from_before_the_first_day_holds_from_the_first_day() -> None:
    terms = decision(4, june(18), changes={june(1): 2, june(10): 3})
    assert granted(terms, WHOLE, most=2) == [(june(18), 3), (date(2026, 7, 1), 3)]


def test_a_change_after_the_last_day_changes_nothing() -> None:
    terms = decision(4, june(1), june(30), changes={date(2026, 7, 1): 9})
    assert granted(terms, PRO_RATA) == [(june(1), 4)]


def test_a_grant_knows_whether_it_is_cut_or_changed() -> None:
    terms = decision(4, june(18), changes={date(2026, 7, 10): 2})
    found: list[Grant] = list(islice(grants(terms, PolicyVersions.of([WHOLE])), 3))
    assert [(one.is_cut, one.is_changed) for one in found] == [(True, False), (False, True), (False, False)]
    assert (found[0].part.days, found[0].whole.days) == (13, 30)


def test_a_cut_period_follows_the_policy_of_its_first_day() -> None:
    terms = decision(4, june(18), date(2026, 7, 10))
    versions = [WHOLE, policy(date(2026, 7, 1), partial_period="pro_rata")]
    assert granted(terms, *versions) == [(june(18), 4), (date(2026, 7, 1), 2)]
    versions = [WHOLE, policy(date(2026, 7, 2), partial_period="pro_rata")]
    assert granted(terms, *versions) == [(june(18), 4), (date(2026, 7, 1), 4)]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("week", [("week", june(10), june(14)), ("week", june(15), june(21)), ("week", june(22), june(28))]),
        (
            "four_weeks",
            [
                ("four_weeks", june(10), date(2026, 7, 5)),
                ("four_weeks", date(2026, 7, 6), date(2026, 8, 2)),
                ("four_weeks", date(2026, 8, 3), date(2026, 8, 30)),
            ],
        ),
        (
            "month",
            [
                ("month", june(10), june(30)),
                ("month", date(2026, 7, 1), date(2026, 7, 31)),
                ("month", date(2026, 8, 1), date(2026, 8, 31)),
            ],
        ),
        (
            "half_year",
            [
                ("half_year", june(10), june(30)),
                ("half_year", date(2026, 7, 1), date(2026, 12, 31)),
                ("half_year", date(2027, 1, 1), date(2027, 6, 30)),
            ],
        ),
        (
            "year",
            [
                ("year", june(10), date(2026, 12, 31)),
                ("year", date(2027, 1, 1), date(2027, 12, 31)),
                ("year", date(2028, 1, 1), date(2028, 12, 31)),
            ],
        ),
    ],
)
def test_every_kind_of_period_begins_with_the_decision(
    period: PeriodKind, expected: list[tuple[str, date, date]]
) -> None:
    assert spans(decision(4, june(10), period=period), WHOLE) == expected


def test_a_decision_by_the_week_keeps_the_53rd() -> None:
    terms = decision(1, date(2026, 12, 21), period="week")
    assert [first.isocalendar()[:2] for _, first, _ in spans(terms, WHOLE, most=4)] == [
        (2026, 52), (2026, 53), (2027, 1), (2027, 2),
    ]  # fmt: skip


def test_a_decision_of_one_day_has_one_period_of_one_day() -> None:
    for period in ("week", "four_weeks", "month", "half_year", "year"):
        terms = decision(4, date(2028, 2, 29), date(2028, 2, 29), period=period)
        assert spans(terms, policy(period="year")) == [("year", date(2028, 2, 29), date(2028, 2, 29))]


def test_the_policy_may_count_over_longer_periods_never_over_shorter() -> None:
    by_year, by_week = policy(period="year"), policy(period="week")
    assert spans(decision(), by_year, most=1) == [("year", NEW_YEAR, date(2026, 12, 31))]
    assert spans(decision(), by_week, most=1) == [("month", NEW_YEAR, date(2026, 1, 31))]
    assert len(granted(decision(), by_year, most=12)) == 12


def test_a_version_that_counts_otherwise_takes_over_when_the_period_has_ended() -> None:
    versions = [policy(), policy(date(2026, 2, 10), period="half_year"), policy(date(2026, 9, 1))]
    assert spans(decision(), *versions, most=5) == [
        ("month", date(2026, 1, 1), date(2026, 1, 31)),
        ("month", date(2026, 2, 1), date(2026, 2, 28)),
        ("half_year", date(2026, 3, 1), date(2026, 6, 30)),
        ("half_year", date(2026, 7, 1), date(2026, 12, 31)),
        ("month", date(2027, 1, 1), date(2027, 1, 31)),
    ]


def test_four_weeks_and_months_may_follow_one_another() -> None:
    versions = [policy(period="four_weeks"), policy(june(15), period="month")]
    terms = decision(1, june(1), period="week")
    assert spans(terms, *versions) == [
        ("four_weeks", june(1), june(28)),
        ("month", june(29), june(30)),
        ("month", date(2026, 7, 1), date(2026, 7, 31)),
    ]


@pytest.mark.parametrize(
    ("period", "last_day", "following"),
    [
        ("week", date(2027, 1, 3), date(2027, 1, 10)),
        ("four_weeks", date(2027, 1, 10), date(2027, 2, 7)),
        ("month", date(2026, 12, 31), date(2027, 1, 31)),
        ("half_year", date(2026, 12, 31), date(2027, 6, 30)),
    ],
)
def test_the_last_year_is_as_long_as_the_decisions_own_period_that_began_in_it(
    period: PeriodKind, last_day: date, following: date
) -> None:
    versions = [policy(period="year"), policy(date(2027, 1, 1))]
    terms = decision(4, date(2026, 6, 1), period=period)
    assert spans(terms, *versions, most=2) == [
        ("year", date(2026, 6, 1), last_day),
        (period, last_day + timedelta(days=1), following),
    ]
    closed = replace(terms, last_day=date(2027, 1, 2))
    assert spans(closed, *versions)[0] == ("year", date(2026, 6, 1), min(last_day, date(2027, 1, 2)))


def test_a_period_is_judged_by_the_policy_of_its_first_day() -> None:
    versions = PolicyVersions.of([policy(), policy(june(1), ahead_cap=1), policy(june(2), ahead_cap=2)])
    judging = {
        period.first_day: rules.ahead_cap for period, rules in islice(accounting_periods(decision(), versions), 7)
    }
    assert [judging[date(2026, month, 1)] for month in (5, 6, 7)] == [0, 1, 2]


def test_periods_are_yielded_one_by_one_for_as_long_as_anybody_asks() -> None:
    terms = decision(1, date(1990, 1, 1), period="week")
    for position, (period, _) in enumerate(islice(accounting_periods(terms, PolicyVersions.of([WHOLE])), 3000)):
        assert period.first_day == date(1990, 1, 1) + timedelta(weeks=position)
