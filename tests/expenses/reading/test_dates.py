from datetime import date

import pytest

from expenses.reading.dates import find_date
from expenses.reading.lines import rows_of
from tests.expenses.reading.printing import lines

TODAY = date(2026, 11, 24)
DAY = date(2026, 11, 14)


def day_in(text: str) -> date | None:
    found = find_date(rows_of(lines(text)), today=TODAY)
    return found.value if found else None


def sureness_of(text: str) -> float:
    found = find_date(rows_of(lines(text)), today=TODAY)
    assert found is not None
    return found.confidence


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-14",
        "2026.11.14 19:55",
        "2026-11-1414:05",
        "20261114 16:20",
        "14112026 13:11:54",
        "14/11/2026",
        "14-11-2026 20:40:32",
        "14-11-202619:50:14",
        "14.11.26",
        "14/11-26",
        "14/11 -26",
        "14/11-2026 kl 11:20",
        "DATE:14/11/26",
        "(14/11/2026)",
        "V2.8214/11/2026 20:09",  # glued to what is before
        "INV NO/DATE:K074-001096(14/11/2026)",
        "01:34PM  568017  14 11-26",
        "14 NOV 2026",
        "14-NOV-2026",
        "14Nov202618:25",
        "14 november 2026",
        "November 14, 2026",
        "Sat 14 Nov 26",
        "I4/11/2026",  # an I
        "11/14/2026",  # no such month the other way round
    ],
)
def test_a_date_is_read_as_it_is_printed(text: str) -> None:
    assert day_in(text) == DAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5 MAJ 2026", date(2026, 5, 5)),
        ("18 MAC 2018", date(2018, 3, 18)),
        ("01 OGOS 2018", date(2018, 8, 1)),
        ("3 okt. 2026", date(2026, 10, 3)),
        ("05/06/2026", date(2026, 6, 5)),
        ("26-03-18", date(2018, 3, 26)),
    ],
)
def test_the_day_comes_first_and_months_have_names_in_three_languages(text: str, day: date) -> None:
    assert day_in(text) == day


def test_a_swedish_receipt_may_begin_with_the_year() -> None:
    assert day_in("26-11-14 09:12\nKvitto 881\nMoms 6%") == DAY


@pytest.mark.parametrize(
    "text",
    ["2027-01-05", "14/11/1974", "556123-4567", "Tel 03-9201 6281", "31/02/2026", "Kvitto 10482", "12,50  4,20"],
)
def test_no_day_is_made_of_other_numbers_or_days_that_cannot_be(text: str) -> None:
    assert day_in(text) is None


def test_the_purchase_is_told_from_other_days() -> None:
    assert day_in("Medlem sedan 2019-03-01\nDatum 2026-11-14 12:00\nErbjudande till 2026-11-20") == DAY
    assert day_in("Giltig till 2026-11-15 07:45\n2026-11-14 07:45") == DAY


def test_a_day_printed_twice_weighs_more() -> None:
    assert day_in("13/11/2026\n14/11/2026\n*** 14/11/2026 ***") == DAY


def test_two_days_leave_doubt_and_one_does_not() -> None:
    assert sureness_of("Datum 2026-11-14 12:00") >= 0.9
    assert sureness_of("2026-11-13\n2026-11-14") < 0.9
    assert sureness_of("20261114") < 0.9
