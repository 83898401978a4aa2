"""Coordinators at once: lists that overlap, undoing what is being paid, taking the next, the first of two."""

from functools import partial
from typing import Any

import pytest

from assignments.models import Assignment
from core.errors import DomainError
from expenses.models import Expense, ExpenseEvent
from expenses.paying_services import pay_expense
from notifications.models import Notification
from people.models import Municipality, Role, User
from tests import world
from tests.expenses.calls import act, at_once, claim, let_two_look_above
from tests.expenses.test_batch import came_in, decide, line
from tests.expenses.test_hand import take_next

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("noon"),
]


def test_lists_that_overlap_in_opposite_orders_do_not_wait_for_each_other(
    karin: User, inger: User, bengt: User, assignment: Assignment
) -> None:
    lines = [line(one) for one in came_in(assignment, 12)]
    first, second = at_once(partial(decide, inger, *lines[:9]), partial(decide, bengt, *lines[:2:-1]))
    assert sorted([first.status_code, second.status_code]) == [200, 412]
    lost = first if first.status_code == 412 else second
    assert {error["code"] for error in lost.json()["errors"]} == {"stale_version"}
    assert len(lost.json()["errors"]) == 6
    assert Expense.objects.filter(status="approved").count() == ExpenseEvent.objects.count() == 9
    assert Notification.objects.filter(recipient=karin).count() == 1


def test_the_same_list_twice_at_once_is_decided_once(karin: User, inger: User, assignment: Assignment) -> None:
    lines = [line(one) for one in came_in(assignment, 5)]
    answers = at_once(*[partial(decide, inger, *lines)] * 2)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (ExpenseEvent.objects.count(), Notification.objects.count()) == (5, 1)


def test_what_is_paid_is_not_undone_and_what_is_undone_is_not_paid(
    karin: User, inger: User, kalix: Municipality, assignment: Assignment
) -> None:
    lena = world.make_user("lena@kalix.example", kalix, Role.PAYROLL_OFFICER)

    def pay(expense: Expense) -> str | None:
        try:
            return pay_expense(user=lena, expense_id=expense.pk, now=world.NOW).status
        except DomainError as error:
            return error.code

    for number in range(3):  # each unlike the others
        approved = world.make_expense(assignment, status="approved", coordinator=inger, claimed=f"10{number}.00")
        paid, undone = at_once(partial(pay, approved), partial(act, inger, "undo", approved))
        approved.refresh_from_db()
        if undone.status_code == 200:
            assert (paid, approved.status) == ("expense_wrong_status", "submitted")
        else:
            assert (undone.json()["code"], paid, approved.status) == ("expense_wrong_status", "paid", "paid")
        assert approved.events.count() == 1


def test_an_undone_rejection_and_a_new_claim_share_no_receipt(
    karin: User, inger: User, assignment: Assignment
) -> None:
    receipt = world.make_receipt(karin)
    rejected = world.make_expense(assignment, status="rejected", coordinator=inger, reason="Nej.", receipt=receipt)
    answers = at_once(
        partial(act, inger, "undo", rejected), partial(claim, karin, assignment, receipt=str(receipt.pk))
    )
    assert sorted(answer.status_code // 100 for answer in answers) == [2, 4]
    assert Expense.objects.exclude(status="rejected").filter(receipt=receipt).count() == 1


def test_four_who_take_the_next_take_different_ones(
    inger: User, bengt: User, kalix: Municipality, assignment: Assignment
) -> None:
    others = [world.make_user(f"{name}@kalix.example", kalix, Role.COORDINATOR) for name in ("cecilia", "david")]
    waiting = came_in(assignment, 12)
    taken = at_once(*[partial(take_next, user, 3) for user in (inger, bengt, *others)])
    everything = [one for ids in taken for one in ids]
    assert len(everything) == len(set(everything))
    assert set(everything) <= {str(one.pk) for one in waiting}
    for user in (inger, bengt, *others):  # whoever was passed over gets theirs the next time
        assert len(take_next(user, 3)) == 3


def test_of_two_who_are_the_first_at_once_one_is_the_second(
    karin: User, inger: User, bengt: User, submitted: Expense
) -> None:
    let_two_look_above(50)
    answers = at_once(partial(act, inger, "approve", submitted), partial(act, bengt, "approve", submitted))
    assert sorted(answer.data["status"] for answer in answers) == ["approved", "submitted"]
    submitted.refresh_from_db()
    assert {submitted.first_approved_by, submitted.decided_by} == {inger, bengt}
    assert list(submitted.events.order_by("number").values_list("action", flat=True)) == [
        "approve_first",
        "approve",
    ]
    assert Notification.objects.filter(recipient=karin).count() == 1


def test_of_two_who_take_the_same_one_has_it(inger: User, bengt: User, submitted: Expense) -> None:
    answers: list[Any] = at_once(partial(act, inger, "take", submitted), partial(act, bengt, "take", submitted))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
