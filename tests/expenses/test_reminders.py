"""Coordinators are told of the day's first expense or question, and claimants that a receipt is missing."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from assignments.models import Assignment
from expenses.reminders import remind_missing, tell_coordinators
from notifications.messages import Kind
from notifications.models import Notification
from people.models import Membership, Municipality, User
from tests import world
from tests.notifications.calls import at_once

NOW = world.NOW
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
    assert tell_coordinators(assignment.municipality, NOW) == 0


def test_they_are_told_once_a_day(inger: User, kalix: Municipality) -> None:
    midnight = NOW + timedelta(hours=12)  # in Kalix
    assert [tell_coordinators(kalix, NOW), tell_coordinators(kalix, midnight - timedelta(seconds=1))] == [1, 0]
    assert tell_coordinators(kalix, midnight) == 1


def test_only_who_still_coordinates_is_told(
    inger: User, bengt: User, lars: User, sven: User, kalix: Municipality
) -> None:
    Membership.objects.filter(user=inger).update(is_active=False)
    assert tell_coordinators(kalix, NOW) == 1
    assert recipients() == [bengt]


def test_a_question_that_waits_is_told_of_by_itself(inger: User, kalix: Municipality) -> None:
    tell_coordinators(kalix, NOW)
    assert tell_coordinators(kalix, NOW, Kind.PRE_APPROVALS_WAITING) == 1
    told = Notification.objects.get(kind="pre_approvals_waiting")
    assert (told.subject_type, told.subject_id) == ("pre_approvals", None)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_first_ones_at_once_are_told_of_once(inger: User, bengt: User, kalix: Municipality) -> None:
    counts = at_once(*[partial(tell_coordinators, kalix, NOW)] * 4)

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
