"""Assignments over HTTP: who sees which, page by page."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment
from core.views import version_of
from people.models import Municipality, Role, User
from tests import world

pytestmark = pytest.mark.usefixtures("noon")
URL = "/api/v1/assignments"


def listed(user: User, **query: Any) -> Any:
    answer: Any = world.signed_in(user).get(URL, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def ids(user: User) -> set[str]:
    return {one["id"] for one in listed(user)["results"]}


def status(user: User, assignment: Assignment) -> int:
    """Return what reading an assignment and its quota both answer."""
    phone = world.signed_in(user)
    answers = {phone.get(f"{URL}/{assignment.pk}{part}").status_code for part in ("", "/quota")}
    assert len(answers) == 1
    return answers.pop()


def test_karin_sees_her_assignment(karin: User, assignment: Assignment) -> None:
    wanted = {
        "id": str(assignment.pk),
        "client": {"id": str(assignment.decision.client_id), "name": "Maj-Britt Söderlund"},
        "decision": {
            "id": str(assignment.decision_id),
            "kind": "contact_person",
            "units": 4,
            "period": "month",
            "first_day": "2026-01-01",
            "last_day": None,
        },
        "first_day": "2026-01-01",
        "last_day": None,
        "version": 1,
    }
    assert listed(karin) == {"next": None, "previous": None, "results": [wanted]}
    answer: Any = world.signed_in(karin).get(f"{URL}/{assignment.pk}")
    assert (answer.json(), version_of(answer["ETag"])) == (wanted, 1)


def test_strangers_find_nothing_here_nor_from_elsewhere(
    sven: User, anna: User, lars: User, assignment: Assignment
) -> None:
    for stranger in (sven, anna, lars):
        assert (ids(stranger), status(stranger, assignment)) == (set(), 404)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.CASE_OFFICER])
def test_coordinators_and_case_officers_see_all_of_their_municipality(
    role: Role, kalix: Municipality, karin: User, sven: User, anna: User, leksand: Municipality
) -> None:
    user = world.make_user("bo@kalix.example", kalix, role)
    ended = date(2026, 6, 9)
    here = [world.make_assignment(karin, kalix), world.make_assignment(sven, kalix, last_day=ended)]
    world.make_assignment(anna, leksand)
    assert ids(user) == {str(assignment.pk) for assignment in here}
    assert [status(user, assignment) for assignment in here] == [200, 200]


@pytest.mark.parametrize("role", [Role.PAYROLL_OFFICER, Role.ADMINISTRATOR])
def test_payroll_and_administration_never_see_a_client(
    role: Role, kalix: Municipality, assignment: Assignment
) -> None:
    user = world.make_user("lena@kalix.example", kalix, role)
    phone = world.signed_in(user)
    answers: list[Any] = [
        phone.get(f"{URL}{part}") for part in ("", f"/{assignment.pk}", f"/{assignment.pk}/quota")
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")
        assert "Maj-Britt" not in answer.content.decode()


def test_an_assignment_is_gone_the_day_after_its_last(
    karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    assignment.change(last_day=date(2026, 6, 30))
    noon.move_to("2026-06-30T21:59:59Z")
    assert status(karin, assignment) == 200
    noon.move_to("2026-06-30T22:00:00Z")
    assert (status(karin, assignment), ids(karin)) == (404, set())


def test_a_role_that_ended_shows_nothing(karin: User, assignment: Assignment, leksand: Municipality) -> None:
    world.add_roles(karin, leksand, Role.CONTACT_PERSON)
    karin.memberships.filter(municipality=assignment.municipality).update(is_active=False)
    assert (status(karin, assignment), ids(karin)) == (404, set())


def test_two_roles_in_two_municipalities_reach_what_each_gives(
    inger: User, anna: User, assignment: Assignment, leksand: Municipality
) -> None:
    world.add_roles(inger, leksand, Role.CONTACT_PERSON)
    own, annas = world.make_assignment(inger, leksand), world.make_assignment(anna, leksand)
    assert ids(inger) == {str(assignment.pk), str(own.pk)}
    assert status(inger, annas) == 404


def test_two_roles_in_one_municipality_show_each_assignment_once(
    inger: User, assignment: Assignment, kalix: Municipality
) -> None:
    world.add_roles(inger, kalix, Role.CONTACT_PERSON)
    own = world.make_assignment(inger, kalix)
    found = [one["id"] for one in listed(inger)["results"]]
    assert sorted(found) == sorted([str(assignment.pk), str(own.pk)])


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_lose_and_repeat_nothing_although_all_began_on_the_same_day(
    limit: int, karin: User, kalix: Municipality
) -> None:
    wanted = {str(world.make_assignment(karin, kalix).pk) for _ in range(7)}
    phone, url, found = world.signed_in(karin), f"{URL}?limit={limit}", []
    while url:
        answer: Any = phone.get(url)
        found += [one["id"] for one in answer.json()["results"]]
        url = answer.json()["next"]
    assert (len(found), set(found)) == (7, wanted)


@pytest.mark.parametrize("who", ["karin", "inger"])
def test_thirty_assignments_take_as_many_queries_as_one(
    who: str, karin: User, inger: User, assignment: Assignment, kalix: Municipality
) -> None:
    def queries() -> int:
        phone = world.signed_in(karin if who == "karin" else inger)
        with CaptureQueriesContext(connection) as found:
            assert phone.get(URL).status_code == 200
        return len(found)

    before = queries()
    for _ in range(29):
        world.make_assignment(karin, kalix)
    assert queries() == before <= 3


def test_an_assignment_overlaps_no_other_of_the_same_two(
    karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    assignment.change(last_day=date(2026, 6, 30))
    later = world.make_assignment(karin, kalix, decision=assignment.decision, first_day=date(2026, 7, 1))
    assert later.obstacle(karin, now=world.NOW) is None
    assert ids(karin) == {str(assignment.pk), str(later.pk)}


def test_in_memory_and_in_the_database_the_same_are_own(
    karin: User, sven: User, inger: User, anna: User, kalix: Municipality, leksand: Municipality
) -> None:
    for user, place in ((karin, kalix), (sven, kalix), (anna, leksand), (inger, kalix), (karin, leksand)):
        for days in (None, -1, 0, 1):
            last_day = None if days is None else world.NOW.date() + timedelta(days=days)
            world.make_assignment(user, place, last_day=last_day)
    world.add_roles(anna, kalix, Role.CONTACT_PERSON)
    for user in (karin, sven, inger, anna):
        loaded = User.objects.get(pk=user.pk)
        own = set(Assignment.objects.own(loaded, now=world.NOW))
        everything = Assignment.objects.with_decision()
        assert {one for one in everything if one.obstacle(loaded, now=world.NOW) is None} == own
