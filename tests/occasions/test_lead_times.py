"""Reminders come as long before an occasion as each wants, in words that say so."""

from datetime import timedelta
from typing import Any

import pytest

from assignments.models import Assignment
from notifications import outbox
from notifications.messages import Kind
from notifications.models import Delivery, Notification
from notifications.preference_services import set_preferences
from occasions.reminders import remind_before
from people.models import Municipality, User
from tests import world

NOW = world.NOW
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TOMORROW, SOON = Kind.OCCASION_TOMORROW, Kind.OCCASION_SOON
pytestmark = pytest.mark.django_db


def want(user: User, **values: Any) -> None:
    """Let somebody say how they want to be told."""
    set_preferences(user=user, **values)


def test_sven_is_reminded_three_hours_and_a_quarter_before_and_karin_as_ever(
    assignment: Assignment, kalix: Municipality, sven: User, karin: User
) -> None:
    want(sven, lead_times=[180, 15])
    for person in (world.make_assignment(sven, kalix), assignment):
        world.make_occasion(person, NOW + 2 * DAY)

    for minutes in range(0, 2 * 24 * 60, 15):
        remind_before(NOW + minutes * MINUTE)

    before = Notification.objects.values_list("recipient", "lead_minutes", "kind", "created_at")
    assert sorted((when - NOW, who, lead, kind) for who, lead, kind, when in before) == [
        (DAY, karin.pk, 1440, TOMORROW),
        (45 * HOUR, sven.pk, 180, SOON),
        (47 * HOUR, karin.pk, 60, SOON),
        (48 * HOUR - 15 * MINUTE, sven.pk, 15, SOON),
    ]


def test_who_wants_no_reminders_before_gets_none(assignment: Assignment, karin: User) -> None:
    want(karin, lead_times=[])
    world.make_occasion(assignment, NOW + 30 * MINUTE)

    assert remind_before(NOW) == 0


def test_who_is_told_an_hour_before_is_not_told_again_for_wanting_only_a_day(
    assignment: Assignment, karin: User
) -> None:
    world.make_occasion(assignment, NOW + 30 * MINUTE)
    assert remind_before(NOW) == 1

    want(karin, lead_times=[1440])

    assert remind_before(NOW) == 0


def test_the_words_say_how_long_before(assignment: Assignment, karin: User) -> None:
    want(karin, lead_times=[2880, 15])
    world.make_occasion(assignment, NOW + 2 * DAY)
    remind_before(NOW)
    (row,) = world.signed_in(karin).get("/api/v1/notifications").json()["results"]
    assert row["body"] == "Du har något planerat inom två dygn."


def clock_told(karin: User, assignment: Assignment, *, switched: bool | None = None) -> str:
    """Return what a push about something in half an hour says of the clock; the switch may be used meanwhile."""
    world.make_device(karin)
    world.make_occasion(assignment, NOW + 30 * MINUTE)
    remind_before(NOW)
    if switched is not None:
        assignment.municipality.change(times_in_texts=switched)
    (claimed,) = outbox.claim(NOW, channel=Delivery.Channel.PUSH, limit=1)
    return claimed.clock


@pytest.mark.parametrize(
    ("zone", "allowed", "clock"),
    [("Europe/Stockholm", False, ""), ("Europe/Stockholm", True, "12.30"), ("Europe/Helsinki", True, "13.30")],
)
def test_the_municipality_says_whether_texts_may_say_when_by_its_clock(
    assignment: Assignment, karin: User, zone: str, allowed: bool, clock: str
) -> None:
    assignment.municipality.change(times_in_texts=allowed, time_zone=zone)
    assert clock_told(karin, assignment) == clock


def test_texts_that_wait_say_it_no_more_once_that_is_switched_off(assignment: Assignment, karin: User) -> None:
    assignment.municipality.change(times_in_texts=True)
    assert clock_told(karin, assignment, switched=False) == ""
