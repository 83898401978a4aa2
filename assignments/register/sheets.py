"""From a file to rows of cells, whatever program wrote it."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from assignments.register.cells import Cell
from assignments.register.problems import RegisterUnreadable
from assignments.register.workbooks import read_workbook

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_CELLS = 200  # in a row; a register has fifteen columns
SEPARATORS = ";,\t"

Row = tuple[int, list[Cell]]  # the number that a spreadsheet shows, and the cells


def read_sheet(path: Path) -> list[Row]:
    """Return the rows that hold anything, of a `.csv` or of the first sheet of an `.xlsx`.

    Raises RegisterUnreadable when it is neither, holds nothing, or is larger than a register can be.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise RegisterUnreadable("The file's name must end in .csv or .xlsx")
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise RegisterUnreadable(f"The file can't be opened: {error.strerror}") from None
    if size > MOST_BYTES:
        raise RegisterUnreadable(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB")
    rows = list(_filled(_csv(content) if suffix == ".csv" else read_workbook(content)))
    if not rows:
        raise RegisterUnreadable("The file is empty")
    return rows


def _filled(rows: Iterable[Row]) -> Iterator[Row]:
    """Leave out the blank rows, and stop before an endless file fills the memory."""
    count = 0
    for number, cells in rows:
        if len(cells) > MOST_CELLS:
            raise RegisterUnreadable(f"Row {number} has more than {MOST_CELLS} cells")
        if any(cell is not None and str(cell).strip() for cell in cells):
            count += 1
            if count > MOST_ROWS + 1:
                raise RegisterUnreadable(f"The file has more than {MOST_ROWS} rows; split it")
            yield number, cells


def _csv(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=head.count)
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for number, record in enumerate(records, start=1):
            yield number, list(record)
    except csv.Error as error:
        raise RegisterUnreadable(f"The file is no CSV: {error}") from None


def _decoded(content: bytes) -> str:
    """Read UTF-8, or else what older Swedish programs write: Windows-1252."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise RegisterUnreadable("The file is a spreadsheet, not CSV: save it as .xlsx or as “CSV UTF-8”")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RegisterUnreadable("The file is UTF-16: save it as “CSV UTF-8”")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RegisterUnreadable("The file's letters can't be read: save it as “CSV UTF-8”")
