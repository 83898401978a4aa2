"""What an occasion weighs, how days are counted, and what a cancelled occasion costs."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import permutations, product
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from assignments.models import check_cancellations, check_weight_steps
from assignments.rules import (
    STATUSES,
    UNWRITTEN,
    WHO,
    CancellationTable,
    Outcome,
    PolicyVersions,
    WeightTable,
    default_cancellations,
    round_up,
    started_days,
)
from tests.assignments.ledgers import STOCKHOLM, policy

TABLE = WeightTable.parse([[0, 1], [300, 2], [600, 3]])


@pytest.mark.parametrize(
    ("length", "units"),
    [
        (timedelta(minutes=1), 1),
        (timedelta(hours=4, minutes=59, seconds=59), 1),
        (timedelta(hours=5), 2),
        (timedelta(hours=9), 2),
        (timedelta(hours=10) - timedelta(microseconds=1), 2),
        (timedelta(hours=10), 3),
        (timedelta(days=14), 3),
    ],
)
def test_an_occasion_weighs_by_its_length(length: timedelta, units: int) -> None:
    assert TABLE.weigh(length) == units


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=14)), st.timedeltas(timedelta(0), timedelta(days=1)))
def test_a_longer_occasion_never_weighs_less(length: timedelta, more: timedelta) -> None:
    assert TABLE.weigh(length) <= TABLE.weigh(length + more)


def test_a_family_may_count_in_halves_and_units_may_be_written_as_text() -> None:
    table = WeightTable.parse([[0, "0.5"], [720, 1], [1440, 1.5]])
    assert [table.weigh(timedelta(hours=hours)) for hours in (1, 12, 24)] == [Decimal("0.5"), 1, Decimal("1.5")]


@pytest.mark.parametrize(
    "steps",
    [
        [],
        None,
        5,
        "01",
        {"0": 1},
        [[0]],
        [[0, 1, 2]],
        [[1, 1]],
        [[-60, 1], [0, 2]],
        [[0, 1], [0, 2]],
        [[0, 1], [300, 2], [200, 3]],
        [[0.5, 1]],
        [["0", 1]],
        [[False, 1]],
        [[0, 0]],
        [[0, -1]],
        [[0, 2], [300, 1]],
        [[0, 1.3]],
        [[0, "NaN"]],
        [[0, "Infinity"]],
        [[0, None]],
        [[0, "one"]],
        [[0, 1e9]],
        [[0, 1], [10**12, 2]],
    ],
    ids=str,
)
def test_what_is_no_table_is_refused(steps: Any) -> None:
    with pytest.raises(ValueError, match=r"weight|minutes|unpack"):
        WeightTable.parse(steps)
    with pytest.raises(ValidationError):
        check_weight_steps(steps)


def test_a_good_table_may_be_stored() -> None:
    check_weight_steps([[0, 1], [300, 2], [600, 3]])


def test_halves_that_are_stored_stay_readable_and_are_stored_no_more() -> None:
    assert WeightTable.parse([[0, 0.5], [300, 1]]).highest == 1
    with pytest.raises(ValidationError, match="hela tal"):
        check_weight_steps([[0, 0.5], [300, 1]])


NOON = time(12)


def days(starts: str, ends: str, parted_at: time | None = NOON) -> Decimal:
    """Return the days of a stay between two times on the wall."""
    return started_days(
        *(datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM) for text in (starts, ends)), parted_at=parted_at
    )


@pytest.mark.parametrize(
    ("starts", "ends", "halves", "whole"),
    [
        ("2026-06-05 18:00", "2026-06-07 18:00", "2.5", 3),  # Friday evening to Sunday evening
        ("2026-06-05 18:00", "2026-06-07 12:00", 2, 3),  # to Sunday noon, when the afternoon has not begun
        ("2026-06-05 18:00", "2026-06-07 12:01", "2.5", 3),
        ("2026-06-05 11:59", "2026-06-07 18:00", 3, 3),
        ("2026-06-05 12:00", "2026-06-07 18:00", "2.5", 3),
        ("2026-06-05 18:00", "2026-06-07 00:00", "1.5", 2),  # midnight ends Saturday
        ("2026-06-06 00:00", "2026-06-07 00:00", 1, 1),
        ("2026-06-06 08:00", "2026-06-06 11:00", "0.5", 1),
        ("2026-06-06 13:00", "2026-06-06 20:00", "0.5", 1),
        ("2026-06-06 10:00", "2026-06-06 14:00", 1, 1),
        ("2026-06-06 23:59", "2026-06-07 00:01", 1, 2),
        ("2026-02-27 18:00", "2026-03-01 18:00", "2.5", 3),
        ("2028-02-27 18:00", "2028-03-01 18:00", "3.5", 4),  # over 29 February
        ("2026-12-31 18:00", "2027-01-01 11:00", 1, 2),
        ("2026-03-28 18:00", "2026-03-29 18:00", "1.5", 2),  # 23 hours, or 25, are a day all the same
        ("2026-10-24 18:00", "2026-10-25 18:00", "1.5", 2),
    ],
)
def test_a_family_counts_every_started_day_in_halves_or_whole(
    starts: str, ends: str, halves: str, whole: int
) -> None:
    assert days(starts, ends) == Decimal(halves)
    assert days(starts, ends, None) == whole


def test_the_hour_that_comes_twice_is_never_less_than_a_half() -> None:
    starts = datetime(2026, 10, 25, 2, 50, tzinfo=STOCKHOLM)
    ends = datetime(2026, 10, 25, 2, 10, tzinfo=STOCKHOLM, fold=1)
    assert [started_days(starts, ends, parted_at=at) for at in (NOON, time(2, 30), None)] == [
        Decimal("0.5"), Decimal("0.5"), 1,
    ]  # fmt: skip


@given(
    st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 1900 < moment.year < 2200),
    st.timedeltas(timedelta(minutes=1), timedelta(days=14)),
    st.timedeltas(timedelta(0), timedelta(days=2)),
    st.none() | st.times(),
)
def test_a_longer_stay_never_counts_less_and_halves_never_more_than_days(
    starts: datetime, length: timedelta, more: timedelta, parted_at: time | None
) -> None:
    counted = started_days(starts, starts + length, parted_at=parted_at)
    assert counted <= started_days(starts, starts + length + more, parted_at=parted_at)
    assert 0 < counted <= started_days(starts, starts + length, parted_at=None)
    assert counted % (1 if parted_at is None else Decimal("0.5")) == 0


@pytest.mark.parametrize(
    ("units", "over", "step", "rounded"),
    [
        (52, 30, 1, 2),  # 4 units on 13 of 30 days
        (60, 30, 1, 2),
        (61, 30, 1, 3),
        (1, 366, 1, 1),
        (0, 30, 1, 0),
        ("32.5", 30, "0.5", "1.5"),
        ("45", 30, "0.5", "1.5"),
        ("45.5", 30, "0.5", 2),
    ],
)
def test_parts_are_rounded_up_to_whole_steps(units: str, over: int, step: str, rounded: str) -> None:
    assert round_up(Decimal(units), over, Decimal(step)) == Decimal(rounded)


@given(st.integers(0, 2000), st.integers(1, 366), st.sampled_from([Decimal(1), Decimal("0.5")]))
def test_rounding_up_gives_the_least_steps_that_are_enough(halves: int, over: int, step: Decimal) -> None:
    units = Decimal(halves) / 2
    rounded = round_up(units, over, step)
    assert rounded % step == 0
    assert (rounded - step) * over < units <= rounded * over or rounded == units == 0


LATE = [
    {
        "status": "cancelled",
        "by": "client",
        "notice_hours": hours,
        "units_used": used,
        "paid": used,
        "costs_repaid": True,
    }
    for hours, used in ((24, False), (0, True))
]
USUAL = [row for row in default_cancellations() if (row["status"], row["by"]) != ("cancelled", "client")]


@pytest.mark.parametrize(
    ("notice", "used"),
    [
        (timedelta(hours=24), False),
        (timedelta(days=400), False),
        (timedelta(hours=24) - timedelta(microseconds=1), True),
        (timedelta(0), True),
        (timedelta(hours=-3), True),  # when it had begun
    ],
)
def test_a_late_cancellation_costs_more_than_an_early_one(notice: timedelta, used: bool) -> None:
    for rows in permutations(LATE):
        table = CancellationTable.parse([*rows, *USUAL])
        assert table.outcome("cancelled", "client", notice) == Outcome(used, used, costs_repaid=True)


def test_a_policy_begins_with_units_given_back_but_for_those_where_nobody_came() -> None:
    table = CancellationTable.parse(default_cancellations())
    for status, by in product(STATUSES, WHO):
        missed = status == "no_show"
        assert table.outcome(status, by, timedelta(0)) == Outcome(missed, missed, missed)


@pytest.mark.parametrize(
    "rows",
    [
        None,
        5,
        "01",
        [],
        {},
        [5],
        [[]],
        [{}],
        USUAL,
        [*USUAL, LATE[0]],
        [*USUAL, *LATE, LATE[0]],
        [*USUAL, LATE[1] | {"notice_hours": 24.5}],
        [*USUAL, LATE[1] | {"notice_hours": True}],
        [*USUAL, LATE[1], LATE[0] | {"notice_hours": -1}],
        [*USUAL, LATE[1], LATE[0] | {"notice_hours": 10**9}],
        [*USUAL, LATE[1] | {"paid": 1}],
        [*USUAL, LATE[1] | {"more": True}],
        [*USUAL, LATE[1] | {"status": "planned"}],
        [*USUAL, LATE[1] | {"status": []}],
        [*USUAL, LATE[1] | {"by": "nobody"}],
        [*USUAL, {name: value for name, value in LATE[1].items() if name != "paid"}],
    ],
    ids=str,
)
def test_what_is_no_table_of_cancellations_is_refused(rows: Any) -> None:
    with pytest.raises(ValueError, match=r"cancell|hours|true or false|sequence"):
        CancellationTable.parse(rows)
    with pytest.raises(ValidationError):
        check_cancellations(rows)


@pytest.mark.parametrize(
    ("on", "version"),
    [
        (date(2019, 12, 31), 0),  # before there was any, the first one holds
        (date(2020, 1, 1), 0),
        (date(2025, 6, 30), 0),
        (date(2025, 7, 1), 1),
        (date(2028, 2, 28), 1),
        (date(2028, 2, 29), 2),
        (date(2199, 1, 1), 2),
    ],
)
def test_a_version_holds_until_the_next_one(on: date, version: int) -> None:
    versions = [policy(date(2020, 1, 1)), policy(date(2025, 7, 1)), policy(date(2028, 2, 29))]
    for order in permutations(versions):
        assert PolicyVersions.of(order).in_force(on) is versions[version]


def test_without_any_version_there_is_no_policy() -> None:
    with pytest.raises(ValueError, match="without a policy"):
        PolicyVersions.of([])
    assert UNWRITTEN.in_force(date(2026, 6, 1)).weights.weigh(timedelta(hours=9)) == 1


def test_the_most_that_may_be_asked_for_is_what_the_policy_says_or_its_table() -> None:
    starts = datetime(2026, 6, 5, 18, tzinfo=STOCKHOLM)
    ends = starts + timedelta(days=2)
    open_handed = replace(policy(), highest_weight=Decimal(5))
    assert [rules.most(starts, ends, family=False) for rules in (policy(), open_handed)] == [3, 5]
    assert [rules.most(starts, ends, family=True) for rules in (policy(), open_handed)] == [3, 3]


def test_a_policy_offers_all_activities_until_it_names_some() -> None:
    assert policy().offers("cinema")
    assert [policy(activity_kinds=frozenset({"walk"})).offers(kind) for kind in ("walk", "cinema")] == [
        True,
        False,
    ]
