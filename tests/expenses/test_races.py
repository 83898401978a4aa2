"""Two at once: one wins, and the other is told what is."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from assignments.models import Assignment
from expenses.models import Expense
from notifications.models import Notification
from people.models import User
from tests import world
from tests.expenses.calls import act, at_once, claim, edit, refused_with

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("noon"),
]
CHANGES = [{"claimed_amount": "900.00"}, {"category": "meal"}, {"spent_on": "2026-06-01"}]
TIMES = range(3)  # a race may be won by luck


def only_one(answers: list[Any], code: str) -> Any:
    """Check that one answer is a success and the others the same refusal; return the first refusal."""
    refusals = [answer for answer in answers if answer.status_code >= 400]
    assert len(refusals) == len(answers) - 1
    assert {refused_with(refusal)[1] for refusal in refusals} == {code}
    return refusals[0]


@pytest.mark.parametrize("_", TIMES)
@pytest.mark.parametrize("second", ["approve", "reject", "return"])
def test_of_two_coordinators_one_decides(
    karin: User, inger: User, bengt: User, submitted: Expense, second: str, _: int
) -> None:
    answers = at_once(
        partial(act, inger, "approve", submitted, approved_amount="60.00", reason="Bara din del."),
        partial(act, bengt, second, submitted, reason="Nej."),
    )
    refusal = only_one(answers, "expense_wrong_status")
    submitted.refresh_from_db()
    assert refusal.json()["present"]["status"] == submitted.status
    assert refusal.json()["present"]["version"] == submitted.version == 2
    assert submitted.decided_by == (inger if answers[0].status_code == 200 else bengt)
    assert Notification.objects.filter(recipient=karin).count() == 1


def test_the_same_decision_four_times_at_once_is_one(karin: User, inger: User, submitted: Expense) -> None:
    answers = at_once(*[partial(act, inger, "approve", submitted)] * 4)
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {answer.data["version"] for answer in answers} == {2}
    assert Notification.objects.filter(recipient=karin).count() == 1


@pytest.mark.parametrize("_", TIMES)
@pytest.mark.parametrize(
    "change", [{"claimed_amount": "900.00"}, {"category": "meal"}, {"spent_on": "2026-06-01"}]
)
def test_a_coordinator_who_looked_never_approves_what_was_changed_meanwhile(
    karin: User, inger: User, submitted: Expense, change: dict[str, str], _: int
) -> None:
    approval, edited = at_once(
        partial(act, inger, "approve", submitted, seen=1), partial(edit, karin, submitted, seen=1, **change)
    )
    submitted.refresh_from_db()
    if approval.status_code == 200:  # it was first, and the edit came too late
        assert refused_with(edited) == (412, "stale_version")
        assert edited.json()["present"]["status"] == submitted.status == "approved"
    else:
        assert refused_with(approval) == (412, "stale_version")
        assert approval.json()["present"]["version"] == 2
        assert (edited.status_code, submitted.status) == (200, "submitted")


@pytest.mark.parametrize("_", TIMES)
def test_who_waits_for_a_change_of_category_still_finds_the_expense(
    karin: User, inger: User, submitted: Expense, _: int
) -> None:
    category = "meal"
    approval, _edited = at_once(
        partial(act, inger, "approve", submitted),
        partial(edit, karin, submitted, seen=1, category=category),
    )
    assert approval.status_code == 200


@pytest.mark.parametrize("_", TIMES)
def test_a_receipt_is_claimed_once_by_four_at_once(karin: User, assignment: Assignment, _: int) -> None:
    receipt = str(world.make_receipt(karin).pk)
    answers = at_once(*[partial(claim, karin, assignment, receipt=receipt)] * 4)
    only_one(answers, "receipt_already_used")
    assert Expense.objects.exclude(receipt=None).count() == 1


def test_a_receipt_is_put_onto_one_of_two_drafts_at_once(karin: User, assignment: Assignment) -> None:
    receipt = str(world.make_receipt(karin).pk)
    drafts = [world.make_expense(assignment) for _ in range(2)]
    answers = at_once(*[partial(edit, karin, draft, seen=1, receipt=receipt) for draft in drafts])
    only_one(answers, "receipt_already_used")


@pytest.mark.parametrize("_", TIMES)
def test_the_same_claim_four_times_at_once_is_one_expense(karin: User, assignment: Assignment, _: int) -> None:
    body = {"id": str(uuid4()), "receipt": str(world.make_receipt(karin).pk)}
    answers = at_once(*[partial(claim, karin, assignment, **body)] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert Expense.objects.count() == 1


def test_the_same_submission_four_times_at_once_tells_the_coordinators_once(
    karin: User, inger: User, bengt: User, assignment: Assignment
) -> None:
    draft = world.make_expense(assignment, category="coins")
    answers = at_once(*[partial(act, karin, "submit", draft)] * 4)
    assert {(answer.status_code, answer.data["version"]) for answer in answers} == {(200, 2)}
    assert Notification.objects.filter(kind="expenses_waiting").count() == 2


def test_four_drafts_submitted_at_once_tell_the_coordinators_once(
    karin: User, inger: User, bengt: User, assignment: Assignment
) -> None:
    drafts = [world.make_expense(assignment, category="coins") for _ in range(4)]
    answers = at_once(*[partial(act, karin, "submit", draft) for draft in drafts])
    assert [answer.status_code for answer in answers] == [200] * 4
    assert Notification.objects.filter(kind="expenses_waiting").count() == 2
