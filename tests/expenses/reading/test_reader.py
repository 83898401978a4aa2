import io
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from expenses.reading import reader
from expenses.reading.reader import ReadingFailed, is_installed, read
from expenses.reading.suggestion import HIGH
from tests.expenses.reading import swedish
from tests.expenses.reading.printing import picture

TODAY = date(2026, 11, 24)


def test_a_developer_has_what_reads_receipts() -> None:
    assert is_installed()


def test_a_stored_picture_is_read(tmp_path: Path) -> None:
    stored = tmp_path / "receipt.webp"
    Image.open(io.BytesIO(picture(swedish.GROCER.text))).save(stored, quality=80)
    suggestion = read(stored, today=TODAY)
    assert suggestion is not None
    assert suggestion.total is not None
    assert suggestion.total.value == swedish.GROCER.amount
    assert suggestion.total.confidence >= HIGH


def test_a_blank_picture_says_nothing() -> None:
    blank = io.BytesIO()
    Image.new("RGB", (200, 300), "white").save(blank, "JPEG")
    assert read(blank.getvalue(), today=TODAY) is None


def test_what_is_no_picture_fails_and_says_nothing_of_it() -> None:
    with pytest.raises(ReadingFailed) as failed:
        read(b"SUMMA 129,00", today=TODAY)
    assert str(failed.value) == ""
    assert failed.value.__cause__ is None


def test_a_reading_that_takes_too_much_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_MEGABYTES", 40)
    with pytest.raises(ReadingFailed):
        read(picture("SUMMA 1,00"), today=TODAY)
