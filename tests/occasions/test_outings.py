"""Siblings: one outing with several clients, an occasion for each, all of them or none."""

from typing import Any
from uuid import uuid4

import pytest

from assignments.models import Assignment, Decision
from occasions.models import Occasion, Outing
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calls import (
    FRIDAY,
    YESTERDAY,
    act,
    cancel,
    edit,
    error_codes,
    plan,
    planned,
    problem,
    quota,
    read,
    times,
)

pytestmark = pytest.mark.usefixtures("noon")
MONDAY = "2026-06-15T15:00:00+02:00"


@pytest.fixture
def brother(karin: User, kalix: Municipality) -> Assignment:
    """Karin's assignment for the brother of her client, two units a month."""
    return world.make_assignment(karin, kalix, units=2, client_name="Bertil Söderlund")


def go_out(user: User, *assignments: Assignment, starts_at: str = FRIDAY, hours: float = 2, **more: Any) -> Any:
    """Plan an outing, or log one."""
    given = {"occasions": [{"assignment": str(one.pk)} for one in assignments]} | times(starts_at, hours) | more
    return world.signed_in(user).post("/api/v1/outings", given)


def outing(user: User, *assignments: Assignment, **more: Any) -> Any:
    """Plan an outing, and return it."""
    answer = go_out(user, *assignments, **more)
    assert answer.status_code == 201, answer.content
    return answer.json()


def parts(made: Any, *assignments: Assignment) -> list[Any]:
    """Return the occasions of an outing in the order of their assignments: it shows them in none."""
    found = {one["assignment"]: one for one in made["occasions"]}
    return [found[str(one.pk)] for one in assignments]


def show(user: User, outing_id: str) -> Any:
    """Read an outing."""
    return world.signed_in(user).get(f"/api/v1/outings/{outing_id}")


def test_example_7_siblings_are_met_at_once_and_each_uses_their_own_units(
    karin: User, assignment: Assignment, brother: Assignment
) -> None:
    made = outing(
        karin,
        assignment,
        brother,
        hours=9,
        title="Skansen",
        place="Skansen",
        note="Kul",
        activities=[{"kind": "walk"}],
    )
    assert len(made["occasions"]) == 2
    for one in parts(made, assignment, brother):
        assert (one["starts_at"], one["outing"], one["units"]) == (FRIDAY, made["id"], 2)
        assert (one["title"], one["place"], one["note"]) == ("Skansen", "Skansen", "Kul")
        assert [activity["kind"] for activity in one["activities"]] == ["walk"]
    assert (quota(karin, assignment)["remaining"], quota(karin, brother)["remaining"]) == (2, 0)
    assert show(karin, made["id"]).json() == made


def test_each_may_count_as_something_else_for_a_reason(
    karin: User, assignment: Assignment, brother: Assignment
) -> None:
    siblings = [
        {"assignment": str(assignment.pk)},
        {"assignment": str(brother.pk), "units": 1, "units_reason": "Var bara med en stund"},
    ]
    made = outing(karin, occasions=siblings, hours=9)
    assert [one["units"] for one in parts(made, assignment, brother)] == [2, 1]


def test_each_is_judged_for_itself_where_the_policy_asks_and_a_family_counts_days(
    karin: User, inger: User, assignment: Assignment, brother: Assignment, kalix: Municipality
) -> None:
    kalix.policies.update(on_exceeded="ask")
    brother.decision.change(kind=Decision.Kind.CONTACT_FAMILY)
    planned(karin, assignment, MONDAY, hours=10)
    made = outing(karin, assignment, brother, starts_at=YESTERDAY, hours=20)
    hers, his = parts(made, assignment, brother)
    assert [one["status"] for one in (hers, his)] == ["completed", "completed"]
    assert (hers["units"], hers["asked"], hers["asked_units"]) == (0, "waiting", 3)
    assert (his["units"], his["asked"], his["asked_units"]) == (1, "", None)
    home: Any = world.signed_in(inger).get("/api/v1/home")
    assert home.json()["to_do"] == [{"kind": "occasions_waiting", "count": 1}]


def test_what_has_been_is_logged_for_both(karin: User, assignment: Assignment, brother: Assignment) -> None:
    made = outing(karin, assignment, brother, starts_at=YESTERDAY)
    assert [one["status"] for one in made["occasions"]] == ["completed", "completed"]


def test_it_is_all_of_them_or_none_and_said_for_whom(
    karin: User, assignment: Assignment, brother: Assignment
) -> None:
    planned(karin, brother, MONDAY, hours=5)
    refused = problem(go_out(karin, assignment, brother), 409, "quota_exceeded")
    assert [error["pointer"] for error in refused["errors"]] == ["/occasions/1"]
    siblings = [
        {"assignment": str(assignment.pk)},
        {"assignment": str(brother.pk), "units": 0, "units_reason": "?"},
    ]
    refused = problem(go_out(karin, occasions=siblings), 400, "units_not_whole")
    assert [error["pointer"] for error in refused["errors"]] == ["/occasions/1/units"]
    siblings = [{"assignment": str(assignment.pk), "units": 2}, {"assignment": str(brother.pk)}]
    refused = problem(go_out(karin, occasions=siblings), 400, "reason_required")
    assert [error["pointer"] for error in refused["errors"]] == ["/occasions/0/units_reason"]
    assert (Occasion.objects.count(), Outing.objects.count()) == (1, 0)


def test_nobody_goes_out_with_a_strangers_client(
    karin: User, sven: User, assignment: Assignment, kalix: Municipality
) -> None:
    svens = world.make_assignment(sven, kalix)
    problem(go_out(karin, assignment, svens), 404, "not_found")
    assert not Occasion.objects.exists()


def test_siblings_are_two_at_least_and_nobody_twice(
    karin: User, assignment: Assignment, brother: Assignment
) -> None:
    refused = problem(go_out(karin, assignment, assignment), 400, "invalid")
    assert [error["code"] for error in refused["errors"]] == ["twice"]
    problem(go_out(karin, assignment), 400, "invalid")
    same = str(uuid4())
    siblings = [{"assignment": str(one.pk), "id": same} for one in (assignment, brother)]
    problem(go_out(karin, occasions=siblings), 400, "invalid")
    assert not Occasion.objects.exists()


def test_an_outing_sent_again_is_the_same_and_its_id_stands_for_nothing_else(
    karin: User, assignment: Assignment, brother: Assignment
) -> None:
    ids = [str(uuid4()) for _ in range(3)]
    siblings = [
        {"assignment": str(one.pk), "id": own} for one, own in zip((assignment, brother), ids, strict=False)
    ]
    made = outing(karin, occasions=siblings, id=ids[2])
    assert [one["id"] for one in parts(made, assignment, brother)] == ids[:2]
    again = go_out(karin, occasions=siblings, id=ids[2])
    assert (again.status_code, again.json()) == (200, made)
    problem(go_out(karin, occasions=siblings, id=ids[2], title="Bio"), 409, "id_conflict")
    refused = problem(go_out(karin, occasions=siblings, starts_at=MONDAY, id=str(uuid4())), 409, "id_conflict")
    assert [error["pointer"] for error in refused["errors"]] == ["/occasions/0/id"]
    assert Occasion.objects.count() == 2


def test_ids_of_occasions_need_one_of_the_outing_or_it_could_not_be_sent_again(
    karin: User, assignment: Assignment, brother: Assignment
) -> None:
    siblings = [{"assignment": str(assignment.pk), "id": str(uuid4())}, {"assignment": str(brother.pk)}]
    assert error_codes(go_out(karin, occasions=siblings)) == {"/id": "required"}
    assert not Occasion.objects.exists()


def test_an_outing_shows_each_coordinator_their_own_clients_only(
    karin: User, inger: User, lars: User, sven: User, assignment: Assignment, leksand: Municipality
) -> None:
    world.add_roles(karin, leksand, Role.CONTACT_PERSON)
    elsewhere = world.make_assignment(karin, leksand, client_name="Cousin")
    made = outing(karin, assignment, elsewhere)
    for coordinator, seen in ((inger, assignment), (lars, elsewhere)):
        shown = show(coordinator, made["id"])
        assert [one["assignment"] for one in shown.json()["occasions"]] == [str(seen.pk)]
    problem(show(sven, made["id"]), 404, "not_found")


def test_siblings_are_moved_completed_and_cancelled_each_on_its_own(
    karin: User, assignment: Assignment, brother: Assignment
) -> None:
    made = outing(karin, assignment, brother, starts_at="2026-06-10T15:00:00+02:00")
    first, second = parts(made, assignment, brother)
    later = times("2026-06-10T16:00:00+02:00")
    assert edit(karin, first["id"], 1, **later).status_code == 200
    assert read(karin, second["id"]).json() == second
    assert cancel(karin, second["id"]).json()["status"] == "cancelled"
    assert act(karin, first["id"], "complete").json()["status"] == "completed"
    assert (quota(karin, assignment)["used"], quota(karin, brother)["used"]) == (1, 0)


def test_nothing_else_fits_into_the_time_of_an_outing(
    karin: User, assignment: Assignment, brother: Assignment
) -> None:
    first, _ = outing(karin, assignment, brother)["occasions"]
    problem(plan(karin, assignment), 409, "overlapping")
    problem(go_out(karin, assignment, brother), 409, "overlapping")
    cancel(karin, first["id"])
    problem(plan(karin, assignment), 409, "overlapping")
