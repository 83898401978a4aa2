import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks import receipts
from benchmarks.labels import Label, is_same_seller, label_of
from benchmarks.receipts import Result, labelled, summary_of
from expenses.reading.suggestion import Suggested, Suggestion
from tests.expenses.reading import swedish
from tests.expenses.reading.printing import picture

DAY = date(2026, 11, 14)


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("18/01/2018", date(2018, 1, 18)),
        ("05-02-18", date(2018, 2, 5)),
        ("18 MAR 2018", date(2018, 3, 18)),
        ("05-AUG-2017", date(2017, 8, 5)),
        ("20180304", date(2018, 3, 4)),
        ("2018-03-04", date(2018, 3, 4)),
        ("25032018", date(2018, 3, 25)),
        ("(06/12/2016)", date(2016, 12, 6)),
        ("smudged", None),
        ("", None),
    ],
)
def test_labels_hold_dates_as_printed(printed: str, day: date | None) -> None:
    assert label_of({"date": printed}).date == day


@pytest.mark.parametrize(
    ("printed", "total"),
    [("4.90", "4.90"), ("RM 1,234.50", "1234.50"), ("129", "129"), (129.5, "129.5"), ("?", None), (None, None)],
)
def test_labels_hold_totals_as_numbers(printed: object, total: str | None) -> None:
    assert label_of({"total": printed}).total == (None if total is None else Decimal(total))


def test_sellers_are_the_same_but_for_how_they_are_written() -> None:
    assert is_same_seller("Mr.D.I.Y. (M) Sdn Bhd", "MR. D.I.Y. (M) SDN BHD")
    assert is_same_seller("ALMBYNS LIVS", "Almbyns Livs AB")
    assert is_same_seller("GL HANDICRAFT & TAILORING", "GL HANDICRAFT & TAII ORING")
    assert not is_same_seller("LIVS BAGERI", "TOYS BAGERI")
    assert not is_same_seller("", "Almbyns Livs AB")


def result(*, total: str | None, confidence: float = 0.97, seconds: float = 1.0) -> Result:
    label = Label(Decimal("10.00"), DAY, None)
    read = Suggestion(
        total=None if total is None else Suggested(Decimal(total), confidence),
        date=Suggested(DAY, 0.9),
        seller=None,
        is_card_slip=False,
    )
    return Result("a.jpg", label, read, seconds)


def test_the_figures_are_shares_and_what_is_missing_is_wrong() -> None:
    results = [
        result(total="10.0"),
        result(total=None),
        result(total="9.00"),
        result(total="8.00", confidence=0.5),
    ]
    assert summary_of(results) == {
        "receipts": 4,
        "total_right": 0.25,
        "date_right": 1.0,
        "seller_right": 0.0,
        "confident_wrong": 0.25,
        "median_seconds": 1.0,
    }


def test_a_folder_is_read_as_production_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = swedish.PIZZERIA
    (tmp_path / "one.jpg").write_bytes(picture(printed.text))
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff and then nothing")
    (tmp_path / "unlabelled.jpg").write_bytes(b"")
    label = {"company": printed.seller, "date": "14/11/2026", "total": printed.total}
    (tmp_path / "labels.json").write_text(json.dumps({"one.jpg": label, "broken": label, "gone.jpg": label}))
    receipts.main(tmp_path)
    *lines, last = capsys.readouterr().out.splitlines()
    figures = json.loads(last)
    assert (figures["receipts"], figures["total_right"], figures["date_right"]) == (2, 0.5, 0.5)
    assert (figures["seller_right"], figures["confident_wrong"]) == (0.5, 0.0)
    assert any("broken.jpg total: printed 250.00, read nothing" in line for line in lines)


def test_a_label_that_is_no_label_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(b"")
    (tmp_path / "labels.json").write_text(json.dumps({"one.jpg": "lost"}))
    assert labelled(tmp_path) == {}
    with pytest.raises(SystemExit, match="has a label"):
        receipts.main(tmp_path)
