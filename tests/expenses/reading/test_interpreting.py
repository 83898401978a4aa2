from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expenses.reading.interpreting import interpret
from expenses.reading.lines import Line, rows_of
from expenses.reading.suggestion import HIGH, Suggested, Suggestion
from tests.expenses.reading import swedish
from tests.expenses.reading.printing import lines

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("printed", swedish.ALL, ids=lambda printed: printed.seller)
def test_a_swedish_receipt_is_read(printed: swedish.Printed) -> None:
    read = interpret(lines(printed.text), today=TODAY)
    assert read.total is not None
    assert read.date is not None
    assert read.seller is not None
    assert read.total.value == printed.amount
    assert read.date.value == printed.day
    assert read.seller.value == printed.seller
    assert read.is_card_slip == printed.is_card_slip


def test_a_receipt_with_sums_that_agree_is_read_with_confidence() -> None:
    total = interpret(lines(swedish.GROCER.text), today=TODAY).total
    assert total is not None
    assert total.confidence >= HIGH


@pytest.mark.parametrize("drop", [-0.1, -0.03, 0.03, 0.1])
def test_paper_may_lie_turned(drop: float) -> None:
    straight, turned = (rows_of(lines(swedish.GROCER.text, drop_per_pixel=by)) for by in (0.0, drop))
    assert [row.text for row in turned] == [row.text for row in straight]


def test_a_receipt_with_a_card_part_is_no_card_slip() -> None:
    both = f"{swedish.CAFE.text}\n{swedish.CARD_SLIP.text}"
    assert not interpret(lines(both), today=TODAY).is_card_slip


def test_a_slip_printed_in_one_column_is_a_slip() -> None:
    slip = "KORTKVITTO\nTerminal 123\nAID A000\nBelopp\n86,00\nGodkänd"
    assert interpret(lines(slip), today=TODAY).is_card_slip


def test_things_sold_may_be_named_on_the_row_above() -> None:
    sold = "Mjöl\n1 x 18,60  18,60\nJäst\n2 x 2,70  5,40\nTotalt  24,00"
    receipt = f"{sold}\nMaster xxxx0000  24,00\nRef 12\nGodkänd\nTerm 1"
    assert not interpret(lines(receipt), today=TODAY).is_card_slip


@given(st.lists(st.tuples(st.text(max_size=30), st.integers(0, 3000), st.integers(0, 3000)), max_size=12))
def test_whatever_is_found_there_is_an_answer(pieces: list[tuple[str, int, int]]) -> None:
    found = [Line(text, 0.9, ((x, y), (x + 80, y), (x + 80, y + 20), (x, y + 20))) for text, x, y in pieces]
    read = interpret(found, today=TODAY)
    assert Suggestion.from_json(read.as_json()) == read


@given(st.text(alphabet="TOTALSUMa 0123456789.,:-/%kr", max_size=40))
def test_figures_in_any_order_do_no_harm(text: str) -> None:
    read = interpret(lines(text), today=TODAY)
    assert read.total is None or read.total.value > 0


def test_a_suggestion_is_plain_in_json() -> None:
    printed = swedish.GROCER
    suggestion = Suggestion(Suggested(printed.amount, 0.97), Suggested(printed.day, 0.9), None, is_card_slip=False)
    assert suggestion.as_json() == {
        "total": {"value": "118.00", "confidence": 0.97},
        "date": {"value": "2026-11-14", "confidence": 0.9},
        "seller": None,
        "is_card_slip": False,
    }
