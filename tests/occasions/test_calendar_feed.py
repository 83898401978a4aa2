"""What is in a contact person's calendar: the own occasions around now, and nothing of whom they meet."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient
from time_machine import Traveller

from assignments.models import Assignment
from occasions.models import Activity, ActivityKind, CalendarLink, Occasion
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calendars import Read, read_calendar
from tests.occasions.calls import act, cancel, edit, planned

pytestmark = pytest.mark.usefixtures("noon")
MARK = "Hemligstad"
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def path_of(user: User) -> str:
    link, _ = CalendarLink.objects.get_or_create(user=user, revoked_at=None)
    return f"/api/v1/calendar/{link.secret}.ics"


def calendar(user: User, **headers: str) -> bytes:
    """Return the bytes of a user's calendar."""
    answer: Any = APIClient().get(path_of(user), headers=headers)
    assert answer.status_code == 200, answer.content
    content: bytes = answer.content
    return content


def entries(user: User) -> dict[str, Read]:
    return read_calendar(calendar(user))


def uid(occasion: Occasion) -> str:
    return f"{occasion.pk}@tillfalle"


def test_an_occasion_is_at_its_times(karin: User, assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, world.NOW + DAY, hours=2.5)
    assert entries(karin) == {uid(occasion): Read(occasion.starts_at, occasion.ends_at, 0, "CONFIRMED", "OPAQUE")}


def test_times_planned_on_a_phone_come_back_the_same_across_the_switch(
    karin: User, assignment: Assignment, noon: Traveller
) -> None:
    noon.move_to("2026-10-20T10:00:00Z")
    asked = {
        planned(karin, assignment, starts_at, hours)["id"]: datetime.fromisoformat(starts_at)
        for starts_at, hours in [
            ("2026-10-24T23:00:00+02:00", 3),
            ("2026-10-25T02:30:00+02:00", 1),
            ("2026-10-25T02:30:00+01:00", 1),
        ]
    }
    found = {key.partition("@")[0]: read.starts_at for key, read in entries(karin).items()}
    assert found == {key: moment.astimezone(UTC) for key, moment in asked.items()}


def test_nothing_of_the_client_or_of_what_is_done_is_in_it(karin: User, kalix: Municipality) -> None:
    User.objects.filter(pk=karin.pk).update(name=f"Karin {MARK}")
    assignment = world.make_assignment(karin, kalix, client_name=f"Maj-Britt {MARK}")
    assignment.decision.client.change(reference=f"client-{MARK}")
    words: dict[str, Any] = {
        "title": f"Bio i {MARK}",
        "place": f"{MARK} torg 1",
        "note": f"{MARK} var glad",
        "reason": f"{MARK} sjuk",
    }
    for days, status in enumerate(["planned", "completed", "cancelled", "no_show"]):
        occasion = world.make_occasion(assignment, world.NOW - days * DAY, status=status, **words)
        Activity.objects.create(
            occasion=occasion, kind=ActivityKind.objects.get(code="cinema"), note=MARK, position=0
        )
    content = calendar(karin).decode()
    assert content.count("BEGIN:VEVENT") == 4
    secrets = [
        MARK,
        "Maj-Britt",
        "Bio",
        "cinema",
        "Kalix",
        "kalix",
        karin.email,
        str(karin.pk),
        str(assignment.pk),
    ]
    assert [secret for secret in secrets if secret in content] == []
    names = {line.split(":")[0].split(";")[0] for line in content.partition("BEGIN:VEVENT")[2].splitlines()}
    assert names - {"", "BEGIN", "END"} == {
        "CLASS", "DTEND", "DTSTAMP", "DTSTART", "LAST-MODIFIED", "SEQUENCE", "STATUS", "SUMMARY", "TRANSP", "UID",
    }  # fmt: skip


def test_the_other_contact_person_on_the_decision_has_a_calendar_of_their_own(
    karin: User, sven: User, kalix: Municipality, assignment: Assignment
) -> None:
    svens = world.make_assignment(sven, kalix, decision=assignment.decision)
    hers, his = world.make_occasion(assignment, world.NOW), world.make_occasion(svens, world.NOW)
    assert entries(karin).keys() == {uid(hers)}
    assert entries(sven).keys() == {uid(his)}


def test_occasions_go_when_the_assignment_ends(karin: User, assignment: Assignment, noon: Traveller) -> None:
    world.make_occasion(assignment, world.NOW)
    assignment.change(last_day=date(2026, 6, 10))
    assert len(entries(karin)) == 1
    noon.move_to("2026-06-10T22:00:00Z")
    assert entries(karin) == {}


@pytest.mark.parametrize(
    ("starts_in", "is_there"),
    [(-30 * DAY - SECOND, False), (-30 * DAY, True), (180 * DAY, True), (180 * DAY + SECOND, False)],
)
def test_it_reaches_from_thirty_days_back_to_half_a_year_ahead(
    starts_in: timedelta, is_there: bool, karin: User, assignment: Assignment
) -> None:
    world.make_occasion(assignment, world.NOW + starts_in)
    assert bool(entries(karin)) == is_there


def test_edits_keep_the_uid_and_count_the_sequence_up(karin: User, assignment: Assignment) -> None:
    row = planned(karin, assignment)
    moved = edit(karin, row["id"], 1, starts_at="2026-06-13T15:00:00+02:00", ends_at="2026-06-13T16:00:00+02:00")
    assert moved.status_code == 200
    (key, read), *others = entries(karin).items()
    assert (key, others) == (f"{row['id']}@tillfalle", [])
    assert (read.sequence, read.starts_at.isoformat()) == (1, "2026-06-13T13:00:00+00:00")
    assert cancel(karin, row["id"]).status_code == 200
    ((key, read),) = entries(karin).items()
    assert (key, read.sequence, read.status) == (f"{row['id']}@tillfalle", 2, "CANCELLED")


def test_a_held_one_and_one_to_which_nobody_came_stay_confirmed(karin: User, assignment: Assignment) -> None:
    for days, action in enumerate(["complete", "no-show"], 1):
        occasion = world.make_occasion(assignment, world.NOW - days * DAY)
        assert act(karin, occasion.pk, action).status_code == 200
    assert [(read.status, read.transparency) for read in entries(karin).values()] == [("CONFIRMED", "OPAQUE")] * 2


def test_a_cancelled_one_is_told_for_thirty_days(karin: User, assignment: Assignment, noon: Traveller) -> None:
    occasion = world.make_occasion(assignment, world.NOW + 100 * DAY)
    assert cancel(karin, occasion.pk).status_code == 200
    noon.shift(30 * DAY)
    assert entries(karin)[uid(occasion)].status == "CANCELLED"
    noon.shift(SECOND)
    assert entries(karin) == {}


def test_what_has_not_changed_is_the_same_to_the_byte(
    karin: User, assignment: Assignment, noon: Traveller, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "elsewhere.example"]
    world.make_occasion(assignment, world.NOW, status="completed")
    planned(karin, assignment)
    before = calendar(karin)
    noon.shift(29 * DAY)
    for headers in ({}, {"Host": "elsewhere.example", "Accept-Language": "en"}):
        assert calendar(karin, **headers) == before
    edit(karin, Occasion.objects.get(status="planned").pk, 1, note="Vi ses.")
    assert calendar(karin) != before


def test_it_speaks_the_users_language(karin: User, assignment: Assignment) -> None:
    world.make_occasion(assignment, world.NOW)
    assert b"SUMMARY:Avtalad tid\r\n" in calendar(karin, **{"Accept-Language": "en"})
    karin.change(language="en")
    answer: Any = APIClient().get(path_of(karin))
    assert b"SUMMARY:Appointment\r\n" in answer.content
    assert answer["Content-Language"] == "en"


def test_two_municipalities_share_a_calendar_each_with_its_clock(
    karin: User, assignment: Assignment, leksand: Municipality
) -> None:
    leksand.change(time_zone="Europe/Helsinki")
    world.add_roles(karin, leksand, Role.CONTACT_PERSON)
    there = world.make_occasion(world.make_assignment(karin, leksand), world.NOW)
    later = world.NOW + timedelta(hours=2)
    here = world.make_occasion(assignment, later)
    assert b"TZID=Europe/Helsinki:20260610T130000" in calendar(karin)
    assert {read.starts_at for read in entries(karin).values()} == {world.NOW, later}
    assert entries(karin).keys() == {uid(here), uid(there)}
