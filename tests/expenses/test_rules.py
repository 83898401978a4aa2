"""What may become of an expense: every action in every status, every date, every amount."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ReasonRequired
from expenses import rules
from expenses.rules import Obstacles, allowed_actions, choose_approved, next_status

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
