"""The real engine on drawn receipts: few, since each takes half a second. It leaves out å, ä and ö."""

import io
from datetime import date

import pytest
from PIL import Image

from expenses.reading.engine import lines_in
from expenses.reading.interpreting import interpret
from tests.expenses.reading import swedish
from tests.expenses.reading.printing import picture

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("printed", "turned", "noise"),
    [
        (swedish.GROCER, 2.0, 20),
        (swedish.CINEMA, -3.0, 0),
        (swedish.BIG_SUM, 0.0, 35),
        (swedish.GLUED, 4.0, 0),
        (swedish.RECEIPT_WITH_CARD_PART, -1.0, 10),
        (swedish.CARD_SLIP, 2.0, 20),
    ],
    ids=["rounded and paid in cash", "cinema", "over a thousand", "glued words", "card part below", "card slip"],
)
def test_a_photographed_receipt_is_read(printed: swedish.Printed, turned: float, noise: int) -> None:
    photo = Image.open(io.BytesIO(picture(printed.text, turned=turned, noise=noise, size=22)))
    read = interpret(lines_in(photo), today=TODAY)
    assert read.total is not None
    assert read.date is not None
    assert read.seller is not None
    assert read.total.value == printed.amount
    assert read.date.value == printed.day
    assert read.seller.value.replace(" ", "") == printed.seller.replace(" ", "")
    assert read.is_card_slip == printed.is_card_slip
