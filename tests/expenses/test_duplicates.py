"""What looks claimed before is written down, once, and forgotten when it no longer holds."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from PIL import Image

from assignments.models import Assignment
from expenses.comparing_services import compare_receipt
from expenses.likeness import describe
from expenses.models import Duplicate, Expense, Receipt
from people.models import Municipality, User
from tests import world
from tests.expenses.calls import act, at_once, claim_drive, edit
from tests.expenses.slips import slip, taken_again, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def noted(expense: Expense) -> list[tuple[str, Any]]:
    """Return what an expense looks like now: the kind and the other one."""
    return [(row.kind, row.other) for row in Duplicate.objects.current().filter(expense=expense).order_by("kind")]


def a_receipt(owner: User, picture: Image.Image | None = None, sha256: str = "a" * 64) -> Receipt:
    """Make a ready receipt of a picture, and compare it with the others."""
    receipt = waiting(owner, describe(picture) if picture else [], sha256=sha256)
    compare_receipt(receipt.pk, world.NOW)
    receipt.refresh_from_db()
    return receipt


def submit(user: User, expense: Expense) -> Expense:
    """Send it in, which always works."""
    assert act(user, "submit", expense).status_code == 200
    return expense


def answered(expense: Expense, user: User, answer: str = "not_duplicate") -> None:
    """Let a coordinator say whether it is the same as the one that it looks like."""
    rows = Duplicate.objects.filter(expense=expense)
    assert rows.update(answer=answer, answered_by=user, answered_at=world.NOW) == 1


def test_the_same_outlay_of_the_same_person_is_noted_with_the_later_one(
    karin: User, assignment: Assignment
) -> None:
    first, second = (world.make_expense(assignment, category="coins") for _ in range(2))
    submit(karin, first)
    assert noted(first) == []
    submit(karin, second)
    assert noted(second) == [("same_outlay", first)]
    assert noted(first) == []


def test_the_way_back_is_no_second_claim_for_the_way_there(
    karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    world.make_drive(kalix)
    there, back, again = (
        Expense.objects.get(pk=claim_drive(karin, assignment, **{"from": start, "to": end}).data["id"])
        for start, end in (("Kalix", "Luleå"), ("luleå", "Kalix"), ("Kalix", "Luleå C"))
    )
    for drive in (there, back, again):
        submit(karin, drive)
    # However it is spelled: only what is just the way back is none.
    assert [noted(drive) for drive in (there, back)] == [[], []]
    assert {other for _, other in noted(again)} == {there, back}


@pytest.mark.parametrize(
    "values", [{"claimed": "100.01"}, {"category": "meal"}, {"spent_on": world.NOW.date()}, {"status": "draft"}]
)
def test_another_amount_category_or_date_is_another_outlay(
    karin: User, assignment: Assignment, values: dict[str, Any]
) -> None:
    world.make_expense(assignment, **{"status": "submitted", "category": "coins", **values})
    assert noted(submit(karin, world.make_expense(assignment, category="coins"))) == []


def test_two_people_may_have_paid_as_much_on_the_same_day(
    karin: User, sven: User, kalix: Municipality, assignment: Assignment
) -> None:
    world.make_expense(world.make_assignment(sven, kalix), status="submitted", category="coins")
    assert noted(submit(karin, world.make_expense(assignment, category="coins"))) == []


def test_the_same_file_is_noted_whoever_sends_it(
    karin: User, sven: User, kalix: Municipality, assignment: Assignment
) -> None:
    svens = world.make_expense(
        world.make_assignment(sven, kalix), status="submitted", claimed="7.00", receipt=a_receipt(sven)
    )
    assert noted(submit(karin, world.make_expense(assignment, receipt=a_receipt(karin)))) == [("same_file", svens)]


def test_nothing_crosses_a_municipality(
    karin: User, anna: User, leksand: Municipality, assignment: Assignment
) -> None:
    world.make_expense(world.make_assignment(anna, leksand), status="submitted", receipt=a_receipt(anna, slip(1)))
    assert noted(submit(karin, world.make_expense(assignment, receipt=a_receipt(karin, slip(1))))) == []


def test_what_came_in_more_than_two_years_ago_or_was_rejected_is_let_be(
    karin: User, inger: User, assignment: Assignment
) -> None:
    long_ago = world.NOW - timedelta(days=731)
    world.make_expense(assignment, status="submitted", submitted_at=long_ago, receipt=a_receipt(karin))
    world.make_expense(assignment, status="rejected", coordinator=inger, reason="Nej", receipt=a_receipt(karin))
    assert noted(submit(karin, world.make_expense(assignment, receipt=a_receipt(karin)))) == []


def test_the_same_receipt_photographed_again_is_noted(karin: User, assignment: Assignment) -> None:
    first = world.make_expense(assignment, status="submitted", claimed="9.00", receipt=a_receipt(karin, slip(1)))
    again = a_receipt(karin, taken_again(slip(1)), sha256="b" * 64)
    other = a_receipt(karin, slip(2), sha256="c" * 64)
    assert noted(submit(karin, world.make_expense(assignment, receipt=again))) == [("same_picture", first)]
    assert noted(submit(karin, world.make_expense(assignment, claimed="8.00", receipt=other))) == []


def test_what_no_longer_holds_is_forgotten(karin: User, assignment: Assignment) -> None:
    first = world.make_expense(assignment, status="submitted", category="coins")
    second = submit(karin, world.make_expense(assignment, category="coins"))
    assert edit(karin, second, claimed_amount="12.00").status_code == 200
    assert not Duplicate.objects.exists()
    assert edit(karin, second, claimed_amount="100").status_code == 200
    assert noted(second) == [("same_outlay", first)]


def test_that_they_are_not_the_same_holds_as_long_as_its_facts(
    karin: User, inger: User, assignment: Assignment
) -> None:
    world.make_expense(assignment, status="submitted", category="coins")
    second = submit(karin, world.make_expense(assignment, category="coins"))
    answered(second, inger)
    assert edit(karin, second, claimed_amount="12.00").status_code == 200
    assert noted(second) == []
    assert edit(karin, second, claimed_amount="100.00").status_code == 200
    assert [row.answer for row in Duplicate.objects.current()] == ["not_duplicate"]


def test_one_that_is_said_to_be_the_same_is_not_made_another_by_an_edit(
    karin: User, inger: User, assignment: Assignment
) -> None:
    first = world.make_expense(assignment, status="submitted", category="coins")
    second = submit(karin, world.make_expense(assignment, category="coins"))
    answered(second, inger, "duplicate")
    assert edit(karin, second, claimed_amount="99.99").status_code == 200
    assert noted(second) == [("same_outlay", first)]


def test_an_answer_about_one_picture_is_none_about_another(
    karin: User, inger: User, assignment: Assignment
) -> None:
    first = world.make_expense(assignment, status="submitted", claimed="9.00", receipt=a_receipt(karin, slip(1)))
    again, third = (a_receipt(karin, taken_again(slip(1)), sha256=letter * 64) for letter in "bc")
    second = submit(karin, world.make_expense(assignment, receipt=again))
    answered(second, inger)
    assert edit(karin, second, receipt=str(third.pk)).status_code == 200
    assert noted(second) == [("same_picture", first)]
    assert [row.answer for row in Duplicate.objects.current()] == [""]


def test_a_pair_is_noted_once_whichever_is_sent_in_again(karin: User, inger: User, assignment: Assignment) -> None:
    first, second = (world.make_expense(assignment, category="coins") for _ in range(2))
    for expense in (first, second):
        submit(karin, expense)
    assert act(inger, "return", first, reason="Vad var det?").status_code == 200
    submit(karin, first)
    assert [(row.expense, row.other) for row in Duplicate.objects.all()] == [(second, first)]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("_", range(3))  # a race may be won by luck
def test_two_that_are_sent_in_at_once_do_not_miss_each_other(karin: User, assignment: Assignment, _: int) -> None:
    drafts = [world.make_expense(assignment, category="coins") for _ in range(3)]
    answers = at_once(*[partial(act, karin, "submit", draft) for draft in drafts])
    assert [answer.status_code for answer in answers] == [200] * 3
    assert Duplicate.objects.count() == 3  # every pair, once
