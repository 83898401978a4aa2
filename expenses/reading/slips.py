"""Tell a card slip, which says what was paid but not for what, from a receipt. Pure."""

from collections.abc import Sequence

from expenses.reading.lines import Row
from expenses.reading.roles import Role, entries_of
from expenses.reading.words import any_of, squeezed

LEAST_MARKS = 3
LEAST_LETTERS = 3  # of a thing sold; a lone code or currency is none

_MARKS = [
    any_of(words)
    for words in (
        "kortkvitto ko?pkvitto cardreceipt cardslip salesslip saleslip",
        "sparakvittot keepreceipt retainthis beha?llkvittot",
        "terminal ^termid ^tid$ ^term",
        "^aid aida?ooo",
        "^tvr ^tsi tvrtsi",
        "godka?n[dt] approved approval medgivet accepterat",
        "kundensex butikensex kundkopia kundex customercopy merchantcopy cardholder",
        "kontaktlo?s contactless ^chip personligkod pinok pinverif ^psn",
        "^ko?p$ ^ko?psek ^ko?pbelopp ^sale$ ^purchase",
        "visa mastercard maestro amex bankkort debit",
        "^ref kontrollnr authcode ^auth rrn ^trace batch ^butiksnr ^mid ^stan",
        "xxxx kortn cardno",
    )
]
_HIDDEN_CARD_NUMBER = "****"


def is_card_slip(rows: Sequence[Row]) -> bool:
    """Tell whether these are the rows of a card terminal's slip, with nothing of what was sold."""
    words = [squeezed(piece.text) for row in rows for piece in row.pieces]
    marks = sum(any(mark.search(word) for word in words) for mark in _MARKS) + any(
        _HIDDEN_CARD_NUMBER in row.text for row in rows
    )
    return marks >= LEAST_MARKS and not _has_items(rows)


def _has_items(rows: Sequence[Row]) -> bool:
    """Tell whether something sold is named, or several prices stand there that nothing on a slip would be."""
    labels = [entry.label for entry in entries_of(rows) if entry.role == Role.ITEM]
    named = [
        label for label in labels if len(label) >= LEAST_LETTERS and not any(mark.search(label) for mark in _MARKS)
    ]
    return bool(named) or len(labels) > 1
