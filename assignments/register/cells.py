"""From one cell to one value."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from assignments.register.problems import BadCell, shown


@dataclass(frozen=True)
class Formula:
    """A cell with a formula, or with the error that one ended in: what it shows depends on who looks."""


Cell = str | int | float | bool | date | datetime | time | Formula | None

FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2199, 12, 31)
# Beyond this a spreadsheet has lost the last digits of a number.
LARGEST_EXACT = 10**15
DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[ T]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
NUMBER = re.compile(r"(\d{1,15}|\d{1,3}( \d{3}){1,4})([.,]\d{1,15})?", re.ASCII)
EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")


def read_text(cell: Cell, *, longest: int) -> str:
    """Return a text on one line, a whole number as its digits. Raises BadCell when empty, long or odd."""
    text = _plain(cell)
    if not text:
        raise BadCell("is empty")
    if len(text) > longest:
        raise BadCell(f"is longer than {longest} characters")
    return text


def read_email(cell: Cell) -> str:
    """Return an e-mail address in lower case. Raises BadCell for what is none, without repeating it."""
    text = read_text(cell, longest=254).lower()
    local = text.partition("@")[0]
    if not EMAIL.fullmatch(text) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise BadCell("is no e-mail address")
    return text


def read_choice(cell: Cell, choices: tuple[str, ...]) -> str:
    """Return one of the choices, however its letters are cased. Raises BadCell for any other."""
    text = read_text(cell, longest=100)
    if text.lower() not in choices:
        raise BadCell(f"must be {' or '.join(choices)}, found {shown(text)}")
    return text.lower()


def read_day(cell: Cell) -> date:
    """Return a date, from a date cell or a text such as 2026-01-31. Raises BadCell for any other."""
    if isinstance(cell, datetime):
        if cell.time() != time.min:
            raise BadCell("must be a day without a time")
        return _sensible(cell.date())
    if isinstance(cell, date):
        return _sensible(cell)
    text = _plain(cell)
    match = DAY.fullmatch(text)
    try:
        day = date(*map(int, match.groups())) if match else None
    except ValueError:
        day = None
    if day is None:
        raise BadCell(f"must be a day such as 2026-01-31, found {shown(text)}")
    return _sensible(day)


def read_last_day(cell: Cell) -> date | None:
    """Return a date, None when the cell is empty: until further notice. Raises BadCell as read_day does."""
    return None if _plain(cell) == "" else read_day(cell)


def read_number(cell: Cell, *, decimals: int, largest: Decimal) -> Decimal:
    """Return a number that is not negative, with decimal point or comma. Raises BadCell for any other."""
    text = _plain(cell)
    if not NUMBER.fullmatch(text):
        raise BadCell(f"must be a number such as 2,5, found {shown(text)}")
    number = Decimal(text.replace(" ", "").replace(",", "."))
    if number > largest:
        raise BadCell(f"must be at most {largest}, found {shown(text)}")
    rounded = round(number, decimals)
    if rounded != number:
        wanted = f"have at most {decimals} decimals" if decimals else "be whole"
        raise BadCell(f"must {wanted}, found {shown(text)}")
    return rounded


def _sensible(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        hint = "; leave it empty for until further notice" if day > LAST_DAY else ""
        raise BadCell(f"must lie between {FIRST_DAY} and {LAST_DAY}, found “{day}”{hint}")
    return day


def _plain(cell: Cell) -> str:
    """Return a cell as the text that a person sees. Raises BadCell for what has none."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _one_line(cell)
    if isinstance(cell, Formula):
        raise BadCell("holds a formula or an error: paste the value instead")
    if isinstance(cell, bool):
        raise BadCell("holds TRUE or FALSE")
    if isinstance(cell, int | float) and abs(cell) < LARGEST_EXACT:
        # Excel counts in binary and shows fifteen digits: 0.1 + 0.2 is 0.3 there.
        plain = f"{Decimal(f'{cell:.15g}').normalize():f}"
        return "0" if plain == "-0" else plain
    if isinstance(cell, datetime):
        return str(cell.date()) if cell.time() == time.min else str(cell)
    if isinstance(cell, date | time):
        return str(cell)
    raise BadCell("holds a number too large to be exact: format the column as text")


def _one_line(text: str) -> str:
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if not line.isprintable():
        # Among them NUL, which the database refuses, and signs that turn the order of letters.
        raise BadCell("holds a sign that can't be printed")
    return line
