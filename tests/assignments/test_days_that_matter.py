"""An account is computed from the days that matter to it, and is what it is by the whole history."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assignments.judging import Book
from assignments.ledger import days_that_matter
from assignments.rules import PolicyVersions
from core.periods import Month
from tests.assignments.histories import LONGEST, START, books, same
from tests.assignments.ledgers import decision, policy

DAYS = st.integers(-40, LONGEST + 40).map(lambda days: START + timedelta(days=days))


def without_saving(book: Book) -> Book:
    """Return the book by a policy that hands nothing on."""
    versions = (replace(one, saving_cap=Decimal(0), ahead_cap=Decimal(0)) for one in book.versions.versions)
    return replace(book, versions=PolicyVersions.of(versions))


def bounded(book: Book, first: date, last: date) -> Book:
    """Return the book with only what matters to accounts from one day to another."""
    since, until = days_that_matter(book.terms, book.versions, first, last)
    near = {key: use for key, use in book.uses.items() if (since or date.min) <= book.day_of(use) <= until}
    return replace(book, uses=near, since=since)


@same
@given(books() | books().map(without_saving), DAYS)
def test_the_account_of_a_day_is_the_same(book: Book, day: date) -> None:
    month = Month.of(day)
    asked = (day, day) if book.terms.covers(day) else (month.first_day, month.last_day)
    assert bounded(book, *asked).ledger(day).on(day) == book.ledger(day).on(day)


@same
@given(books() | books().map(without_saving), DAYS)
def test_the_account_of_a_month_is_the_same(book: Book, day: date) -> None:
    month = Month.of(day)
    near = bounded(book, month.first_day, month.last_day)
    assert near.ledger(month.last_day).in_month(month) == book.ledger(month.last_day).in_month(month)


def test_nothing_before_a_month_matters_where_nothing_is_saved() -> None:
    first, last = date(2026, 6, 1), date(2026, 6, 30)
    plain, saving = PolicyVersions.of([policy()]), PolicyVersions.of([policy(), policy(first, saving_cap=1)])
    assert days_that_matter(decision(), plain, date(2026, 6, 10), date(2026, 6, 10)) == (first, last)
    assert days_that_matter(decision(), saving, date(2026, 6, 10), date(2026, 6, 10)) == (None, last)
