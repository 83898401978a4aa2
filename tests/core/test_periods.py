"""Months are the municipality's, not UTC's."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import Month, local_date

STOCKHOLM = ZoneInfo("Europe/Stockholm")


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
def test_every_moment_lies_on_a_day_of_its_local_month(seconds: int) -> None:
    moment = datetime(1940, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    month = Month.of(local_date(moment, STOCKHOLM))
    assert month.first_day <= local_date(moment, STOCKHOLM) <= month.last_day
    assert Month.parse(str(month)) == month


def test_a_range_overlaps_a_month_when_a_single_day_does() -> None:
    june = Month(2026, 6)
    assert june.overlaps(date(2026, 6, 30), None)
    assert june.overlaps(date(2020, 1, 1), date(2026, 6, 1))
    assert not june.overlaps(date(2026, 7, 1), None)
    assert not june.overlaps(date(2020, 1, 1), date(2026, 5, 31))
