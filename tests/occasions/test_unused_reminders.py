"""On the 20th, whoever has units left of the month is reminded while there is time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment
from notifications.models import Notification
from occasions.unused_reminders import remind_unused
from people.models import Municipality, User
from tests import world

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TENTH_HOUR = datetime(2026, 6, 20, 10, tzinfo=STOCKHOLM)
pytestmark = pytest.mark.django_db


def plan(assignment: Assignment, count: int) -> None:
    """Plan occasions of one unit in June."""
    for number in range(count):
        world.make_occasion(assignment, datetime(2026, 6, 22 + number, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-06-19T12:00", 0), ("2026-06-20T09:59", 0), ("2026-06-20T10:00", 1), ("2026-06-20T23:59", 1),
        ("2026-06-21T23:59", 1), ("2026-06-22T10:00", 0),
    ],
)  # fmt: skip
def test_it_is_on_the_twentieth_or_the_day_after(assignment: Assignment, now: str, told: int) -> None:
    assert remind_unused(datetime.fromisoformat(now).replace(tzinfo=STOCKHOLM)) == told


def test_karin_is_told_once_a_month(assignment: Assignment, karin: User) -> None:
    told = [remind_unused(TENTH_HOUR + timedelta(hours=hours)) for hours in (0, 1, 24)]
    july = remind_unused(datetime(2026, 7, 20, 10, tzinfo=STOCKHOLM))
    assert (told, july) == ([1, 0, 0], 1)
    first = Notification.objects.order_by("created_at")[0]
    assert (first.recipient, first.kind, first.subject_id) == (karin, "units_unused", assignment.pk)


@pytest.mark.parametrize(("planned", "told"), [(3, 1), (4, 0)])
def test_what_is_planned_is_not_left(assignment: Assignment, planned: int, told: int) -> None:
    plan(assignment, planned)
    assert remind_unused(TENTH_HOUR) == told


def test_who_is_appointed_no_more_is_not_told(assignment: Assignment, karin: User) -> None:
    assignment.change(last_day=date(2026, 6, 19))
    assert remind_unused(TENTH_HOUR) == 0
    assignment.change(last_day=date(2026, 6, 20))
    karin.memberships.update(is_active=False)
    assert remind_unused(TENTH_HOUR) == 0


def test_a_decision_that_is_over_has_nothing_left(assignment: Assignment) -> None:
    assignment.decision.change(last_day=date(2026, 6, 19))
    assert remind_unused(TENTH_HOUR) == 0


def test_both_contact_persons_of_a_decision_are_told(
    assignment: Assignment, sven: User, kalix: Municipality
) -> None:
    world.make_assignment(sven, kalix, decision=assignment.decision)
    assert remind_unused(TENTH_HOUR) == 2


def test_the_questions_do_not_grow_with_the_decisions(karin: User, kalix: Municipality) -> None:
    counts = []
    for _ in range(2):
        for number in range(4):
            plan(world.make_assignment(karin, kalix, client_name=f"Nils {number}"), 0)
        Notification.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            told = remind_unused(TENTH_HOUR)
        counts.append((told, len(queries)))
    (few, asked), (many, more) = counts
    telling = (more - asked) / (many - few)
    assert (few, many, telling) == (4, 8, int(telling))
    assert asked - few * telling <= 8
