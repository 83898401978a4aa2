"""Coordinators are told that expenses wait: once a day, in the morning or with the day's first."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment
from core.models import Heartbeat
from expenses import reminders, tasks
from expenses.models import Expense, PreApproval
from expenses.reminders import remind_missing, remind_waiting, tell_coordinators
from notifications.models import Notification
from people.models import Membership, Municipality, Role, User
from tests import world
from tests.notifications.calls import at_once

NOW = world.NOW
DAY = timedelta(days=1)
EIGHT = NOW - timedelta(hours=4)  # in the morning, in Kalix

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(assignment: Assignment) -> Expense:
    """An expense of Karin's that waits for a decision."""
    return world.make_expense(assignment, status="submitted")


def recipients() -> list[User]:
    return [notification.recipient for notification in Notification.objects.order_by("recipient__email")]


def test_coordinators_are_told_in_the_morning(waiting: Expense, inger: User, bengt: User) -> None:
    assert [remind_waiting(EIGHT - timedelta(seconds=1)), remind_waiting(EIGHT)] == [0, 2]
    assert recipients() == [bengt, inger]


def test_they_are_told_once_a_day(waiting: Expense, inger: User) -> None:
    assert [remind_waiting(NOW), remind_waiting(NOW + timedelta(hours=11, minutes=59))] == [1, 0]
    assert [remind_waiting(EIGHT + DAY - timedelta(seconds=1)), remind_waiting(EIGHT + DAY)] == [0, 1]


def test_the_first_of_the_day_is_told_of_at_once(
    assignment: Assignment, karin: User, inger: User, noon: Any
) -> None:
    for _ in range(3):
        expense = world.make_expense(assignment, category="coins")
        answer = world.signed_in(karin).post(f"/api/v1/expenses/{expense.pk}/submit")
        assert answer.status_code == 200

    assert recipients() == [inger]
    assert remind_waiting(NOW) == 0


@pytest.mark.parametrize("status", ["draft", "approved", "returned", "rejected", "paid"])
def test_nothing_waits_that_is_not_submitted(assignment: Assignment, inger: User, status: str) -> None:
    world.make_expense(assignment, status=status, coordinator=inger)

    assert remind_waiting(NOW) == 0


def test_only_the_own_municipality_is_told(waiting: Expense, inger: User, lars: User, sven: User) -> None:
    assert remind_waiting(NOW) == 1
    assert recipients() == [inger]


def test_only_who_still_coordinates_is_told(
    waiting: Expense, inger: User, bengt: User, kalix: Municipality
) -> None:
    Membership.objects.filter(user=inger).update(is_active=False)
    bengt.change(is_active=False)
    former = world.make_user("ulla@kalix.example", kalix, Role.CASE_OFFICER)

    assert remind_waiting(NOW) == 0
    assert former not in recipients()


def test_who_begins_at_noon_is_told_then(waiting: Expense, inger: User, kalix: Municipality) -> None:
    remind_waiting(EIGHT)
    ulla = world.make_user("ulla@kalix.example", kalix, Role.COORDINATOR)

    assert remind_waiting(NOW) == 1
    assert recipients() == [inger, ulla]


def test_a_coordinator_in_two_municipalities_is_told_of_each(
    waiting: Expense, inger: User, leksand: Municipality, anna: User
) -> None:
    world.add_roles(inger, leksand, Role.COORDINATOR)
    world.make_expense(world.make_assignment(anna, leksand), status="submitted")

    assert remind_waiting(NOW) == 2


def test_a_question_that_waits_is_told_of_by_itself(assignment: Assignment, inger: User) -> None:
    world.make_pre_approval(assignment)
    answered = world.make_pre_approval(assignment, status="withdrawn")
    assert [remind_waiting(EIGHT), remind_waiting(NOW), remind_waiting(NOW + DAY)] == [1, 0, 1]
    told = Notification.objects.first()
    assert told is not None
    assert (told.kind, told.subject_type, told.subject_id) == ("pre_approvals_waiting", "pre_approvals", None)
    PreApproval.objects.exclude(pk=answered.pk).update(status="withdrawn")
    assert remind_waiting(NOW + 2 * DAY) == 0


def test_a_failure_in_one_municipality_stops_no_other(
    waiting: Expense, inger: User, lars: User, leksand: Municipality, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.make_expense(world.make_assignment(anna, leksand), status="submitted")
    tell = tell_coordinators

    def stumble(municipality: Municipality, *when: Any) -> int:
        if municipality.code == "kalix":
            raise RuntimeError("nobody foresaw this")
        return tell(municipality, *when)

    monkeypatch.setattr(reminders, "tell_coordinators", stumble)

    assert remind_waiting(NOW) == 1
    assert recipients() == [lars]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_running_twice_at_once_tells_once(waiting: Expense, inger: User, bengt: User) -> None:
    counts = at_once(*[partial(remind_waiting, NOW)] * 4)

    assert sum(counts) == 2
    assert Notification.objects.count() == 2


def test_many_that_wait_cost_no_more_than_one(assignment: Assignment, inger: User) -> None:
    costs: list[int] = []
    for many in (1, 10):
        for _ in range(many):
            world.make_expense(assignment, status="submitted")
        with CaptureQueriesContext(connection) as queries:
            remind_waiting(NOW + DAY * len(costs))
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_the_task_leaves_a_heartbeat(inger: User) -> None:
    tasks.remind_waiting(of_a_newer_release=True)

    assert Heartbeat.objects.get(task="expenses.tasks.remind_waiting").finished_at is not None


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
