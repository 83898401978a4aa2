"""On the 20th, whoever has units left of the month is reminded while there is time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.judging import Book
from assignments.ledger import Ledger
from assignments.models import Assignment
from core.heartbeat import SomeFailed
from notifications.messages import Kind
from notifications.models import Notification
from notifications.subjects import outdated_among
from occasions.unused_reminders import remind_unused
from people.models import Municipality, User
from tests import world
from tests.notifications.calls import tell

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


# One that fails


def test_a_municipality_that_fails_stops_no_other(
    kalix: Municipality, anna: User, leksand: Municipality, assignment: Assignment
) -> None:
    world.make_assignment(anna, leksand)
    Municipality.objects.filter(pk=kalix.pk).update(time_zone="Europe/Nowhere")
    with pytest.raises(SomeFailed):
        remind_unused(TENTH_HOUR)
    assert Notification.objects.get().recipient == anna


def test_a_ledger_that_fails_stops_no_other(
    sven: User, kalix: Municipality, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.make_assignment(sven, kalix)
    broken = assignment.decision.terms
    ledger = Book.ledger

    def stumble(book: Book, until: date) -> Ledger:
        if book.terms == broken and book.uses:
            raise ValueError("nobody foresaw this")
        return ledger(book, until)

    plan(assignment, 1)
    monkeypatch.setattr(Book, "ledger", stumble)
    with pytest.raises(SomeFailed, match="1 failed, 1 done"):
        remind_unused(TENTH_HOUR)
    assert Notification.objects.get().recipient == sven


# Asked again when it is sent


def is_outdated(now: datetime = TENTH_HOUR) -> bool:
    return outdated_among(Notification.objects.all(), now) == {Notification.objects.get().pk}


def test_units_that_were_planned_meanwhile_are_not_reminded_of(assignment: Assignment) -> None:
    remind_unused(TENTH_HOUR)
    assert not is_outdated()
    plan(assignment, 4)
    assert is_outdated()


@pytest.mark.parametrize("kind", [Kind.UNITS_UNUSED, Kind.NUDGE])
def test_an_assignment_that_ended_between_told_and_sent_leaves_it_unsent(
    assignment: Assignment, karin: User, kind: Kind
) -> None:
    tell(karin, kind=kind, subject_type="assignment", subject_id=assignment.pk)
    assert not is_outdated()
    assignment.change(last_day=date(2026, 6, 19))
    assert is_outdated()


def test_of_both_on_a_decision_each_is_asked_about(
    assignment: Assignment, karin: User, sven: User, kalix: Municipality
) -> None:
    other = world.make_assignment(sven, kalix, decision=assignment.decision)
    remind_unused(TENTH_HOUR)
    sven.memberships.update(is_active=False)
    assert outdated_among(Notification.objects.all(), TENTH_HOUR) == {
        Notification.objects.get(subject_id=other.pk).pk
    }
