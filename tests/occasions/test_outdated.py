"""At the moment of sending everything is asked again: a reminder of what is no more stays unsent."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment
from notifications import subjects
from notifications.messages import Kind
from notifications.models import Delivery, Notification
from notifications.subjects import outdated_among
from occasions.counting import tell_of_question
from occasions.models import Occasion
from occasions.reminders import remind_before, remind_unlogged
from occasions.services import edit_occasion
from people.models import User
from tests import world
from tests.notifications.calls import tell

NOW, HOUR, DAY = world.NOW, timedelta(hours=1), timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def soon(assignment: Assignment) -> Occasion:
    """What starts in half an hour, and of which Karin was reminded."""
    occasion = world.make_occasion(assignment, NOW + HOUR / 2)
    assert remind_before(NOW) == 1
    return occasion


def is_outdated(now: datetime = NOW) -> bool:
    return outdated_among(Notification.objects.all(), now) == {Notification.objects.get().pk}


def test_what_is_still_planned_is_sent(soon: Occasion) -> None:
    assert not is_outdated()
    assert not is_outdated(NOW + HOUR / 2 - timedelta(seconds=1))


def test_what_has_begun_is_not(soon: Occasion) -> None:
    assert is_outdated(soon.starts_at)


@pytest.mark.parametrize("status", ["cancelled", "completed"])
def test_what_was_settled_is_not(soon: Occasion, status: str) -> None:
    Occasion.objects.update(status=status, cancelled_by="other" if status == "cancelled" else "", cancelled_at=NOW)
    assert is_outdated()


def test_what_was_moved_is_not(soon: Occasion) -> None:
    soon.change(starts_at=soon.starts_at + DAY, ends_at=soon.ends_at + DAY)
    assert is_outdated()


def test_an_assignment_that_ended_between_due_and_sent_leaves_it_unsent(
    soon: Occasion, assignment: Assignment
) -> None:
    assignment.change(last_day=date(2026, 6, 9))
    assert is_outdated()


def test_who_is_no_contact_person_any_more_is_not_told(soon: Occasion, karin: User) -> None:
    karin.memberships.update(is_active=False)
    assert is_outdated()


def test_what_was_logged_meanwhile_is_not_asked_for(assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, NOW - DAY)
    assert remind_unlogged(NOW) == 1
    assert not is_outdated()
    occasion.change(status="completed")
    assert is_outdated()


def test_an_answer_is_told_whatever_became_of_it(soon: Occasion, karin: User) -> None:
    Notification.objects.all().delete()
    tell(karin, kind=Kind.OCCASION_APPROVED, subject_type="occasion", subject_id=soon.pk)
    soon.change(status="completed")
    assert not is_outdated()


@pytest.fixture
def question(assignment: Assignment, inger: User) -> Occasion:
    """What Karin asked for, and of which Inger was told."""
    occasion = world.make_occasion(assignment, NOW + DAY, units=1, asked_units=2, asked="waiting")
    tell_of_question(occasion, NOW)
    return occasion


def test_a_question_that_waits_is_told_of_though_it_was_moved(
    karin: User, inger: User, question: Occasion
) -> None:
    Notification.objects.all().delete()
    world.make_device(inger)
    tell_of_question(question, NOW)
    later = {"starts_at": question.starts_at + HOUR, "ends_at": question.ends_at + HOUR}
    edit_occasion(user=karin, occasion_id=question.pk, expected_version=1, now=NOW, **later)
    assert Delivery.objects.get().status == "queued"
    assert not is_outdated()


def test_a_question_that_was_answered_is_not_told_of(question: Occasion, inger: User) -> None:
    assert not is_outdated()
    answer = {"asked": "declined", "asked_units": None, "answered_by": inger, "answered_at": NOW}
    question.change(**answer)
    assert is_outdated()


def test_who_coordinates_no_more_is_not_told_of_questions(question: Occasion, inger: User) -> None:
    inger.memberships.update(is_active=False)
    assert is_outdated()


def test_an_app_that_stumbles_keeps_nobody_from_being_told(
    soon: Occasion, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_: Any) -> Any:
        Occasion.objects.get(pk="no id")

    monkeypatch.setitem(subjects._outdated, "occasion", stumble)
    assert not is_outdated()
    assert "occasion: nobody could say what is true of it" in caplog.text


def test_many_are_asked_about_at_once(assignment: Assignment) -> None:
    def ask() -> Any:
        with CaptureQueriesContext(connection) as queries:
            assert outdated_among(list(Notification.objects.all()), NOW) == set()
        return len(queries)

    counts = []
    for hours in (2, 5, 8):
        world.make_occasion(assignment, NOW + hours * HOUR)
        remind_before(NOW)
        counts.append(ask())
    assert counts == [4, 4, 4]  # the notifications, and the occasions in a savepoint
