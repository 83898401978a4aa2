"""Whether what somebody wants to do fits into a decision's units. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from assignments.grants import Terms
from assignments.ledger import Ledger, ledger_of, weight_of
from assignments.quota import ZERO, Adjustment, Quota, Use
from assignments.rules import PolicyRules, PolicyVersions

Answer = Literal["fits", "warn", "ask", "block"]
COUNTING = frozenset({"planned", "completed"})


@dataclass(frozen=True)
class Book:
    """All that the ledger of a decision is computed from; `uses` by what the caller knows an occasion by.

    With `since` it holds what matters to accounts from that day on (`days_that_matter`), and tells of no earlier.
    """

    terms: Terms
    versions: PolicyVersions
    zone: ZoneInfo
    uses: Mapping[str, Use]
    adjustments: tuple[Adjustment, ...] = ()
    since: date | None = None

    def ledger(self, until: date) -> Ledger:
        """Account for the decision up to a day, or to its last entry; once, however often it is asked for."""
        if until not in self._ledgers:
            self._ledgers[until] = ledger_of(
                self.terms,
                self.versions,
                uses=self.uses.values(),
                adjustments=self.adjustments,
                zone=self.zone,
                until=until,
                since=self.since,
            )
        return self._ledgers[until]

    @cached_property
    def _ledgers(self) -> dict[date, Ledger]:
        return {}

    def with_uses(self, changed: Mapping[str, Use]) -> "Book":
        """Return the book with some occasions changed or added."""
        return replace(self, uses={**self.uses, **changed}) if changed else self

    def day_of(self, use: Use) -> date:
        """Return the local day that an occasion belongs to."""
        return use.starts_at.astimezone(self.zone).date()

    def rules_of(self, use: Use) -> PolicyRules:
        """Return the policy that judges an occasion: the one of its own date."""
        return self.versions.in_force(self.day_of(use))

    def weight_of(self, use: Use) -> Decimal:
        """Return what an occasion weighs by the policy, whatever was asked for."""
        return weight_of(use, self.versions, self.zone, family=self.terms.family)

    def most_of(self, use: Use) -> Decimal:
        """Return the most that may be asked for an occasion."""
        starts, ends = use.starts_at.astimezone(self.zone), use.ends_at.astimezone(self.zone)
        return self.versions.in_force(starts.date()).most(starts, ends, family=self.terms.family)

    def counted(self, use: Use) -> Decimal:
        """Return what an occasion counts as now."""
        return self.weight_of(use) if use.own_units is None else use.own_units


@dataclass(frozen=True)
class Verdict:
    """What a change would do: the answer, the occasion as it would count, and the book with it.

    `wanted` is the occasion counted in full, and `over` how many units too many that would be; `excess` is the
    first account that exceeds the policy more than before, and `was` the same account as it is.
    """

    answer: Answer
    use: Use
    book: Book
    wanted: Use
    over: Decimal = ZERO
    excess: Quota | None = None
    was: Quota | None = None

    def quota_after(self) -> Quota:
        """Return the account of the occasion's period as it would be."""
        day = self.book.day_of(self.use)
        return self.book.ledger(day).on(day)


def weigh(book: Book, before: Use | None, after: Use, asked: Decimal | None) -> Use:
    """Return the occasion with the units it would count as, and those that would wait, if there is room.

    `before` is the occasion as it is, None for a new one; `after` has its new times; `asked` are units that
    the contact person asks for instead of its weight. What has been approved lasts as long as the weight does,
    and covers fewer units too; an occasion that counts as less than its weight is not made more by growing longer.
    """
    table = book.weight_of(after)
    was = None if before is None else book.weight_of(before)
    if before is not None and was == table and asked in (None, _wanted(book, before)):
        if before.asked_units is None:
            return replace(after, own_units=before.own_units, asked_units=None)
        asked = before.asked_units
    if asked is None:
        asked = table if before is None or was is None else _after_another_length(book, before, was, table)
    most = max(table, book.counted(before)) if before is not None and was == table else table
    counted = min(asked, most)
    return replace(
        after,
        own_units=None if counted == table else counted,
        asked_units=asked if asked > most else None,
    )


def _wanted(book: Book, use: Use) -> Decimal:
    return book.counted(use) if use.asked_units is None else use.asked_units


def _after_another_length(book: Book, before: Use, was: Decimal, table: Decimal) -> Decimal:
    wanted = _wanted(book, before)
    if wanted < was:
        return min(wanted, table)
    is_asking = before.asked_units is not None and wanted > was
    return max(wanted, table) if is_asking else table


def judge(book: Book, key: str, use: Use, *, skipped: Iterable[str] = ()) -> Verdict:
    """Tell what would come of an occasion counting as `use` says, with others skipped for it.

    Only the change is judged. Where the policy says `ask`, what does not fit waits: the occasion counts as it
    did in the same period, a new or moved one as nothing yet. Source: product.md, "Units".
    """
    return judge_each(book, _skipped(book, skipped), [(key, use)])[0]


def judge_each(book: Book, changed: Mapping[str, Use], coming: Iterable[tuple[str, Use]]) -> list[Verdict]:
    """Tell of several occasions, one after the other, what would come of each, with others `changed` before.

    They are compared with the book as it is, so that moving all of them touches no more units than that does.
    What the policy blocks is not there for those that follow. What has been asked for goes on waiting, although
    a later version blocks.
    """
    planned = dict(coming)
    after, verdicts = book.with_uses(changed), []
    first = before = None
    if len(planned) > 1:
        together = after.with_uses(planned)
        ledger = together.ledger(book.terms.first_day)
        first = _reaching(ledger, book, first)
        if not ledger.exceeding(first):  # so none of them does: fewer never use more
            return [Verdict("fits", use, together, use) for use in planned.values()]
    for key, use in planned.items():
        full = after.with_uses({key: use})
        ledger = full.ledger(book.day_of(use))
        first, before = _reaching(ledger, book, first), _reaching(ledger, after, before)
        verdict = Verdict("fits", use, full, use)
        if exceeding := ledger.exceeding(first, before):
            was, excess = exceeding[0]
            answer = _answer(book, key, use, first)
            verdict = Verdict(answer, use, full, use, _over(exceeding), excess, was)
        if verdict.answer == "ask":
            waiting = _waiting(book, key, use, first)
            asked = after.with_uses({key: waiting})
            if asked.ledger(book.day_of(use)).exceeding(first, before):  # others have taken its place
                waiting = replace(waiting, own_units=ZERO)
                asked = after.with_uses({key: waiting})
            verdict, ledger = replace(verdict, use=waiting, book=asked), asked.ledger(book.day_of(use))
        verdicts.append(verdict)
        if verdict.answer != "block":
            after, before = verdict.book, ledger
    return verdicts


def _skipped(book: Book, keys: Iterable[str]) -> dict[str, Use]:
    return {key: replace(book.uses[key], status="cancelled", is_skipped=True) for key in keys}


def _over(exceeding: Iterable[tuple[Quota, Quota]]) -> Decimal:
    return sum((now.over - was.over for was, now in exceeding), ZERO)


def _answer(book: Book, key: str, use: Use, ledger: Ledger) -> Answer:
    answer = book.rules_of(use).on_exceeded
    return "ask" if answer == "block" and _goes_on_waiting(book, key, use, ledger) else answer


def _reaching(ledger: Ledger, book: Book, known: Ledger | None) -> Ledger:
    """Return the ledger of a book, unless it is known already, as far as another one reaches."""
    return known if known and known.last_day >= ledger.last_day else book.ledger(ledger.last_day)


def _waiting(book: Book, key: str, use: Use, ledger: Ledger) -> Use:
    before = _in_its_period(book, key, use, ledger)
    counted = ZERO if before is None else min(book.counted(before), book.counted(use))
    return replace(use, own_units=counted, asked_units=_wanted(book, use))


def _goes_on_waiting(book: Book, key: str, use: Use, ledger: Ledger) -> bool:
    """Tell whether an occasion waits for as much already, so that saving it again asks nothing."""
    before = _in_its_period(book, key, use, ledger)
    return before is not None and before.asked_units is not None and _wanted(book, use) <= before.asked_units


def _in_its_period(book: Book, key: str, use: Use, ledger: Ledger) -> Use | None:
    """Return the occasion as it is, None for one that is new or comes from another period."""
    before = book.uses.get(key)
    if before is None or before.status not in COUNTING:
        return None
    return before if book.day_of(before) in ledger.on(book.day_of(use)).period else None


def propose_skips(
    book: Book, key: str, use: Use, candidates: Iterable[str], *, skipped: Iterable[str] = ()
) -> list[str]:
    """Return which planned occasions to skip so that `use` fits, the next ones first; none if that is not enough.

    No more of them than are needed. `candidates` are those that may be skipped, `skipped` those that are already
    meant to be.
    """

    def distance(one: str) -> tuple[bool, timedelta, str]:
        starts_at = book.uses[one].starts_at
        return starts_at < use.starts_at, abs(starts_at - use.starts_at), one

    def over(more: Iterable[str]) -> Decimal:
        full = book.with_uses({**_skipped(book, [*skipped, *more]), key: use})
        ledger = full.ledger(book.day_of(use))
        return _over(ledger.exceeding(book.ledger(ledger.last_day)))

    chosen: list[str] = []
    least = over([])
    for one in sorted(set(candidates) - set(skipped), key=distance):
        if least and (left := over([*chosen, one])) < least:
            chosen, least = [*chosen, one], left
    if least:
        return []
    for one in chosen[:-1]:  # a longer one that came later may be enough without the shorter ones before it
        if not over([other for other in chosen if other != one]):
            chosen.remove(one)
    return chosen
