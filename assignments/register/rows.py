"""From rows of cells to the rows of a register, each cell on its own."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from assignments.register import cells
from assignments.register.cells import Cell
from assignments.register.problems import BadCell, Problem, shown
from core.periods import PERIOD_KINDS

KINDS = ("contact_person", "contact_family")
MOST_UNITS = Decimal("366")  # a day each day of a year
MOST_KRONOR = Decimal("9999999.99")


@dataclass(frozen=True)
class RegisterRow:
    """One assignment with its client, decision and contact person. Units a period, SEK a month."""

    row: int
    client_reference: str
    client_name: str
    decision_reference: str
    decision_kind: str
    legal_basis: str
    units: Decimal
    period: str
    decision_first_day: date
    decision_last_day: date | None
    contact_person_email: str
    contact_person_name: str
    assignment_first_day: date
    assignment_last_day: date | None
    fee: Decimal
    allowance: Decimal


def _text(longest: int) -> Callable[[Cell], str]:
    return lambda cell: cells.read_text(cell, longest=longest)


def _choice(*choices: str) -> Callable[[Cell], str]:
    return lambda cell: cells.read_choice(cell, choices)


def _code(cell: Cell) -> str:
    return cells.read_text(cell, longest=30).lower()


def _kronor(cell: Cell) -> Decimal:
    return cells.read_number(cell, decimals=2, largest=MOST_KRONOR)


def _units(cell: Cell) -> Decimal:
    return cells.read_number(cell, decimals=1, largest=MOST_UNITS)


COLUMNS: Mapping[str, Callable[[Cell], Any]] = {
    "client_reference": _text(50),
    "client_name": _text(200),
    "decision_reference": _text(50),
    "decision_kind": _choice(*KINDS),
    "legal_basis": _code,
    "units": _units,
    "period": _choice(*PERIOD_KINDS),
    "decision_first_day": cells.read_day,
    "decision_last_day": cells.read_last_day,
    "contact_person_email": cells.read_email,
    "contact_person_name": _text(200),
    "assignment_first_day": cells.read_day,
    "assignment_last_day": cells.read_last_day,
    "fee": _kronor,
    "allowance": _kronor,
}


def read_head(number: int, head: list[Cell]) -> tuple[list[str], list[Problem]]:
    """Return the columns in their order, and what is wrong with them: unknown, doubled or missing ones."""
    names = [re.sub(r"[\s_-]+", "_", str(cell).strip().lower()) if cell is not None else "" for cell in head]
    while names and not names[-1]:
        names.pop()
    found: list[Problem] = []
    for position, name in enumerate(names, start=1):
        if name not in COLUMNS:
            # What is there may be a person's name, when the first row was left out.
            what = "is not a column of the register" if name else "has no name"
            found.append(Problem(number, f"column {position}", what))
        elif name in names[: position - 1]:
            found.append(Problem(number, name, "is there twice"))
    found += [Problem(number, name, "is missing") for name in COLUMNS if name not in names]
    return names, found


def read_row(number: int, names: list[str], row: list[Cell]) -> tuple[RegisterRow | None, list[Problem]]:
    """Return a row's values and no problems, or None and what is wrong with each of its cells."""
    found: list[Problem] = []
    values: dict[str, Any] = {}
    for name, cell in zip(names, [*row, *[None] * len(names)], strict=False):
        try:
            values[name] = COLUMNS[name](cell)
        except BadCell as bad:
            found.append(Problem(number, name, str(bad)))
    if any(cell is not None and str(cell).strip() for cell in row[len(names) :]):
        found.append(Problem(number, f"column {len(names) + 1}", "holds something but has no name"))
    if found:
        return None, found
    read = RegisterRow(row=number, **values)
    found = [Problem(number, column, what) for column, what in _contradictions(read)]
    return (None if found else read), found


def _contradictions(row: RegisterRow) -> Iterable[tuple[str, str]]:
    """Yield what the cells of a row can't mean together."""
    if row.units <= 0:
        yield "units", "must be more than 0"
    elif row.decision_kind == "contact_person" and row.units % 1:
        yield "units", f"must be whole for a contact person, found {shown(str(row.units))}"
    elif row.units % Decimal("0.5"):
        yield "units", f"must be in halves, found {shown(str(row.units))}"
    decided, last = row.decision_first_day, row.decision_last_day
    if last is not None and last < decided:
        yield "decision_last_day", f"lies before decision_first_day ({decided}), found “{last}”"
    starts, ends = row.assignment_first_day, row.assignment_last_day
    if ends is not None and ends < starts:
        yield "assignment_last_day", f"lies before assignment_first_day ({starts}), found “{ends}”"
    if starts < decided or (last is not None and starts > last):
        yield (
            "assignment_first_day",
            f"lies outside the decision's days ({decided} to {_until(last)}), found “{starts}”",
        )
    if last is not None and (ends is None or ends > last):
        yield "assignment_last_day", f"lies after the decision's last day ({last}), found “{_until(ends)}”"


def _until(day: date | None) -> str:
    return str(day or "until further notice")
