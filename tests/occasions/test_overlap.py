"""Nobody is at two occasions at once, unless one outing is both."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from assignments.models import Assignment
from occasions import services
from occasions.models import Occasion
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calls import FRIDAY, YESTERDAY, act, cancel, edit, plan, planned, problem, read, times

pytestmark = pytest.mark.usefixtures("noon")
AT_FOUR = "2026-06-12T16:00:00+02:00"
AT_FIVE = "2026-06-12T17:00:00+02:00"
AT_ONE = "2026-06-12T13:00:00+02:00"


def expect_overlapping(answer: Any) -> None:
    refused = problem(answer, 409, "overlapping")
    assert [error["pointer"] for error in refused["errors"]] == ["/starts_at"]
    assert refused["detail"] == "Du har redan ett tillfälle den tiden."


def test_karin_is_with_one_client_at_a_time(karin: User, assignment: Assignment, kalix: Municipality) -> None:
    planned(karin, assignment)
    expect_overlapping(plan(karin, assignment, AT_FOUR))
    expect_overlapping(plan(karin, world.make_assignment(karin, kalix), AT_FOUR))
    assert Occasion.objects.count() == 1


def test_karin_is_in_one_municipality_at_a_time(
    karin: User, assignment: Assignment, leksand: Municipality
) -> None:
    world.add_roles(karin, leksand, Role.CONTACT_PERSON)
    planned(karin, assignment)
    expect_overlapping(plan(karin, world.make_assignment(karin, leksand), AT_FOUR))


def test_sven_may_be_out_at_the_same_time_for_the_same_decision(
    karin: User, sven: User, assignment: Assignment, kalix: Municipality
) -> None:
    planned(karin, assignment)
    planned(sven, world.make_assignment(sven, kalix, decision=assignment.decision))


def test_one_may_begin_when_another_ends(karin: User, assignment: Assignment) -> None:
    for starts_at in (FRIDAY, AT_FIVE, AT_ONE):
        planned(karin, assignment, starts_at)


@pytest.mark.parametrize("status", ["cancelled", "no_show"])
def test_what_is_not_held_takes_no_time(status: str, karin: User, assignment: Assignment) -> None:
    missed = planned(karin, assignment, YESTERDAY)
    answer = act(karin, missed["id"], "no-show") if status == "no_show" else cancel(karin, missed["id"])
    assert answer.json()["status"] == status
    assert planned(karin, assignment, YESTERDAY)["status"] == "completed"


def test_an_occasion_is_not_moved_onto_another(karin: User, assignment: Assignment) -> None:
    planned(karin, assignment)
    other = planned(karin, assignment, AT_FIVE)
    expect_overlapping(edit(karin, other["id"], 1, **times(AT_FOUR)))
    expect_overlapping(edit(karin, other["id"], 1, starts_at="2026-06-12T16:59:59+02:00"))
    assert read(karin, other["id"]).json() == other
    assert edit(karin, other["id"], 1, title="Bio").status_code == 200


def test_what_was_held_at_other_times_may_not_have_been_in_the_middle_of_another(
    karin: User, assignment: Assignment
) -> None:
    planned(karin, assignment, YESTERDAY)
    going_on = planned(karin, assignment, "2026-06-10T11:00:00+02:00")
    expect_overlapping(act(karin, going_on["id"], "complete", **times("2026-06-09T16:00:00+02:00")))
    assert act(karin, going_on["id"], "complete", **times("2026-06-09T17:00:00+02:00")).status_code == 200


def test_skipping_the_other_one_in_the_same_step_makes_room_and_it_comes_back_only_to_free_time(
    karin: User, assignment: Assignment
) -> None:
    other = planned(karin, assignment)
    instead = planned(karin, assignment, AT_FOUR, skip=[other["id"]])
    assert read(karin, other["id"]).json()["skipped_for"] == instead["id"]
    expect_overlapping(act(karin, other["id"], "restore"))
    cancel(karin, instead["id"])
    assert act(karin, other["id"], "restore").json()["status"] == "planned"


def test_an_edit_may_skip_what_is_in_its_way(karin: User, assignment: Assignment) -> None:
    other, moved = planned(karin, assignment), planned(karin, assignment, AT_FIVE)
    answer = edit(karin, moved["id"], 1, **times(AT_FOUR), skip=[other["id"]])
    assert answer.status_code == 200
    assert read(karin, other["id"]).json()["skipped_for"] == moved["id"]


def test_the_database_refuses_what_gets_past_the_services(karin: User, assignment: Assignment) -> None:
    first = world.make_occasion(assignment, world.NOW)
    with pytest.raises(IntegrityError, match="occasion_one_at_a_time"), transaction.atomic():
        world.make_occasion(assignment, world.NOW, hours=0.1)
    world.make_occasion(assignment, world.NOW, status="cancelled")
    world.make_occasion(assignment, first.ends_at)


def test_what_the_database_refuses_is_told_like_what_the_services_do(
    karin: User, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(karin, assignment)
    other = planned(karin, assignment, AT_FIVE)
    monkeypatch.setattr(services, "check_free", lambda *_, **__: None)
    expect_overlapping(plan(karin, assignment, AT_FOUR))
    expect_overlapping(edit(karin, other["id"], 1, **times(AT_FOUR)))
    assert Occasion.objects.count() == 2
