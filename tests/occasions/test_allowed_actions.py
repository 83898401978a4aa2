"""What the app is told it may do is what then works, for whoever asks."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from assignments.models import Assignment
from occasions.models import Occasion
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calls import act, edit, read

pytestmark = pytest.mark.usefixtures("noon")
WAITING: dict[str, Any] = {"asked": "waiting", "asked_units": Decimal(2), "units_reason": "Lång resa"}
STATES: dict[str, dict[str, Any]] = {
    "planned": {},
    "planned and waiting": WAITING,
    "completed": {"status": "completed"},
    "completed and waiting": {"status": "completed", **WAITING},
    "cancelled": {"status": "cancelled"},
    "skipped": {"status": "cancelled", "cancelled_by": "other"},
    "no_show": {"status": "no_show"},
}
WHEN = {
    "last month": timedelta(days=-30),
    "this morning": timedelta(hours=-3),
    "now": timedelta(0),
    "tonight": timedelta(hours=11),
    "just after midnight": timedelta(hours=12),
    "next week": timedelta(days=7),
}
# The rule alone is tried at every time elsewhere. What has been can't lie on a later day.
POSSIBLE = [
    *[("planned", when) for when in WHEN],
    *[("completed", when) for when in WHEN if when not in ("just after midnight", "next week")],
    *[(state, when) for state in ("planned and waiting", "cancelled", "skipped") for when in ("now", "next week")],
    *[(state, "now") for state in ("completed and waiting", "no_show")],
]
ACTIONS = ["edit", "complete", "cancel", "no_show", "restore", "approve", "decline"]
SAID: dict[str, dict[str, str]] = {
    "cancel": {"cancelled_by": "client", "reason": "Sjuk"},
    "decline": {"reason": "Nej"},
}


def make(assignment: Assignment, when: timedelta, state: str) -> Occasion:
    """Put an occasion in a state into the database."""
    fields = dict(STATES[state])
    if state == "skipped":
        fields["skipped_for"] = world.make_occasion(assignment, world.NOW + timedelta(days=2))
    return world.make_occasion(assignment, world.NOW + when, **fields)


def outcome(user: User, occasion_id: str, action: str) -> str | None:
    """Do it, undo it, and return the code of what refuses; None when it works."""
    with transaction.atomic():
        if action == "edit":
            answer = edit(user, occasion_id, 1, note="Nytt.")
        else:
            answer = act(user, occasion_id, action.replace("_", "-"), **SAID.get(action, {}))
        transaction.set_rollback(True)
    if answer.status_code == 200:
        return None
    code: str = answer.json()["code"]
    assert answer.status_code == {"wrong_role": 403, "not_found": 404}.get(code, 409)
    return code


def told(user: User, occasion_id: str) -> dict[str, tuple[bool, str | None]]:
    """Return what a user is told of each action."""
    answer = read(user, occasion_id)
    assert answer.status_code == 200, answer.content
    return {one["action"]: (one["allowed"], one["code"]) for one in answer.json()["allowed_actions"]}


@pytest.mark.parametrize(("state", "when"), POSSIBLE)
def test_karin_and_her_coordinator_are_told_the_truth(
    state: str, when: str, karin: User, inger: User, assignment: Assignment
) -> None:
    occasion_id = str(make(assignment, WHEN[when], state).pk)
    for user in (karin, inger):
        found = told(user, occasion_id)
        assert list(found) == ACTIONS
        codes = {action: outcome(user, occasion_id, action) for action in ACTIONS}
        assert found == {action: (code is None, code) for action, code in codes.items()}


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_a_coordinator_who_is_a_contact_person_too_is_told_the_truth(
    where: str, own: bool, ended: bool, inger: User, karin: User, kalix: Municipality, leksand: Municipality
) -> None:
    world.add_roles(inger, kalix if where == "here" else leksand, Role.CONTACT_PERSON)
    assignment = world.make_assignment(inger if own else karin, kalix)
    if ended:
        assignment.change(last_day=date(2026, 6, 9))
    occasion_id = str(make(assignment, timedelta(0), "planned and waiting").pk)
    found = told(inger, occasion_id)
    codes = {action: outcome(inger, occasion_id, action) for action in ACTIONS}
    assert found == {action: (code is None, code) for action, code in codes.items()}
    plans = own and where == "here" and not ended
    assert [found[action][0] for action in ("edit", "complete", "cancel", "no_show")] == [plans] * 4
    answers = (True, None) if not own else (False, "own_assignment")
    assert found["approve"] == found["decline"] == answers


def test_what_was_just_done_tells_what_is_left(karin: User, assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, world.NOW)
    actions = act(karin, occasion.pk, "complete").json()["allowed_actions"]
    assert actions == [
        {"action": "edit", "allowed": True, "code": None},
        {"action": "complete", "allowed": False, "code": "occasion_closed"},
        {"action": "cancel", "allowed": False, "code": "occasion_closed"},
        {"action": "no_show", "allowed": False, "code": "occasion_closed"},
        {"action": "restore", "allowed": False, "code": "occasion_closed"},
        {"action": "approve", "allowed": False, "code": "wrong_role"},
        {"action": "decline", "allowed": False, "code": "wrong_role"},
    ]
