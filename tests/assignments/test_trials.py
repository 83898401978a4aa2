"""What a month would have been under another policy, on plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from assignments.grants import Scope, Terms
from assignments.judging import Book
from assignments.quota import Use
from assignments.rules import CancellationTable, PolicyRules, PolicyVersions, WeightTable, default_cancellations
from assignments.trials import Trial, try_rules
from core.periods import Month

FIRST = date(2026, 1, 1)
PRESENT = PolicyRules(
    FIRST, WeightTable.parse([[0, 1], [300, 2]]), CancellationTable.parse(default_cancellations())
)
JUNE = Month(2026, 6)


def held(day: int, *, month: int = 6, hours: float = 2, **fields: Any) -> Use:
    """Maj-Britt's occasion at noon."""
    starts_at = datetime(2026, month, day, 12, tzinfo=UTC)
    return Use(None, starts_at, starts_at + timedelta(hours=hours), "completed", **fields)


def book(*uses: Use, **terms: Any) -> Book:
    """Maj-Britt's decision: four a month from January on."""
    values: dict[str, Any] = {"scopes": (Scope(FIRST, Decimal(4)),), "first_day": FIRST, "last_day": None} | terms
    by_name = {str(number): use for number, use in enumerate(uses)}
    return Book(Terms(**values), PolicyVersions.of([PRESENT]), ZoneInfo("Europe/Stockholm"), by_name)


def numbers(trial: Trial, *names: str) -> list[Any]:
    (account,) = trial.accounts
    return [account.numbers[name] for name in names]


def test_the_same_rules_change_nothing() -> None:
    trial = try_rules({"maj-britt": book(held(3, hours=9), held(14))}, PRESENT, JUNE)
    assert numbers(trial, "used", "remaining", "over") == [(3, 3), (1, 1), (0, 0)]
    assert trial.totals == {
        "decisions": 1, "changing": 0, "over_as_is": 0, "over_as_tried": 0, "newly_over": 0, "no_longer_over": 0,
    }  # fmt: skip


def test_another_table_weighs_other_units_except_where_an_occasion_has_its_own() -> None:
    heavier = replace(PRESENT, weights=WeightTable.parse([[0, 2], [300, 3]]))
    trial = try_rules(
        {"maj-britt": book(held(3), held(14, hours=6), held(20, own_units=Decimal(1)))}, heavier, JUNE
    )
    assert numbers(trial, "used", "remaining", "over") == [(4, 6), (0, -2), (0, 2)]
    assert trial.totals["newly_over"] == 1


def test_what_would_have_been_saved_in_earlier_months_is_seen() -> None:
    """Although the rules begin in July: as if they had held all along."""
    saving = replace(PRESENT, first_day=date(2026, 7, 1), saving_cap=Decimal(2))
    trial = try_rules({"maj-britt": book(*(held(day) for day in range(1, 7)))}, saving, JUNE)
    assert numbers(trial, "granted", "carried_in", "over") == [(4, 4), (0, 2), (2, 0)]
    assert trial.totals["no_longer_over"] == 1


def test_another_period_is_another_account() -> None:
    trial = try_rules({"maj-britt": book()}, replace(PRESENT, period="half_year"), JUNE)
    (account,) = trial.accounts
    assert account.as_tried.period.first_day == FIRST
    assert numbers(trial, "granted") == [(4, 24)]
    assert account.changes


def test_a_stay_is_counted_as_the_rules_part_the_day() -> None:
    friday = datetime(2026, 6, 12, 15, tzinfo=UTC)
    stay = Use(None, friday, friday + timedelta(days=2), "completed")
    family = book(stay, scopes=(Scope(FIRST, Decimal("2.5")),), family=True)
    trial = try_rules({"family": family}, replace(PRESENT, day_parted_at=None), JUNE)
    assert PRESENT.day_parted_at == time(12)
    assert numbers(trial, "used", "over") == [(Decimal("2.5"), 3), (0, Decimal("0.5"))]


def test_decisions_that_change_come_first() -> None:
    heavier = replace(PRESENT, weights=WeightTable.parse([[0, 2]]))
    trial = try_rules({"a": book(), "c": book(held(3)), "b": book(held(3))}, heavier, JUNE)
    assert [account.decision_id for account in trial.accounts] == ["b", "c", "a"]
    assert (trial.totals["decisions"], trial.totals["changing"]) == (3, 2)
