"""The yes that a larger outlay needs: what takes one, for what it is, and how often."""

from typing import Any
from uuid import uuid4

import pytest

from assignments.models import Assignment
from expenses.models import Expense, PreApproval
from people.models import Municipality, User
from tests import world
from tests.expenses.calls import act, answer, claim, edit, first_error, refused_with, rule

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture(autouse=True)
def limit(kalix: Municipality) -> None:
    """Kalix wants to be asked about what costs more than 500."""
    rule(kalix, ask_first_above=500)


@pytest.fixture
def waiting(assignment: Assignment) -> PreApproval:
    """Karin asks whether she may spend 800."""
    return world.make_pre_approval(assignment)


@pytest.fixture
def approved(assignment: Assignment, inger: User) -> PreApproval:
    """Karin may spend 800."""
    return world.make_pre_approval(assignment, status="approved", coordinator=inger)


def test_over_the_limit_an_expense_needs_a_yes_and_up_to_it_nothing(karin: User, assignment: Assignment) -> None:
    assert act(karin, "submit", claim(karin, assignment, claimed_amount="500.00").data["id"]).status_code == 200
    draft = claim(karin, assignment, claimed_amount="500.01").json()
    said = next(one for one in draft["allowed_actions"] if one["action"] == "submit")
    assert said["code"] == "pre_approval_required"
    refused = act(karin, "submit", draft["id"])
    assert refused_with(refused) == (409, "pre_approval_required")
    assert "500.00" in refused.json()["detail"]
    assert refused.json()["present"]["status"] == "draft"


def test_with_a_yes_it_comes_in(karin: User, inger: User, assignment: Assignment, waiting: PreApproval) -> None:
    draft = claim(karin, assignment, claimed_amount="800.00", pre_approval=str(waiting.pk))
    assert (draft.status_code, draft.json()["pre_approval"]) == (201, str(waiting.pk))
    assert refused_with(act(karin, "submit", draft.data["id"])) == (409, "pre_approval_required")
    answer(inger, "approve", waiting)
    assert act(karin, "submit", draft.data["id"]).json()["status"] == "submitted"
    assert act(inger, "approve", draft.data["id"]).json()["approved_amount"] == "800.00"


def test_a_yes_is_for_so_much_and_for_that(karin: User, assignment: Assignment, approved: PreApproval) -> None:
    yes = {"pre_approval": str(approved.pk)}
    sent = Expense.objects.get(pk=claim(karin, assignment, claimed_amount="800.01", **yes).data["id"])
    more = act(karin, "submit", sent)
    assert refused_with(more) == (409, "over_pre_approval")
    assert "800.00" in more.json()["detail"]
    receipt = str(world.make_receipt(karin).pk)
    edit(karin, sent, category="meal", claimed_amount="700.00", receipt=receipt)
    assert refused_with(act(karin, "submit", sent)) == (409, "other_category_approved")
    edit(karin, sent, category="coins")
    assert act(karin, "submit", sent).status_code == 200
    assert refused_with(edit(karin, sent, claimed_amount="900.00")) == (409, "over_pre_approval")
    assert refused_with(edit(karin, sent, category="meal")) == (409, "other_category_approved")


def test_a_question_elsewhere_or_without_hope_is_unknown(
    karin: User, sven: User, inger: User, kalix: Municipality, assignment: Assignment
) -> None:
    elsewhere = [world.make_pre_approval(world.make_assignment(user, kalix)) for user in (karin, sven)]
    hopeless = [
        world.make_pre_approval(assignment, status=status, coordinator=inger)
        for status in ("declined", "withdrawn")
    ]
    for row_id in (*(one.pk for one in elsewhere + hopeless), uuid4()):
        refused = claim(karin, assignment, pre_approval=str(row_id))
        assert refused_with(refused) == (400, "unknown_pre_approval")
        assert first_error(refused)[0] == "/pre_approval"


def test_an_edit_may_be_repeated_after_the_question_was_declined(
    karin: User, inger: User, assignment: Assignment, waiting: PreApproval
) -> None:
    draft = Expense.objects.get(pk=claim(karin, assignment).data["id"])
    yes: Any = {"seen": 1, "pre_approval": str(waiting.pk)}
    first = edit(karin, draft, **yes)
    answer(inger, "decline", waiting, reason="Nej.")
    assert edit(karin, draft, **yes).json() == first.json()


@pytest.mark.parametrize("status", ["draft", "submitted", "approved", "returned", "paid"])
def test_a_yes_is_for_one_expense(
    karin: User, inger: User, assignment: Assignment, approved: PreApproval, status: str
) -> None:
    world.make_expense(assignment, status=status, category="coins", coordinator=inger, pre_approval=approved)
    draft = world.make_expense(assignment, category="coins")
    for refused in (
        claim(karin, assignment, pre_approval=str(approved.pk)),
        edit(karin, draft, pre_approval=str(approved.pk)),
    ):
        assert refused_with(refused) == (409, "pre_approval_already_used")
        assert first_error(refused)[0] == "/pre_approval"


def test_the_yes_of_a_rejected_expense_may_be_used_anew(
    karin: User, inger: User, assignment: Assignment, approved: PreApproval
) -> None:
    fields: Any = {"reason": "Fel kvitto.", "pre_approval": approved}
    world.make_expense(assignment, status="rejected", category="coins", coordinator=inger, **fields)
    assert claim(karin, assignment, pre_approval=str(approved.pk)).status_code == 201


def test_what_came_in_grows_over_the_limit_only_with_a_yes(
    karin: User, assignment: Assignment, approved: PreApproval
) -> None:
    row = world.make_expense(assignment, status="submitted", category="coins", claimed="400.00")
    refused = edit(karin, row, claimed_amount="600.00")
    assert refused_with(refused) == (409, "pre_approval_required")
    assert edit(karin, row, claimed_amount="600.00", pre_approval=str(approved.pk)).status_code == 200
    assert refused_with(edit(karin, row, pre_approval=None)) == (409, "pre_approval_required")


def test_making_it_less_always_works(karin: User, assignment: Assignment) -> None:
    """It came in before there was a limit."""
    row = world.make_expense(assignment, status="submitted", category="coins", claimed="900.00")
    assert edit(karin, row, claimed_amount="700.00", note="Rättat").json()["status"] == "submitted"
    assert refused_with(edit(karin, row, claimed_amount="701.00")) == (409, "pre_approval_required")


def test_a_drive_over_the_limit_needs_a_yes_too(
    karin: User, kalix: Municipality, inger: User, assignment: Assignment
) -> None:
    world.make_drive(kalix)
    drive = {"from": "Kalix", "to": "Umeå", "purpose": "Opera", "km": 340}
    draft = claim(karin, assignment, category="car", claimed_amount="850.00", mileage=drive).data["id"]
    assert refused_with(act(karin, "submit", draft)) == (409, "pre_approval_required")
    yes = world.make_pre_approval(assignment, status="approved", amount="850", category="car", coordinator=inger)
    edit(karin, Expense.objects.get(pk=draft), pre_approval=str(yes.pk))
    assert act(karin, "submit", draft).status_code == 200
