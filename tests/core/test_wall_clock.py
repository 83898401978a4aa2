"""Half past two does not come on the night when the clocks go forward."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import local_moment
from core.wall_clock import TimeDoesNotExist, check_exists, check_written_time

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MINUTES_AROUND = st.integers(-36 * 60, 36 * 60)
SWITCHES = st.sampled_from(["2026-10-25T03:00", "2027-03-28T02:00", "2027-06-01"]).map(datetime.fromisoformat)


@given(SWITCHES, MINUTES_AROUND)
def test_a_time_exists_just_when_the_clock_on_the_wall_shows_it_at_some_moment(
    switch: datetime, minutes: int
) -> None:
    local = switch + timedelta(minutes=minutes)
    moment = local_moment(local.date(), local.time(), STOCKHOLM)
    if moment.astimezone(STOCKHOLM).replace(tzinfo=None) == local:
        check_exists(local, STOCKHOLM, "starts_at")
    else:
        with pytest.raises(TimeDoesNotExist) as refused:
            check_exists(local, STOCKHOLM, "starts_at")
        assert refused.value.field == "starts_at"


@pytest.mark.parametrize(
    ("written", "exists"),
    [
        ("2027-03-28T01:59:59+01:00", True),
        ("2027-03-28T02:00:00+01:00", False),
        ("2027-03-28T02:30:00+01:00", False),
        ("2027-03-28T02:30:00+02:00", False),
        ("2027-03-28T02:59:59.999999+02:00", False),
        ("2027-03-28T03:00:00+02:00", True),
        ("2027-03-28T03:30:00+02:00", True),
        ("2027-03-28T01:30:00Z", True),
        ("2027-03-28T02:30:00Z", True),
        ("2027-03-28T02:30:00+03:00", True),  # a phone in Finland
        ("2026-10-25T02:30:00+02:00", True),
        ("2026-10-25T02:30:00+01:00", True),
        ("2027-03-27T02:30:00+01:00", True),
    ],
)
def test_a_moment_is_refused_when_it_was_written_as_a_time_that_never_comes(written: str, exists: bool) -> None:
    given = datetime.fromisoformat(written)
    if exists:
        check_written_time(given, STOCKHOLM, "ends_at")
    else:
        with pytest.raises(TimeDoesNotExist) as refused:
            check_written_time(given, STOCKHOLM, "ends_at")
        assert refused.value.field == "ends_at"


def test_the_words_name_the_time() -> None:
    with pytest.raises(TimeDoesNotExist) as refused:
        check_exists(datetime.fromisoformat("2027-03-28T02:05"), STOCKHOLM, "starts_at")
    assert refused.value.detail("sv") == "Klockan 02:05 finns inte den natten, då klockan ställs fram."
    assert refused.value.detail("en") == "There is no 02:05 that night, when the clocks go forward."
