"""A coordinator gets in touch with a contact person, once a day and without a word about whom."""

from datetime import date
from typing import Any

import pytest

from assignments.models import Assignment
from notifications.models import Delivery, Notification
from people.models import Municipality, Role, User
from tests import world

pytestmark = pytest.mark.usefixtures("noon")


def nudge(user: User, assignment: Assignment) -> Any:
    return world.signed_in(user).post(f"/api/v1/assignments/{assignment.pk}/nudge")


def test_karin_is_asked_to_look_and_her_phone_says_so(karin: User, inger: User, assignment: Assignment) -> None:
    world.make_device(karin)
    answer = nudge(inger, assignment)
    assert (answer.status_code, answer.json()) == (201, {"nudged_at": "2026-06-10T12:00:00+02:00"})
    told = Notification.objects.get()
    assert (told.recipient, told.kind, told.subject_id) == (karin, "nudge", assignment.pk)
    assert Delivery.objects.count() == 1


def test_she_is_asked_once_a_day_whoever_asks(inger: User, bengt: User, assignment: Assignment, noon: Any) -> None:
    first = nudge(inger, assignment).json()
    for user in (inger, bengt):
        again = nudge(user, assignment)
        assert (again.status_code, again.json()) == (200, first)
    noon.shift(24 * 60 * 60)
    assert nudge(inger, assignment).status_code == 201


def test_nobody_nudges_themselves_or_elsewhere(
    karin: User, lars: User, kalix: Municipality, assignment: Assignment
) -> None:
    assert nudge(lars, assignment).status_code == 404
    assert nudge(karin, assignment).status_code == 403
    world.add_roles(karin, kalix, Role.COORDINATOR)
    assert nudge(karin, assignment).json()["code"] == "own_assignment"
    assert not Notification.objects.exists()


def test_nobody_is_nudged_about_what_they_could_not_open(karin: User, inger: User, assignment: Assignment) -> None:
    assignment.change(last_day=date(2026, 6, 9))
    ended = nudge(inger, assignment)
    assert (ended.status_code, ended.json()["code"]) == (409, "nobody_to_nudge")
    assignment.change(last_day=date(2026, 6, 10))
    karin.memberships.update(is_active=False)
    assert nudge(inger, assignment).json()["code"] == "nobody_to_nudge"
    assert not Notification.objects.exists()
