"""From an Excel workbook to rows of cells, without trusting what is in it."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook

from assignments.register.cells import Cell, Formula
from assignments.register.problems import RegisterUnreadable

# A workbook is a zip. It says beforehand how much it unpacks to, and zipfile holds it to that.
MOST_UNPACKED_BYTES = 100 * 1024 * 1024
MOST_PARTS = 1000


def read_workbook(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the numbered rows of the first sheet.

    Raises RegisterUnreadable when it is no workbook, or one that unpacks to too much.
    """
    _look_at_parts(content)
    try:
        with warnings.catch_warnings():
            # openpyxl tells of ornaments that it leaves out.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            sheet: Any = book.worksheets[0]
            # What a sheet says of its own size is often wrong, and can be a trap.
            sheet.reset_dimensions()
            for number, cells in enumerate(sheet.iter_rows(), start=1):
                yield number, [_value(cell) for cell in cells]
    except RegisterUnreadable:
        raise
    except Exception as error:
        # A broken workbook breaks openpyxl in any number of ways, and its words may quote the contents.
        raise RegisterUnreadable(f"The file is no .xlsx that can be read ({type(error).__name__})") from None


def _look_at_parts(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            sizes = [part.file_size for part in parts.infolist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        raise RegisterUnreadable(
            "The file is no .xlsx: perhaps an older .xls, or one that a password protects"
        ) from None
    if len(sizes) > MOST_PARTS or sum(sizes) > MOST_UNPACKED_BYTES:
        raise RegisterUnreadable("The .xlsx unpacks to more than a register can hold")


def _value(cell: Any) -> Cell:
    """Return what a cell holds, and a number that is shown with leading zeros as it is shown."""
    value: Cell = cell.value
    if cell.data_type in ("f", "e"):
        return Formula()
    if type(value) is int and re.fullmatch("0{2,30}", cell.number_format or ""):
        return f"{value:0{len(cell.number_format)}d}"
    return value
