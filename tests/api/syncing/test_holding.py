"""Which marks assignments get, from which day occasions are judged anew, and what a snapshot sees."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.syncing.holding import BROKEN, Holding, Mark, after_losing, marks_of
from assignments.changes import EVER, judged_anew_from
from core.changes import Snapshot

ONE, TWO = UUID(int=1), UUID(int=2)
HELD = Holding("shown", "frame")
FIRST, SECOND, THIRD = date(2020, 1, 1), date(2025, 1, 1), date(2026, 1, 1)


@pytest.mark.parametrize(
    ("before", "now", "mark"),
    [
        ({ONE: HELD}, {ONE: HELD}, None),
        ({}, {ONE: HELD}, Mark.GAINED),
        ({ONE: HELD}, {}, Mark.LOST),
        ({ONE: HELD}, {ONE: Holding("other", "frame")}, Mark.CHANGED),
        ({ONE: HELD}, {ONE: Holding("shown", "other")}, Mark.GAINED),
        ({ONE: BROKEN}, {ONE: HELD}, Mark.GAINED),
        ({ONE: BROKEN}, {}, Mark.LOST),
    ],
)
def test_each_assignment_is_marked_by_what_became_of_it(
    before: dict[UUID, Holding], now: dict[UUID, Holding], mark: Mark | None
) -> None:
    assert marks_of(before, now).get(ONE) == mark


def test_what_is_lost_on_the_way_is_broken_and_what_is_gained_there_waits() -> None:
    assert after_losing({ONE: HELD}, {TWO: HELD}) == {ONE: BROKEN}


@pytest.mark.parametrize(
    ("before", "now", "day"),
    [
        ({FIRST: "a", SECOND: "b"}, {FIRST: "a", SECOND: "b"}, None),
        ({}, {}, None),
        ({}, {SECOND: "a"}, EVER),
        ({FIRST: "a"}, {FIRST: "b"}, EVER),
        ({SECOND: "a"}, {FIRST: "b", SECOND: "a"}, EVER),
        ({FIRST: "a"}, {FIRST: "a", SECOND: "b"}, SECOND),
        ({FIRST: "a", THIRD: "b"}, {FIRST: "a", SECOND: "b"}, SECOND),
        ({FIRST: "a", SECOND: "b"}, {FIRST: "a", THIRD: "b"}, SECOND),
        ({FIRST: "a", SECOND: "b", THIRD: "c"}, {FIRST: "a", SECOND: "b", THIRD: "d"}, THIRD),
    ],
)
def test_occasions_are_judged_anew_from_the_first_day_that_differs(
    before: dict[date, str], now: dict[date, str], day: date | None
) -> None:
    assert judged_anew_from(before, now) == judged_anew_from(now, before) == day


VERSIONS = st.dictionaries(st.dates(FIRST, THIRD), st.sampled_from("ab"), min_size=1, max_size=4)


@given(VERSIONS, VERSIONS, st.dates(date(2019, 1, 1), date(2027, 1, 1)))
def test_before_that_day_every_day_is_judged_as_it_was(
    before: dict[date, str], now: dict[date, str], on: date
) -> None:
    def rules_of(versions: dict[date, str]) -> str:
        return versions[max((day for day in versions if day <= on), default=min(versions))]

    first = judged_anew_from(before, now)
    if first is None or on < first:
        assert rules_of(before) == rules_of(now)


@pytest.mark.parametrize("text", ["10:10:", "10:20:10,14,15", "999999999999:999999999999:"])
def test_a_snapshot_is_written_as_it_was_read(text: str) -> None:
    assert str(Snapshot.parse(text)) == text
