"""Reminders about occasions: a day before, an hour before, and in the evening when nobody logged it."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment
from core.heartbeat import SomeFailed
from core.models import Heartbeat
from notifications.messages import Kind
from notifications.models import Notification
from notifications.services import notify
from occasions import reminders, tasks
from occasions.models import Occasion
from occasions.reminders import remind_before, remind_unlogged
from people.models import Membership, Municipality, User
from tests import world
from tests.notifications.calls import at_once

NOW = world.NOW  # a Wednesday at noon
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
TOMORROW, SOON, UNLOGGED = Kind.OCCASION_TOMORROW, Kind.OCCASION_SOON, Kind.OCCASION_UNLOGGED

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    """Return the kinds of what was told, oldest first."""
    return list(Notification.objects.order_by("created_at").values_list("kind", flat=True))


def at_wall(text: str) -> datetime:
    """Return the moment when the clock in Kalix shows this."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


# A day and an hour before


def test_karin_is_reminded_a_day_before_and_an_hour_before(assignment: Assignment) -> None:
    world.make_occasion(assignment, NOW + DAY)

    counts = [remind_before(NOW + passed) for passed in (-HOUR, 0 * HOUR, HOUR, 22 * HOUR, 23 * HOUR, 24 * HOUR)]

    assert counts == [0, 1, 0, 0, 1, 0]
    assert told() == [TOMORROW, SOON]


def test_a_reminder_is_karins_and_expires_when_the_occasion_starts(assignment: Assignment, karin: User) -> None:
    occasion = world.make_occasion(assignment, NOW + 5 * HOUR)

    remind_before(NOW)

    notification = Notification.objects.get()
    assert notification.recipient == karin
    assert (notification.subject_type, notification.subject_id) == ("occasion", occasion.pk)
    assert notification.expires_at == occasion.starts_at


def test_what_starts_within_the_hour_is_told_of_once(assignment: Assignment) -> None:
    world.make_occasion(assignment, NOW + timedelta(minutes=30))

    assert remind_before(NOW) == 1
    assert told() == [SOON]


@pytest.mark.parametrize("starts_in", [DAY + timedelta(seconds=1), timedelta(0), -HOUR])
def test_what_is_farther_off_or_has_begun_needs_no_reminder(assignment: Assignment, starts_in: timedelta) -> None:
    world.make_occasion(assignment, NOW + starts_in)

    assert remind_before(NOW) == 0


@pytest.mark.parametrize("status", ["completed", "cancelled", "no_show"])
def test_nobody_is_reminded_of_what_is_settled(assignment: Assignment, status: str) -> None:
    world.make_occasion(assignment, NOW + 2 * HOUR, status=status)
    world.make_occasion(assignment, NOW - 30 * HOUR, status=status)

    assert remind_before(NOW) + remind_unlogged(NOW) == 0


def test_running_twice_reminds_once(assignment: Assignment) -> None:
    world.make_occasion(assignment, NOW + 2 * HOUR)

    assert [remind_before(NOW), remind_before(NOW), remind_before(NOW + timedelta(minutes=1))] == [1, 0, 0]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_running_twice_at_once_reminds_once(assignment: Assignment) -> None:
    for hours in range(2, 12):
        world.make_occasion(assignment, NOW + hours * HOUR, hours=1)
        world.make_occasion(assignment, NOW - (19 + hours) * HOUR, hours=1)

    before = at_once(*[partial(remind_before, NOW)] * 3)
    unlogged = at_once(*[partial(remind_unlogged, NOW)] * 3)

    assert (sum(before), sum(unlogged)) == (10, 10)
    assert Notification.objects.count() == 20


# Moved ones


def test_a_moved_occasion_is_reminded_of_anew_and_not_at_its_old_time(assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, NOW + DAY)
    remind_before(NOW)

    occasion.change(starts_at=NOW + 3 * DAY, ends_at=NOW + 3 * DAY + HOUR)

    passed = (23 * HOUR, DAY, 2 * DAY - HOUR, 2 * DAY, 3 * DAY - HOUR)
    assert [remind_before(NOW + time) for time in passed] == [0, 0, 0, 1, 1]
    ends = Notification.objects.order_by("created_at").values_list("kind", "expires_at")
    assert list(ends) == [
        (TOMORROW, NOW + DAY),
        (TOMORROW, NOW + 3 * DAY),
        (SOON, NOW + 3 * DAY),
    ]


def test_an_occasion_that_is_moved_while_it_is_asked_about_is_not_told_of(
    assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    occasion = world.make_occasion(assignment, NOW + 2 * HOUR)
    tell = reminders._tell_of

    def meanwhile(kind: Kind, found: Occasion, now: datetime) -> int:
        occasion.change(starts_at=NOW + 2 * DAY, ends_at=NOW + 3 * DAY)
        return tell(kind, found, now)

    monkeypatch.setattr(reminders, "_tell_of", meanwhile)

    assert remind_before(NOW) == 0


def test_an_occasion_that_was_asked_about_and_moved_is_asked_about_again(assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, NOW - DAY)
    assert remind_unlogged(NOW) == 1

    occasion.change(starts_at=NOW, ends_at=NOW + HOUR)

    assert remind_unlogged(NOW + 6 * HOUR) == 0
    assert remind_unlogged(NOW + 8 * HOUR) == 1


# Who may be told


def test_who_has_left_the_assignment_is_not_reminded(assignment: Assignment) -> None:
    world.make_occasion(assignment, NOW + 20 * HOUR)  # tomorrow morning
    world.make_occasion(assignment, NOW - 15 * HOUR)  # last evening
    assignment.change(last_day=date(2026, 6, 9))

    assert remind_before(NOW) + remind_unlogged(NOW + 12 * HOUR) == 0


def test_the_last_day_of_an_assignment_counts(assignment: Assignment) -> None:
    assignment.change(last_day=date(2026, 6, 10))
    late = world.make_occasion(assignment, at_wall("2026-06-10T23:30"), hours=1)
    world.make_occasion(assignment, at_wall("2026-06-11T00:30"))  # 22:30 on the last day in UTC

    remind_before(NOW)

    assert list(Notification.objects.values_list("subject_id", flat=True)) == [late.pk]


def test_a_day_is_a_day_of_the_municipality(assignment: Assignment, kalix: Municipality) -> None:
    kalix.change(time_zone="America/New_York")
    assignment.change(last_day=date(2026, 6, 10))
    world.make_occasion(assignment, at_wall("2026-06-11T04:00"))  # 22:00 the day before in New York

    assert remind_before(NOW) == 1


def test_nobody_is_asked_about_what_they_may_no_longer_see(assignment: Assignment) -> None:
    world.make_occasion(assignment, at_wall("2026-06-10T18:00"))  # ends at 20:00, to be asked about tomorrow
    assignment.change(last_day=date(2026, 6, 10))

    assert remind_unlogged(at_wall("2026-06-11T19:00")) == 0


def test_who_is_no_contact_person_any_more_is_not_reminded(assignment: Assignment, karin: User) -> None:
    world.make_occasion(assignment, NOW + 2 * HOUR)
    Membership.objects.filter(user=karin).update(is_active=False)

    assert remind_before(NOW) == 0


def test_who_may_not_sign_in_is_not_reminded(assignment: Assignment, karin: User) -> None:
    world.make_occasion(assignment, NOW + 2 * HOUR)
    karin.change(is_active=False)

    assert remind_before(NOW) == 0


def test_one_failure_stops_nobody_else(
    assignment: Assignment, sven: User, kalix: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.make_occasion(assignment, NOW + 2 * HOUR)
    world.make_occasion(world.make_assignment(sven, kalix), NOW + 3 * HOUR)

    def stumble(*, recipients: list[User], **values: Any) -> int:
        if recipients == [assignment.contact_person]:
            raise RuntimeError("nobody foresaw this")
        return notify(recipients=recipients, **values)

    monkeypatch.setattr(reminders, "notify", stumble)

    with pytest.raises(SomeFailed, match="1 failed, 1 done"):
        remind_before(NOW)
    assert Notification.objects.get().recipient == sven


# How many queries it takes


def test_what_need_not_be_told_costs_nothing(assignment: Assignment) -> None:
    for number in range(20):
        world.make_occasion(assignment, NOW + 2 * HOUR + number * MINUTE, hours=1 / 60)
        world.make_occasion(assignment, NOW - 20 * HOUR + number * MINUTE, hours=1 / 60)
    assert (remind_before(NOW), remind_unlogged(NOW)) == (20, 20)

    with CaptureQueriesContext(connection) as again:
        assert remind_before(NOW) + remind_unlogged(NOW) == 0

    assert len(again) == 3  # those before, the time zones, and one kind after


def test_telling_costs_the_same_for_each(assignment: Assignment) -> None:
    counts = []
    for many in (1, 11):
        for number in range(many):
            world.make_occasion(assignment, NOW + (2 + many) * HOUR + number * MINUTE, hours=1 / 60)
        with CaptureQueriesContext(connection) as queries:
            assert remind_before(NOW) == many
        counts.append(len(queries))
        Occasion.objects.update(status="completed")

    assert (counts[1] - 1) == 11 * (counts[0] - 1)


def test_the_tasks_leave_a_heartbeat(assignment: Assignment) -> None:
    world.make_occasion(assignment, datetime.now(UTC) + 2 * HOUR)

    tasks.remind_before()
    tasks.remind_unlogged(of_a_newer_release=True)

    beats = {beat.task: (beat.count, beat.finished_at is not None) for beat in Heartbeat.objects.all()}
    assert beats == {
        "occasions.tasks.remind_before": (1, True),
        "occasions.tasks.remind_unlogged": (0, True),
    }
