"""What a register may change of what a decision that is there grants. Pure."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from assignments.grants import Terms
from assignments.register.problems import Problem
from assignments.register.rows import RegisterRow

PAST = "counts from the decision's first day ({first_day}) on, where it was {before}: periods that have been too"


def units_to_keep(row: RegisterRow, terms: Terms) -> Decimal:
    """Return the units of the decision's first day: those of the file, unless its scope has changed since.

    Then the file, which has one number only, may say any that the decision has had, and changes none.
    """
    return row.units if len(terms.scopes) == 1 else terms.scopes[0].units


def refusals(row: RegisterRow, terms: Terms) -> Iterator[Problem]:
    """Yield what a register can't change of a decision whose scope has changed: it can't say from which day."""
    if len(terms.scopes) == 1:
        return
    first, *changes = terms.scopes
    if row.units not in [scope.units for scope in terms.scopes]:
        known = ", ".join([f"{_plain(first.units)}", *(f"{_plain(s.units)} from {s.first_day}" for s in changes)])
        yield Problem(
            row.row, "units", f"must be one that the decision has had ({known}): change its scope instead"
        )
    for column, given, present in _kinds(row, terms):
        if given != present:
            yield Problem(row.row, column, f"can't become “{given}”: the scope of the decision has been changed")
    if row.decision_first_day >= changes[0].first_day:
        what = f"lies after a change of the decision's scope ({changes[0].first_day})"
        yield Problem(row.row, "decision_first_day", what)


def notes(row: RegisterRow, terms: Terms, today: date) -> Iterator[Problem]:
    """Yield what a register changes of the past: a decision that has begun grants otherwise from its first day."""
    if terms.first_day > today or len(terms.scopes) > 1:
        return
    present = terms.scopes[0].units
    if row.units != present:
        yield Problem(row.row, "units", PAST.format(first_day=terms.first_day, before=_plain(present)))
    for column, given, before in _kinds(row, terms):
        if given != before:
            yield Problem(row.row, column, PAST.format(first_day=terms.first_day, before=before))


def _kinds(row: RegisterRow, terms: Terms) -> Iterator[tuple[str, str, str]]:
    yield "decision_kind", row.decision_kind, "contact_family" if terms.family else "contact_person"
    yield "period", row.period, terms.period


def _plain(units: Decimal) -> str:
    return f"{units.normalize():f}"
