"""What the app is told it may do is what then works, for whoever asks."""

from datetime import date, timedelta
from typing import Any

import pytest

from assignments.models import Assignment
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calls import act, edit, read

pytestmark = pytest.mark.usefixtures("noon")
STATUSES = ("planned", "completed", "cancelled", "no_show")
WHEN = {
    "last month": timedelta(days=-30),
    "this morning": timedelta(hours=-3),
    "now": timedelta(0),
    "tonight": timedelta(hours=11),
    "just after midnight": timedelta(hours=12),
    "next week": timedelta(days=7),
}
# What has been can't lie on a later day.
LATER = ("just after midnight", "next week")
POSSIBLE = [
    (status, when)
    for status in STATUSES
    for when in WHEN
    if status in ("planned", "cancelled") or when not in LATER
]


def outcome(user: User, occasion_id: str, action: str) -> str | None:
    """Do it, and return the code of what refuses; None when it works."""
    values: dict[str, Any] = {"cancelled_by": "client", "reason": "Sjuk"} if action == "cancel" else {}
    if action == "edit":
        answer = edit(user, occasion_id, 1, note="Nytt.")
    else:
        answer = act(user, occasion_id, action.replace("_", "-"), **values)
    if answer.status_code == 200:
        return None
    code: str = answer.json()["code"]
    assert answer.status_code == {"wrong_role": 403, "not_found": 404}.get(code, 409)
    return code


def told(user: User, occasion_id: str) -> dict[str, tuple[bool, str | None]]:
    answer = read(user, occasion_id)
    assert answer.status_code == 200, answer.content
    return {one["action"]: (one["allowed"], one["code"]) for one in answer.json()["allowed_actions"]}


@pytest.mark.parametrize("action", ["edit", "complete", "cancel", "no_show"])
@pytest.mark.parametrize(("status", "when"), POSSIBLE)
@pytest.mark.parametrize("who", ["karin", "inger"])
def test_karin_and_her_coordinator_are_told_the_truth(
    who: str, status: str, when: str, action: str, karin: User, inger: User, assignment: Assignment
) -> None:
    occasion = world.make_occasion(assignment, world.NOW + WHEN[when], status=status)
    user = karin if who == "karin" else inger
    allowed, code = told(user, str(occasion.pk))[action]
    assert outcome(user, str(occasion.pk), action) == code
    assert allowed == (code is None)


@pytest.mark.parametrize("action", ["edit", "complete", "cancel", "no_show"])
@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_a_coordinator_who_is_a_contact_person_too_is_told_the_truth(
    where: str,
    own: bool,
    ended: bool,
    action: str,
    inger: User,
    karin: User,
    kalix: Municipality,
    leksand: Municipality,
) -> None:
    world.add_roles(inger, kalix if where == "here" else leksand, Role.CONTACT_PERSON)
    last_day = date(2026, 6, 9) if ended else None
    assignment = world.make_assignment(inger if own else karin, kalix, last_day=last_day)
    occasion = world.make_occasion(assignment, world.NOW)
    allowed, code = told(inger, str(occasion.pk))[action]
    assert outcome(inger, str(occasion.pk), action) == code
    assert allowed == (own and where == "here" and not ended)


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
