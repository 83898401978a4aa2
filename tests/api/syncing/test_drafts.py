"""What one phone writes down another goes on with, and what is thrown away is gone from both."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from assignments.models import Assignment
from expenses.models import Expense
from people.models import User
from tests import world
from tests.api.syncing.phone import Phone, started, the_same, told_by_lists
from tests.occasions.calls import YESTERDAY, plan
from tests.occasions.test_drafts import discard, save

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.usefixtures("noon")]


def test_what_is_being_written_comes_to_the_other_phone_until_it_is_logged(
    karin: User, sven: User, assignment: Assignment
) -> None:
    phone, row_id = started(karin), str(uuid4())
    told = [("occasion_draft", row_id)]
    save(karin, assignment, row_id, note="Vi")
    assert phone.news() == told
    assert the_same(phone.store, told_by_lists(karin))
    save(karin, assignment, row_id, 1, note="Vi gick hem.")
    assert phone.news() == told
    plan(karin, assignment, YESTERDAY, id=row_id)
    assert phone.news() == [("occasion", row_id), ("-occasion_draft", row_id)]
    assert Phone(sven).news() == []


def test_what_is_thrown_away_is_taken_away(karin: User, assignment: Assignment) -> None:
    receipt, row_id = world.make_receipt(karin), str(uuid4())
    expense = world.make_expense(assignment, receipt=receipt)
    save(karin, assignment, row_id, note="Vi")
    phone = started(karin)
    discard(karin, row_id)
    world.signed_in(karin).delete(f"/api/v1/expenses/{expense.pk}")
    assert phone.news() == [
        ("receipt", str(receipt.pk)), ("-expense", str(expense.pk)), ("-occasion_draft", row_id),
    ]  # fmt: skip
    assert the_same(phone.store, told_by_lists(karin))


def test_a_receipt_comes_back_when_the_draft_of_an_ended_assignment_is_over(
    karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    receipt = world.make_receipt(karin)
    world.make_expense(assignment, receipt=receipt)
    Assignment.objects.update(last_day=(world.NOW - timedelta(days=1)).date())
    phone = started(karin)
    assert phone.store == {}
    Expense.objects.update(discarded_at=world.NOW)
    assert phone.news() == [("receipt", str(receipt.pk))]


def test_a_draft_that_lacks_everything_is_sent_as_it_is(karin: User, assignment: Assignment) -> None:
    phone = started(karin)
    body = {"assignment": str(assignment.pk)}
    expense = world.signed_in(karin).post("/api/v1/expenses", body).json()["id"]
    assert phone.news() == [("expense", expense)]
    assert the_same(phone.store, told_by_lists(karin))
