"""Coordinators are told of the day's first expense or question, and claimants that a receipt is missing."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from assignments.models import Assignment
from expenses.reminders import remind_missing
from notifications.messages import Kind
from notifications.models import Notification
from notifications.services import tell_coordinators
from notifications.subjects import outdated_among
from people.models import Membership, Municipality, User
from tests import world
from tests.notifications.calls import at_once, tell

NOW, EXPENSES = world.NOW, Kind.EXPENSES_WAITING
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


def recipients() -> list[User]:
    return [notification.recipient for notification in Notification.objects.order_by("recipient__email")]


def test_the_first_of_the_day_is_told_of_at_once(
    assignment: Assignment, karin: User, inger: User, noon: Any
) -> None:
    for _ in range(3):
        expense = world.make_expense(assignment, category="coins")
        answer = world.signed_in(karin).post(f"/api/v1/expenses/{expense.pk}/submit")
        assert answer.status_code == 200

    assert recipients() == [inger]
    assert tell_coordinators(assignment.municipality, NOW, EXPENSES) == 0


def test_they_are_told_once_a_day(inger: User, kalix: Municipality) -> None:
    midnight = NOW + timedelta(hours=12)  # in Kalix
    assert [
        tell_coordinators(kalix, NOW, EXPENSES),
        tell_coordinators(kalix, midnight - timedelta(seconds=1), EXPENSES),
    ] == [1, 0]
    assert tell_coordinators(kalix, midnight, EXPENSES) == 1


def test_only_who_still_coordinates_is_told(
    inger: User, bengt: User, lars: User, sven: User, kalix: Municipality
) -> None:
    Membership.objects.filter(user=inger).update(is_active=False)
    assert tell_coordinators(kalix, NOW, EXPENSES) == 1
    assert recipients() == [bengt]


def test_a_question_that_waits_is_told_of_by_itself(inger: User, kalix: Municipality) -> None:
    tell_coordinators(kalix, NOW, EXPENSES)
    assert tell_coordinators(kalix, NOW, Kind.PRE_APPROVALS_WAITING) == 1
    told = Notification.objects.get(kind="pre_approvals_waiting")
    assert (told.subject_type, told.subject_id) == ("pre_approvals", None)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_first_ones_at_once_are_told_of_once(inger: User, bengt: User, kalix: Municipality) -> None:
    counts = at_once(*[partial(tell_coordinators, kalix, NOW, EXPENSES)] * 4)

    assert sum(counts) == 2
    assert Notification.objects.count() == 2


# A receipt that is missing


def test_a_draft_that_waits_for_its_receipt_is_told_of_once(karin: User, assignment: Assignment) -> None:
    draft = world.make_expense(assignment, category="ticket", created_at=NOW)

    told = [remind_missing(NOW + passed) for passed in (DAY, 2 * DAY - timedelta(seconds=1), 2 * DAY, 3 * DAY)]

    assert told == [0, 0, 1, 0]
    one = Notification.objects.get()
    assert (one.recipient, one.kind, one.subject_id) == (karin, "receipt_missing", draft.pk)


@pytest.mark.parametrize(
    "values", [{"category": "coins"}, {"status": "submitted"}, {"created_at": NOW - 31 * DAY}]
)
def test_what_needs_none_was_sent_in_or_lies_for_long_is_not(
    assignment: Assignment, values: dict[str, Any]
) -> None:
    lacking: dict[str, Any] = {"category": "ticket", "created_at": NOW - 3 * DAY} | values
    world.make_expense(assignment, **lacking)
    assert remind_missing(NOW) == 0


def test_a_draft_with_its_receipt_and_one_of_somebody_who_left_are_not(
    karin: User, assignment: Assignment
) -> None:
    long_ago: dict[str, Any] = {"category": "ticket", "created_at": NOW - 3 * DAY}
    world.make_expense(assignment, receipt=world.make_receipt(karin), **long_ago)
    assert remind_missing(NOW) == 0
    world.make_expense(assignment, **long_ago)
    karin.memberships.update(is_active=False)
    assert remind_missing(NOW) == 0


def test_a_draft_of_an_assignment_that_ended_is_not(assignment: Assignment) -> None:
    world.make_expense(assignment, category="ticket", created_at=NOW - 3 * DAY)
    assignment.change(last_day=NOW.date() - DAY)
    assert remind_missing(NOW) == 0


# Asked again when it is sent


def is_outdated() -> bool:
    return outdated_among(Notification.objects.all(), NOW) == {Notification.objects.get().pk}


def test_a_receipt_that_came_meanwhile_is_not_asked_for(karin: User, assignment: Assignment) -> None:
    draft = world.make_expense(assignment, category="ticket", created_at=NOW - 3 * DAY)
    remind_missing(NOW)
    assert not is_outdated()
    draft.change(receipt=world.make_receipt(karin))
    assert is_outdated()


def test_nor_is_one_of_an_assignment_that_ended_meanwhile(assignment: Assignment) -> None:
    world.make_expense(assignment, category="ticket", created_at=NOW - 3 * DAY)
    remind_missing(NOW)
    assignment.change(last_day=NOW.date() - DAY)
    assert is_outdated()


def test_a_decision_is_told_whatever_became_of_it(karin: User, assignment: Assignment) -> None:
    expense = world.make_expense(assignment, status="submitted")
    tell(karin, subject_id=expense.pk)
    assignment.change(last_day=NOW.date() - DAY)
    assert not is_outdated()
