"""What a month would have been under another policy. Pure: nothing is written, and nothing is in force by it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from assignments.judging import Book
from assignments.quota import Quota
from assignments.rules import PolicyRules, PolicyVersions
from core.periods import Month

NUMBERS = ("granted", "carried_in", "adjustments", "used", "planned", "remaining", "over")


@dataclass(frozen=True)
class TriedAccount:
    """The account of a decision as it is, and as it would be. A decision is known by its opaque id only."""

    decision_id: str
    is_family: bool
    as_is: Quota
    as_tried: Quota

    @property
    def numbers(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """Each number as it is, and as it would be."""
        return {name: (getattr(self.as_is, name), getattr(self.as_tried, name)) for name in NUMBERS}

    @property
    def changes(self) -> bool:
        """Whether any number, or the period that they are about, would be another."""
        return self.as_is.period != self.as_tried.period or any(now != then for now, then in self.numbers.values())


@dataclass(frozen=True)
class Trial:
    """The accounts of all decisions that are in force in a month, those that change first."""

    month: Month
    accounts: tuple[TriedAccount, ...]

    @property
    def totals(self) -> Mapping[str, int]:
        """How many decisions there are, change, are over, would be over, and newly or no longer are."""
        over = [(bool(one.as_is.over), bool(one.as_tried.over)) for one in self.accounts]
        return {
            "decisions": len(over),
            "changing": sum(one.changes for one in self.accounts),
            "over_as_is": sum(now for now, _ in over),
            "over_as_tried": sum(then for _, then in over),
            "newly_over": sum(then and not now for now, then in over),
            "no_longer_over": sum(now and not then for now, then in over),
        }


def try_rules(books: Mapping[str, Book], rules: PolicyRules, month: Month) -> Trial:
    """Account for a month of each decision under the policy that was or is in force, and under another.

    The other one replaces all versions for the whole life of the decision up to the month, so that what would
    have been saved, or used ahead, by it in earlier months is seen too. Occasions that count as something else
    than their weight keep their units, and what waits for the coordinator goes on waiting.
    """
    versions = PolicyVersions.of([replace(rules, first_day=date.min)])
    accounts = (_try(decision_id, book, versions, month) for decision_id, book in books.items())
    return Trial(month, tuple(_ordered(accounts)))


def _try(decision_id: str, book: Book, versions: PolicyVersions, month: Month) -> TriedAccount:
    as_is, as_tried = (
        one.ledger(month.last_day).in_month(month) for one in (book, replace(book, versions=versions))
    )
    return TriedAccount(decision_id, book.terms.family, as_is, as_tried)


def _ordered(accounts: Iterable[TriedAccount]) -> list[TriedAccount]:
    return sorted(accounts, key=lambda one: (not one.changes, one.decision_id))
