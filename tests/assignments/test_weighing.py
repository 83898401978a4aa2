"""What an occasion counts as, and what waits, when it is planned, changed and asked for."""

from decimal import Decimal
from typing import Any

import pytest

from assignments.judging import Book, weigh
from assignments.quota import Use
from tests.assignments.ledgers import book, decision, june, lasting, stay, use


def counts(found: Book, before: Use | None, after: Use, asked: int | None = None) -> tuple[Any, Any]:
    """Return what an occasion would count as on its own, and what would wait."""
    weighed = weigh(found, before, after, None if asked is None else Decimal(asked))
    return weighed.own_units, weighed.asked_units


@pytest.mark.parametrize(
    ("length", "asked", "own", "waits"),
    [
        (2, None, None, None),
        (2, 2, None, None),
        (2, 1, 1, None),
        (2, 3, None, 3),
        (1, 5, None, 5),
    ],
)
def test_a_new_occasion_counts_as_its_weight_or_less_and_waits_for_more(
    length: int, asked: int | None, own: int | None, waits: int | None
) -> None:
    assert counts(book(decision()), None, use(june(3), length), asked) == (own, waits)


@pytest.mark.parametrize(
    ("own", "waiting", "length", "asked", "expected"),
    [
        # as long as before (2)
        (None, None, 2, None, (None, None)),
        (1, None, 2, None, (1, None)),
        (5, None, 2, None, (5, None)),  # approved
        (5, None, 2, 5, (5, None)),
        (5, None, 2, 4, (4, None)),  # covered by what was approved
        (5, None, 2, 6, (5, 6)),
        (5, 6, 2, None, (5, 6)),
        (5, 6, 2, 4, (4, None)),
        (None, 5, 2, None, (None, 5)),
        (None, 5, 2, 5, (None, 5)),
        (0, 2, 2, None, (None, None)),  # waited for room: asks for it again
        (0, 2, 2, 2, (None, None)),
        (0, 5, 2, None, (None, 5)),
        (0, None, 2, None, (0, None)),  # declined after it was held
        (1, None, 2, 2, (None, None)),
        (None, None, 2, 1, (1, None)),
        (None, 5, 2, 1, (1, None)),
        # longer (3)
        (None, None, 3, None, (None, None)),
        (1, None, 3, None, (1, None)),
        (5, None, 3, None, (None, None)),
        (None, 5, 3, None, (None, 5)),
        (None, 3, 3, None, (None, None)),
        (0, 2, 3, None, (None, None)),
        (0, 1, 3, None, (1, None)),  # had no room for one, and was to count as one only
        (5, 6, 3, None, (None, 6)),
        (0, None, 3, None, (0, None)),
        (1, None, 3, 2, (2, None)),
        # shorter (1)
        (None, None, 1, None, (None, None)),
        (1, None, 1, None, (None, None)),
        (5, None, 1, None, (None, None)),
        (None, 5, 1, None, (None, 5)),
        (0, 2, 1, None, (None, None)),
        (0, 1, 1, None, (None, None)),
        (0, None, 1, None, (0, None)),
    ],
)
def test_an_edit_keeps_what_was_asked_and_answered_as_long_as_it_lasts(
    own: int | None, waiting: int | None, length: int, asked: int | None, expected: tuple[int | None, int | None]
) -> None:
    before = use(june(3), 2, own_units=own, asked_units=waiting)
    assert counts(book(decision()), before, lasting(before, length), asked) == expected


def test_a_family_is_weighed_by_days_and_may_ask_for_all_that_are_started() -> None:
    found = book(decision(10, family=True))
    one = stay("2026-06-05 18:00", "2026-06-07 18:00")
    assert (found.weight_of(one), found.most_of(one), found.counted(one)) == (Decimal("2.5"), 3, Decimal("2.5"))
    assert counts(found, None, one, 3) == (None, 3)
    assert counts(found, None, one, 2) == (2, None)
