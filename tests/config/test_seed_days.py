"""On which days the people of the demo meet: it must look alive whatever day it is started on."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from config.seed.days import a_friday, around_today, evenly, neighbour, on_workdays
from core.periods import DAY, Period, PeriodKind

# Two years, one of them a leap year, with both ends.
EVERY_DAY = [date(2026, 12, 25) + timedelta(days=n) for n in range(740)]
KINDS: list[PeriodKind] = ["month", "four_weeks"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [3, 4, 5])
def test_none_is_today_one_was_yesterday_and_one_is_to_come(kind: PeriodKind, count: int) -> None:
    for today in EVERY_DAY:
        for step in (-1, 0, 1):
            period = neighbour(today, kind, step, anchor=date(2026, 6, 1))
            days = around_today(period, count, today)
            assert len(set(days)) == count
            assert all(day in period for day in days)
            assert today not in days
            assert (today - DAY in period) == (today - DAY in days)
            assert today + DAY not in period or max(days) > today


def test_neighbours_follow_each_other() -> None:
    for today in EVERY_DAY[::9]:
        steps = [neighbour(today, "month", step, anchor=today) for step in range(-6, 2)]
        assert today in steps[6]
        for one, following in pairwise(steps):
            assert one.last_day + DAY == following.first_day


def test_days_that_are_moved_from_weekends_stay_apart_and_in_the_month() -> None:
    for today in EVERY_DAY[::9]:
        month = neighbour(today, "month", 0, anchor=today)
        days = on_workdays(evenly(month, 4))
        assert all(day.weekday() < 4 and day in month for day in days)
        assert len(set(days)) == 4
        assert (a_friday(month).weekday(), a_friday(month) + 2 * DAY in month) == (4, True)


def test_days_are_spread_evenly() -> None:
    june = Period(date(2026, 6, 1), date(2026, 6, 30), "month")
    assert [day.day for day in evenly(june, 4)] == [4, 12, 19, 27]
    assert [day.day for day in around_today(june, 4, date(2026, 6, 15))] == [4, 14, 19, 27]
    assert [day.day for day in around_today(june, 4, date(2026, 6, 29))] == [4, 12, 28, 30]
