"""Registers to import: good ones, and what can be done to them."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from assignments.register.register import Register, RegisterRefused, read_register
from assignments.register.rows import COLUMNS

LEGAL_BASES: dict[str, tuple[date, date | None]] = {
    "lss-1993": (date(1994, 1, 1), None),
    "sol-2001": (date(2002, 1, 1), date(2025, 6, 30)),
}
# Karin and Maj-Britt: four occasions a month.
GOOD: dict[str, Any] = {
    "client_reference": "00123",
    "client_name": "Maj-Britt Söderlund",
    "decision_reference": "2026-41",
    "decision_kind": "contact_person",
    "legal_basis": "lss-1993",
    "units": "4",
    "period": "month",
    "decision_first_day": "2026-01-01",
    "decision_last_day": "2026-12-31",
    "contact_person_email": "karin@kalix.example",
    "contact_person_name": "Karin Ek",
    "assignment_first_day": "2026-02-01",
    "assignment_last_day": "2026-12-31",
    "fee": "948,00",
    "allowance": "600",
}


def table(*changes: dict[str, Any], columns: Sequence[str] = tuple(COLUMNS)) -> list[list[Any]]:
    """Return a head and one row for each of the changes to a good one."""
    return [list(columns), *([(GOOD | change)[name] for name in columns] for change in changes)]


def as_csv(rows: Sequence[Sequence[Any]], *, separator: str = ";", encoding: str = "utf-8") -> bytes:
    """Write rows as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode(encoding)


def as_workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    """Write rows as the first sheet of a workbook."""
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def put(folder: Path, content: bytes, name: str = "register.csv") -> Path:
    """Put a file into a folder."""
    path = folder / name
    path.write_bytes(content)
    return path


def read(*changes: dict[str, Any]) -> Register:
    """Read a register whose rows differ so from a good one."""
    return read_register(list(enumerate(table(*changes), start=1)), LEGAL_BASES)


def problems(*changes: dict[str, Any]) -> list[str]:
    """Return what is wrong with such a register."""
    try:
        read(*changes)
    except RegisterRefused as refused:
        return [str(problem) for problem in refused.problems]
    return []
