"""Months and other periods are the municipality's, not UTC's."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import DAY, PERIOD_KINDS, Month, Period, PeriodKind, local_date, local_moment, two_years_after

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DATES = st.dates(date(1950, 1, 1), date(2150, 1, 1))
KINDS = st.sampled_from(PERIOD_KINDS)


def test_half_past_eleven_on_30_june_is_june_although_utc_agrees_only_by_chance() -> None:
    moment = datetime(2026, 6, 30, 23, 30, tzinfo=STOCKHOLM)
    assert moment.astimezone(UTC).hour == 21
    assert Month.of(local_date(moment, STOCKHOLM)) == Month(2026, 6)


def test_half_past_midnight_on_1_july_is_july_although_utc_says_june() -> None:
    moment = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert Month.of(local_date(moment, STOCKHOLM)) == Month(2026, 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-00",
        "2026-13",
        "2026-1",
        "26-01",
        "2026-11-01",
        "0001-01",
        "9999-12",
        "٢٠٢٦-11",
        "2026-11\n",
    ],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (it says just what it was given)
        Month.parse(text)


@given(st.integers(min_value=0, max_value=250 * 365 * 86400))
def test_every_moment_lies_within_its_local_month(seconds: int) -> None:
    moment = datetime(1940, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    month = Month.of(local_date(moment, STOCKHOLM))
    assert month.first_day <= local_date(moment, STOCKHOLM) <= month.last_day
    assert Month.parse(str(month)) == month


@pytest.mark.parametrize(
    ("month", "hours"), [(Month(2026, 10), 31 * 24 + 1), (Month(2026, 3), 31 * 24 - 1), (Month(2028, 2), 29 * 24)]
)
def test_the_months_with_the_switch_of_summer_time_are_an_hour_longer_and_shorter(
    month: Month, hours: int
) -> None:
    starts, ends = (local_moment(day, time(0), STOCKHOLM) for day in (month.first_day, month.last_day + DAY))
    assert (ends - starts).total_seconds() == hours * 3600


def test_a_range_overlaps_a_month_when_a_single_day_does() -> None:
    june = Month(2026, 6)
    assert june.overlaps(date(2026, 6, 30), None)
    assert june.overlaps(date(2020, 1, 1), date(2026, 6, 1))
    assert not june.overlaps(date(2026, 7, 1), None)
    assert not june.overlaps(date(2020, 1, 1), date(2026, 5, 31))


@pytest.mark.parametrize(
    ("kind", "on", "first_day", "last_day"),
    [
        ("week", date(2026, 6, 10), date(2026, 6, 8), date(2026, 6, 14)),
        ("week", date(2026, 6, 8), date(2026, 6, 8), date(2026, 6, 14)),
        ("week", date(2026, 6, 14), date(2026, 6, 8), date(2026, 6, 14)),
        ("week", date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 3)),  # the 53rd of 2026
        ("four_weeks", date(2026, 6, 10), date(2026, 6, 8), date(2026, 7, 5)),  # the anchor's own
        ("four_weeks", date(2026, 7, 6), date(2026, 7, 6), date(2026, 8, 2)),
        ("four_weeks", date(2026, 6, 7), date(2026, 5, 11), date(2026, 6, 7)),  # before the anchor
        ("month", date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        ("month", date(2100, 2, 28), date(2100, 2, 1), date(2100, 2, 28)),
        ("month", date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        ("half_year", date(2026, 6, 30), date(2026, 1, 1), date(2026, 6, 30)),
        ("half_year", date(2026, 7, 1), date(2026, 7, 1), date(2026, 12, 31)),
        ("year", date(2028, 2, 29), date(2028, 1, 1), date(2028, 12, 31)),
    ],
)
def test_a_day_lies_in_a_period(kind: PeriodKind, on: date, first_day: date, last_day: date) -> None:
    anchor = date(2026, 6, 10)
    assert Period.around(on, kind, anchor=anchor) == Period(first_day, last_day, kind)


@pytest.mark.parametrize(
    ("kind", "on", "days"),
    [
        ("week", date(2027, 1, 1), 7),
        ("four_weeks", date(2027, 1, 1), 28),
        ("month", date(2027, 2, 1), 28),
        ("month", date(2028, 2, 1), 29),
        ("half_year", date(2027, 1, 1), 181),
        ("half_year", date(2028, 1, 1), 182),
        ("half_year", date(2028, 7, 1), 184),
        ("year", date(2027, 1, 1), 365),
        ("year", date(2028, 1, 1), 366),
    ],
)
def test_leap_years_count_their_day(kind: PeriodKind, on: date, days: int) -> None:
    assert Period.around(on, kind, anchor=on).days == days


@given(DATES, KINDS, DATES)
def test_periods_follow_one_another_without_a_gap(on: date, kind: PeriodKind, anchor: date) -> None:
    period = Period.around(on, kind, anchor=anchor)
    assert on in period
    assert period.first_day - DAY not in period
    assert {Period.around(day, kind, anchor=anchor) for day in (period.first_day, period.last_day)} == {period}
    following = Period.around(period.last_day + DAY, kind, anchor=anchor)
    assert following.first_day == period.last_day + DAY


@given(DATES, DATES)
def test_four_weeks_are_counted_from_the_week_of_the_anchor(on: date, anchor: date) -> None:
    four = Period.around(on, "four_weeks", anchor=anchor)
    assert four.first_day == Period.around(four.first_day, "week", anchor=on).first_day
    first = Period.around(anchor, "four_weeks", anchor=anchor)
    assert first.first_day == Period.around(anchor, "week", anchor=on).first_day


@given(DATES, KINDS, DATES, st.none() | st.integers(0, 500))
def test_the_part_within_a_range_has_just_the_days_of_both(
    on: date, kind: PeriodKind, first_day: date, length: int | None
) -> None:
    period = Period.around(on, kind, anchor=on)
    last_day = None if length is None else first_day + timedelta(days=length)
    both = [
        day
        for day in (period.first_day + n * DAY for n in range(period.days))
        if first_day <= day and (last_day is None or day <= last_day)
    ]
    if both:
        part = period.within(first_day, last_day)
        assert (part.first_day, part.last_day, part.kind, part.days) == (both[0], both[-1], kind, len(both))


def test_two_years_after_a_leap_day_is_the_last_of_february() -> None:
    days = [date(2026, 6, 10), date(2028, 2, 29), date(2026, 2, 28)]
    assert [two_years_after(day) for day in days] == [date(2028, 6, 10), date(2030, 2, 28), date(2028, 2, 28)]
