"""Who answers what contact persons ask, and as of what."""

import pytest

from assignments.models import Assignment
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calls import edit, problem
from tests.occasions.test_asking import actions, answered, asked_for, standing, told

pytestmark = pytest.mark.usefixtures("noon")


@pytest.mark.parametrize("answer", ["approve", "decline"])
def test_a_deputy_answers_nothing_of_whom_alone_they_stand_in_for(
    answer: str, karin: User, sven: User, inger: User, kalix: Municipality, assignment: Assignment
) -> None:
    trip, today = asked_for(karin, assignment), world.NOW.date()
    world.add_roles(karin, kalix, Role.COORDINATOR)
    world.make_deputy(sven, karin, kalix, today, today)
    refused = problem(answered(sven, trip["id"], answer, reason="Ja."), 409, "deputy_for_claimant")
    assert refused["present"]["asked"] == "waiting"
    assert actions(sven, trip["id"])[answer] == "deputy_for_claimant"
    world.make_deputy(sven, inger, kalix, today, today)
    assert actions(sven, trip["id"])[answer] is None
    assert answered(sven, trip["id"], answer, reason="Ja.").status_code == 200


def test_who_may_answer_and_as_of_what(
    karin: User, inger: User, lars: User, kalix: Municipality, assignment: Assignment
) -> None:
    trip = asked_for(karin, assignment)
    for answer in ("approve", "decline"):
        problem(answered(karin, trip["id"], answer, reason="Ja."), 403, "wrong_role")
        problem(answered(lars, trip["id"], answer, reason="Ja."), 404, "not_found")
    problem(answered(inger, trip["id"], "decline"), 400, "invalid")
    problem(answered(inger, trip["id"], "decline", reason="  "), 400, "invalid")
    assert (actions(karin, trip["id"])["approve"], actions(karin, trip["id"])["decline"]) == ("wrong_role",) * 2
    assert (actions(inger, trip["id"])["approve"], actions(inger, trip["id"])["decline"]) == (None, None)
    assert actions(inger, trip["id"])["edit"] == "wrong_role"

    world.add_roles(karin, kalix, Role.COORDINATOR)
    for answer in ("approve", "decline"):
        problem(answered(karin, trip["id"], answer, reason="Ja."), 409, "own_assignment")
    assert actions(karin, trip["id"])["approve"] == "own_assignment"

    edited = edit(karin, trip["id"], 1, units=2, units_reason="Eller två.").json()
    assert standing(edited) == (1, 2, "waiting")
    assert len(told(inger)) == 2
    stale = problem(answered(inger, trip["id"], "approve", version=1), 412, "stale_version")
    assert stale["present"]["asked_units"] == 2
    assert standing(answered(inger, trip["id"], "approve", version=2).json()) == (2, None, "approved")
    assert actions(inger, trip["id"])["approve"] == "nothing_asked"
