"""What is wrong with a register, said so that it can be mended and that a log may hold it."""

import re
from dataclasses import dataclass

# A column that slipped may bring a name or an identity number to where a number is wanted. Only what is
# plainly a number, a day or a code of ours is said again.
NUMBERS = re.compile(r"[-+]?\d[\d.,:/ -]{0,30}", re.ASCII)
CODES = re.compile(r"[a-z]+([_-][a-z0-9]+)*|true|false", re.ASCII)
IDENTITY_NUMBERS = re.compile(r"(\d\d)?\d{6}[-+ ]?\d{4}", re.ASCII)
MOST_CHARACTERS = 40


class RegisterUnreadable(Exception):
    """The file as a whole is not a register. Its text says why and names nobody."""


class BadCell(ValueError):
    """A cell does not hold what its column wants. Its text ends the sentence "this cell ..."."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend: the row as the spreadsheet numbers it, the column's name, what is wrong."""

    row: int
    column: str
    what: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.what}"


def shown(text: str) -> str:
    """Return the text in quotation marks, or only how long it is when it could tell of somebody."""
    harmless = NUMBERS.fullmatch(text) or CODES.fullmatch(text)
    if harmless and len(text) <= MOST_CHARACTERS and not IDENTITY_NUMBERS.fullmatch(text):
        return f"“{text}”"
    return f"a text of {len(text)} characters" if text else "nothing"
