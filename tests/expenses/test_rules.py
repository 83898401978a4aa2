"""What may become of an expense: every action in every status, every date, every amount."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError, ReasonRequired
from expenses import rules
from expenses.rules import Obstacles, allowed_actions, check_spent_on, choose_approved, next_status

STATUSES = ["draft", "submitted", "approved", "returned", "rejected", "paid"]
ACTIONS = ["edit", "submit", "approve", "return", "reject"]
LEADS_TO = {
    ("draft", "edit"): "draft",
    ("submitted", "edit"): "submitted",
    ("returned", "edit"): "submitted",
    ("approved", "edit"): "submitted",
    ("draft", "submit"): "submitted",
    ("returned", "submit"): "submitted",
    ("submitted", "approve"): "approved",
    ("submitted", "return"): "returned",
    ("submitted", "reject"): "rejected",
}
JAN, JUNE = date(2026, 1, 1), date(2026, 6, 10)


@pytest.mark.parametrize(("status", "action"), [*product(STATUSES, ACTIONS)])
def test_an_action_leads_on_or_is_refused(status: str, action: str) -> None:
    if expected := LEADS_TO.get((status, action)):
        assert next_status(action, status) == expected
    else:
        with pytest.raises(rules.WrongStatus):
            next_status(action, status)


@pytest.mark.parametrize(("status", "action"), [*product(STATUSES, ACTIONS)])
def test_what_is_allowed_is_what_leads_on(status: str, action: str) -> None:
    told = {one.action: one for one in allowed_actions(status, Obstacles())}[action]
    assert told.allowed == ((status, action) in LEADS_TO)
    assert told.code == (None if told.allowed else "expense_wrong_status")


def test_whoever_asks_is_told_of_themselves_first_then_of_the_status_then_of_what_lacks() -> None:
    in_the_way = Obstacles(claim="not_found", decide="own_expense", submit="receipt_missing")
    for status in STATUSES:
        told = {one.action: one.code for one in allowed_actions(status, in_the_way)}
        assert told == dict.fromkeys(["edit", "submit"], "not_found") | dict.fromkeys(ACTIONS[2:], "own_expense")
    lacks = Obstacles(submit="receipt_missing")
    told = {status: allowed_actions(status, lacks)[1].code for status in ("draft", "returned", "paid")}
    assert told == {"draft": "receipt_missing", "returned": "receipt_missing", "paid": "expense_wrong_status"}


def date_refusal(
    spent_on: date, *, today: date = JUNE, first_day: date = date(2020, 1, 1), last_day: date | None = None
) -> str | None:
    try:
        check_spent_on(spent_on, today=today, first_day=first_day, last_day=last_day)
    except DomainError as error:
        return f"{error.field}: {error.code}".removeprefix("spent_on: ")
    return None


@pytest.mark.parametrize(
    ("spent_on", "today", "refusal"),
    [
        (JUNE, JUNE, None),
        (date(2026, 6, 11), JUNE, "spent_in_future"),
        (date(9999, 12, 31), JUNE, "spent_in_future"),
        (date(2025, 6, 10), JUNE, None),
        (date(2025, 6, 9), JUNE, "spent_too_long_ago"),
        (date(1, 1, 1), JUNE, "spent_too_long_ago"),
        (date(2023, 3, 1), date(2024, 3, 1), None),  # 366 days
        (date(2023, 2, 28), date(2024, 3, 1), "spent_too_long_ago"),
        (date(2023, 2, 28), date(2024, 2, 29), None),
        (date(2023, 2, 27), date(2024, 2, 29), "spent_too_long_ago"),
        (date(2024, 2, 29), date(2025, 2, 28), None),
        (date(2024, 2, 29), date(2025, 3, 1), "spent_too_long_ago"),
    ],
)
def test_an_outlay_can_be_claimed_for_a_year(spent_on: date, today: date, refusal: str | None) -> None:
    assert date_refusal(spent_on, today=today) == refusal


@pytest.mark.parametrize(
    ("spent_on", "refusal"),
    [
        (date(2026, 2, 28), "spent_outside_assignment"),
        (date(2026, 3, 1), None),
        (date(2026, 5, 31), None),
        (date(2026, 6, 1), "spent_outside_assignment"),
    ],
)
def test_an_outlay_lies_within_the_assignment(spent_on: date, refusal: str | None) -> None:
    days = {"first_day": date(2026, 3, 1), "last_day": date(2026, 5, 31)}
    assert date_refusal(spent_on, **days) == refusal


@given(st.dates(), st.dates(min_value=date(2, 1, 1)))
def test_no_date_is_both_refused_and_from_the_last_year(spent_on: date, today: date) -> None:
    refusal = date_refusal(spent_on, today=today, first_day=date.min)
    assert (refusal == "spent_in_future") == (spent_on > today)
    assert refusal is not None or 0 <= (today - spent_on).days <= 366


MONEY = st.decimals(min_value=Decimal("-10"), max_value=Decimal("9999999.99"), places=2)


@given(MONEY.filter(lambda amount: amount > 0), MONEY, st.sampled_from(["", "Pant ersätts inte."]))
def test_nothing_and_more_than_was_claimed_are_never_approved(
    claimed: Decimal, approved: Decimal, reason: str
) -> None:
    try:
        amount = choose_approved(claimed=claimed, approved=approved, reason=reason)
    except rules.ApprovedTooMuch:
        assert not 0 < approved <= claimed
    except ReasonRequired:
        assert approved < claimed
        assert not reason
    else:
        assert 0 < amount <= claimed
        assert amount == claimed or reason
