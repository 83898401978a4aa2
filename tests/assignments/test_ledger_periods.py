"""Accounts over weeks, four weeks, months, half-years and years, and months that hold several of them."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from assignments.grants import Terms
from assignments.quota import Quota
from core.periods import Month, PeriodKind
from tests.assignments.ledgers import NEW_YEAR, added, book, days, decision, june, numbers, policy, use

JUNE, JULY = Month(2026, 6), Month(2026, 7)


def weekly(units: int = 1, first_day: date = NEW_YEAR, **fields: Any) -> Terms:
    return decision(units, first_day, period="week", **fields)


@pytest.mark.parametrize(
    ("period", "first_day", "last_day"),
    [
        ("week", date(2026, 6, 8), date(2026, 6, 14)),
        ("four_weeks", date(2026, 5, 18), date(2026, 6, 14)),
        ("month", date(2026, 6, 1), date(2026, 6, 30)),
        ("half_year", date(2026, 1, 1), date(2026, 6, 30)),
        ("year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_decision_of_any_period_has_its_own_accounts(
    period: PeriodKind, first_day: date, last_day: date
) -> None:
    ledger = book(decision(4, period=period), uses=[use(june(10)), use(date(2025, 12, 1))]).ledger(june(10))
    quota = ledger.on(june(10))
    assert (quota.period.kind, quota.period.first_day, quota.period.last_day) == (period, first_day, last_day)
    assert (quota.granted, quota.used) == (4, 1)
    assert [ledger.on(day) for day in (first_day, last_day)] == [quota, quota]


def test_the_ledger_reaches_as_far_as_asked_or_to_its_last_entry() -> None:
    assert len(book(decision()).ledger(june(10)).quotas) == 6
    assert len(book(decision()).ledger(date(2020, 1, 1)).quotas) == 1
    assert len(book(decision(), uses=[use(date(2026, 8, 31))]).ledger(june(10)).quotas) == 8
    assert len(book(decision(), adjustments=[added(date(2026, 9, 1), 1)]).ledger(june(10)).quotas) == 9
    assert len(book(decision(4, NEW_YEAR, june(10))).ledger(date(2199, 12, 31)).quotas) == 6


def test_weeks_of_the_year_with_53_are_all_granted() -> None:
    ledger = book(weekly(first_day=date(2026, 12, 14))).ledger(date(2027, 1, 17))
    assert [quota.period.first_day.isocalendar().week for quota in ledger.quotas] == [51, 52, 53, 1, 2]
    assert {quota.granted for quota in ledger.quotas} == {1}


def test_a_year_of_months_is_granted_month_by_month_as_they_begin() -> None:
    ledger = book(decision(4, june(18)), policy(period="year")).ledger(date(2027, 12, 31))
    assert [(quota.granted, len(quota.entries)) for quota in ledger.quotas] == [(28, 7), (48, 12)]
    assert [entry.on.month for entry in ledger.quotas[0].entries] == [6, 7, 8, 9, 10, 11, 12]


def test_a_week_across_new_year_is_granted_when_it_starts() -> None:
    ledger = book(weekly(2, date(2026, 1, 5)), policy(period="year")).ledger(date(2027, 12, 31))
    assert [quota.granted for quota in ledger.quotas] == [52 * 2, 52 * 2]
    assert ledger.quotas[0].entries[-1].on == date(2026, 12, 28)
    assert ledger.quotas[1].entries[0].on == date(2027, 1, 4)


@pytest.mark.parametrize(("year", "units"), [(2027, 162), (2028, 164)])  # 59 of 365 days, 60 of 366
def test_a_leap_year_is_cut_pro_rata_by_its_own_days(year: int, units: int) -> None:
    first_day, last_day = date(year, 1, 1), date(year, 3, 1) - timedelta(days=1)
    terms = decision(1000, first_day, last_day, period="year")
    assert [quota.granted for quota in book(terms, policy(partial_period="pro_rata")).ledger(last_day).quotas] == [
        units
    ]


def test_versions_may_change_the_period_in_the_middle_of_a_life() -> None:
    versions = [policy(saving_cap=1), policy(date(2026, 4, 1), period="half_year"), policy(date(2027, 1, 1))]
    uses = [use(date(2026, 3, 3), 3), use(date(2026, 5, 3), 3), use(date(2026, 9, 1), 1)]
    ledger = book(decision(), *versions, uses=uses).ledger(date(2027, 1, 31))
    assert [(quota.period.first_day.month, quota.granted, quota.used) for quota in ledger.quotas] == [
        (1, 4, 0), (2, 4, 0), (3, 4, 3), (4, 12, 3), (7, 24, 1), (1, 4, 0),
    ]  # fmt: skip
    assert ledger.on(date(2026, 4, 1)).carried_in == 1


def test_no_days_are_left_over_for_which_nothing_is_granted() -> None:
    versions = [policy(period="year"), policy(date(2027, 1, 1), period="month"), policy(date(2027, 2, 1))]
    ledger = book(weekly(2), *versions).ledger(date(2027, 12, 31))
    assert [(quota.period.kind, quota.period.last_day) for quota in ledger.quotas[:3]] == [
        ("year", date(2027, 1, 3)),
        ("month", date(2027, 1, 31)),
        ("week", date(2027, 2, 7)),
    ]
    assert all(quota.granted for quota in ledger.quotas)


def test_a_month_of_weeks_is_accounted_as_one() -> None:
    uses = [use(june(2)), use(june(9)), use(june(10)), use(date(2026, 7, 2)), use(date(2026, 5, 31), 3)]
    ledger = book(weekly(2), policy(saving_cap=1), uses=uses, adjustments=[added(june(20), 1)]).ledger(
        JUNE.last_day
    )
    quota = ledger.in_month(JUNE)
    assert (quota.period.kind, quota.period.first_day, quota.period.last_day) == (
        "week",
        june(1),
        date(2026, 7, 5),
    )
    assert numbers(quota) == {
        "granted": 10, "carried_in": -5, "adjustments": 1, "used": 4, "remaining": 2,
        "carried_on": 1, "expired": 1,
    }  # fmt: skip
    assert quota.remaining == ledger.on(date(2026, 7, 5)).remaining
    assert [(entry.units, entry.on) for entry in quota.entries if entry.kind == "expired"] == [
        (-3, june(21)), (-2, june(28)),
    ]  # fmt: skip


def sums(quotas: list[Quota], name: str) -> object:
    return sum(getattr(quota, name) for quota in quotas)


def test_the_account_of_a_month_adds_up_from_its_weeks() -> None:
    uses = [use(june(2)), use(june(9), 3), use(june(10)), use(june(23), 2, "planned"), use(june(24), 3, "planned")]
    ledger = book(weekly(2), policy(saving_cap=3, saving_age=1, ahead_cap=1), uses=uses).ledger(JULY.last_day)
    within = [
        quota
        for quota in ledger.quotas
        if quota.period.first_day in (june(1), june(8), june(15), june(22), june(29))
    ]
    quota = ledger.in_month(JUNE)
    for name in ("granted", "adjustments", "used", "planned", "waiting"):
        assert getattr(quota, name) == sums(within, name)
    assert (quota.remaining, quota.carried_on, quota.ahead) == (within[-1].remaining, within[-1].carried_on, 1)
    expired = sum(entry.units for entry in quota.entries if entry.kind == "expired")
    assert -expired + quota.expired == sums(within, "expired")
    assert quota.carried_in == within[0].carried_in + expired


def test_a_month_is_over_when_one_of_its_weeks_was() -> None:
    ledger = book(weekly(2), policy(ahead_cap=1), uses=[use(june(2), 3), use(june(3)), use(june(16), 3)])
    quotas = ledger.ledger(JUNE.last_day)
    assert [quotas.on(june(day)).over for day in (1, 8, 15, 22)] == [1, 0, 0, 0]
    assert (quotas.in_month(JUNE).over, quotas.in_month(JUNE).remaining) == (1, 2)


def test_every_week_is_in_the_account_of_just_one_month() -> None:
    ledger = book(weekly(1, date(2026, 5, 20))).ledger(date(2027, 12, 31))
    months = [Month(2026 + number // 12, number % 12 + 1) for number in range(4, 20)]
    covered = [(one.period.first_day, one.period.last_day) for one in map(ledger.in_month, months)]
    assert covered[0][0] == date(2026, 5, 20)
    assert all(later[0] == earlier[1] + timedelta(days=1) for earlier, later in pairwise(covered))


def test_a_month_in_which_no_period_starts_shows_the_one_that_it_lies_in() -> None:
    ledger = book(decision(4, period="year"), uses=[use(june(3))]).ledger(date(2027, 12, 31))
    assert ledger.in_month(JUNE) == ledger.in_month(JULY) == ledger.quotas[0]
    assert ledger.in_month(Month(2027, 6)) == ledger.quotas[1]
    four = book(decision(4, date(2026, 1, 26), period="four_weeks")).ledger(date(2026, 12, 31))
    assert four.in_month(Month(2026, 2)).period.first_day == date(2026, 2, 23)
    assert four.in_month(Month(2026, 3)).period.days == 28


def test_a_last_week_that_began_in_the_month_before_shows_in_both() -> None:
    ledger = book(weekly(1, NEW_YEAR, last_day=date(2026, 7, 2))).ledger(JULY.last_day)
    assert ledger.in_month(JUNE).period.last_day == date(2026, 7, 2)
    assert ledger.in_month(JULY) == ledger.quotas[-1]
    assert ledger.in_month(Month(2026, 8)).granted == 0


def test_accounts_follow_one_another_without_a_gap() -> None:
    ledger = book(weekly(), policy(), policy(june(3), period="month"), policy(june(20))).ledger(date(2026, 7, 31))
    found = days(ledger)
    assert found[0][0] == NEW_YEAR
    assert all(later[0] - earlier[1] == timedelta(days=1) for earlier, later in pairwise(found))
