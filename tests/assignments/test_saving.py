"""Units that are saved for later periods, and those used ahead and worked off. Decision: four a month."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.quota import Lot, Quota
from core.periods import Month
from tests.assignments.ledgers import added, book, decision, june, numbers, policy, use

MAY = date(2026, 5, 1)


def months(*used: int, adjusted: Sequence[int] = (), versions: Sequence[Any] = (), **rules: Any) -> list[Quota]:
    """Return the accounts of May and the months after it, in which so many units were used, and adjusted."""
    firsts = [Month(2026, 5 + number).first_day for number in range(8)]
    uses = [
        use(first + timedelta(days=number))
        for first, units in zip(firsts, used, strict=False)
        for number in range(units)
    ]
    adjustments = [added(first, units) for first, units in zip(firsts, adjusted, strict=False) if units]
    found = book(decision(4, MAY), *(versions or [policy(**rules)]), uses=uses, adjustments=adjustments)
    return list(found.ledger(firsts[len(used) - 1]).quotas[: len(used)])


def carried(quota: Quota) -> list[tuple[int, Decimal]]:
    """Return from which month how many units were carried in."""
    lots = [entry.because for entry in quota.entries if entry.kind == "carried_in"]
    return [(lot.period.first_day.month, lot.units) for lot in lots if isinstance(lot, Lot)]


def test_example_2_what_was_saved_in_may_lasts_for_june() -> None:
    uses = [use(MAY + timedelta(days=number)) for number in range(3)]
    uses += [use(june(3), 2), use(june(10)), use(june(17)), use(june(24))]
    saving = book(decision(4, MAY), policy(saving_cap=2), uses=uses).ledger(june(30))
    assert numbers(saving.on(june(1))) == {"granted": 4, "carried_in": 1, "used": 5}
    assert carried(saving.on(june(1))) == [(5, 1)]
    without = book(decision(4, MAY), policy(), uses=uses).ledger(june(30)).on(june(1))
    assert (without.remaining, without.over) == (-1, 1)


def test_example_3_what_was_used_ahead_in_may_is_worked_off_in_june() -> None:
    may, june_ = months(5, 0, ahead_cap=1)
    assert numbers(may) == {"granted": 4, "used": 5, "remaining": -1, "carried_on": -1}
    assert numbers(june_) == {"granted": 4, "carried_in": -1, "remaining": 3, "expired": 3}
    assert carried(june_) == [(5, -1)]


@pytest.mark.parametrize(
    ("used", "over", "carried_on", "expired"), [(4, 0, 0, 0), (5, 0, -1, 0), (6, 1, -1, -1), (9, 4, -1, -4)]
)
def test_only_what_the_policy_allows_is_worked_off(used: int, over: int, carried_on: int, expired: int) -> None:
    may = months(used, ahead_cap=1)[0]
    assert (may.over, may.carried_on, may.expired) == (over, carried_on, expired)


def test_a_debt_may_go_on_from_month_to_month() -> None:
    quotas = months(6, 6, 2, 0, ahead_cap=4)
    assert [(quota.remaining, quota.over) for quota in quotas] == [(-2, 0), (-4, 0), (-2, 0), (2, 0)]
    assert [carried(quota) for quota in quotas] == [[], [(5, -2)], [(6, -4)], [(7, -2)]]


def test_units_are_saved_up_to_the_cap() -> None:
    quotas = months(0, 0, 0, 6, 0, saving_cap=5)
    assert [(quota.carried_in, quota.remaining, quota.carried_on, quota.expired) for quota in quotas] == [
        (0, 4, 4, 0), (4, 8, 5, 3), (5, 9, 5, 4), (5, 3, 3, 0), (3, 7, 5, 2),
    ]  # fmt: skip
    assert [carried(quota) for quota in quotas[1:3]] == [[(5, 4)], [(5, 1), (6, 4)]]


def test_what_was_saved_longest_is_used_first() -> None:
    quotas = months(2, 3, 1, 3, 6, saving_cap=20)
    assert [carried(quota) for quota in quotas[1:]] == [
        [(5, 2)],
        [(6, 3)],  # June used May's two, and one of its own
        [(6, 2), (7, 4)],
        [(7, 3), (8, 4)],
    ]


@pytest.mark.parametrize(
    ("age", "july", "august", "expired"),
    [
        (1, [(6, 4)], [(7, 4)], [0, 4, 4]),
        (2, [(5, 4), (6, 4)], [(6, 4), (7, 4)], [0, 0, 4]),
        (3, [(5, 4), (6, 4)], [(5, 4), (6, 4), (7, 4)], [0, 0, 0]),
        (None, [(5, 4), (6, 4)], [(5, 4), (6, 4), (7, 4)], [0, 0, 0]),
    ],
)
def test_units_stay_saved_for_so_many_periods(
    age: int | None, july: list[tuple[int, int]], august: list[tuple[int, int]], expired: list[int]
) -> None:
    quotas = months(0, 0, 0, 0, saving_cap=40, saving_age=age)
    assert [carried(quotas[2]), carried(quotas[3])] == [july, august]
    assert [quota.expired for quota in quotas[:3]] == expired


def test_the_newest_are_kept_when_there_is_not_room_for_all() -> None:
    quotas = months(0, 1, 0, 0, saving_cap=6)
    assert [carried(quota) for quota in quotas[1:]] == [[(5, 4)], [(5, 2), (6, 4)], [(6, 2), (7, 4)]]


def test_a_saved_unit_grows_old_also_in_months_that_leave_nothing() -> None:
    quotas = months(3, 4, 4, 4, saving_cap=3, saving_age=2)
    # May's unit was June's first; June left one of its own, and so on: no unit is older than a month.
    assert [carried(quota) for quota in quotas[1:]] == [[(5, 1)], [(6, 1)], [(7, 1)]]


def test_a_debt_is_worked_off_before_anything_is_saved_again() -> None:
    quotas = months(6, 1, 0, saving_cap=4, ahead_cap=2)
    assert [quota.carried_on for quota in quotas[:2]] == [-2, 1]
    assert carried(quotas[2]) == [(6, 1)]


def test_added_units_are_saved_like_granted_ones() -> None:
    quotas = months(4, 0, adjusted=[3], saving_cap=9)
    assert carried(quotas[1]) == [(5, 3)]


@pytest.mark.parametrize(
    ("taken", "carried_on", "lots"),
    [(-1, 7, [(5, 4), (6, 3)]), (-4, 4, [(5, 4)]), (-6, 2, [(5, 2)]), (-8, 0, []), (-9, -1, [(6, -1)])],
)
def test_units_that_are_taken_away_are_the_months_own_and_then_saved_ones(
    taken: int, carried_on: int, lots: list[tuple[int, int]]
) -> None:
    quotas = months(0, 0, 0, adjusted=[0, taken], saving_cap=20, ahead_cap=1)
    assert quotas[1].carried_on == carried_on
    assert carried(quotas[2]) == lots


def test_units_taken_away_can_leave_a_month_over_without_anybody_having_met() -> None:
    may, june_ = months(0, 0, adjusted=[-6], ahead_cap=1)
    assert (may.remaining, may.over, may.carried_on) == (-2, 1, -1)
    assert june_.remaining == 3


def test_each_month_is_handed_on_by_the_policy_of_its_own_first_day() -> None:
    versions = [
        policy(saving_cap=4, ahead_cap=2),
        policy(june(1), saving_cap=1),
        policy(date(2026, 7, 1), saving_cap=9),
    ]
    assert [quota.carried_on for quota in months(0, 0, 0, versions=versions)] == [4, 1, 5]
    quotas = months(6, 0, 0, versions=versions)
    assert [(quota.remaining, quota.over, quota.ahead) for quota in quotas[:2]] == [(-2, 0, 2), (2, 0, 0)]


def test_a_debt_that_a_new_version_does_not_allow_is_too_much_there_and_ends_there() -> None:
    versions = [policy(ahead_cap=8), policy(june(1), ahead_cap=1)]
    quotas = months(11, 0, 0, versions=versions)
    assert [(quota.remaining, quota.over, quota.carried_on) for quota in quotas] == [
        (-7, 0, -7), (-3, 2, -1), (3, 0, 0),
    ]  # fmt: skip


def test_nothing_is_saved_or_owed_beyond_the_last_day() -> None:
    generous = policy(saving_cap=9, ahead_cap=9)
    ledger = book(decision(4, MAY, june(30)), generous).ledger(date(2026, 12, 31))
    assert [(quota.carried_in, quota.carried_on, quota.expired) for quota in ledger.quotas] == [
        (0, 4, 0),
        (4, 0, 8),
    ]


@pytest.mark.parametrize(("family", "saved", "owed"), [(False, 2, 1), (True, "2.5", "1.5")])
def test_halves_that_a_policy_allows_are_for_families_only(
    family: bool, saved: int | str, owed: int | str
) -> None:
    halves = policy(saving_cap="2.5", ahead_cap="1.5")
    terms = decision(4, MAY, family=family)
    assert book(terms, halves).ledger(MAY).on(MAY).carried_on == Decimal(saved)
    too_much = book(terms, halves, uses=[use(MAY, own_units=6)]).ledger(MAY).on(MAY)
    assert (too_much.ahead, too_much.carried_on, too_much.over) == (
        Decimal(owed),
        -Decimal(owed),
        2 - Decimal(owed),
    )


def test_nobody_runs_ahead_of_the_end_of_the_decision() -> None:
    terms, ahead = decision(4, MAY, june(30)), policy(ahead_cap=6)
    may, june_ = book(terms, ahead, uses=[use(MAY, 3), use(june(3), 3), use(june(4), 3)]).ledger(june(30)).quotas
    assert (may.ahead, june_.ahead) == (6, 0)
    assert (june_.remaining, june_.over, june_.expired) == (-2, 2, -2)
    uses = [use(MAY + timedelta(days=number), 3) for number in range(3)]
    may, june_ = book(terms, ahead, uses=uses).ledger(june(30)).quotas
    assert [(quota.remaining, quota.over) for quota in (may, june_)] == [(-5, 0), (-1, 1)]


def tokens(
    granted: int, adjusted: Sequence[int], used: Sequence[int], cap: int, age: int | None, ahead: int
) -> list[tuple[int, int]]:
    """Return what each month leaves and hands on, by moving every unit by hand, each with its month of birth."""
    purse: list[int] = []
    debt, found = 0, []
    for month, (units, more) in enumerate(zip(used, adjusted, strict=True)):
        purse += [month] * max(granted + more, 0)
        wanted = debt + units + max(-granted - more, 0)
        purse, debt = purse[wanted:], max(wanted - len(purse), 0)
        remaining = len(purse) - debt
        kept = [born for born in purse if age is None or month + 1 - born <= age]
        purse, debt = kept[max(len(kept) - cap, 0) :], min(debt, ahead)
        found.append((remaining, len(purse) - debt))
    return found


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(-7, 3)), min_size=1, max_size=8),
    st.integers(0, 9),
    st.none() | st.integers(1, 4),
    st.integers(0, 6),
)
def test_every_unit_goes_where_it_would_if_units_were_coins(
    life: list[tuple[int, int]], cap: int, age: int | None, ahead: int
) -> None:
    used, adjusted = [units for units, _ in life], [units for _, units in life]
    quotas = months(*used, adjusted=adjusted, saving_cap=cap, saving_age=age, ahead_cap=ahead)
    expected = tokens(4, adjusted, used, cap, age, ahead)
    assert [(quota.remaining, quota.carried_on) for quota in quotas] == expected
