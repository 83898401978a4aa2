"""Page by page, with answers that get lost and writes in between."""

from datetime import date, timedelta
from typing import Any

import pytest

from assignments.models import Assignment, Policy
from occasions.models import Occasion
from people.models import User
from tests import world
from tests.api.syncing.phone import Phone, started, the_same, told_by_lists

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.usefixtures("noon")]


def plan(assignment: Assignment, number: int) -> list[Occasion]:
    days = range(number)
    return [world.make_occasion(assignment, world.NOW + timedelta(days=day)) for day in days]


def told(page: Any) -> set[str]:
    return {change["id"] for change in page["changes"]} | {removal["id"] for removal in page["removals"]}


def test_an_answer_that_is_lost_comes_again_with_all_that_was_in_it(karin: User, assignment: Assignment) -> None:
    phone = Phone(karin)
    plan(assignment, 4)
    page = phone.turn_page(3)
    lost = phone.ask(3).json()
    assert (page["has_more"], lost["has_more"]) == (True, False)
    world.make_notification(karin)
    Occasion.objects.update(note="Fika")
    again = phone.ask(3).json()
    assert told(lost) <= told(again)
    phone.pull()
    phone.pull()  # what changed of the first page
    assert the_same(phone.store, told_by_lists(karin))
    before = phone.ask().json()
    assert before == phone.ask().json(), "the same to the byte while nothing changes"


def test_whoever_writes_while_turning_pages_loses_nothing(karin: User, assignment: Assignment) -> None:
    phone = Phone(karin)
    first, *_, last = sorted(plan(assignment, 5), key=lambda occasion: occasion.pk)
    phone.turn_page(3)
    for occasion in (first, last):  # one that was sent, and one that was not
        occasion.change(note="Fika")
    world.make_occasion(assignment, world.NOW - timedelta(days=1))
    phone.pull(3)
    assert ("occasion", str(first.pk)) in phone.news()
    assert the_same(phone.store, told_by_lists(karin))
    assert phone.news() == []


def test_an_assignment_that_ends_between_pages_and_comes_back_is_sent_whole(
    karin: User, assignment: Assignment
) -> None:
    phone = Phone(karin)
    occasions = plan(assignment, 3)
    world.make_expense(assignment, receipt=world.make_receipt(karin))
    phone.turn_page(2)
    assignment.change(last_day=date(2026, 6, 9))
    assert told(phone.turn_page(2)) <= {str(receipt.pk) for receipt in karin.receipts.all()}
    assignment.change(last_day=None)
    assert len(phone.news()) == len(occasions) + 3
    assert the_same(phone.store, told_by_lists(karin))


def test_one_that_ends_between_pages_is_taken_away_with_the_next_pull(karin: User, assignment: Assignment) -> None:
    phone = Phone(karin)
    plan(assignment, 3)
    receipt = world.make_receipt(karin)
    world.make_expense(assignment, receipt=receipt)
    phone.turn_page(5)
    assignment.change(last_day=date(2026, 6, 9))
    phone.pull()
    assert phone.news() == [("-assignment", str(assignment.pk)), ("-receipt", str(receipt.pk))]
    assert phone.store == {}


def test_a_policy_that_is_written_between_pages_comes_with_the_next_pull(
    karin: User, assignment: Assignment
) -> None:
    phone = started(karin)
    plan(assignment, 3)
    phone.turn_page(2)
    Policy.objects.update(weight_steps=[[0, 2]])
    phone.pull()
    assert {type_ for type_, _ in phone.news()} == {"occasion"}
    assert the_same(phone.store, told_by_lists(karin))
