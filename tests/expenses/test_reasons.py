"""Reasons from the list: which fit what, and when words of one's own are needed."""

from typing import Any

import pytest

from core.errors import DomainError
from expenses.models import Expense
from expenses.reasons import ANY, REASONS, check_reason
from people.models import User
from tests import world
from tests.expenses.calls import act, edit, first_error, refused_with

ACTIONS = sorted(ANY)


def refusal(action: str, code: str, words: str) -> str | None:
    try:
        check_reason(action, code=code, words=words)
    except DomainError as error:
        return f"{error.field}: {error.code}"
    return None


@pytest.mark.parametrize("action", ACTIONS)
def test_a_code_or_words_are_enough_and_nothing_is_not(action: str) -> None:
    assert refusal(action, "", "") == "reason: reason_required"
    assert refusal(action, "", "Därför.") is None
    assert refusal(action, "wrong_amount", "") is None
    assert refusal(action, "wrong_amount", "Det står 79 kr.") is None
    assert refusal(action, "other", "") == "reason: reason_required"
    assert refusal(action, "other", "Därför.") is None
    assert refusal(action, "nonsense", "Därför.") == "reason_code: unknown_reason"


@pytest.mark.parametrize("code", list(REASONS))
def test_a_code_is_chosen_only_where_it_fits_and_says_something_in_both_languages(code: str) -> None:
    reason = REASONS[code]
    assert reason.fits
    assert reason.fits <= ANY
    assert reason.text.sv != reason.text.en
    for action in ACTIONS:
        assert (refusal(action, code, "Därför.") is None) == (action in reason.fits)


def test_some_reasons_fit_only_one_thing() -> None:
    assert refusal("reject", "not_readable", "") == "reason_code: unknown_reason"
    assert refusal("return", "deposit", "") == "reason_code: unknown_reason"


def test_everybody_who_reads_expenses_reads_the_list(karin: User, inger: User) -> None:
    for user, language, text in ((karin, "sv", "Pant ersätts inte."), (inger, "en", "Deposits are not repaid.")):
        answer = world.signed_in(user).get("/api/v1/expense-reasons", headers={"accept-language": language})
        listed = {one["code"]: one for one in answer.json()["results"]}
        assert list(listed) == list(REASONS)
        assert listed["deposit"] == {"code": "deposit", "text": text, "actions": ["approve"]}


def test_the_list_takes_no_filter(karin: User) -> None:
    answer = world.signed_in(karin).get("/api/v1/expense-reasons?action=approve")
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer) == ("/action", "unknown_filter")


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("approve", {"approved_amount": "79.50", "reason_code": "deposit"}, "approved"),
        ("return", {"reason_code": "not_readable"}, "returned"),
        ("reject", {"reason_code": "other", "reason": "Redan betalt kontant."}, "rejected"),
    ],
)
@pytest.mark.usefixtures("noon")
def test_an_expense_shows_the_code_and_the_words(
    karin: User, inger: User, submitted: Expense, action: str, body: dict[str, Any], status: str
) -> None:
    answers = [act(inger, action, submitted, **body) for _ in range(2)]
    assert [answer.data["version"] for answer in answers] == [2, 2]  # the second is a repeat
    shown = world.signed_in(karin).get(f"/api/v1/expenses/{submitted.pk}").json()
    assert (shown["status"], shown["reason_code"]) == (status, body["reason_code"])
    assert shown["reason"] == body.get("reason", "")
    assert refused_with(act(inger, action, submitted, **body | {"reason_code": "wrong_amount"}))[0] == 409


@pytest.mark.usefixtures("noon")
def test_a_reason_that_does_not_fit_is_refused_and_one_is_gone_with_the_decision(
    karin: User, inger: User, submitted: Expense
) -> None:
    answer = act(inger, "reject", submitted, reason_code="deposit")
    assert refused_with(answer) == (400, "unknown_reason")
    assert first_error(answer) == ("/reason_code", "unknown_reason")
    act(inger, "return", submitted, reason_code="wrong_date")
    assert edit(karin, submitted, spent_on="2026-06-04").data["reason_code"] == ""
