"""The ledger of a decision, number by number. Decision: four a month unless said."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from assignments.quota import Quota, Use
from assignments.rules import STATUSES, WHO, CancellationTable, WeightTable
from core.periods import Month
from tests.assignments.ledgers import (
    STOCKHOLM,
    account,
    added,
    book,
    decision,
    june,
    numbers,
    policy,
    stay,
    use,
    wall,
)

NO_MONEY = {"paid": False, "costs_repaid": False}
MAY, JULY = date(2026, 5, 1), date(2026, 7, 1)


def lines(quota: Quota, *, but: str = "granted") -> list[tuple[str, Decimal, int]]:
    """Return the kind, units and day of the month of every entry but those of a kind."""
    return [(entry.kind, entry.units, entry.on.day) for entry in quota.entries if entry.kind != but]


def test_example_1_a_day_trip_counts_twice_and_leaves_no_room() -> None:
    quota = account(june(1), decision(), uses=[use(june(26)), use(june(14), 2), use(june(3))])
    assert numbers(quota) == {"granted": 4, "used": 4}
    assert lines(quota) == [("used", 1, 3), ("used", 2, 14), ("used", 1, 26)]


@pytest.mark.parametrize(("partial_period", "units"), [("pro_rata", 2), ("whole", 4)])
def test_example_4_a_decision_from_18_june_is_granted_whole_or_pro_rata(partial_period: str, units: int) -> None:
    found = book(decision(4, june(18)), policy(partial_period=partial_period))
    assert numbers(found.ledger(june(18)).on(june(18))) == {"granted": units, "remaining": units, "expired": units}
    assert found.ledger(JULY).on(JULY).granted == 4


def test_example_5_an_old_and_a_new_decision_are_split_at_the_date() -> None:
    generous = policy(saving_cap=10, ahead_cap=10)
    old = book(decision(4, date(2025, 7, 1), june(30)), generous, uses=[use(june(3))]).ledger(JULY)
    new = book(decision(2, JULY), generous).ledger(JULY)
    assert old.on(june(30)).remaining > 0
    assert old.on(june(30)).carried_on == 0
    assert [ledger.on(day).granted for ledger in (old, new) for day in (june(30), JULY)] == [4, 0, 0, 2]
    assert new.on(JULY).carried_in == 0


@pytest.mark.parametrize(
    ("starts_at", "length", "on"),
    [
        ("2026-06-30 20:00", 14, june(30)),  # overnight to 1 July
        ("2026-06-30 23:30", 2, june(30)),  # 21:30 UTC
        ("2026-07-01 00:30", 2, JULY),  # 22:30 UTC on 30 June
        ("2026-03-29 03:00", 2, date(2026, 3, 29)),  # after the hour that never comes
        ("2026-10-25 02:30", 2, date(2026, 10, 25)),  # the hour that comes twice
    ],
)
def test_example_6_an_occasion_belongs_to_the_local_day_on_which_it_starts(
    starts_at: str, length: int, on: date
) -> None:
    for fold in (0, 1):
        moment = wall(starts_at, fold=fold)
        one = Use("one", moment, moment + timedelta(hours=length), "completed")
        ledger = book(decision(), uses=[one]).ledger(date(2026, 12, 31))
        assert [(quota.period.first_day, quota.used > 0) for quota in ledger.quotas if quota.used] == [
            (on.replace(day=1), True)
        ]
        assert [entry.on for entry in ledger.on(on).entries if entry.kind == "used"] == [on]


@pytest.mark.parametrize("monday", [date(2026, 3, 23), date(2026, 10, 19), june(8)])
def test_example_6_weeks_with_the_switch_of_summer_time_add_up(monday: date) -> None:
    days = [monday + timedelta(days=number) for number in range(7)]
    times = time(0), time(2, 30), time(23, 59)
    uses = [use(day, at=at, occasion_id=f"{day} {at}") for day in days for at in times]
    ledger = book(decision(30, period="week"), uses=uses).ledger(monday + timedelta(days=20))
    assert [(quota.period.first_day, quota.used) for quota in ledger.quotas if quota.used] == [(monday, 21)]
    assert {entry.on for entry in ledger.on(monday).entries} == set(days)


@pytest.mark.parametrize(
    ("starts", "ends", "units"),
    [
        ("2026-03-28 22:00", "2026-03-29 04:00", 2),  # five hours, though the clock on the wall says six
        ("2026-03-28 22:00", "2026-03-29 03:59", 1),
        ("2026-10-24 22:00", "2026-10-25 02:00", 1),  # four hours
        ("2026-10-24 22:00", "2026-10-25 03:00", 2),  # six, though it says five
        ("2026-10-24 22:00", "2026-10-25 02:59", 1),
    ],
)
def test_an_occasion_weighs_by_the_hours_that_pass_also_when_clocks_are_changed(
    starts: str, ends: str, units: int
) -> None:
    one = Use("one", wall(starts), wall(ends), "completed")
    assert account(one.starts_at.date(), decision(), uses=[one]).used == units


def test_example_7_siblings_on_one_outing_use_their_own_units_each() -> None:
    outing = use(june(14), 2)
    olle = account(june(1), decision(4), uses=[outing])
    stina = account(june(1), decision(2), uses=[replace(outing, occasion_id="stinas"), use(june(3))])
    assert (olle.used, olle.remaining) == (2, 2)
    assert (stina.used, stina.remaining) == (3, -1)


def test_planned_ones_take_room_as_held_ones_do() -> None:
    quota = account(june(1), decision(), uses=[use(june(3)), use(june(14), 2, "planned")])
    assert numbers(quota) == {"granted": 4, "used": 1, "planned": 2, "remaining": 1, "expired": 1}


def test_the_policy_says_what_cancelled_occasions_use() -> None:
    uses = [
        use(june(3), 2, "cancelled"),
        use(june(14), 1, "no_show"),
        use(june(20), 3, "cancelled", is_skipped=True),
    ]
    quota = account(june(1), decision(), uses=uses)
    assert lines(quota) == [("released", 0, 3), ("used", 1, 14), ("released", 0, 20)]
    assert numbers(quota) == {"granted": 4, "used": 1, "remaining": 3, "expired": 3}


def test_units_of_its_own_count_instead_of_the_weight_and_what_waits_in_no_other_number() -> None:
    less = use(june(3), 3, own_units=1)
    waiting = use(june(14), 2, "planned", asked_units=5)
    nothing_yet = use(june(20), 1, "planned", own_units=0, asked_units=1)
    quota = account(june(1), decision(), uses=[less, waiting, nothing_yet])
    assert lines(quota) == [
        ("used", 1, 3),
        ("planned", 2, 14),
        ("waiting", 3, 14),
        ("planned", 0, 20),
        ("waiting", 1, 20),
    ]
    assert (quota.used, quota.planned, quota.waiting, quota.remaining) == (1, 2, 4, 1)


def test_what_a_later_version_gives_by_itself_does_not_wait_any_more() -> None:
    heavy = policy(june(15), weights=WeightTable.parse([[0, 4]]))
    uses = [use(june(14), 1, "planned", asked_units=3), use(june(15), 1, "planned", asked_units=3)]
    uses.append(use(june(16), 1, "planned", asked_units=4))
    quota = account(june(1), decision(), policy(), heavy, uses=uses)
    assert lines(quota) == [("planned", 1, 14), ("waiting", 2, 14), ("planned", 4, 15), ("planned", 4, 16)]


def test_two_contact_persons_share_one_quota_but_not_what_they_do() -> None:
    svens = use(june(14), 2, "planned", occasion_id=None, by_another=True)
    quota = account(june(1), decision(), uses=[svens, use(june(14)), use(june(3))])
    assert quota.remaining == 0
    assert [(entry.occasion_id, entry.units) for entry in quota.entries[1:]] == [
        ("2026-06-03", 1), ("2026-06-14", 1), (None, 2),
    ]  # fmt: skip


def test_the_order_in_which_hidden_occasions_are_read_does_not_matter() -> None:
    kinds = [("planned", 1), ("completed", 1), ("no_show", 1), ("cancelled", 1), ("cancelled", 2)]
    hidden = [
        use(june(3), units, status, occasion_id=None, by_another=True, is_skipped=units == 2)
        for status, units in kinds
    ]
    accounts = [account(june(1), decision(), uses=order) for order in permutations(hidden)]
    assert all(one == accounts[0] for one in accounts)


def test_a_coordinator_adds_units_or_takes_some_away() -> None:
    for units, remaining in ((2, 5), (-1, 2), (-4, -1)):
        quota = account(june(1), decision(), uses=[use(june(3))], adjustments=[added(june(10), units)])
        assert (quota.adjustments, quota.remaining) == (units, remaining)
    quota = account(june(1), decision(), adjustments=[added(june(10), 3), added(june(2), -1), added(JULY, 1)])
    assert lines(quota) == [("adjustment", -1, 2), ("adjustment", 3, 10)]


def test_a_change_of_scope_within_a_month_shows_in_that_month_and_after() -> None:
    terms = decision(4, changes={june(16): 2})
    for partial_period, units in (("whole", [4, 4, 2]), ("pro_rata", [4, 3, 2])):
        ledger = book(terms, policy(partial_period=partial_period)).ledger(JULY)
        assert [ledger.on(day).granted for day in (MAY, june(1), JULY)] == units


def test_a_late_log_in_a_past_month_changes_the_months_after() -> None:
    found = book(decision(), policy(saving_cap=2, ahead_cap=1), uses=[use(june(3), 3)])
    before = found.ledger(JULY)
    after = found.with_uses({"late": use(MAY, 3), "later": use(date(2026, 5, 2), 2)}).ledger(JULY)
    assert [before.on(day).remaining for day in (MAY, june(1), JULY)] == [6, 3, 6]
    assert [after.on(day).remaining for day in (MAY, june(1), JULY)] == [1, 2, 6]


def test_an_occasion_is_judged_by_the_policy_of_its_own_date() -> None:
    heavy = policy(june(15), weights=WeightTable.parse([[0, 2]]))
    uses = [use(june(14)), use(june(14), at=time(23, 59), occasion_id="evening"), use(june(15), at=time(0))]
    assert account(june(1), decision(), policy(), heavy, uses=uses).used == 4


def test_a_family_counts_days() -> None:
    uses = [stay("2026-06-05 18:00", "2026-06-07 18:00"), stay("2026-06-20 08:00", "2026-06-20 11:00", "planned")]
    quota = account(june(1), decision("4.5", family=True), uses=uses)
    assert (quota.used, quota.planned, quota.remaining) == (Decimal("2.5"), Decimal("0.5"), Decimal("1.5"))


def test_months_before_and_after_the_decision_are_empty() -> None:
    ledger = book(decision(4, MAY, june(30)), uses=[use(june(3))]).ledger(date(2026, 12, 31))
    for month in (Month(2026, 4), Month(2026, 7), Month(1900, 1), Month(2199, 12)):
        quota = ledger.in_month(month)
        assert numbers(quota) == {}
        assert (quota.period.first_day, quota.period.last_day) == (month.first_day, month.last_day)
    assert [ledger.in_month(Month(2026, number)).used for number in (5, 6)] == [0, 1]


def test_days_outside_a_decision_within_its_month_are_apart_from_it() -> None:
    uses = [use(june(3)), use(june(10)), use(june(25), 2, "planned")]
    ledger = book(decision(4, june(8), june(19)), uses=uses).ledger(JULY)
    before, within, after = (ledger.on(june(day)) for day in (7, 8, 20))
    assert [(one.period.first_day.day, one.period.last_day.day) for one in (before, within, after)] == [
        (1, 7), (8, 19), (20, 30),
    ]  # fmt: skip
    assert [(one.granted, one.used, one.planned) for one in (before, within, after)] == [
        (0, 1, 0), (4, 1, 0), (0, 0, 2),
    ]  # fmt: skip


def test_a_ledger_does_not_answer_for_days_that_it_does_not_reach() -> None:
    ledger = book(decision()).ledger(june(3))
    assert ledger.last_day == june(30)
    with pytest.raises(ValueError, match="ends before 2026-07-01"):
        ledger.on(JULY)


def test_an_old_decision_that_starts_and_ends_within_a_month_has_one_account() -> None:
    ledger = book(decision(4, june(8), june(19)), uses=[use(june(8))]).ledger(date(2027, 1, 1))
    assert len(ledger.quotas) == 1
    assert ledger.in_month(Month(2026, 6)) == ledger.on(june(8)) == ledger.on(june(19)) == ledger.quotas[0]
    assert numbers(ledger.quotas[0]) == {"granted": 4, "used": 1, "remaining": 3, "expired": 3}


def test_what_lies_outside_the_decisions_days_is_in_no_account_of_it() -> None:
    uses = [use(date(2026, 4, 3)), use(june(3)), use(date(2026, 8, 3), 2, "planned")]
    ledger = book(decision(4, MAY, JULY), uses=uses).ledger(date(2026, 12, 31))
    assert [quota.used + quota.planned for quota in ledger.quotas] == [0, 1, 0]
    assert numbers(ledger.on(date(2026, 8, 1))) == {"planned": 2, "remaining": -2, "over": 2, "expired": -2}
    assert ledger.on(date(2026, 4, 30)).used == 1


def test_a_decision_of_29_february_has_its_day() -> None:
    day = date(2028, 2, 29)
    ledger = book(decision(4, day, day), policy(partial_period="pro_rata"), uses=[use(day)]).ledger(day)
    assert numbers(ledger.on(day)) == {"granted": 1, "used": 1}


def test_the_notice_of_a_cancellation_is_counted_to_the_start() -> None:
    rows = [
        {"status": status, "by": by, "notice_hours": hours, "units_used": not hours} | NO_MONEY
        for status in STATUSES
        for by in WHO
        for hours in (0, 24)
    ]
    rules = policy(cancellations=CancellationTable.parse(rows))
    # From the Saturday at noon to the Sunday at noon of the switch there are only 23 hours.
    starts_at = datetime(2026, 3, 29, 12, tzinfo=STOCKHOLM).astimezone(UTC)
    for cancelled_at, used in [
        (wall("2026-03-28 11:00"), 0),
        (wall("2026-03-28 12:00"), 1),
        (starts_at + timedelta(hours=1), 1),
        (None, 1),
    ]:
        one = use(date(2026, 3, 29), status="cancelled", cancelled_at=cancelled_at)
        assert account(date(2026, 3, 1), decision(), rules, uses=[one]).used == used
