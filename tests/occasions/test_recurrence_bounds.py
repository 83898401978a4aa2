"""No rule keeps the library busy for long: counted in the days, weeks or months that it looks at, not in time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import product
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule as library
from hypothesis import given, settings
from hypothesis import strategies as st

from occasions.recurrence import LATEST, Recurrence, parse_rule
from occasions.rule_text import WEEKDAYS, RuleError
from tests.occasions.day_by_day import STARTS

STOCKHOLM = ZoneInfo("Europe/Stockholm")
# Two years day by day, then at worst on to the next leap day that is a fifth Tuesday, year by year.
MOST_STEPS = LATEST.days + 60


@contextmanager
def counted_steps() -> Iterator[list[str]]:
    """Note each day, week or month that the library looks at, as long as this lasts."""
    steps: list[str] = []

    def counting(name: str) -> Any:
        method = getattr(library._iterinfo, name)

        def counted(*args: Any) -> Any:
            steps.append(name)
            return method(*args)

        return counted

    names = ("ddayset", "wdayset", "mdayset")
    with patch.multiple(library._iterinfo, **{name: counting(name) for name in names}):
        yield steps


def outcome(text: str, first: datetime) -> Recurrence | RuleError:
    try:
        return parse_rule(text, first=first, zone=STOCKHOLM)
    except RuleError as refused:
        return refused


def rare_rules() -> Iterator[tuple[str, datetime]]:
    """Give, for days that not every month has and for others, each rule that begins there or nearly there."""
    for (month, length), day, off in product({1: 31, 2: 29, 4: 30}.items(), (1, 2, 29, 30, 31), (0, 1)):
        if day > length:
            continue
        first = datetime.fromisoformat(f"2028-{month:02}-{day:02}T15:00")
        weekday = WEEKDAYS[(first.weekday() + off) % 7]
        for nth in (1, 5, -1, -5):
            yield f"FREQ=MONTHLY;BYDAY={nth}{weekday}", first
            yield f"FREQ=MONTHLY;BYDAY={weekday};BYSETPOS={nth}", first
        for number in (day + off, day - off - length - 1):
            yield f"FREQ=MONTHLY;BYMONTHDAY={number}", first
        yield f"FREQ=WEEKLY;BYDAY={weekday}", first
        yield f"FREQ=DAILY;BYDAY={weekday}", first


@pytest.mark.parametrize("interval", [1, 2, 3, 4, 5, 6, 7, 11, 12, 14, 52])
def test_the_library_never_looks_far_for_a_day_that_does_not_come(interval: int) -> None:
    for text, first in rare_rules():
        if interval <= 12 or "MONTHLY" not in text:
            for end in ("COUNT=200", "COUNT=1", "UNTIL=20291231", "UNTIL=99991231"):
                with counted_steps() as steps:
                    outcome(f"{text};INTERVAL={interval};{end}", first)
                assert len(steps) <= MOST_STEPS, text


NAMES = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "WKST", "BYHOUR", "X", "DTSTART"]
VALUES = ["DAILY", "WEEKLY", "MONTHLY", "1", "12", "-1", "0", "MO", "1MO", "20270101", "20270101T000000Z", ""]
ODD_PARTS = st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES) | st.text(max_size=5)).map("=".join)


@settings(deadline=None)
@given(st.text(max_size=40) | st.lists(ODD_PARTS, max_size=5).map(";".join), STARTS)
def test_any_text_is_a_rule_or_a_problem_with_one(text: str, first: datetime) -> None:
    with counted_steps() as steps:
        for attempt in (text, f"FREQ=MONTHLY;COUNT=3;{text}", f"FREQ=WEEKLY;{text}"):
            found = outcome(attempt, first)
            assert isinstance(found, Recurrence) or found.field == "rule"
    assert len(steps) <= 3 * MOST_STEPS
