"""What holds for every ledger, whatever the policy, the decision and its history are."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from assignments.grants import grants
from assignments.judging import Book
from assignments.ledger import Ledger, count
from assignments.quota import ZERO, Quota
from assignments.sentences import sentence_of
from core.periods import DAY, Month
from core.text import LANGUAGES
from tests.assignments.histories import LONGEST, START, books, same

UNTIL = START + timedelta(days=LONGEST)


def total(quotas: tuple[Quota, ...], *names: str) -> Decimal:
    return sum((getattr(quota, name) for quota in quotas for name in names), ZERO)


@same
@given(books())
def test_units_are_conserved_in_every_period_and_over_a_life(book: Book) -> None:
    quotas = book.ledger(UNTIL).quotas
    for quota in quotas:
        given_, taken = quota.granted + quota.carried_in + quota.adjustments, quota.used + quota.planned
        assert given_ == taken + quota.remaining
        assert quota.remaining == quota.carried_on + quota.expired
        assert quota.expired * quota.remaining >= 0
        assert abs(quota.carried_on) <= abs(quota.remaining)
    for before, after in pairwise(quotas):
        assert before.carried_on == after.carried_in
    last = quotas[-1]
    assert quotas[0].carried_in == 0
    assert total(quotas, "granted", "adjustments") == total(quotas, "used", "planned", "expired") + last.carried_on
    if book.terms.last_day == last.period.last_day:
        assert last.carried_on == 0


@same
@given(books())
def test_entries_add_up_to_the_totals_and_no_occasion_is_lost(book: Book) -> None:
    ledger = book.ledger(UNTIL)
    entries = [entry for quota in ledger.quotas for entry in quota.entries]
    for kind in ("granted", "used", "planned", "waiting"):
        assert total(ledger.quotas, kind) == sum(entry.units for entry in entries if entry.kind == kind)
    for quota in ledger.quotas:
        assert all(entry.on in quota.period for entry in quota.entries)
    counted = [
        one for use in book.uses.values() for one in count(use, book.versions, book.zone, family=book.terms.family)
    ]
    listed = [entry for entry in (*entries, *ledger.outside) if entry.occasion_id is not None]
    assert sorted(listed, key=str) == sorted(counted, key=str)
    assert total(ledger.quotas, "adjustments") == sum(
        one.units for one in book.adjustments if book.terms.covers(one.on)
    )


@same
@given(books())
def test_every_period_of_the_decision_is_granted_once_and_in_the_account_in_which_it_begins(book: Book) -> None:
    quotas = book.ledger(UNTIL).quotas
    assert quotas[0].period.first_day == book.terms.first_day
    assert all(before.period.last_day + DAY == after.period.first_day for before, after in pairwise(quotas))
    assert quotas[-1].period.last_day == book.terms.last_day or quotas[-1].period.last_day >= UNTIL
    granted = [entry for quota in quotas for entry in quota.entries if entry.kind == "granted"]
    expected = []
    for grant in grants(book.terms, book.versions):
        if grant.part.first_day > quotas[-1].period.last_day:
            break
        expected.append((grant.part.first_day, grant.units, grant))
    assert [(entry.on, entry.units, entry.because) for entry in granted] == expected
    scopes = [scope.units for scope in book.terms.scopes]
    assert all(0 < units <= max(scopes) and units % book.terms.step == 0 for _, units, _ in expected)


@same
@given(books(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_entered_does_not_matter(book: Book, random: Random) -> None:
    keys, adjustments = list(book.uses), list(book.adjustments)
    random.shuffle(keys)
    random.shuffle(adjustments)
    shuffled = replace(book, uses={key: book.uses[key] for key in keys}, adjustments=tuple(adjustments))
    assert shuffled.ledger(UNTIL) == book.ledger(UNTIL)


@same
@given(books())
def test_how_far_a_ledger_reaches_does_not_change_what_it_says(book: Book) -> None:
    far, near = book.ledger(UNTIL), book.ledger(book.terms.first_day)
    assert far.quotas[: len(near.quotas)] == near.quotas
    for quota in far.quotas:
        assert far.on(quota.period.first_day) == far.on(quota.period.last_day) == quota


@same
@given(books(), st.data())
def test_less_use_never_leaves_less_in_any_period(book: Book, data: st.DataObject) -> None:
    if not book.uses:
        return
    key = data.draw(st.sampled_from(sorted(book.uses)))
    use = book.uses[key]
    fewer = data.draw(st.integers(0, 4)) * book.terms.step
    less = replace(use, own_units=min(fewer, book.counted(use)))
    before, after = book.ledger(UNTIL), book.with_uses({key: less}).ledger(UNTIL)
    for then, now in zip(before.quotas, after.quotas, strict=False):  # what owes less ends sooner
        assert now.remaining >= then.remaining
        assert now.carried_on >= then.carried_on
        assert now.over <= then.over
    assert after.exceeding(before) == []


def within(ledger: Ledger, month: Month) -> list[Quota]:
    starting = [quota for quota in ledger.quotas if Month.of(quota.period.first_day) == month]
    return starting or [ledger.on(month.first_day)]


@same
@given(books(), st.integers(-2, 8))
def test_the_account_of_a_month_adds_up_from_its_periods(book: Book, number: int) -> None:
    month = Month(START.year + (START.month + number) // 12, (START.month + number) % 12 + 1)
    ledger = book.ledger(max(UNTIL, month.last_day))
    quota, parts = ledger.in_month(month), tuple(within(ledger, month))
    for name in ("granted", "adjustments", "used", "planned", "waiting"):
        assert getattr(quota, name) == total(parts, name)
    lapsed = -sum((entry.units for entry in quota.entries if entry.kind == "expired"), ZERO)
    assert lapsed + quota.expired == total(parts, "expired")
    assert quota.carried_in + lapsed == parts[0].carried_in
    assert (quota.remaining, quota.over) == (parts[-1].remaining, total(parts, "over"))
    assert (quota.period.first_day, quota.period.last_day) == (
        parts[0].period.first_day,
        parts[-1].period.last_day,
    )


@same
@given(books())
def test_every_entry_says_its_number_in_both_languages(book: Book) -> None:
    ledger = book.ledger(START + timedelta(days=65))
    months = [ledger.in_month(Month(year, number)) for year, number in ((2027, 9), (2027, 10), (2027, 11))]
    for quota in (*ledger.quotas, *months):
        for entry in quota.entries:
            for language in LANGUAGES:
                said = sentence_of(entry, language, family=quota.family)
                number = f"{abs(entry.units).normalize():f}"
                assert said.endswith(".") or entry.kind == "adjustment"
                assert not entry.units or (number.replace(".", ",") if language == "sv" else number) in said
