"""Every row and column to mend is named, and nobody is."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assignments.register.register import RegisterRefused, clashes, read_register
from assignments.register.rows import COLUMNS
from tests.assignments import registers
from tests.assignments.registers import GOOD, problems

SVEN = {"contact_person_email": "sven@kalix.example", "contact_person_name": "Sven Lund"}
FAMILY = {"decision_kind": "contact_family"}


def refused(*rows: list[Any]) -> list[str]:
    """Return what is wrong with a sheet."""
    with pytest.raises(RegisterRefused) as error:
        read_register(list(enumerate(rows, start=1)), registers.LEGAL_BASES)
    return [str(problem) for problem in error.value.problems]


def test_a_good_register_is_read() -> None:
    register = registers.read({}, SVEN)
    assert len(register.clients) == len(register.decisions) == 1
    assert len(register.contact_persons) == len(register.assignments) == 2
    row = register.clients["00123"]
    assert (row.units, row.fee, row.decision_last_day) == (Decimal(4), Decimal("948.00"), date(2026, 12, 31))


def test_columns_may_come_in_another_order_and_be_written_in_capitals() -> None:
    columns = list(COLUMNS)[::-1]
    head, row = registers.table({}, columns=columns)
    sheet = [(1, [name.upper().replace("_", " ") for name in head] + ["", None]), (2, row)]
    assert "00123" in read_register(sheet, registers.LEGAL_BASES).clients


def test_missing_doubled_and_unknown_columns_are_named() -> None:
    head, row = registers.table({})
    head[head.index("fee")] = "units"
    head[head.index("period")] = "comment"
    assert refused(head, row) == [
        "row 1, column 7: is not a column of the register",
        "row 1, fee: is missing",
        "row 1, period: is missing",
        "row 1, units: is there twice",
    ]


def test_a_register_without_its_head_tells_no_names() -> None:
    text = " ".join(refused(list(GOOD.values())))
    assert "client_name: is missing" in text
    assert not any(name in text for name in ("Maj-Britt", "Karin", "karin", "00123@"))


def test_a_head_alone_is_no_register() -> None:
    assert refused(registers.table()[0]) == ["row 1, every column: has no rows below it"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"units": "0"}, "units: must be more than 0"),
        ({"units": "-4"}, "units: must be a number such as 2,5, found “-4”"),
        ({"units": "2,5"}, "units: must be whole for a contact person, found “2.5”"),
        ({"units": "2,3"} | FAMILY, "units: must be in halves, found “2.3”"),
        ({"units": "2,25"} | FAMILY, "units: must have at most 1 decimals, found “2,25”"),
        ({"units": "367"}, "units: must be at most 366, found “367”"),
        ({"units": ""}, "units: must be a number such as 2,5, found nothing"),
        ({"period": "quarter"}, "must be week or four_weeks or month or half_year or year, found “quarter”"),
        ({"decision_kind": "kontaktperson"}, "must be contact_person or contact_family, found “kontaktperson”"),
        ({"legal_basis": "sol-1980"}, "legal_basis: must be lss-1993 or sol-2001"),
        ({"legal_basis": "sol-2001"}, "“sol-2001” was not in force on decision_first_day (2026-01-01)"),
        ({"decision_last_day": "2025-12-31"}, "decision_last_day: lies before decision_first_day"),
        ({"assignment_last_day": "2026-01-31"}, "assignment_last_day: lies before assignment_first_day"),
        ({"assignment_first_day": "2025-12-31"}, "assignment_first_day: lies outside the decision's days"),
        ({"assignment_first_day": "2027-01-01"}, "assignment_first_day: lies outside the decision's days"),
        ({"assignment_last_day": ""}, "assignment_last_day: lies after the decision's last day"),
        ({"fee": "-1"}, "fee: must be a number such as 2,5, found “-1”"),
        ({"fee": ""}, "fee: must be a number such as 2,5, found nothing"),
        ({"allowance": "10000000"}, "allowance: must be at most 9999999.99"),
        ({"allowance": "1,005"}, "allowance: must have at most 2 decimals"),
        ({"contact_person_email": "karin"}, "contact_person_email: is no e-mail address"),
        ({"client_name": "x" * 201}, "client_name: is longer than 200 characters"),
        ({"client_reference": "0\x00"}, "client_reference: holds a sign that can't be printed"),
    ],
)
def test_what_is_wrong_with_a_row_is_named(change: dict[str, str], problem: str) -> None:
    found = problems(change)
    assert all(line.startswith("row 2, ") for line in found)
    assert any(problem in line for line in found), found


def test_every_bad_cell_of_every_row_is_named_at_once() -> None:
    found = problems({"units": "x", "fee": "y"}, {}, {"period": "z", "assignment_first_day": ""})
    assert [problem.partition(":")[0] for problem in found] == [
        "row 2, fee",
        "row 2, units",
        "row 4, assignment_first_day",
        "row 4, period",
    ]


def test_half_days_are_for_contact_families() -> None:
    assert problems(FAMILY | {"units": "2,5"}) == []


@pytest.mark.parametrize("period", ["week", "four_weeks", "month", "Half_Year", "year"])
def test_a_decision_may_count_over_any_period(period: str) -> None:
    register = registers.read({"period": period, "units": "104"})
    assert register.clients["00123"].period == period.lower()


def test_the_same_row_twice_is_named() -> None:
    assert problems({}, {}) == ["row 3, assignment_first_day: is the assignment of row 2 again"]


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("client_name", "Nils Strand"),
        ("units", "3"),
        ("decision_kind", "contact_family"),
        ("decision_first_day", "2025-12-01"),
        ("decision_last_day", ""),
    ],
)
def test_rows_that_contradict_each_other_are_named(column: str, other: str) -> None:
    (problem,) = problems({}, SVEN | {column: other})
    assert problem == f"row 3, {column}: says something else than row 2 does of the same"


def test_a_contact_person_has_one_name_and_an_assignment_one_fee() -> None:
    other_client = {"client_reference": "00124", "client_name": "Nils Strand"}
    (problem,) = problems({}, other_client | {"contact_person_name": "Karin Falk"})
    assert problem.startswith("row 3, contact_person_name: says something else")
    (problem,) = problems({}, {"fee": "100"})
    assert problem.startswith("row 3, fee: says something else")


def test_assignments_that_overlap_are_named() -> None:
    first = {"assignment_last_day": "2026-06-30"}
    assert problems(first, {"assignment_first_day": "2026-07-01"}) == []
    assert problems(first, {"assignment_first_day": "2026-06-30"}) == [
        "row 3, assignment_first_day: the assignment overlaps the one of row 2"
    ]


def test_a_long_assignment_overlaps_also_what_comes_after_a_short_one() -> None:
    short = {"assignment_first_day": "2026-03-01", "assignment_last_day": "2026-03-31"}
    late = {"assignment_first_day": "2026-05-01", "assignment_last_day": "2026-05-31"}
    assert [problem[:5] for problem in problems({}, short, late)] == ["row 3", "row 4"]


def test_what_is_there_already_is_looked_at_too() -> None:
    register = registers.read({})
    karins = ("00123", "2026-41", "karin@kalix.example")
    assert list(clashes(register, {(*karins, date(2026, 2, 1)): None})) == []
    (problem,) = clashes(register, {(*karins, date(2026, 1, 1)): date(2026, 2, 1)})
    assert str(problem) == (
        "row 2, assignment_first_day: the assignment overlaps one from 2026-01-01 that is not in the file"
    )
    (problem,) = clashes(register, {(*karins[:2], "sven@kalix.example", date(2026, 1, 1)): None})
    assert problem.column == "decision_last_day"
    (problem,) = clashes(register, {(*karins[:2], "sven@kalix.example", date(2025, 1, 1)): date(2025, 2, 1)})
    assert problem.column == "decision_first_day"
    assert list(clashes(register, {("other", "2026-41", "sven@kalix.example", date(2025, 1, 1)): None})) == []


def test_cells_beyond_the_columns_are_named() -> None:
    head, row = registers.table({})
    assert refused(head, [*row, None, "Maj-Britt"]) == ["row 2, column 16: holds something but has no name"]
    assert refused(head, row[:-1]) == ["row 2, allowance: must be a number such as 2,5, found nothing"]


@pytest.mark.parametrize("column", COLUMNS)
def test_no_problem_ever_tells_the_clients_name(column: str) -> None:
    for name in ("Maj-Britt Söderlund", "Maj", "M.", "19500101-1234"):
        assert name not in str(problems({column: name}, {}))
