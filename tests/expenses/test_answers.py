"""A human says whether two expenses are the same, and who learns that they look so."""

from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from assignments.models import Assignment
from expenses.duplicate_services import DuplicateConfirmed, DuplicateUnanswered, check_payable
from expenses.models import Duplicate, Expense
from people.models import Municipality, Role, User
from tests import world
from tests.expenses.calls import EXPENSES, at_once, refused_with, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def alike(expense: Expense, other: Expense, kind: str = "same_file", **fields: Any) -> Duplicate:
    """Write down that an expense looks like another."""
    return Duplicate.objects.create(expense=expense, other=other, kind=kind, **fields)


def answer(user: User, expense: Expense, duplicate: Duplicate, value: str = "not_duplicate", **more: str) -> Any:
    """Say whether it is the same."""
    return send(
        user, "POST", f"{EXPENSES}/{expense.pk}/duplicates/{duplicate.pk}/answer", {"answer": value, **more}
    )


def signals(user: User, expense: Expense) -> list[dict[str, Any]]:
    """Return what a person is told to look at."""
    shown = world.signed_in(user).get(f"{EXPENSES}/{expense.pk}")
    assert shown.status_code == 200
    found: list[dict[str, Any]] = shown.json()["signals"]
    return found


@pytest.fixture
def first(assignment: Assignment, inger: User) -> Expense:
    """An expense of Karin's that has been paid."""
    return world.make_expense(assignment, status="paid", coordinator=inger)


@pytest.fixture
def pair(submitted: Expense, first: Expense) -> Duplicate:
    """One of hers that looks like it."""
    return alike(submitted, first)


def test_inger_sees_what_it_looks_like_from_both_ends(inger: User, pair: Duplicate) -> None:
    for expense, other in ((pair.expense, pair.other), (pair.other, pair.expense)):
        assert signals(inger, expense) == [
            {
                "kind": "same_file",
                "detail": "Samma fil finns i ett annat utlägg.",
                "expense": str(other.pk),
                "duplicate": str(pair.pk),
                "answer": None,
            }
        ]


def test_karin_sees_it_of_her_own_and_has_nothing_to_answer(karin: User, pair: Duplicate) -> None:
    (signal,) = signals(karin, pair.expense)
    assert (signal["expense"], signal["duplicate"]) == (str(pair.other_id), None)


def test_karin_does_not_learn_that_somebody_else_sent_the_same(
    karin: User, sven: User, inger: User, kalix: Municipality, submitted: Expense
) -> None:
    svens = world.make_expense(world.make_assignment(sven, kalix), status="submitted")
    pair = alike(submitted, svens)
    assert signals(karin, submitted) == signals(sven, svens) == []
    assert [signal["duplicate"] for signal in signals(inger, submitted)] == [str(pair.pk)]


def test_karin_does_not_see_again_what_her_ended_assignment_held(
    karin: User, kalix: Municipality, submitted: Expense
) -> None:
    ended = world.make_assignment(karin, kalix, last_day=date(2026, 6, 8))
    alike(submitted, world.make_expense(ended, status="submitted"))
    assert signals(karin, submitted) == []


def test_inger_sees_of_her_own_expense_what_any_claimant_sees(
    inger: User, sven: User, kalix: Municipality
) -> None:
    world.add_roles(inger, kalix, Role.CONTACT_PERSON)
    own = world.make_expense(world.make_assignment(inger, kalix), status="submitted")
    pair = alike(own, world.make_expense(world.make_assignment(sven, kalix), status="submitted"))
    assert signals(inger, own) == []
    assert refused_with(answer(inger, own, pair)) == (409, "own_expense")


def test_one_that_looks_like_a_rejected_one_needs_no_look(
    inger: User, assignment: Assignment, submitted: Expense
) -> None:
    rejected = world.make_expense(assignment, status="rejected", coordinator=inger, reason="Nej")
    alike(submitted, rejected)
    assert signals(inger, submitted) == []


def test_an_answer_is_kept_with_who_gave_it_and_may_be_repeated(inger: User, pair: Duplicate) -> None:
    for _ in range(2):
        told = answer(inger, pair.expense, pair, note="Två resor samma dag.")
        assert told.status_code == 200
        assert told.data["signals"][0]["answer"] == "not_duplicate"
    pair.refresh_from_db()
    assert (pair.answered_by, pair.answered_at, pair.note) == (inger, world.NOW, "Två resor samma dag.")
    assert pair.version == 2


def test_an_answer_may_be_changed_until_the_expense_is_paid(inger: User, bengt: User, pair: Duplicate) -> None:
    assert answer(inger, pair.expense, pair).status_code == 200
    assert answer(bengt, pair.expense, pair, "duplicate").status_code == 200
    pair.refresh_from_db()
    assert (pair.answer, pair.answered_by) == ("duplicate", bengt)
    Expense.objects.filter(pk=pair.expense_id).update(
        status="paid", decided_by=inger, decided_at=world.NOW, approved_amount="100.00"
    )
    assert answer(bengt, pair.expense, pair, "duplicate").status_code == 200
    assert refused_with(answer(bengt, pair.expense, pair)) == (409, "expense_wrong_status")


def test_an_answer_is_one_of_two_and_about_that_expense(
    inger: User, lars: User, assignment: Assignment, pair: Duplicate
) -> None:
    assert refused_with(answer(inger, pair.expense, pair, "maybe")) == (400, "invalid")
    stranger = world.make_expense(assignment, status="submitted")
    assert refused_with(answer(inger, stranger, pair)) == (404, "not_found")
    assert refused_with(answer(lars, pair.expense, pair)) == (404, "not_found")
    assert refused_with(answer(inger, pair.expense, Duplicate(pk=uuid4()))) == (404, "not_found")


def test_what_no_longer_holds_is_neither_shown_nor_answered_nor_in_the_way(inger: User, pair: Duplicate) -> None:
    assert answer(inger, pair.expense, pair, "duplicate").status_code == 200
    Duplicate.objects.update(is_current=False)
    assert signals(inger, pair.expense) == []
    assert refused_with(answer(inger, pair.expense, pair)) == (404, "not_found")
    check_payable(pair.expense)


def test_what_looks_like_something_paid_is_not_paid_without_an_answer(inger: User, pair: Duplicate) -> None:
    with pytest.raises(DuplicateUnanswered):
        check_payable(pair.expense)
    answer(inger, pair.expense, pair, "duplicate")
    with pytest.raises(DuplicateConfirmed):
        check_payable(pair.expense)
    answer(inger, pair.expense, pair, "not_duplicate")
    check_payable(pair.expense)


def test_the_earlier_one_is_not_paid_after_the_later_one_either(
    assignment: Assignment, first: Expense, submitted: Expense
) -> None:
    alike(first, submitted)
    with pytest.raises(DuplicateUnanswered):
        check_payable(submitted)


def test_every_answer_counts_the_worst_first(inger: User, assignment: Assignment, pair: Duplicate) -> None:
    alike(pair.expense, pair.other, "same_outlay")
    answer(inger, pair.expense, pair)
    with pytest.raises(DuplicateUnanswered):
        check_payable(pair.expense)
    answer(inger, pair.expense, pair, "duplicate")
    with pytest.raises(DuplicateConfirmed):
        check_payable(pair.expense)


def test_what_looks_like_something_that_is_not_paid_may_be_paid(
    assignment: Assignment, submitted: Expense
) -> None:
    alike(submitted, world.make_expense(assignment, status="submitted"))
    check_payable(submitted)


def test_a_list_asks_no_more_questions_for_more_signals(
    karin: User, inger: User, assignment: Assignment, django_assert_num_queries: Any
) -> None:
    Assignment.objects.update(allowance=5000)
    for _ in range(2):
        made = [
            world.make_expense(assignment, status="submitted", receipt=world.make_receipt(karin)) for _ in range(3)
        ]
        alike(made[0], made[1])
        alike(made[2], made[1], "same_outlay")
        for user in (karin, inger):
            client = world.signed_in(user)
            with django_assert_num_queries(6):
                rows = client.get(EXPENSES).data["results"]
            assert sum(len(row["signals"]) for row in rows) == 4 * len(rows) // 3


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("_", range(3))  # a race may be won by luck
def test_of_two_that_look_the_same_one_is_paid_at_once(inger: User, assignment: Assignment, _: int) -> None:
    one, other = (world.make_expense(assignment, status="approved", coordinator=inger) for _ in range(2))
    alike(one, other)

    def pay(expense: Expense) -> bool:
        with transaction.atomic():
            Expense.objects.select_for_update(no_key=True).get(pk=expense.pk)
            try:
                check_payable(expense)
            except DuplicateUnanswered:
                return False
            return expense.change(status="paid")

    assert sorted(at_once(partial(pay, one), partial(pay, other))) == [False, True]


def test_nobody_clears_their_own_from_the_other_end(
    karin: User, inger: User, sven: User, kalix: Municipality, first: Expense
) -> None:
    world.add_roles(karin, kalix, Role.COORDINATOR)
    svens = world.make_expense(world.make_assignment(sven, kalix, client_name="Nils"), status="submitted")
    pair = alike(svens, first)

    assert refused_with(answer(karin, svens, pair)) == (409, "own_expense")
    pair.refresh_from_db()
    assert pair.answer == ""
    assert answer(inger, svens, pair).status_code == 200


def test_an_answer_that_was_changed_is_not_forgotten(inger: User, bengt: User, pair: Duplicate) -> None:
    answer(inger, pair.expense, pair, note="Två resor.")
    answer(bengt, pair.expense, pair, "duplicate")
    for expense in (pair.expense, pair.other):
        notes = expense.internal_notes.order_by("created_at", "text").values_list("by", "text")
        assert set(notes) == {
            (inger.pk, "Svar: inte samma som ett annat utlägg. Två resor."),
            (bengt.pk, "Svar: samma som ett annat utlägg."),
        }
