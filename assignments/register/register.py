"""From the rows of a register to what is to be written, and whether they agree with each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from assignments.register.problems import Problem
from assignments.register.rows import RegisterRow, read_head, read_row
from assignments.register.sheets import Row

# What rows that speak of the same thing must say alike.
CLIENT = ("client_name",)
DECISION = ("decision_kind", "legal_basis", "units", "period", "decision_first_day", "decision_last_day")
CONTACT_PERSON = ("contact_person_name",)
ASSIGNMENT = ("assignment_last_day", "fee", "allowance")

Days = tuple[date, date | None]
AssignmentKey = tuple[str, str, str, date]  # client, decision, e-mail, first day


class RegisterRefused(Exception):
    """Something in the register has to be mended; `problems` says what, in the order of the rows."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__(f"{len(self.problems)} problems")


@dataclass
class Register:
    """One row for each client, decision, contact person and assignment, by what they are known by."""

    clients: dict[str, RegisterRow] = field(default_factory=dict)
    decisions: dict[tuple[str, str], RegisterRow] = field(default_factory=dict)
    contact_persons: dict[str, RegisterRow] = field(default_factory=dict)
    assignments: dict[AssignmentKey, RegisterRow] = field(default_factory=dict)


def read_register(sheet: Sequence[Row], legal_bases: Mapping[str, Days]) -> Register:
    """Read a sheet whose first row names the columns; `legal_bases` are the days of each code.

    Raises RegisterRefused with every problem there is; without good columns only with theirs.
    """
    names, problems = read_head(*sheet[0])
    if not problems and len(sheet) == 1:
        problems = [Problem(sheet[0][0], "every column", "has no rows below it")]
    if problems:
        raise RegisterRefused(problems)
    rows: list[RegisterRow] = []
    for number, cells in sheet[1:]:
        row, found = read_row(number, names, cells)
        problems += found
        if row:
            rows.append(row)
            problems += _legal_basis(row, legal_bases)
    register = Register()
    problems += _gather(register, rows)
    problems += clashes(register, present={})
    if problems:
        raise RegisterRefused(problems)
    return register


def _legal_basis(row: RegisterRow, known: Mapping[str, Days]) -> Iterator[Problem]:
    """A decision stands on an act that was in force on its first day."""
    if row.legal_basis not in known:
        yield Problem(row.row, "legal_basis", f"must be {' or '.join(sorted(known))}")
        return
    first, last = known[row.legal_basis]
    if row.decision_first_day < first or (last is not None and row.decision_first_day > last):
        what = f"“{row.legal_basis}” was not in force on decision_first_day ({row.decision_first_day})"
        yield Problem(row.row, "legal_basis", what)


def _gather(register: Register, rows: Iterable[RegisterRow]) -> Iterator[Problem]:
    """Put each row in its places. What comes first counts; a later row that says otherwise is to be mended."""
    kinds: list[tuple[dict[Any, RegisterRow], Callable[[RegisterRow], Any], tuple[str, ...]]] = [
        (register.clients, lambda row: row.client_reference, CLIENT),
        (register.decisions, decision_key, DECISION),
        (register.contact_persons, lambda row: row.contact_person_email, CONTACT_PERSON),
    ]
    for row in rows:
        for known, key, columns in kinds:
            yield from _differences(known.setdefault(key(row), row), row, columns)
        first = register.assignments.setdefault(assignment_key(row), row)
        if first is not row:
            said = list(_differences(first, row, ASSIGNMENT))
            yield from said or [
                Problem(row.row, "assignment_first_day", f"is the assignment of row {first.row} again")
            ]


def _differences(first: RegisterRow, row: RegisterRow, columns: tuple[str, ...]) -> Iterator[Problem]:
    for column in columns:
        if getattr(first, column) != getattr(row, column):
            yield Problem(row.row, column, f"says something else than row {first.row} does of the same")


def clashes(register: Register, present: Mapping[AssignmentKey, date | None]) -> Iterator[Problem]:
    """Yield where assignments overlap, or lie outside the days that their decision gets.

    `present` gives the last days of those that are there; those in the register too get its last day.
    """
    kept = {key: last for key, last in present.items() if key[:2] in register.decisions}
    of_register = {key: row.assignment_last_day for key, row in register.assignments.items()}
    latest: dict[tuple[str, str, str], AssignmentKey] = {}
    last_days = kept | of_register
    for key in sorted(last_days):
        before = latest.get(key[:3])
        if before and overlap(last_days[before], key[3]):
            yield _overlapping(register, before, key)
        if before is None or overlap(last_days[key], last_days[before] or date.max):
            latest[key[:3]] = key
    for key in kept.keys() - of_register.keys():
        yield from _outside(register.decisions[key[:2]], key[3], kept[key])


def _overlapping(register: Register, before: AssignmentKey, key: AssignmentKey) -> Problem:
    """Blame the later one, or the earlier when only that is in the file; what is there does not overlap."""
    rows = register.assignments
    mine, other = (rows[key], rows.get(before)) if key in rows else (rows[before], None)
    missing = before if key in rows else key
    whose = f"the one of row {other.row}" if other else f"one from {missing[3]} that is not in the file"
    return Problem(mine.row, "assignment_first_day", f"the assignment overlaps {whose}")


def _outside(decision: RegisterRow, first_day: date, last_day: date | None) -> Iterator[Problem]:
    whose = f"an assignment from {first_day} that is not in the file"
    if first_day < decision.decision_first_day:
        yield Problem(decision.row, "decision_first_day", f"leaves out {whose}")
    if decision.decision_last_day and overlap(last_day, decision.decision_last_day + timedelta(days=1)):
        yield Problem(decision.row, "decision_last_day", f"leaves out {whose}")


def overlap(last_day: date | None, next_first_day: date) -> bool:
    """Tell whether something that lasts to a last day, included, is still there on a later one's first day."""
    return last_day is None or next_first_day <= last_day


def decision_key(row: RegisterRow) -> tuple[str, str]:
    """Return what a decision is known by within a municipality."""
    return row.client_reference, row.decision_reference


def assignment_key(row: RegisterRow) -> AssignmentKey:
    """Return what an assignment is known by within a municipality."""
    return *decision_key(row), row.contact_person_email, row.assignment_first_day
