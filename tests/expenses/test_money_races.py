"""Two at once, where money hangs on it: a yes is used once, and a rate does not change under a drive."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from assignments.models import Assignment
from core.errors import DomainError
from expenses.models import Expense, MileageRate, PreApproval
from expenses.rate_services import add_mileage_rate, edit_mileage_rate
from notifications.models import Notification
from people.models import Municipality, User
from tests import world
from tests.expenses.calls import (
    act,
    answer,
    ask_first,
    at_once,
    claim,
    claim_drive,
    edit,
    refused_with,
    rule,
    send,
)
from tests.people import office

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("noon"),
]
TIMES = range(2)  # a race may be won by luck


@pytest.fixture
def approved(assignment: Assignment, inger: User) -> PreApproval:
    """Karin may spend 800."""
    rule(assignment.municipality, ask_first_above=500)
    return world.make_pre_approval(assignment, status="approved", coordinator=inger)


def codes(answers: list[Any]) -> list[str]:
    return sorted(refused_with(one)[1] if one.status_code >= 400 else "done" for one in answers)


@pytest.mark.parametrize("_", TIMES)
def test_a_yes_is_claimed_with_once_by_four_at_once(
    karin: User, assignment: Assignment, approved: PreApproval, _: int
) -> None:
    answers = at_once(*[partial(claim, karin, assignment, pre_approval=str(approved.pk))] * 4)
    assert codes(answers) == ["done"] + ["pre_approval_already_used"] * 3
    assert Expense.objects.count() == 1


@pytest.mark.parametrize("_", TIMES)
def test_a_yes_is_put_onto_one_of_two_drafts_at_once(
    karin: User, assignment: Assignment, approved: PreApproval, _: int
) -> None:
    drafts = [world.make_expense(assignment, category="coins", claimed="700.00") for _ in range(2)]
    answers = at_once(*[partial(edit, karin, draft, seen=1, pre_approval=str(approved.pk)) for draft in drafts])
    assert codes(answers) == ["done", "pre_approval_already_used"]
    submitted = [act(karin, "submit", draft) for draft in drafts]
    assert codes(submitted) == ["done", "pre_approval_required"]


def test_the_same_question_four_times_at_once_is_one(
    karin: User, inger: User, bengt: User, assignment: Assignment
) -> None:
    body = {"id": str(uuid4())}
    answers = at_once(*[partial(ask_first, karin, assignment, **body)] * 4)
    assert sorted(one.status_code for one in answers) == [200, 200, 200, 201]
    assert Notification.objects.filter(kind="pre_approvals_waiting").count() == 2


@pytest.mark.parametrize("_", TIMES)
def test_of_two_answers_and_a_withdrawal_one_counts(
    karin: User, inger: User, bengt: User, assignment: Assignment, _: int
) -> None:
    question = world.make_pre_approval(assignment)
    answers = at_once(
        partial(answer, inger, "approve", question),
        partial(answer, bengt, "decline", question, reason="Nej."),
        partial(answer, karin, "withdraw", question),
    )
    assert codes(answers) == ["done"] + ["pre_approval_settled"] * 2
    question.refresh_from_db()
    assert question.version == 2


def change_rate(by: User, rate: MileageRate) -> str:
    try:
        edit_mileage_rate(by=by, rate_id=rate.pk, rate=Decimal("3.10"))
    except DomainError as error:
        return error.code
    return "done"


def add_rate(by: User, municipality: Municipality) -> str:
    try:
        add_mileage_rate(by=by, municipality=municipality, first_day=date(2026, 6, 1), rate=Decimal("3.10"))
    except DomainError as error:
        return error.code
    return "done"


@pytest.mark.parametrize("_", TIMES)
@pytest.mark.parametrize("how", ["changed", "added"])
def test_a_drive_comes_in_at_the_rate_that_rules_afterwards(
    karin: User, kalix: Municipality, assignment: Assignment, how: str, _: int
) -> None:
    """Whoever is first: a rate by which something came in is the rate."""
    world.make_drive(kalix)
    olle, rate = office.operator(), MileageRate.objects.get()
    drafts = [claim_drive(karin, assignment, km=10).data["id"] for _ in range(2)]
    alter = partial(change_rate, olle, rate) if how == "changed" else partial(add_rate, olle, kalix)
    outcome, *answers = at_once(alter, *[partial(act, karin, "submit", draft) for draft in drafts])
    assert codes(answers) == ["done", "done"]
    assert outcome in ("done", "mileage_rate_used")
    wanted = Decimal("3.10") if outcome == "done" else Decimal("2.50")
    assert set(Expense.objects.values_list("mileage_rate", "claimed_amount")) == {(wanted, wanted * 10)}
    assert MileageRate.objects.in_force(kalix, date(2026, 6, 5)).rate == wanted


@pytest.mark.parametrize("_", TIMES)
def test_a_drive_that_is_edited_keeps_to_the_rate_too(
    karin: User, kalix: Municipality, assignment: Assignment, _: int
) -> None:
    world.make_drive(kalix)
    rate = MileageRate.objects.create(municipality=kalix, first_day=date(2026, 6, 7), rate=Decimal("2.70"))
    row = Expense.objects.get(pk=claim_drive(karin, assignment, km=10).data["id"])
    act(karin, "submit", row)
    outcome, edited = at_once(
        partial(change_rate, office.operator(), rate), partial(edit, karin, row, spent_on="2026-06-08")
    )
    assert edited.status_code == 200
    rate.refresh_from_db()
    assert (outcome, edited.json()["mileage"]["rate"]) in [("done", "3.10"), ("mileage_rate_used", "2.70")]
    assert edited.json()["mileage"]["rate"] == str(rate.rate)


@pytest.mark.parametrize("_", TIMES)
def test_what_is_switched_off_at_the_same_moment_comes_in_before_or_not_at_all(
    karin: User, inger: User, assignment: Assignment, _: int
) -> None:
    path = f"/api/v1/assignments/{assignment.pk}/expense-categories/coins"
    draft, later = (claim(karin, assignment).data["id"] for _ in range(2))
    off, came_in = at_once(
        partial(send, inger, "PUT", path, {"claimable": False}), partial(act, karin, "submit", draft)
    )
    assert off.status_code == 200
    assert codes([came_in])[0] in ("done", "category_switched_off")
    assert refused_with(act(karin, "submit", later)) == (409, "category_switched_off")
