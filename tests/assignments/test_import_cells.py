"""One cell, one value: what spreadsheets make of texts, numbers and days."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.register import cells
from assignments.register.cells import Formula
from assignments.register.problems import BadCell, shown

MIDNIGHT = datetime.fromisoformat("2026-01-31")  # a date cell of Excel: no zone, no time


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("00123", "00123"),
        (123, "123"),
        (123.0, "123"),
        (123.5, "123.5"),
        (0.1 + 0.2, "0.3"),
        ("  Åsa\u00a0 Öberg\n", "Åsa Öberg"),
        ("A\u030asa", "Åsa"),
        (MIDNIGHT, "2026-01-31"),
    ],
)
def test_a_text_is_what_the_person_sees(cell: Any, text: str) -> None:
    assert cells.read_text(cell, longest=20) == text


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        (None, "is empty"),
        ("  ", "is empty"),
        ("x" * 21, "longer than 20"),
        ("Karin\x00", "can't be printed"),
        ("Karin\u202e", "can't be printed"),
        (Formula(), "formula"),
        (True, "TRUE or FALSE"),
        (1e15, "too large to be exact"),
        (float("nan"), "too large to be exact"),
        (float("inf"), "too large to be exact"),
    ],
)
def test_a_text_that_is_none_is_refused(cell: Any, what: str) -> None:
    with pytest.raises(BadCell, match=what):
        cells.read_text(cell, longest=20)


@pytest.mark.parametrize(
    "cell",
    ["2026-01-31", "20260131", 20260131, "2026-01-31 00:00:00", date(2026, 1, 31), MIDNIGHT],
)
def test_a_day_is_read_however_it_was_kept(cell: Any) -> None:
    assert cells.read_day(cell) == date(2026, 1, 31)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "31/1 2026",
        "2026-02-30",
        "2026-01",
        "0026-01-31",
        "9999-12-31",
        46053,
        MIDNIGHT + timedelta(hours=12),
        time(12),
        "２０２６-01-31",
    ],
)
def test_a_day_that_could_mean_another_is_refused(cell: Any) -> None:
    with pytest.raises(BadCell):
        cells.read_day(cell)


def test_no_last_day_means_until_further_notice() -> None:
    assert cells.read_last_day(None) is None
    assert cells.read_last_day(" ") is None


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("2,5", "2.5"),
        ("2.5", "2.5"),
        (2.5, "2.5"),
        (2, "2"),
        ("1 500,00", "1500"),
        ("1\u00a0500", "1500"),
        (0, "0"),
    ],
)
def test_a_number_has_a_comma_or_a_point(cell: Any, number: str) -> None:
    assert cells.read_number(cell, decimals=1, largest=Decimal(9999)) == Decimal(number)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        None,
        "-1",
        -1,
        "1e3",
        "NaN",
        "Infinity",
        "1.500,00",
        "1,500.00",
        "four",
        "2,55",
        10_000,
        "1 00",
        "٤",
        "9" * 40,
    ],
)
def test_a_number_that_is_odd_is_refused(cell: Any) -> None:
    with pytest.raises(BadCell):
        cells.read_number(cell, decimals=1, largest=Decimal(9999))


@pytest.mark.parametrize("cell", ["Karin@Kalix.Example", " karin@kalix.example "])
def test_an_address_is_read_in_lower_case(cell: str) -> None:
    assert cells.read_email(cell) == "karin@kalix.example"


@pytest.mark.parametrize(
    "cell",
    ["karin", "karin@kalix", "ka rin@kalix.example", "a@b@c.example", ".a@b.example", "a..b@c.example",
     "å@b.example", "karin@-kalix.example", "a" * 65 + "@b.example", "a@" + "b" * 250 + ".se",
     "karin@kalix.example\nBcc: x@y.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_it(cell: str) -> None:
    with pytest.raises(BadCell) as refused:
        cells.read_email(cell)
    assert cell not in str(refused.value)


@pytest.mark.parametrize("text", ["Maj-Britt Öberg", "MB", "M.B.", "19500101-1234", "500101-1234", "195001011234"])
def test_what_could_tell_of_somebody_is_not_said_again(text: str) -> None:
    assert shown(text) == f"a text of {len(text)} characters"


@pytest.mark.parametrize("text", ["2,5", "-1", "2026-02-30", "kontaktperson", "sol-1980"])
def test_what_tells_of_nobody_is_said_again(text: str) -> None:
    assert shown(text) == f"“{text}”"


Cells = st.one_of(
    st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times()
)


@given(Cells)
def test_whatever_a_cell_holds_it_is_read_or_refused(cell: Any) -> None:
    readers: list[Any] = [
        cells.read_day,
        cells.read_last_day,
        cells.read_email,
        lambda c: cells.read_text(c, longest=50),
        lambda c: cells.read_choice(c, ("month",)),
        lambda c: cells.read_number(c, decimals=2, largest=Decimal("9999999.99")),
    ]
    for reader in readers:
        with suppress(BadCell):
            reader(cell)
