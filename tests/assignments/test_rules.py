"""The table that says what an occasion weighs."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from assignments.models import check_weight_steps
from assignments.rules import WeightTable

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
