from decimal import Decimal

import pytest

from expenses.reading.lines import rows_of
from expenses.reading.suggestion import HIGH, Suggested
from expenses.reading.totals import find_total
from tests.expenses.reading.printing import lines


def total_of(text: str, *, confidence: float = 0.95) -> Suggested[Decimal]:
    total = find_total(rows_of(lines(text, confidence=confidence)))
    assert total is not None
    return total


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("Sub Total  4.60\nTotal Tax  0.28\nRounding  0.02\nTOTAL  4.90\nCASH  5.00\nCHANGE  0.10", "4.90"),
        ("Total Incl. GST  20.98\nRounding Adj  0.02\nTotal RM  21.00\nCash  -50.00\nCHANGE  29.00", "21.00"),
        ("Total Sales  177.22\nRounding Adjustment  -.02\nRoundingRM  177.20\nCREDITRM  177.20", "177.20"),
        ("Total Qty  2  4.60\nTOTALRM4.90\nCASHRM10.00\nCHANGERM5.10", "4.90"),
        ("SUBTOTAL (QTY 4)  41.43\nROUNDING  0.02\nSUBTOTAL  41.45\nCASH  51.50\nCHANGE CASH  10.05", "41.45"),
        ("TOTAL  7.40\nGST Summary  Amount  Tax\nSR 6%  7.00  0.42\nTotal  7.00  0.42", "7.40"),
        ("Total 0% supplies:  35.14\nTotal 6% supplies:  38.41\nTotal Payable:  73.55", "73.55"),
        ("Total (Excluding GST):  6.33\nGST payable (6%):  0.37\nTotal (Inclusive of GST):  6.70", "6.70"),
        ("Total Rounded  29.30\nCash Tendered  50.00\nChange  20.70\nTOTAL INCLUDES 6% GST  1.66", "29.30"),
        ("Total(includes GST @0%)  3.20\nCash  5.20\nChange  2.00", "3.20"),
        ("Amount incl. GST  5.00\nAccepted total  10.00\nChange  5.00", "5.00"),
        ("TOTAL\nRM 12.50\nCASH  20.00", "12.50"),
        ("Tota1  9.00\nCash  10.00\nChanqe  1.00", "9.00"),
        (
            "Mjölk  18,90\nSUMMA  118,30\nÖresavrundning  -0,30\nATT BETALA  118,00\nKontant  200,00\nVxel  82,00",
            "118.00",
        ),
        ("Delsumma  100,00\nAtt betala  100,00\nSwish  100,00\nMoms 6%  5,66", "100.00"),
        ("TOTALT SEK  1 234,50\nvarav moms 25%  246,90\nNetto  987,60", "1234.50"),
        ("TOTALT  125,00\nSumma moms  25,00\n25% moms  25,00", "125.00"),
        ("Varmkorv  30\nSumma  55", "55.00"),
        ("KÖP  129,00 SEK\nGodkänd", "129.00"),
    ],
)
def test_what_was_paid_is_told_from_other_sums(text: str, total: str) -> None:
    assert total_of(text).value == Decimal(total)


def test_words_and_sums_that_agree_make_it_sure() -> None:
    assert total_of("TOTAL  4.90\nCASH  5.00\nCHANGE  0.10").confidence >= HIGH
    assert total_of("Kaffe  35,00\nBulle  28,00\nTOTAL  63,00").confidence >= HIGH
    assert total_of("TOTAL  106,00\nMoms 6%  6,00").confidence >= HIGH


def test_words_alone_leave_doubt() -> None:
    assert total_of("TOTAL  4.90").confidence < HIGH
    assert total_of("CASH  4.90").confidence < HIGH


def test_a_sum_that_contradicts_leaves_doubt() -> None:
    assert total_of("TOTAL  4.90\nDEBIT  4.90\nCASH  50.00\nCHANGE  10.10").confidence < HIGH
    assert total_of("Total excl. GST  73.87\nGST  4.43\nAMT PAID  76.30\nVISA  76.30").confidence < HIGH


def test_a_total_that_is_hard_to_read_leaves_doubt() -> None:
    assert total_of("TOTAL  4.90\nCASH  4.90", confidence=0.7).confidence < HIGH


def test_a_misread_total_gives_way_to_what_sums_agree_on() -> None:
    receipt = "Lax  36.00\nTe  49.20\nSubTotal  85.20\nNet Total  35.20\nCasn  100.20\nChange  15.00"
    assert total_of(receipt).value == Decimal("85.20")
    receipt = "Lax  44.00\nTe  8.00\nTotal  2.00\nTotal excl  49.06\nGST  2.94"
    assert total_of(receipt).value == Decimal("52.00")
    assert total_of(receipt).confidence < HIGH


@pytest.mark.parametrize("text", ["", "Kaffe  35,00", "Tack för besöket", "TOTAL", "TOTAL  0.00"])
def test_nothing_is_offered_where_nothing_says_total(text: str) -> None:
    assert find_total(rows_of(lines(text))) is None
