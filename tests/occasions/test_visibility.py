"""Who sees which occasion, and to whom it does not exist."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from assignments.models import Assignment
from occasions.models import Occasion
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calls import act, cancel, edit, plan, problem, read

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def occasion(assignment: Assignment) -> Occasion:
    return world.make_occasion(assignment, world.NOW, title="Hemligt", note="Hemligt")


def seen_by(user: User) -> set[str]:
    """Return the ids of all occasions on a user's list."""
    answer: Any = world.signed_in(user).get("/api/v1/occasions")
    assert answer.status_code == 200, answer.content
    return {one["id"] for one in answer.json()["results"]}


def finds_nothing(user: User, occasion: Occasion) -> None:
    """Expect that nothing the user does tells that the occasion is there."""
    pk = occasion.pk
    for answer in (
        read(user, pk),
        edit(user, pk, 1, title="Bio"),
        edit(user, pk, 1, title="Hemligt"),
        act(user, pk, "complete"),
        act(user, pk, "no-show"),
        cancel(user, pk),
        plan(user, occasion.assignment),
    ):
        problem(answer, 404, "not_found")
        assert "Hemligt" not in answer.content.decode()
    assert seen_by(user) == set()
    occasion.refresh_from_db()
    assert occasion.version == 1


def test_a_stranger_in_the_same_municipality_and_in_another_finds_nothing(
    sven: User, anna: User, occasion: Occasion
) -> None:
    for stranger in (sven, anna):
        finds_nothing(stranger, occasion)


def test_the_other_contact_person_on_the_decision_finds_nothing(
    sven: User, occasion: Occasion, kalix: Municipality
) -> None:
    world.make_assignment(sven, kalix, decision=occasion.assignment.decision)
    problem(read(sven, occasion.pk), 404, "not_found")
    assert seen_by(sven) == set()


def test_a_coordinator_reads_all_of_the_own_municipality_and_does_nothing(
    inger: User, lars: User, occasion: Occasion
) -> None:
    assert read(inger, occasion.pk).json()["note"] == "Hemligt"
    assert seen_by(inger) == {str(occasion.pk)}
    for answer in (
        plan(inger, occasion.assignment),
        edit(inger, occasion.pk, 1, title="Bio"),
        act(inger, occasion.pk, "complete"),
        act(inger, occasion.pk, "no-show"),
        cancel(inger, occasion.pk),
    ):
        problem(answer, 403, "wrong_role")
    problem(read(lars, occasion.pk), 404, "not_found")
    assert seen_by(lars) == set()


@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.PAYROLL_OFFICER, Role.ADMINISTRATOR])
def test_other_staff_have_no_business_with_occasions(role: Role, kalix: Municipality, occasion: Occasion) -> None:
    user = world.make_user("bo@kalix.example", kalix, role)
    problem(read(user, occasion.pk), 403, "wrong_role")
    answer: Any = world.signed_in(user).get("/api/v1/occasions")
    problem(answer, 403, "wrong_role")
    problem(act(user, occasion.pk, "complete"), 403, "wrong_role")


def test_an_assignment_shows_to_the_end_of_its_last_day_on_the_wall(
    karin: User, inger: User, occasion: Occasion, noon: time_machine.Traveller
) -> None:
    occasion.assignment.change(last_day=date(2026, 6, 30))
    noon.move_to("2026-06-30T21:59:59Z")
    assert read(karin, occasion.pk).status_code == 200
    noon.move_to("2026-06-30T22:00:00Z")
    finds_nothing(karin, occasion)
    assert read(inger, occasion.pk).status_code == 200


def test_an_assignment_to_come_can_be_planned_for(karin: User, kalix: Municipality) -> None:
    coming = world.make_assignment(karin, kalix, first_day=date(2026, 7, 1))
    assert plan(karin, coming, "2026-07-02T15:00:00+02:00").status_code == 201


def test_a_role_that_ended_shows_nothing(karin: User, occasion: Occasion, leksand: Municipality) -> None:
    karin.memberships.update(is_active=False)
    problem(read(karin, occasion.pk), 403, "wrong_role")
    world.add_roles(karin, leksand, Role.CONTACT_PERSON)
    finds_nothing(karin, occasion)


def test_a_coordinator_in_kalix_is_a_contact_person_in_leksand_and_each_only_there(
    inger: User, leksand: Municipality, anna: User, occasion: Occasion
) -> None:
    world.add_roles(inger, leksand, Role.CONTACT_PERSON)
    own = world.make_assignment(inger, leksand)
    hers = world.make_occasion(own, world.NOW)
    annas = world.make_occasion(world.make_assignment(anna, leksand), world.NOW)
    assert seen_by(inger) == {str(occasion.pk), str(hers.pk)}
    assert act(inger, hers.pk, "complete").status_code == 200
    problem(act(inger, occasion.pk, "complete"), 404, "not_found")
    problem(plan(inger, occasion.assignment), 404, "not_found")
    problem(read(inger, annas.pk), 404, "not_found")


def test_a_coordinator_who_is_a_contact_person_in_the_same_municipality_does_only_the_own(
    inger: User, kalix: Municipality, occasion: Occasion
) -> None:
    world.add_roles(inger, kalix, Role.CONTACT_PERSON)
    hers = world.make_occasion(world.make_assignment(inger, kalix), world.NOW)
    assert seen_by(inger) == {str(occasion.pk), str(hers.pk)}
    assert cancel(inger, hers.pk).status_code == 200
    problem(cancel(inger, occasion.pk), 404, "not_found")


def test_a_new_contact_person_does_not_see_what_an_earlier_one_wrote(
    sven: User, kalix: Municipality, occasion: Occasion
) -> None:
    occasion.assignment.change(last_day=date(2026, 6, 9))
    world.make_assignment(sven, kalix, decision=occasion.assignment.decision, first_day=date(2026, 6, 10))
    assert seen_by(sven) == set()
    problem(read(sven, occasion.pk), 404, "not_found")


def test_activity_kinds_are_those_in_use_where_one_has_a_role(
    karin: User, leksand: Municipality, kalix: Municipality
) -> None:
    kalix.activity_kinds.filter(code="walk").update(is_active=False)
    leksand.activity_kinds.create(code="sauna", name_sv="Bastu", name_en="Sauna")
    phone = world.signed_in(karin)
    swedish: Any = phone.get("/api/v1/activity-kinds")
    assert [(one["code"], one["name"]) for one in swedish.json()["results"]] == [
        ("cinema", "Bio"),
        ("coffee", "Fika"),
    ]
    english: Any = phone.get("/api/v1/activity-kinds", headers={"Accept-Language": "en"})
    assert [one["name"] for one in english.json()["results"]] == ["Cinema", "Coffee"]


def test_what_is_listed_tells_no_more_than_the_occasions(karin: User, occasion: Occasion) -> None:
    world.make_occasion(occasion.assignment, world.NOW + timedelta(days=1))
    answer: Any = world.signed_in(karin).get("/api/v1/occasions")
    assert occasion.assignment.decision.client.name not in answer.content.decode()
