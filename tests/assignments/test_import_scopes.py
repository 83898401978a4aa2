"""A register has one number for a decision: what it changes of the past is told, what it can't know is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assignments.grants import Scope, Terms
from assignments.import_scopes import notes, refusals, units_to_keep
from assignments.register.rows import RegisterRow
from tests.assignments import registers

FIRST = date(2026, 1, 1)
TODAY = date(2026, 6, 10)
STEADY = Terms((Scope(FIRST, Decimal("4.0")),), FIRST, None)
CHANGED = Terms((*STEADY.scopes, Scope(date(2026, 5, 1), Decimal("2.0"))), FIRST, None)


def row(**changes: str) -> RegisterRow:
    return registers.read(changes).clients["00123"]


def said(found: Any) -> list[str]:
    return [str(problem) for problem in found]


def test_a_correction_of_what_has_begun_is_told() -> None:
    other = row(units="3", period="week", decision_kind="contact_family")
    past = "counts from the decision's first day (2026-01-01) on, where it was {}: periods that have been too"
    assert said(notes(other, STEADY, TODAY)) == [
        f"row 2, units: {past.format('4')}",
        f"row 2, decision_kind: {past.format('contact_person')}",
        f"row 2, period: {past.format('month')}",
    ]
    assert said(refusals(other, STEADY)) == []
    assert units_to_keep(other, STEADY) == 3


def test_nothing_is_told_of_what_is_the_same_or_to_come() -> None:
    assert said(notes(row(), STEADY, TODAY)) == []
    assert said(notes(row(units="3"), STEADY, date(2025, 12, 31))) == []


@pytest.mark.parametrize("units", ["4", "2", "2,0"])
def test_any_number_that_a_decision_has_had_changes_nothing(units: str) -> None:
    assert said(refusals(row(units=units), CHANGED)) == said(notes(row(units=units), CHANGED, TODAY)) == []
    assert units_to_keep(row(units=units), CHANGED) == 4


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"units": "3"},
            "units: must be one that the decision has had (4, 2 from 2026-05-01): change its scope instead",
        ),
        ({"period": "year"}, "period: can't become “year”: the scope of the decision has been changed"),
        ({"decision_kind": "contact_family"}, "decision_kind: can't become “contact_family”: the scope of"),
        (
            {"decision_first_day": "2026-05-01", "assignment_first_day": "2026-05-01"},
            "decision_first_day: lies after a change of the decision's scope (2026-05-01)",
        ),
    ],
)
def test_a_scope_that_has_changed_is_not_overwritten(change: dict[str, str], problem: str) -> None:
    (found,) = said(refusals(row(**change), CHANGED))
    assert found.startswith(f"row 2, {problem}")
