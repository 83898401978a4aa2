"""Taking a decision back until it is paid, and paying once."""

from decimal import Decimal
from typing import Any

import pytest

from assignments.models import Assignment
from core.errors import DomainError
from expenses.models import Expense
from expenses.paying_services import pay_expense
from notifications.models import Notification
from people.models import Municipality, Role, User
from tests import world
from tests.expenses.calls import act, claim, edit, refused_with
from tests.expenses.replay import check_history
from tests.expenses.test_history import actions, history

pytestmark = pytest.mark.usefixtures("noon")
DECIDING = ["approve", "return", "reject"]


@pytest.fixture
def lena(kalix: Municipality) -> User:
    """A payroll officer in Kalix."""
    return world.make_user("lena@kalix.example", kalix, Role.PAYROLL_OFFICER)


def pay(user: User, expense: Expense) -> Expense:
    return pay_expense(user=User.objects.get(pk=user.pk), expense_id=expense.pk, now=world.NOW)


@pytest.mark.parametrize("action", DECIDING)
def test_what_was_decided_waits_again_as_long_as_it_did(
    karin: User, inger: User, bengt: User, submitted: Expense, action: str
) -> None:
    act(inger, action, submitted, reason_code="wrong_amount", reason="Fel.")
    answers = [act(bengt, "undo", submitted, reason="Jag såg fel.") for _ in range(2)]
    shown = answers[0].json()
    assert (shown["status"], shown["version"], shown["submitted_at"]) == (
        "submitted",
        3,
        "2026-06-10T12:00:00+02:00",
    )
    assert [shown[name] for name in ("approved_amount", "reason_code", "reason", "decided_at")] == [
        None,
        "",
        "",
        None,
    ]
    assert answers[1].data == answers[0].data
    assert [(step["action"], step["reason"]) for step in history(karin, submitted)] == [
        (action, "Fel."),
        ("undo", "Jag såg fel."),
    ]
    told = Notification.objects.filter(recipient=karin, kind="expense_reopened")
    assert list(told.values_list("subject_id", flat=True)) == [submitted.pk]


def test_a_decision_after_that_is_a_new_one(karin: User, inger: User, submitted: Expense) -> None:
    for _ in range(2):
        assert act(inger, "approve", submitted).data["status"] == "approved"
        assert act(inger, "undo", submitted).data["status"] == "submitted"
    assert actions(karin, submitted) == ["approve", "undo"] * 2
    assert Notification.objects.filter(recipient=karin).count() == 4


def test_what_was_not_decided_is_not_undone(karin: User, inger: User, submitted: Expense) -> None:
    assert refused_with(act(inger, "undo", submitted)) == (409, "expense_wrong_status")
    act(inger, "return", submitted, reason="Otydligt.")
    act(karin, "submit", submitted)
    assert refused_with(act(inger, "undo", submitted)) == (409, "expense_wrong_status")


def test_a_decision_is_undone_only_as_it_was_seen(karin: User, inger: User, submitted: Expense) -> None:
    act(inger, "approve", submitted)
    edit(karin, submitted, note="Två biljetter")
    assert refused_with(act(inger, "undo", submitted, seen=2)) == (412, "stale_version")
    assert act(inger, "undo", submitted, seen=3).status_code == 200


def test_nobody_undoes_what_was_decided_about_their_own(
    karin: User, inger: User, assignment: Assignment, submitted: Expense
) -> None:
    world.add_roles(karin, assignment.municipality, Role.COORDINATOR)
    act(inger, "reject", submitted, reason="Nej.")
    assert refused_with(act(karin, "undo", submitted)) == (409, "own_expense")


def test_a_rejected_expense_whose_receipt_went_elsewhere_stays_rejected(
    karin: User, inger: User, assignment: Assignment, submitted: Expense
) -> None:
    act(inger, "reject", submitted, reason="Fel månad.")
    claim(karin, assignment, receipt=str(submitted.receipt_id))
    before = Notification.objects.count()
    assert refused_with(act(inger, "undo", submitted)) == (409, "receipt_already_used")
    submitted.refresh_from_db()
    assert (submitted.status, submitted.reason, submitted.version) == ("rejected", "Fel månad.", 2)
    assert actions(karin, submitted) == ["reject"]
    assert Notification.objects.count() == before


def test_what_was_approved_is_paid_once_and_for_good(
    karin: User, inger: User, lena: User, submitted: Expense
) -> None:
    act(inger, "approve", submitted, approved_amount="60.00", reason="Din del.")
    for _ in range(2):
        paid = pay(lena, submitted)
        assert (paid.status, paid.approved_amount, paid.version) == ("paid", Decimal(60), 3)
    assert actions(karin, submitted) == ["approve", "pay"]
    for user, action in ((inger, "undo"), (inger, "reject"), (inger, "approve"), (karin, "submit")):
        body: dict[str, Any] = {} if action == "submit" else {"reason": "Ångrar mig."}
        assert refused_with(act(user, action, submitted, **body)) == (409, "expense_wrong_status")
    assert refused_with(edit(karin, submitted, claimed_amount="70.00")) == (409, "expense_wrong_status")
    check_history_since(submitted)


def check_history_since(expense: Expense) -> None:
    """The fixture began without a history; from its first step on nothing is lost."""
    expense.refresh_from_db()
    steps = list(expense.events.order_by("number"))
    assert [step.from_status for step in steps[1:]] == [step.to_status for step in steps[:-1]]
    assert steps[-1].to_status == expense.status


@pytest.mark.parametrize("status", ["submitted", "returned", "rejected"])
def test_nothing_is_paid_that_was_not_approved(
    inger: User, lena: User, assignment: Assignment, status: str
) -> None:
    fields: Any = {} if status == "submitted" else {"reason": "Så är det."}
    expense = world.make_expense(assignment, status=status, coordinator=inger, **fields)
    with pytest.raises(DomainError, match="expense_wrong_status"):
        pay(lena, expense)


def test_only_the_municipalitys_payroll_officer_pays(
    karin: User, inger: User, leksand: Municipality, assignment: Assignment
) -> None:
    approved = world.make_expense(assignment, status="approved", coordinator=inger)
    stranger = world.make_user("lotta@leksand.example", leksand, Role.PAYROLL_OFFICER)
    for user in (karin, inger, stranger):
        with pytest.raises(DomainError, match="not_found"):
            pay(user, approved)


def test_the_whole_life_of_an_expense_can_be_told_again(
    karin: User, inger: User, lena: User, assignment: Assignment
) -> None:
    expense = Expense.objects.get(pk=claim(karin, assignment).data["id"])
    act(karin, "submit", expense)
    act(inger, "reject", expense, reason_code="duplicate")
    act(inger, "undo", expense)
    edit(karin, expense, spent_on="2026-06-04", category="meal", receipt=str(world.make_receipt(karin).pk))
    act(inger, "approve", expense, approved_amount="99.00", reason_code="deposit")
    pay(lena, expense)
    expense.refresh_from_db()
    check_history(expense)
