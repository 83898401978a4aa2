"""What may be claimed: every date, every amount, what was asked first."""

from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from expenses import claiming
from expenses.claiming import check_cap, check_spent_on, check_within_question, excess

JUNE = date(2026, 6, 10)
AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999.99"), places=2)


def date_refusal(
    spent_on: date,
    *,
    today: date = JUNE,
    first_day: date = date(2020, 1, 1),
    last_day: date | None = None,
    days: int | None = None,
    came_in: date | None = None,
) -> str | None:
    try:
        check_spent_on(
            spent_on, today=today, came_in=came_in or today, first_day=first_day, last_day=last_day, days=days
        )
    except DomainError as error:
        return f"{error.field}: {error.code}".removeprefix("spent_on: ")
    return None


@pytest.mark.parametrize(
    ("spent_on", "today", "refusal"),
    [
        (JUNE, JUNE, None),
        (date(2026, 6, 11), JUNE, "spent_in_future"),
        (date(9999, 12, 31), JUNE, "spent_in_future"),
        (date(2025, 6, 10), JUNE, None),
        (date(2025, 6, 9), JUNE, "spent_too_long_ago"),
        (date(1, 1, 1), JUNE, "spent_too_long_ago"),
        (date(2023, 3, 1), date(2024, 3, 1), None),  # 366 days
        (date(2023, 2, 28), date(2024, 3, 1), "spent_too_long_ago"),
        (date(2023, 2, 28), date(2024, 2, 29), None),
        (date(2023, 2, 27), date(2024, 2, 29), "spent_too_long_ago"),
        (date(2024, 2, 29), date(2025, 2, 28), None),
        (date(2024, 2, 29), date(2025, 3, 1), "spent_too_long_ago"),
    ],
)
def test_an_outlay_can_be_claimed_for_a_year(spent_on: date, today: date, refusal: str | None) -> None:
    assert date_refusal(spent_on, today=today) == refusal


@pytest.mark.parametrize(
    ("spent_on", "refusal"),
    [
        (date(2026, 2, 28), "spent_outside_assignment"),
        (date(2026, 3, 1), None),
        (date(2026, 5, 31), None),
        (date(2026, 6, 1), "spent_outside_assignment"),
    ],
)
def test_an_outlay_lies_within_the_assignment(spent_on: date, refusal: str | None) -> None:
    assert date_refusal(spent_on, first_day=date(2026, 3, 1), last_day=date(2026, 5, 31)) == refusal


@pytest.mark.parametrize(
    ("days", "spent_on", "refusal"),
    [
        (30, date(2026, 5, 11), None),
        (30, date(2026, 5, 10), "spent_too_long_ago"),
        (1, date(2026, 6, 9), None),
        (1, date(2026, 6, 8), "spent_too_long_ago"),
        (1000, date(2024, 1, 1), None),
    ],
)
def test_a_policy_says_for_how_long_instead(days: int, spent_on: date, refusal: str | None) -> None:
    assert date_refusal(spent_on, days=days) == refusal


def test_how_old_an_outlay_is_counts_by_the_day_on_which_it_came_in() -> None:
    assert date_refusal(date(2026, 5, 1), came_in=date(2026, 5, 31), days=30) is None
    assert date_refusal(date(2026, 4, 30), came_in=date(2026, 5, 31), days=30) == "spent_too_long_ago"
    assert date_refusal(date(2026, 6, 1), came_in=date(2026, 5, 31), days=30) is None


def test_who_comes_too_late_is_told_by_how_many_days_it_may_be() -> None:
    for days, said in ((30, 30), (None, 365)):
        with pytest.raises(claiming.SpentTooLongAgo) as refused:
            check_spent_on(
                date(2020, 1, 1), today=JUNE, came_in=JUNE, first_day=date.min, last_day=None, days=days
            )
        assert f"äldre än {said} dagar" in refused.value.detail("sv")


@given(st.dates(min_value=date(2, 1, 1)), st.integers(0, 1200), st.integers(1, 1000))
def test_an_outlay_of_the_last_so_many_days_is_never_too_old_and_any_other_is(
    today: date, age: int, days: int
) -> None:
    spent_on = date.fromordinal(max(today.toordinal() - age, 1))
    refusal = date_refusal(spent_on, today=today, first_day=date.min, days=days)
    assert refusal == (None if (today - spent_on).days <= days else "spent_too_long_ago")


@given(AMOUNTS, st.none() | AMOUNTS, st.booleans())
def test_what_costs_more_than_the_limit_takes_a_yes_and_nothing_else_does(
    claimed: Decimal, limit: Decimal | None, is_approved: bool
) -> None:
    needed = limit is not None and claimed > limit
    with nullcontext() if is_approved or not needed else pytest.raises(claiming.PreApprovalRequired):
        claiming.check_asked_first(claimed, limit=limit, is_approved=is_approved)


@given(AMOUNTS, AMOUNTS, st.booleans())
def test_a_yes_is_for_its_category_and_for_so_much(claimed: Decimal, asked: Decimal, is_same: bool) -> None:
    meal, other = uuid4(), uuid4()
    refused: Any = nullcontext()
    if not is_same:
        refused = pytest.raises(claiming.OtherCategoryApproved)
    elif claimed > asked:
        refused = pytest.raises(claiming.OverPreApproval)
    with refused:
        check_within_question(claimed, meal if is_same else other, asked=asked, asked_category=meal)


@given(AMOUNTS, st.none() | AMOUNTS)
def test_no_more_than_the_cap_is_approved_and_what_is_more_is_told(approved: Decimal, cap: Decimal | None) -> None:
    over = excess(approved, most=cap)
    assert over == (0 if cap is None else max(approved - cap, 0))
    with pytest.raises(claiming.OverCategoryCap) if over else nullcontext() as refused:
        check_cap(approved, cap=cap)
    assert refused is None or str(cap) in refused.value.detail("sv")


@pytest.mark.parametrize(
    ("claimed", "most", "over"),
    [
        ("100", None, "0"),
        ("100", "100", "0"),
        ("100.01", "100", "0.01"),
        ("100", "0", "100"),
        ("100", "-20", "100"),
    ],
)
def test_what_goes_beyond_is_told_to_the_öre(claimed: str, most: str | None, over: str) -> None:
    """Of an allowance that is used up already, all of it goes beyond."""
    assert excess(Decimal(claimed), most=None if most is None else Decimal(most)) == Decimal(over)


@given(st.dates(), st.dates(min_value=date(2, 1, 1)))
def test_no_date_is_both_refused_and_from_the_last_year(spent_on: date, today: date) -> None:
    refusal = date_refusal(spent_on, today=today, first_day=date.min)
    assert (refusal == "spent_in_future") == (spent_on > today)
    assert refusal is not None or 0 <= (today - spent_on).days <= 366
