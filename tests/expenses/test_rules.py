"""What may become of an expense: every action in every status, every date, every amount."""

from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DeputyForClaimant
from expenses import rules
from expenses.rules import (
    Obstacles,
    allowed_actions,
    check_approved,
    choose_capacity,
    needs_second_person,
    next_status,
)

STATUSES = ["draft", "submitted", "approved", "returned", "rejected", "paid"]
ACTIONS = ["edit", "submit", "discard", "approve", "return", "reject", "take", "release", "undo"]
LEADS_TO = {
    ("draft", "edit"): "draft",
    ("submitted", "edit"): "submitted",
    ("returned", "edit"): "submitted",
    ("approved", "edit"): "submitted",
    ("draft", "submit"): "submitted",
    ("draft", "discard"): "draft",
    ("returned", "submit"): "submitted",
    ("submitted", "approve"): "approved",
    ("submitted", "return"): "returned",
    ("submitted", "reject"): "rejected",
    ("submitted", "take"): "submitted",
    ("submitted", "release"): "submitted",
    ("submitted", "undo"): "submitted",
    ("approved", "undo"): "submitted",
    ("returned", "undo"): "submitted",
    ("rejected", "undo"): "submitted",
}
LEADS_TO_IN_ALL = LEADS_TO | {("approved", "pay"): "paid"}


@pytest.mark.parametrize(("status", "action"), [*product(STATUSES, [*ACTIONS, "pay"])])
def test_an_action_leads_on_or_is_refused(status: str, action: str) -> None:
    if expected := LEADS_TO_IN_ALL.get((status, action)):
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
        assert told == dict.fromkeys(ACTIONS[:3], "not_found") | dict.fromkeys(ACTIONS[3:], "own_expense")
    lacks = Obstacles(submit="receipt_missing")
    told = {status: allowed_actions(status, lacks)[1].code for status in ("draft", "returned", "paid")}
    assert told == {"draft": "receipt_missing", "returned": "receipt_missing", "paid": "expense_wrong_status"}


def test_what_is_in_anothers_hand_is_theirs_to_decide() -> None:
    told = {one.action: one.code for one in allowed_actions("submitted", Obstacles(hand="in_hand_of_another"))}
    busy = [action for action, code in told.items() if code == "in_hand_of_another"]
    assert busy == ["approve", "return", "reject", "take", "release", "undo"]
    second = {
        one.action: one.code for one in allowed_actions("submitted", Obstacles(second="second_person_required"))
    }
    assert {action for action, code in second.items() if code == "second_person_required"} == {"approve"}


def test_nothing_is_paid_because_somebody_asks_for_it() -> None:
    assert "pay" not in {one.action for one in allowed_actions("approved", Obstacles())}
    assert [start for action, starts in rules.TRANSITIONS.items() for start in starts if start == "paid"] == []


MONEY = st.decimals(min_value=Decimal("-10"), max_value=Decimal("9999999.99"), places=2)


@given(MONEY.filter(lambda amount: amount > 0), MONEY)
def test_nothing_and_more_than_was_claimed_are_never_approved(most: Decimal, approved: Decimal) -> None:
    try:
        check_approved(approved, most=most)
    except rules.ApprovedTooMuch:
        assert not 0 < approved <= most
    else:
        assert 0 < approved <= most


@pytest.mark.parametrize(
    ("approved", "above", "needed"),
    [("1000.00", None, False), ("1000.00", "1000", False), ("1000.01", "1000", True), ("0.01", "0", True)],
)
def test_more_than_the_limit_takes_two(approved: str, above: str | None, needed: bool) -> None:
    limit = None if above is None else Decimal(above)
    assert needs_second_person(Decimal(approved), above=limit) == needed


INGER, BENGT, KARIN, DAG = (UUID(int=number) for number in range(4))


@pytest.mark.parametrize(
    ("user", "capacities", "first", "expected"),
    [
        (INGER, [None], (), None),
        (KARIN, [None], (), rules.OwnExpense),
        (KARIN, [INGER], (), rules.OwnExpense),
        (DAG, [INGER], (), INGER),
        (DAG, [INGER, None], (), None),
        (DAG, [BENGT, INGER], (), INGER),
        (DAG, [KARIN], (), DeputyForClaimant),
        (DAG, [KARIN, INGER], (), INGER),
        (DAG, [KARIN, None], (), None),
        (INGER, [None], (INGER,), rules.SecondPersonRequired),
        (BENGT, [None], (INGER,), None),
        (DAG, [INGER], (INGER,), rules.SecondPersonRequired),
        (DAG, [INGER, BENGT], (INGER,), BENGT),
        (INGER, [None], (DAG, INGER), rules.SecondPersonRequired),
        (DAG, [BENGT], (DAG, INGER), rules.SecondPersonRequired),
        (DAG, [KARIN, INGER], (INGER,), rules.SecondPersonRequired),
    ],
)
def test_who_decides_in_whose_place(user: UUID, capacities: Any, first: tuple[UUID, ...], expected: Any) -> None:
    if isinstance(expected, type):
        with pytest.raises(expected):
            choose_capacity(capacities, user=user, claimant=KARIN, first=first)
    else:
        assert choose_capacity(capacities, user=user, claimant=KARIN, first=first) == expected
