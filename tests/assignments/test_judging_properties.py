"""What holds for every change that is judged, whatever the policy and the decision's history are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from assignments.grants import Terms
from assignments.judging import COUNTING, Book, judge, judge_each, propose_skips, weigh
from assignments.quota import ZERO, Use
from assignments.rules import PolicyVersions
from core.periods import Month
from tests.assignments.histories import LONGEST, START, books, decisions, policies, same, times
from tests.assignments.ledgers import STOCKHOLM

UNTIL = START + timedelta(days=2 * LONGEST)
UNITS = st.none() | st.integers(1, 8)


def is_exceeded(book: Book) -> bool:
    return any(quota.over for quota in book.ledger(UNTIL).quotas)


def planned(at: tuple[datetime, datetime]) -> Use:
    return Use("new", *at, "planned")


def changed(data: st.DataObject, book: Book) -> tuple[str, Use | None, Use]:
    """Draw a new occasion or an edit: its key, what it was and what it would be."""
    at = data.draw(times(book.terms))
    keys = [key for key, use in book.uses.items() if use.status in COUNTING]
    key = data.draw(st.sampled_from(["new", *keys]))
    before = book.uses.get(key)
    asked = data.draw(UNITS)
    after = planned(at) if before is None else replace(before, starts_at=at[0], ends_at=at[1])
    return key, before, weigh(book, before, after, None if asked is None else asked * book.terms.step)


def same_period(book: Book, one: Use, other: Use) -> bool:
    ledger = book.ledger(UNTIL)
    return ledger.on(book.day_of(one)).period == ledger.on(book.day_of(other)).period


@same
@given(books(), st.data())
def test_an_edit_that_touches_no_units_is_never_refused(book: Book, data: st.DataObject) -> None:
    for key, before in book.uses.items():
        if before.status not in COUNTING:
            continue
        longer = timedelta(minutes=data.draw(st.sampled_from([0, 1, 60])))
        after = weigh(book, before, replace(before, ends_at=before.ends_at + longer), None)
        if book.weight_of(after) != book.weight_of(before):
            continue
        verdict = judge(book, key, after)
        assert verdict.answer != "block"
        assert book.counted(verdict.use) >= book.counted(before)
        if before.asked_units is None:
            assert (verdict.answer, book.counted(verdict.use)) == ("fits", book.counted(before))


@same
@given(books(), st.data())
def test_making_it_smaller_always_works(book: Book, data: st.DataObject) -> None:
    for key, before in book.uses.items():
        if before.status not in COUNTING or before.asked_units is not None:
            continue
        part = (before.ends_at - before.starts_at) / data.draw(st.integers(1, 9))
        verdict = judge(book, key, weigh(book, before, replace(before, ends_at=before.starts_at + part), None))
        assert verdict.answer == "fits"
        assert book.counted(verdict.use) <= book.counted(before)
        fewer = book.counted(before) - book.terms.step
        if fewer > 0:
            verdict = judge(book, key, weigh(book, before, before, fewer))
            assert (verdict.answer, book.counted(verdict.use), verdict.use.asked_units) == ("fits", fewer, None)


@same
@given(decisions(), policies(st.sampled_from(["ask", "block"])), st.data())
def test_what_is_made_of_accepted_changes_only_never_exceeds(
    terms: Terms, versions: PolicyVersions, data: st.DataObject
) -> None:
    book = Book(terms=terms, versions=versions, zone=STOCKHOLM, uses={})
    for number in range(data.draw(st.integers(1, 8))):
        key, before, use = changed(data, book)
        verdict = judge(book, key, use)
        if verdict.answer == "block":
            continue
        name = f"{number}" if before is None else key
        book = book.with_uses({name: replace(verdict.use, occasion_id=name)})
        assert not is_exceeded(book)
        on = book.day_of(use)
        assert terms.covers(on) or book.ledger(on).in_month(Month.of(on)).over == 0


@same
@given(books(st.sampled_from(["ask", "block"])), st.data())
def test_nor_does_what_is_made_of_several_that_move_at_once(book: Book, data: st.DataObject) -> None:
    planned_ones = [key for key, use in book.uses.items() if use.status == "planned"]
    released = {key: replace(book.uses[key], status="cancelled", is_skipped=True) for key in planned_ones}
    coming = []
    for key in data.draw(st.permutations(planned_ones)):
        starts_at, ends_at = data.draw(times(book.terms))
        before = book.uses[key]
        coming.append((key, weigh(book, before, replace(before, starts_at=starts_at, ends_at=ends_at), None)))
    before_all, after = book.ledger(UNTIL), book.with_uses(released)
    for (key, _), verdict in zip(coming, judge_each(book, released, coming), strict=True):
        if verdict.answer != "block":
            after = after.with_uses({key: verdict.use})
    assert after.ledger(UNTIL).exceeding(before_all) == []


@same
@given(books(), st.data())
def test_what_a_verdict_says_is_what_the_ledger_says_then(book: Book, data: st.DataObject) -> None:
    key, before, use = changed(data, book)
    verdict = judge(book, key, use)
    assert verdict.wanted == use
    assert verdict.book == book.with_uses({key: verdict.use})
    then, now = book.ledger(UNTIL), book.with_uses({key: use}).ledger(UNTIL)
    risen = now.exceeding(then)
    assert (verdict.was, verdict.excess) == (risen[0] if risen else (None, None))
    assert verdict.over == sum((after.over - was.over for was, after in risen), ZERO)
    assert verdict.over <= book.counted(use)
    assert (verdict.answer == "fits") == (not risen)
    waited = before is not None and before.asked_units is not None
    assert verdict.answer in ("fits", book.rules_of(use).on_exceeded, *(["ask"] if waited else []))
    after = verdict.book.ledger(UNTIL)
    assert verdict.quota_after() == after.on(book.day_of(use))
    if verdict.answer in ("fits", "ask"):
        assert after.exceeding(then) == []
    else:
        assert verdict.use == use


@same
@given(books(st.just("ask")), st.data())
def test_what_waits_counts_as_it_did_and_as_nothing_in_another_period(book: Book, data: st.DataObject) -> None:
    key, before, use = changed(data, book)
    verdict = judge(book, key, use)
    if verdict.answer == "fits":
        return
    assert verdict.use.own_units is not None
    assert verdict.use.asked_units == (use.asked_units or book.counted(use))
    if before is None or not same_period(book, before, use):
        assert verdict.use.own_units == 0
    else:
        assert verdict.use.own_units == min(book.counted(before), book.counted(use))
    approved = replace(verdict.use, own_units=verdict.use.asked_units, asked_units=None)
    assert judge(verdict.book, key, approved).over >= verdict.over


@same
@given(books(), st.data())
def test_a_move_to_another_period_pays_in_full_there(book: Book, data: st.DataObject) -> None:
    key, before, use = changed(data, book)
    if before is None or same_period(book, before, use) or not book.terms.covers(book.day_of(use)):
        return
    verdict = judge(book, key, use)
    on = book.day_of(use)
    quota, was = verdict.quota_after(), book.ledger(on).on(on)
    if verdict.answer != "ask":
        assert quota.used + quota.planned - was.used - was.planned == book.counted(use)
    else:
        assert quota.used + quota.planned == was.used + was.planned


def fits(book: Book, key: str, use: Use, skipped: Sequence[str]) -> bool:
    return judge(book, key, use, skipped=skipped).answer == "fits"


@same
@given(books(most=6), st.data())
def test_what_is_proposed_to_skip_makes_it_fit_and_no_less_does(book: Book, data: st.DataObject) -> None:
    use = weigh(book, None, planned(data.draw(times(book.terms))), None)
    candidates = [key for key, one in book.uses.items() if one.status == "planned"]
    proposed = propose_skips(book, "new", use, candidates)
    if fits(book, "new", use, []):
        assert proposed == []
    elif proposed:
        assert set(proposed) <= set(candidates)
        assert fits(book, "new", use, proposed)
        for one in proposed:
            assert not fits(book, "new", use, [other for other in proposed if other != one])
