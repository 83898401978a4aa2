"""Find total, date and seller in the lines of a receipt. Pure."""

from collections.abc import Iterable
from datetime import date

from expenses.reading.dates import find_date
from expenses.reading.lines import Line, rows_of
from expenses.reading.sellers import find_seller
from expenses.reading.slips import is_card_slip
from expenses.reading.suggestion import Suggestion
from expenses.reading.totals import find_total

__all__ = ["Line", "interpret"]


def interpret(lines: Iterable[Line], *, today: date) -> Suggestion:
    """Return what the lines of a receipt say; a date after `today` is none."""
    rows = rows_of(lines)
    return Suggestion(
        total=find_total(rows),
        date=find_date(rows, today=today),
        seller=find_seller(rows),
        is_card_slip=is_card_slip(rows),
    )
