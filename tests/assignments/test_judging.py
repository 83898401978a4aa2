"""Whether what somebody wants to do fits, and what follows where it does not."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from assignments.judging import judge, judge_each, weigh
from tests.assignments.ledgers import added, book, decision, june, lasting, moved, policy, use

MAY, JULY = date(2026, 5, 1), date(2026, 7, 1)
FULL = [use(june(3)), use(june(14), 2), use(june(26), 1, "planned")]
NEW = use(june(21), 1, "planned")


@pytest.mark.parametrize("answer", ["warn", "ask", "block"])
def test_example_2_too_much_is_answered_as_the_policy_says(answer: str) -> None:
    rules = policy(on_exceeded=answer)
    verdict = judge(book(decision(), rules, uses=FULL), "new", NEW)
    assert (verdict.answer, verdict.over) == (answer, 1)
    assert verdict.excess is not None
    assert verdict.was is not None
    assert (verdict.excess.period.first_day, verdict.excess.over, verdict.was.over) == (june(1), 1, 0)
    saved = policy(saving_cap=2, on_exceeded=answer)
    assert judge(book(decision(), saved, uses=FULL), "new", NEW).answer == "fits"


def test_where_the_policy_asks_what_does_not_fit_counts_as_nothing_and_waits() -> None:
    verdict = judge(book(decision(), policy(on_exceeded="ask"), uses=FULL), "new", NEW)
    assert (verdict.use.own_units, verdict.use.asked_units) == (0, 1)
    assert verdict.wanted == NEW
    quota = verdict.quota_after()
    assert (quota.remaining, quota.waiting, quota.over) == (0, 1, 0)


def test_where_it_warns_or_blocks_the_account_afterwards_shows_what_would_be() -> None:
    for answer in ("warn", "block"):
        verdict = judge(book(decision(), policy(on_exceeded=answer), uses=FULL), "new", NEW)
        assert verdict.use == NEW
        assert (verdict.quota_after().remaining, verdict.quota_after().over) == (-1, 1)


def test_the_policy_of_the_occasions_own_date_answers() -> None:
    versions = [policy(on_exceeded="ask"), policy(june(15), on_exceeded="warn")]
    found = book(decision(), *versions, uses=FULL)
    assert judge(found, "new", use(june(14), at=NEW.starts_at.time())).answer == "ask"
    assert judge(found, "new", use(june(15))).answer == "warn"


def test_a_longer_occasion_that_does_not_fit_counts_as_before_and_waits() -> None:
    found = book(decision(), policy(on_exceeded="ask"), uses=FULL)
    before = found.uses["2026-06-26"]
    wanted = weigh(found, before, lasting(before, 3), None)
    verdict = judge(found, "2026-06-26", wanted)
    assert (verdict.over, verdict.use.own_units, verdict.use.asked_units) == (2, 1, 3)
    assert (verdict.quota_after().planned, verdict.quota_after().waiting) == (1, 2)


def test_an_occasion_that_moves_to_another_period_pays_in_full_there() -> None:
    uses = [*FULL, use(JULY, 3), use(date(2026, 7, 9), 1, "planned")]
    for answer, own in (("block", None), ("ask", 0)):
        found = book(decision(), policy(on_exceeded=answer), uses=uses)
        before = found.uses["2026-06-26"]
        there = judge(found, "2026-06-26", weigh(found, before, moved(before, date(2026, 7, 20)), None))
        assert (there.answer, there.over, there.use.own_units) == (answer, 1, own)
        back = judge(found, "2026-07-09", weigh(found, None, moved(found.uses["2026-07-09"], june(20)), None))
        assert (back.answer, back.over) == (answer, 1)
    there = judge(found, "2026-06-26", moved(before, date(2026, 8, 20)))
    assert (there.answer, there.book.ledger(JULY).on(june(1)).remaining) == ("fits", 1)


@pytest.mark.parametrize("answer", ["block", "ask", "warn"])
def test_in_a_month_that_is_over_every_edit_fits_that_adds_nothing(answer: str) -> None:
    over = [use(june(3), 3), use(june(14), 3), use(june(20), 1, "planned", own_units=0)]
    found = book(decision(), policy(on_exceeded=answer), uses=over)
    for key, before in found.uses.items():
        for after in (
            replace(before, occasion_id=None),
            moved(before, june(28)),
            lasting(before, 1),
            replace(before, status="completed"),
            replace(before, status="cancelled", cancelled_by="client"),
        ):
            assert judge(found, key, weigh(found, before, after, None)).answer == "fits"
    assert judge(found, "2026-06-03", replace(over[0], own_units=Decimal(2))).answer == "fits"
    assert judge(found, "new", NEW).answer == answer


def test_what_waits_goes_on_waiting_although_a_later_version_blocks() -> None:
    waiting = use(june(21), 2, "planned", own_units=0, asked_units=2)
    versions = [policy(on_exceeded="ask"), policy(june(15), on_exceeded="block")]
    found = book(decision(), *versions, uses=[*FULL, waiting])
    for after in (waiting, lasting(waiting, 1), moved(waiting, june(22))):
        weighed = weigh(found, waiting, after, None)
        verdict = judge(found, "2026-06-21", weighed)
        assert (verdict.answer, verdict.use.own_units) == ("ask", 0)
        assert verdict.use.asked_units == found.weight_of(after)
    for after in (lasting(waiting, 3), moved(waiting, date(2026, 7, 21))):
        full = found.with_uses({"july": use(JULY, 3), "more": use(JULY)})
        assert judge(full, "2026-06-21", weigh(full, waiting, after, None)).answer == "block"


@pytest.mark.parametrize(("answer", "own"), [("ask", 0), ("block", None)])
def test_one_of_several_whose_place_another_takes_counts_as_nothing_yet(answer: str, own: int | None) -> None:
    uses = [use(june(3), 3), use(june(10), 1, "planned"), use(JULY, 1, "planned")]
    found = book(decision(), policy(on_exceeded=answer), uses=uses)
    released = {str(one.occasion_id): replace(one, status="cancelled", is_skipped=True) for one in uses[1:]}
    first, second, third = judge_each(
        found,
        released,
        [
            ("2026-07-01", moved(uses[2], june(9))),
            ("2026-06-10", moved(uses[1], june(16))),
            ("new", use(date(2026, 7, 8), 1, "planned")),
        ],
    )
    assert [one.answer for one in (first, second, third)] == ["fits", answer, "fits"]
    assert (second.over, second.use.own_units) == (1, own)
    assert [quota.over for quota in third.book.ledger(JULY).quotas if quota.over] == []


def test_nothing_fits_on_days_outside_the_decision_but_what_adds_nothing() -> None:
    outside = use(june(25), 2, "planned")  # planned before the decision was cut short
    found = book(decision(4, MAY, june(19)), policy(saving_cap=4, ahead_cap=4), uses=[outside])
    verdict = judge(found, "new", use(june(26)))
    assert (verdict.answer, verdict.over) == ("block", 1)
    assert verdict.excess is not None
    assert verdict.excess.period.first_day == june(20)
    assert judge(found, "2026-06-25", weigh(found, outside, moved(outside, june(30)), None)).answer == "fits"
    assert judge(found, "2026-06-25", weigh(found, outside, lasting(outside, 3), None)).answer == "block"
    assert judge(found, "2026-06-25", weigh(found, outside, lasting(outside, 1), None)).answer == "fits"
    assert judge(found, "2026-06-25", moved(outside, june(19))).answer == "fits"
    assert judge(found, "2026-06-25", moved(outside, date(2026, 4, 30))).over == 2


def test_a_late_log_may_be_too_much_for_a_month_after() -> None:
    uses = [use(MAY, 2), use(june(3), 3), use(june(14), 3, "planned")]
    found = book(decision(4, MAY), policy(saving_cap=2), uses=uses)
    verdict = judge(found, "late", use(date(2026, 5, 20)))
    assert (verdict.answer, verdict.over) == ("block", 1)
    assert verdict.excess is not None
    assert verdict.excess.period.first_day == june(1)
    assert verdict.quota_after().remaining == 1


def test_running_ahead_may_be_too_much_for_the_month_after() -> None:
    uses = [use(june(3), 3), use(june(14)), *(use(date(2026, 7, day)) for day in range(1, 6))]
    found = book(decision(), policy(ahead_cap=1), uses=uses)
    assert judge(found, "new", NEW).over == 1
    found = book(decision(), policy(ahead_cap=1), uses=uses[:-1])
    assert judge(found, "new", NEW).answer == "fits"


def test_what_is_used_ahead_shows_in_the_period_after_the_last_entry() -> None:
    versions = [policy(ahead_cap=9), policy(date(2027, 1, 1))]
    found = book(decision(4, period="year"), *versions, uses=[use(june(3), 3), use(june(4))])
    assert judge(found, "new", use(june(21), 3, "planned")).answer == "fits"
    found = found.with_uses({"more": use(june(21), 3, "planned")})
    verdict = judge(found, "new", use(june(24), 2, "planned"))
    assert (verdict.answer, verdict.over) == ("block", 1)


def test_no_more_is_used_ahead_than_the_decision_will_grant() -> None:
    found = book(decision(4, june(1), date(2027, 5, 31)), policy(ahead_cap=99))
    assert judge(found, "new", use(june(3), own_units=48)).answer == "fits"
    verdict = judge(found, "new", use(june(3), own_units=49))
    assert (verdict.answer, verdict.over) == ("block", 1)
    assert verdict.excess is not None
    assert verdict.excess.period.first_day == date(2027, 5, 1)


def test_what_is_used_ahead_is_followed_until_it_is_worked_off() -> None:
    versions = [policy(ahead_cap=200), policy(date(2028, 1, 3), ahead_cap=5)]
    found = book(decision(1, june(1), period="week"), *versions)
    verdict = judge(found, "new", use(june(3), own_units=90))
    # 83 weeks on, 6 are still to be worked off when a version begins that allows 5.
    assert (verdict.answer, verdict.over) == ("block", 1)
    assert verdict.excess is not None
    assert verdict.excess.period.first_day == date(2028, 1, 3)
    assert judge(found, "new", use(june(3), own_units=89)).answer == "fits"


def test_units_that_a_coordinator_adds_make_room() -> None:
    found = book(decision(), uses=FULL, adjustments=[added(june(1), 1)])
    assert judge(found, "new", NEW).answer == "fits"
    assert judge(found, "new", lasting(NEW, 2)).over == 1


def test_a_book_is_accounted_for_once() -> None:
    found = book(decision(), uses=FULL)
    assert found.ledger(JULY) is found.ledger(JULY)
    assert found.with_uses({}) is found
    changed = found.with_uses({"new": NEW})
    assert changed.ledger(JULY) != found.ledger(JULY)
    assert found == book(decision(), uses=FULL)


def test_an_occasion_may_move_far_and_come_back() -> None:
    far = use(date(2029, 3, 1), 1, "planned")
    found = book(decision(1, period="week"), policy(ahead_cap=1), uses=[far])
    assert judge(found, str(far.occasion_id), moved(far, june(3))).answer == "fits"
    near = found.with_uses({str(far.occasion_id): moved(far, june(3))})
    assert judge(near, str(far.occasion_id), moved(far, date(2029, 3, 1) + timedelta(days=9))).answer == "fits"
