from decimal import Decimal

import pytest

from expenses.reading.amounts import amounts_in, whole_in, without_amounts


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("TOTAL 12.50", ["12.50"]),
        ("TOTALRM12.50", ["12.50"]),
        ("TOTAL:9,00", ["9.00"]),
        ("KONTANT129,00", ["129.00"]),
        ("Total Sales (Inclusive GST)RM 141.50", ["141.50"]),
        ("GST AMT:RM4.43", ["4.43"]),
        ("SEK 1 234,50", ["1234.50"]),
        ("1,234.50", ["1234.50"]),
        ("1.234,50", ["1234.50"]),
        ("129:-", ["129.00"]),
        ("129 kr", ["129.00"]),
        ("129,-", ["129.00"]),
        ("12.50kr", ["12.50"]),
        ("-0,40", ["-0.40"]),
        ("129,00-", ["-129.00"]),
        ("RM -.02", ["-0.02"]),
        ("12. 50", ["12.50"]),
        ("9,O0", ["9.00"]),  # an O
        ("l2.50", ["12.50"]),  # an l
        ("2 x 45,00  90,00", ["45.00", "90.00"]),
        ("12.50*", ["12.50"]),
        ("20.00SR", ["20.00"]),
    ],
)
def test_amounts_are_found(text: str, amounts: list[str]) -> None:
    assert [amount.value for amount in amounts_in(text)] == [Decimal(amount) for amount in amounts]


@pytest.mark.parametrize(
    "text",
    [
        "13:45",
        "6.00%",
        "0.456 kg",
        "12/01/18 16:52",
        "2026.11.14",
        "TEL 03-9201 6281",
        "556123-4567",
        "1X3.7000",
        "v2.8.1",
    ],
)
def test_times_shares_weights_and_numbers_are_no_amounts(text: str) -> None:
    assert amounts_in(text) == []


def test_two_of_something_is_not_two_thousand() -> None:
    assert [amount.value for amount in amounts_in("2 100.00")] == [Decimal("100.00")]


def test_the_words_beside_an_amount_remain() -> None:
    assert without_amounts("TOTALRM12.50").split() == ["TOTAL"]
    assert without_amounts("Att betala: 118,00 kr").split() == ["Att", "betala:", "kr"]


@pytest.mark.parametrize(("text", "value"), [("55", "55.00"), ("RM 7", "7.00"), ("4 st", None), ("", None)])
def test_a_whole_number_alone(text: str, value: str | None) -> None:
    assert whole_in(text) == (None if value is None else Decimal(value))
