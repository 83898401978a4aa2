"""Nothing is paid twice, and nothing on a receipt that nobody can look at."""

from typing import Any

import pytest
from django.utils import timezone

from assignments.models import Assignment
from core.errors import DomainError
from expenses.models import Expense, Receipt
from expenses.paying_services import pay_expense
from people.models import Municipality, Role, User
from tests import world
from tests.expenses.calls import act, claim, edit, refused_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def lena(kalix: Municipality) -> User:
    """The payroll officer in Kalix."""
    return world.make_user("lena@kalix.example", kalix, Role.PAYROLL_OFFICER)


def paid(by: User, expense: Any) -> str:
    """Pay, and tell the status or why not."""
    try:
        return pay_expense(user=by, expense_id=expense.pk, now=timezone.now()).status
    except DomainError as error:
        return error.code


def came_in(karin: User, assignment: Assignment, **values: Any) -> Expense:
    """Claim and submit a coffee."""
    expense = Expense.objects.get(pk=claim(karin, assignment, **values).data["id"])
    assert act(karin, "submit", expense).status_code == 200
    return expense


@pytest.mark.parametrize("detour", [False, True])
def test_what_was_rejected_and_comes_back_is_not_paid_beside_its_twin(
    karin: User, inger: User, lena: User, assignment: Assignment, detour: bool
) -> None:
    first = came_in(karin, assignment)
    if detour:  # it was seen that they look the same, and then forgotten
        second = came_in(karin, assignment)
        act(inger, "reject", first, reason="Två gånger.")
        edit(karin, second, claimed_amount="99.00")
        edit(karin, second, claimed_amount="100.00")
    else:
        act(inger, "reject", first, reason="Två gånger.")
        second = came_in(karin, assignment)
    act(inger, "approve", second)
    assert paid(lena, second) == "paid"

    undone = act(inger, "undo", first)
    assert [signal["kind"] for signal in undone.data["signals"]] == ["same_outlay"]
    act(inger, "approve", first)
    assert paid(lena, first) == "duplicate_unanswered"


def test_a_pair_that_nobody_noted_is_found_when_it_is_paid(
    inger: User, lena: User, assignment: Assignment
) -> None:
    world.make_expense(assignment, status="paid", coordinator=inger)
    twin = world.make_expense(assignment, status="approved", coordinator=inger)
    assert paid(lena, twin) == "duplicate_unanswered"


@pytest.mark.parametrize(
    ("status", "fields", "outcome"),
    [
        ("processing", {}, "receipt_not_compared"),
        ("ready", {"arrived_at": world.NOW}, "receipt_not_compared"),
        ("ready", {"arrived_at": world.NOW, "compared_at": world.NOW}, "paid"),
        ("ready", {}, "paid"),  # of an older release
        ("refused", {}, "receipt_refused"),
    ],
)
def test_a_receipt_is_looked_at_before_it_is_paid(
    karin: User, inger: User, lena: User, assignment: Assignment, status: str, fields: Any, outcome: str
) -> None:
    receipt = world.make_receipt(karin, status=status, **fields)
    expense = world.make_expense(assignment, status="approved", coordinator=inger, receipt=receipt)
    assert paid(lena, expense) == outcome


def test_nothing_is_approved_or_sent_again_on_a_refused_receipt(
    karin: User, inger: User, submitted: Expense
) -> None:
    Receipt.objects.filter(expenses=submitted).update(status="refused", refusal="receipt_unreadable")
    assert refused_with(act(inger, "approve", submitted)) == (409, "receipt_refused")
    act(inger, "return", submitted, reason="Kvittot går inte att läsa.")
    assert refused_with(edit(karin, submitted, claimed_amount="90.00")) == (409, "receipt_refused")
    assert edit(karin, submitted, receipt=str(world.make_receipt(karin).pk)).status_code == 200
