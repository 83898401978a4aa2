"""A phone that lost the answer calls again, and nothing happens twice."""

from typing import Any
from uuid import uuid4

import pytest

from assignments.models import Assignment
from occasions.models import ActivityKind, Occasion
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calls import FRIDAY, YESTERDAY, act, body, cancel, edit, plan, planned, problem, quota

SUNDAY, MONDAY = "2026-06-14T15:00:00+02:00", "2026-06-15T15:00:00+02:00"
pytestmark = pytest.mark.usefixtures("noon")


def test_the_same_plan_again_is_the_same_occasion(karin: User, assignment: Assignment) -> None:
    made = str(uuid4())
    first = plan(karin, assignment, id=made, title="Bio")
    again = plan(karin, assignment, id=made, title="Bio")
    assert (first.status_code, first.json()["id"]) == (201, made)
    assert (again.status_code, again.json(), again["ETag"]) == (200, first.json(), '"1"')
    assert Occasion.objects.count() == 1


@pytest.mark.parametrize(
    "written",
    [
        {"starts_at": "2026-06-12T13:00:00Z", "ends_at": "2026-06-12T15:00:00+00:00"},
        {"starts_at": "2026-06-12T08:00:00-05:00"},
        {"starts_at": "2026-06-12T15:00:00.000+02:00"},
        {"units": 1.0},
        {"units": 1, "title": " Bio "},
    ],
    ids=str,
)
def test_the_same_plan_may_be_written_differently(
    written: dict[str, Any], karin: User, assignment: Assignment
) -> None:
    given = body(assignment, id=str(uuid4()), title="Bio", units=1, activities=[{"kind": "walk", "note": "x"}])
    phone = world.signed_in(karin)
    first: Any = phone.post("/api/v1/occasions", given)
    backwards = dict(reversed(list((given | written).items())))
    backwards["activities"] = [{"note": "x", "kind": "walk"}]
    again: Any = phone.post("/api/v1/occasions", backwards | {"id": given["id"].upper()})
    assert (again.status_code, again.json()) == (200, first.json())


def test_the_plan_again_shows_what_became_of_it(karin: User, assignment: Assignment) -> None:
    made = str(uuid4())
    plan(karin, assignment, id=made)
    edited = edit(karin, made, 1, title="Fika").json()
    again = plan(karin, assignment, id=made)
    assert (again.status_code, again.json(), again["ETag"]) == (200, edited, '"2"')
    cancelled = cancel(karin, made).json()
    assert plan(karin, assignment, id=made).json() == cancelled


def test_a_log_of_what_was_held_again_is_still_that(karin: User, assignment: Assignment) -> None:
    made = str(uuid4())
    first = plan(karin, assignment, YESTERDAY, id=made)
    assert (first.status_code, first.json()["status"]) == (201, "completed")
    assert plan(karin, assignment, YESTERDAY, id=made).status_code == 200


def test_a_repeat_needs_no_room_and_no_kind_still_in_use(
    karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    made = str(uuid4())
    plan(karin, assignment, id=made, hours=10, activities=[{"kind": "walk"}])
    planned(karin, assignment, SUNDAY)
    ActivityKind.objects.filter(municipality=kalix, code="walk").update(is_active=False)
    assert plan(karin, assignment, id=made, hours=10, activities=[{"kind": "walk"}]).status_code == 200
    assert quota(karin, assignment)["remaining"] == 0


@pytest.mark.parametrize(
    "other", [{"title": "Fika"}, {"units": 1}, {"activities": []}, {"hours": 3}, {"starts_at": YESTERDAY}], ids=str
)
def test_another_plan_under_a_used_id_is_a_conflict(
    other: dict[str, Any], karin: User, assignment: Assignment
) -> None:
    made = str(uuid4())
    first = plan(karin, assignment, id=made).json()
    answer = plan(karin, assignment, id=made, **other)
    refused = problem(answer, 409, "id_conflict")
    assert (refused["present"], refused["errors"][0]["pointer"], answer["ETag"]) == (first, "/id", '"1"')
    assert Occasion.objects.count() == 1


def test_the_id_of_another_s_occasion_tells_nothing_of_it(
    karin: User, sven: User, anna: User, assignment: Assignment, kalix: Municipality, leksand: Municipality
) -> None:
    karins = planned(karin, assignment, title="Hemligt")
    for stranger, municipality in ((sven, kalix), (anna, leksand)):
        own = world.make_assignment(stranger, municipality)
        answer = plan(stranger, own, id=karins["id"], title="Hemligt")
        refused = problem(answer, 409, "id_conflict")
        assert "present" not in refused
        assert "Hemligt" not in answer.content.decode()
        assert "ETag" not in answer
    assert Occasion.objects.count() == 1


def test_an_id_is_not_free_in_another_assignment_of_the_same_person(
    karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    second = world.make_assignment(karin, kalix)
    first = planned(karin, assignment, id=str(uuid4()))
    refused = problem(plan(karin, second, id=first["id"]), 409, "id_conflict")
    assert refused["present"] == first


def test_a_refused_plan_leaves_its_id_free(karin: User, assignment: Assignment) -> None:
    made = str(uuid4())
    full = planned(karin, assignment, hours=10), planned(karin, assignment, SUNDAY)
    problem(plan(karin, assignment, MONDAY, id=made), 409, "quota_exceeded")
    problem(plan(karin, assignment, SUNDAY, id=made), 409, "overlapping")
    cancel(karin, full[1]["id"])
    assert plan(karin, assignment, SUNDAY, id=made).status_code == 201


def test_without_an_id_every_call_is_a_new_one(karin: User, assignment: Assignment) -> None:
    first = planned(karin, assignment)
    problem(plan(karin, assignment), 409, "overlapping")
    cancel(karin, first["id"])
    assert planned(karin, assignment)["id"] != first["id"]


def test_a_repeat_after_the_role_has_ended_is_refused(karin: User, assignment: Assignment) -> None:
    made = str(uuid4())
    plan(karin, assignment, id=made)
    karin.memberships.update(role=Role.COORDINATOR)
    problem(plan(karin, assignment, id=made), 403, "wrong_role")


def test_cancelling_twice_and_then_completing_is_told_apart(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, FRIDAY)
    assert [cancel(karin, occasion["id"]).status_code for _ in range(3)] == [200, 200, 200]
    problem(act(karin, occasion["id"], "complete"), 409, "occasion_closed")
