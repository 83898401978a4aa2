"""Deputies: who coordinates in whose place, only on their days, and never over their own or their principal's."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from assignments.models import Assignment
from notifications.models import Notification
from people.models import DEPUTY, Membership, Municipality, Role, User
from tests import world
from tests.expenses.calls import act, first_error, refused_with, send
from tests.expenses.test_history import history
from tests.people import office

DEPUTIES = "/api/v1/deputies"
JULY = {"first_day": "2026-07-01", "last_day": "2026-07-31"}
TODAY = date(2026, 6, 10)


@pytest.fixture
def dag(kalix: Municipality) -> User:
    """A case officer in Kalix, who stands in for coordinators."""
    return world.make_user("dag@kalix.example", kalix, Role.CASE_OFFICER)


def name(by: User, deputy: User, **values: Any) -> Any:
    return send(by, "POST", DEPUTIES, {"user": str(deputy.pk), **JULY, **values})


def end(by: User, deputy_id: Any) -> Any:
    return world.signed_in(by).delete(f"{DEPUTIES}/{deputy_id}")


def may_decide(user: User) -> bool:
    return Role.COORDINATOR in User.objects.get(pk=user.pk).roles


@pytest.mark.usefixtures("noon")
def test_inger_names_dag_by_id_or_by_address(inger: User, bengt: User, dag: User, kalix: Municipality) -> None:
    answer = name(inger, dag)
    assert answer.status_code == 201
    shown = answer.json()
    assert shown == {
        "id": shown["id"],
        "municipality": str(kalix.pk),
        "user": {"id": str(dag.pk), "name": "Dag"},
        "deputy_for": {"id": str(inger.pk), "name": "Inger"},
        "first_day": "2026-07-01",
        "last_day": "2026-07-31",
        "is_active": True,
        "version": 1,
    }
    by_address = send(bengt, "POST", DEPUTIES, {"email": " Dag@Kalix.example ", **JULY})
    assert by_address.status_code == 201
    listed = world.signed_in(bengt).get(DEPUTIES).json()["results"]
    assert sorted(one["deputy_for"]["name"] for one in listed) == ["Bengt", "Inger"]


@pytest.mark.usefixtures("noon")
def test_naming_may_be_repeated(inger: User, bengt: User, dag: User) -> None:
    own = {"id": str(uuid4())}
    assert [name(inger, dag, **own).status_code for _ in range(2)] == [201, 200]
    assert refused_with(name(inger, dag, **own, last_day="2026-07-30")) == (409, "id_conflict")
    assert refused_with(name(bengt, dag, **own)) == (409, "id_conflict")
    assert Membership.objects.filter(role=DEPUTY).count() == 1
    end(inger, own["id"])
    again = name(inger, dag, **own)
    assert (again.status_code, again.json()["is_active"]) == (200, False)  # taken back, and it says so


@pytest.mark.usefixtures("noon")
def test_a_person_stands_in_for_somebody_once_at_a_time(inger: User, bengt: User, dag: User, sven: User) -> None:
    first = name(inger, dag).json()
    overlap = name(inger, dag, first_day="2026-07-31", last_day="2026-08-02")
    assert refused_with(overlap) == (409, "deputy_overlaps")
    assert name(inger, dag, first_day="2026-08-01", last_day="2026-08-02").status_code == 201
    assert name(inger, sven).status_code == 201
    assert name(bengt, dag).status_code == 201
    assert end(inger, first["id"]).status_code == 204
    assert name(inger, dag).status_code == 201


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"first_day": "2026-06-09"}, "/first_day"),
        ({"last_day": "2026-06-30"}, "/last_day"),
        ({"first_day": "2026-06-01", "last_day": "2026-06-02"}, "/first_day"),
    ],
)
@pytest.mark.usefixtures("noon")
def test_days_that_have_been_are_refused(inger: User, dag: User, days: dict[str, str], field: str) -> None:
    answer = name(inger, dag, **days)
    assert (refused_with(answer), first_error(answer)[0]) == ((400, "deputy_days"), field)
    assert name(inger, dag, first_day="2026-06-10", last_day="2026-06-10").status_code == 201


@pytest.mark.usefixtures("noon")
def test_a_deputy_stands_in_for_a_year_at_most(inger: User, dag: User) -> None:
    for last_day in ("2027-07-02", "9999-12-31"):
        answer = name(inger, dag, last_day=last_day)
        assert (refused_with(answer), first_error(answer)[0]) == ((400, "deputy_too_long"), "/last_day")
    assert name(inger, dag, last_day="2027-07-01").status_code == 201


@pytest.mark.usefixtures("noon")
def test_who_is_not_of_the_municipality_is_not_there(
    inger: User, bengt: User, dag: User, anna: User, karin: User, leksand: Municipality
) -> None:
    karin.memberships.update(is_active=False)
    for nobody in (anna, karin, inger):
        answer = name(inger, nobody)
        assert (refused_with(answer), first_error(answer)[0]) == ((404, "not_found"), "/user")
    for address in (anna.email, "nobody@kalix.example"):
        answer = send(inger, "POST", DEPUTIES, {"email": address, **JULY})
        assert (refused_with(answer), first_error(answer)[0]) == ((404, "not_found"), "/email")
    assert refused_with(name(inger, bengt)) == (409, "deputy_needless")
    assert refused_with(name(inger, dag, municipality=str(leksand.pk))) == (404, "not_found")


@pytest.mark.parametrize("body", [{}, {"email": "dag@kalix.example", "user": str(uuid4())}, {"email": "dag"}])
@pytest.mark.usefixtures("noon")
def test_a_person_is_named_in_just_one_way(inger: User, body: dict[str, str]) -> None:
    assert refused_with(send(inger, "POST", DEPUTIES, {**JULY, **body})) == (400, "invalid")


@pytest.mark.usefixtures("noon")
def test_who_coordinates_two_municipalities_says_which(
    inger: User, dag: User, kalix: Municipality, leksand: Municipality
) -> None:
    world.add_roles(inger, leksand, Role.COORDINATOR)
    assert refused_with(name(inger, dag)) == (400, "municipality_required")
    assert refused_with(name(inger, dag, municipality=str(leksand.pk))) == (404, "not_found")
    assert name(inger, dag, municipality=str(kalix.pk)).status_code == 201


def test_a_deputy_coordinates_from_the_first_day_to_the_last_in_the_municipalitys_zone(
    inger: User, dag: User, kalix: Municipality
) -> None:
    world.make_deputy(dag, inger, kalix)
    for moment, expected in [
        ("2026-06-30T23:59:59+02:00", False), ("2026-07-01T00:00:00+02:00", True),
        ("2026-07-31T23:59:59+02:00", True), ("2026-08-01T00:00:00+02:00", False),
    ]:  # fmt: skip
        with time_machine.travel(moment, tick=False):
            assert may_decide(dag) == expected
            assert (dag in kalix.coordinators(timezone.now())) == expected
            offered = world.signed_in(dag).get("/api/v1/me").json()
            assert offered["capabilities"]["decide_expenses"] == expected
            roles = [one["role"] for one in offered["memberships"]]
            assert sorted(roles) == ["case_officer", *(["coordinator"] if expected else [])]
    kalix.time_zone = "America/New_York"
    kalix.save()
    with time_machine.travel("2026-07-01T03:59:59Z", tick=False):
        assert not may_decide(dag)
    with time_machine.travel("2026-08-01T03:59:59Z", tick=False):
        assert may_decide(dag)


@pytest.mark.usefixtures("noon")
def test_it_ends_at_once_with_whom_it_stands_in_for(
    inger: User, bengt: User, dag: User, kalix: Municipality
) -> None:
    deputy = world.make_deputy(dag, inger, kalix, TODAY, TODAY)
    assert may_decide(dag)
    assert refused_with(end(dag, deputy.pk)) == (404, "not_found")  # not in their own right
    inger.memberships.update(is_active=False)
    assert not may_decide(dag)
    assert dag not in kalix.coordinators(world.NOW)
    inger.memberships.update(is_active=True)
    for _ in range(2):
        assert end(bengt, deputy.pk).status_code == 204
    assert not may_decide(dag)
    assert world.signed_in(bengt).get(DEPUTIES).json()["results"] == []


@pytest.mark.usefixtures("noon")
def test_it_holds_while_both_have_a_role_of_their_own(
    inger: User, dag: User, kalix: Municipality, leksand: Municipality
) -> None:
    world.add_roles(dag, leksand, Role.CASE_OFFICER)
    world.make_deputy(dag, inger, kalix, TODAY, TODAY)
    own = dag.memberships.filter(municipality=kalix).exclude(role=DEPUTY)
    for rows in (own, User.objects.filter(pk=inger.pk)):
        rows.update(is_active=False)  # dag left Kalix; inger's account was closed
        assert not may_decide(dag)
        assert dag not in kalix.coordinators(world.NOW)
        rows.update(is_active=True)
        assert may_decide(dag)


@pytest.mark.usefixtures("noon")
def test_a_deputy_names_no_deputy(inger: User, dag: User, sven: User, kalix: Municipality) -> None:
    world.make_deputy(dag, inger, kalix, TODAY, TODAY)
    assert world.signed_in(dag).get(DEPUTIES).status_code == 200
    assert refused_with(name(dag, sven)) == (404, "not_found")


@pytest.mark.usefixtures("noon")
def test_nobody_of_another_municipality_ends_or_sees_them(
    inger: User, lars: User, dag: User, kalix: Municipality
) -> None:
    deputy = world.make_deputy(dag, inger, kalix)
    assert refused_with(end(lars, deputy.pk)) == (404, "not_found")
    assert refused_with(end(inger, inger.memberships.get().pk)) == (404, "not_found")
    assert world.signed_in(lars).get(DEPUTIES).json()["results"] == []


@pytest.mark.usefixtures("noon")
def test_what_a_deputy_decides_is_told_as_in_whose_place(
    karin: User, inger: User, dag: User, assignment: Assignment
) -> None:
    submitted = world.make_expense(assignment, status="submitted", category="coins")
    world.make_deputy(dag, inger, assignment.municipality, TODAY, TODAY)
    assert act(dag, "approve", submitted).data["status"] == "approved"
    act(inger, "undo", submitted)
    steps = [(step["action"], step["by"]["name"], step["deputy_for"]) for step in history(karin, submitted)]
    assert steps == [("approve", "Dag", {"id": str(inger.pk), "name": "Inger"}), ("undo", "Inger", None)]


@pytest.mark.usefixtures("noon")
def test_a_deputy_decides_neither_their_own_nor_that_of_whom_they_stand_in_for(
    karin: User, inger: User, bengt: User, kalix: Municipality, assignment: Assignment
) -> None:
    submitted = world.make_expense(assignment, status="submitted", category="coins")
    world.make_deputy(karin, inger, kalix, TODAY, TODAY)
    assert refused_with(act(karin, "approve", submitted)) == (409, "own_expense")
    world.add_roles(inger, kalix, Role.CONTACT_PERSON)
    ingers = world.make_expense(world.make_assignment(inger, kalix), status="submitted", category="coins")
    answer = act(karin, "approve", ingers)
    assert refused_with(answer) == (409, "deputy_for_claimant")
    said = {one["action"]: one["code"] for one in answer.json()["present"]["allowed_actions"]}
    assert said["approve"] == said["undo"] == said["take"] == "deputy_for_claimant"
    world.make_deputy(karin, bengt, kalix, TODAY, TODAY)
    assert act(karin, "approve", ingers).status_code == 200
    assert history(bengt, ingers)[-1]["deputy_for"]["name"] == "Bengt"


@pytest.mark.usefixtures("noon")
def test_a_deputy_hears_of_what_waits(inger: User, karin: User, dag: User, assignment: Assignment) -> None:
    world.make_deputy(dag, inger, assignment.municipality, TODAY, TODAY)
    world.make_deputy(karin, inger, assignment.municipality)  # later
    draft = world.make_expense(assignment, category="coins")
    act(karin, "submit", draft)
    told = Notification.objects.filter(kind="expenses_waiting").values_list("recipient", flat=True)
    assert set(told) == {inger.pk, dag.pk}


@pytest.mark.usefixtures("noon")
def test_thirty_take_as_many_questions_as_one(
    inger: User, dag: User, kalix: Municipality, django_assert_num_queries: Any
) -> None:
    for month in (7, 8):
        for day in range(1, 16):
            on = date(2026, month, day)
            world.make_deputy(dag, inger, kalix, on, on)
            if (month, day) in ((7, 1), (8, 15)):
                client = world.signed_in(inger)
                with django_assert_num_queries(2):  # roles, rows
                    assert client.get(DEPUTIES).status_code == 200


def test_the_database_keeps_days_to_deputies(inger: User, dag: User, kalix: Municipality) -> None:
    days = {"first_day": TODAY, "last_day": TODAY}
    right = {"user": dag, "municipality": kalix, "role": DEPUTY, "deputy_for": inger, **days}
    for wrong in (
        {"first_day": None},
        {"last_day": None},
        {"last_day": TODAY - timedelta(days=1)},
        {"deputy_for": None},
        {"deputy_for": dag},
        {"role": Role.COORDINATOR},
    ):
        with pytest.raises(IntegrityError, match="membership_deputy_has_days"), transaction.atomic():
            Membership.objects.create(**right | wrong)


def test_the_last_release_sees_no_role_in_a_deputy(inger: User, dag: User, kalix: Municipality) -> None:
    world.make_deputy(dag, inger, kalix, TODAY, TODAY)
    asked_as_before = dag.memberships.filter(is_active=True).values_list("role", flat=True)
    assert Role.COORDINATOR not in asked_as_before
    assert Membership.objects.get_or_create(user=dag, municipality=kalix, role=Role.COORDINATOR)[1]


@pytest.mark.usefixtures("noon")
def test_administrators_see_deputies_and_leave_them_be(inger: User, dag: User, kalix: Municipality) -> None:
    browser = office.at(office.administrator(kalix))
    deputy = world.make_deputy(dag, inger, kalix, TODAY, TODAY)
    path = f"/admin/people/membership/{deputy.pk}/change/"
    assert browser.get(path).status_code == 200
    assert browser.post(path, {}).status_code == 403
