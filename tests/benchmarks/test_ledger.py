"""The measurement of the ledger measures what it says it does."""

import json

import pytest

from assignments.judging import Book
from benchmarks import ledger


def test_it_ends_with_one_line_of_figures_and_ratios(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "DECISIONS", 2)
    ledger.main(rounds=1)
    printed = capsys.readouterr()
    figures = json.loads(printed.out)
    assert printed.out.count("\n") == 1
    assert "floor: round 1 of 1" in printed.err
    assert figures["list_of_50_per_ledger"] == pytest.approx(
        figures["list_of_50_ms"] / figures["ledger_ms"], rel=0.1
    )
    assert {"floor_ms", "judge_asks_ms", "ledger_per_floor", "propose_skips_per_floor"} <= figures.keys()


def test_ten_years_are_ten_years() -> None:
    book: Book = ledger.ten_years()
    quotas = book.ledger(ledger.LAST_DAY).quotas
    assert (len(book.uses), len(quotas)) == (520, 120)
    assert any(quota.carried_in > 0 for quota in quotas)
    assert any(quota.carried_in < 0 for quota in quotas)
