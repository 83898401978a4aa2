"""Asking for more units than an occasion weighs, or than there are; and the coordinators' answers."""

from decimal import Decimal
from typing import Any

import pytest

from assignments.models import Assignment
from notifications.messages import Kind, message_of
from notifications.models import Notification
from occasions.models import Occasion
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calls import FRIDAY, YESTERDAY, act, cancel, edit, plan, planned, problem, quota, read, times

pytestmark = pytest.mark.usefixtures("noon")
SATURDAY = "2026-06-13T10:00:00+02:00"
WHY = "Vi åkte ända till Luleå."


@pytest.fixture
def asking(kalix: Municipality) -> Municipality:
    """Kalix, where what exceeds the quota waits for the coordinator."""
    kalix.policies.update(on_exceeded="ask")
    return kalix


def answered(user: User, occasion_id: str, answer: str, *, version: int | None = None, **values: Any) -> Any:
    """Approve or decline, on what was seen if a version says what that was."""
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return world.signed_in(user).post(f"/api/v1/occasions/{occasion_id}/{answer}", values, headers=headers)


def asked_for(user: User, assignment: Assignment, units: int = 3, starts_at: str = FRIDAY) -> Any:
    """Plan two hours and ask for more units than they weigh."""
    return planned(user, assignment, starts_at, units=units, units_reason=WHY)


def full(user: User, assignment: Assignment) -> None:
    """Plan all of June's four units: two hours of each, a week of their own."""
    for day in (22, 23, 24, 25):
        planned(user, assignment, f"2026-06-{day}T15:00:00+02:00")


def standing(occasion: Any) -> tuple[Any, ...]:
    """Return what it counts as, what it asks for, and how that stands."""
    return occasion["units"], occasion["asked_units"], occasion["asked"]


def told(user: User) -> list[tuple[str, str, str]]:
    """Return what somebody was told, oldest first: the kind, and what it is about."""
    rows = Notification.objects.filter(recipient=user).order_by("created_at", "pk")
    return [(one.kind, one.subject_type, str(one.subject_id)) for one in rows]


def actions(user: User, occasion_id: str) -> dict[str, str | None]:
    """Return what a user is told of each action: None when it works, else the problem's code."""
    return {one["action"]: one["code"] for one in read(user, occasion_id).json()["allowed_actions"]}


def account(user: User, assignment: Assignment) -> tuple[float, float, float]:
    """Return what of June is planned, waits and remains."""
    june = quota(user, assignment)
    return june["planned"], june["waiting"], june["remaining"]


def test_above_the_table_waits_counts_as_its_weight_and_the_coordinators_are_told(
    karin: User, sven: User, inger: User, bengt: User, lars: User, kalix: Municipality, assignment: Assignment
) -> None:
    world.add_roles(karin, kalix, Role.COORDINATOR)
    trip = asked_for(karin, assignment)
    assert (standing(trip), trip["units_reason"], trip["warnings"]) == ((1, 3, "waiting"), WHY, [])
    assert account(karin, assignment) == (1, 2, 3)
    waiting = [one for one in quota(karin, assignment)["entries"] if one["kind"] == "waiting"]
    assert [one["text"] for one in waiting] == ["Tillfälle 12 juni väntar på samordnaren: 2 till."]
    question = (Kind.OCCASION_WAITING, "occasion", trip["id"])
    # Karin can't answer herself, and elsewhere nobody may know.
    assert [told(who) for who in (inger, bengt, karin, sven, lars)] == [[question], [question], [], [], []]
    asked = world.signed_in(inger).get("/api/v1/occasions", {"asked": "waiting"}).json()["results"]
    assert [one["id"] for one in asked] == [trip["id"]]
    to_do = [world.signed_in(who).get("/api/v1/home").json()["to_do"] for who in (inger, karin, lars)]
    assert to_do == [[{"kind": "occasions_waiting", "count": 1}], [], []]


@pytest.mark.parametrize(
    ("answer", "reason", "kind", "after"),
    [
        ("approve", "", Kind.OCCASION_APPROVED, (3, None, "approved")),
        ("approve", "Fin dag!", Kind.OCCASION_APPROVED, (3, None, "approved")),
        ("decline", "Två timmar räknas som ett.", Kind.OCCASION_DECLINED, (1, None, "declined")),
    ],
)
def test_an_answer_is_given_once_and_the_contact_person_is_told(
    answer: str,
    reason: str,
    kind: Kind,
    after: tuple[Any, ...],
    karin: User,
    inger: User,
    bengt: User,
    assignment: Assignment,
) -> None:
    trip = asked_for(karin, assignment)
    first = answered(inger, trip["id"], answer, version=1, reason=reason)
    assert (first.status_code, standing(first.json()), first.json()["status"]) == (200, after, "planned")
    assert (first.json()["answer_reason"], first.json()["units_reason"]) == (reason, WHY)
    assert told(karin) == [(kind, "occasion", trip["id"])]
    for language in ("sv", "en"):
        words = " ".join(message_of(kind).words(language))
        assert not {"Maj-Britt", "tillfälle", "occasion", "3", "Luleå"} & {*words.split()}
    again = answered(inger, trip["id"], answer, version=1, reason=reason)
    assert (again.status_code, again.json(), again["ETag"]) == (200, first.json(), '"2"')
    contradiction = {"approve": "decline", "decline": "approve"}[answer]
    for who, other, why in [(inger, contradiction, "Nej."), (inger, answer, "Nja."), (bengt, answer, reason)]:
        if other == "decline" and not why:
            continue
        refused = problem(answered(who, trip["id"], other, reason=why), 409, "nothing_asked")
        assert standing(refused["present"]) == after
    assert len(told(karin)) == 1
    planned_units = account(karin, assignment)
    assert planned_units == (after[0], 0, 4 - after[0])


def test_a_reason_is_required_and_there_is_a_highest(
    karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    for units in (2, 3):
        refused = problem(plan(karin, assignment, units=units), 400, "reason_required")
        assert [one["pointer"] for one in refused["errors"]] == ["/units_reason"]
    problem(plan(karin, assignment, units=4, units_reason=WHY), 409, "units_above_highest")
    kalix.policies.update(highest_weight=Decimal(5))
    trip = asked_for(karin, assignment, units=4)
    above = edit(karin, trip["id"], 1, units=6, units_reason=WHY)
    assert problem(above, 409, "units_above_highest")["detail"] == ("Ett sådant tillfälle kan räknas som högst 5.")
    again = edit(karin, trip["id"], 1, units=4, note="Vi tog bussen.")
    assert (standing(again.json()), again.json()["units_reason"]) == ((1, 4, "waiting"), WHY)


def test_a_new_one_over_the_quota_counts_as_nothing_until_it_is_approved(
    asking: Municipality, karin: User, inger: User, assignment: Assignment
) -> None:
    full(karin, assignment)
    fifth = planned(karin, assignment)
    assert (standing(fifth), fifth["warnings"], account(karin, assignment)) == ((0, 1, "waiting"), [], (4, 1, 0))
    assert told(inger) == [(Kind.OCCASION_WAITING, "occasion", fifth["id"])]
    assert standing(answered(inger, fifth["id"], "approve").json()) == (1, None, "approved")
    assert account(karin, assignment) == (5, 0, -1)


def test_declining_a_planned_one_that_counts_as_nothing_cancels_it(
    asking: Municipality, karin: User, inger: User, assignment: Assignment
) -> None:
    full(karin, assignment)
    fifth = planned(karin, assignment)
    declined = answered(inger, fifth["id"], "decline", reason="Juni är full.").json()
    assert (standing(declined), declined["status"]) == ((0, None, "declined"), "cancelled")
    assert (declined["cancelled_by"], declined["reason"]) == ("other", "Juni är full.")
    assert answered(inger, fifth["id"], "decline", reason="Juni är full.").json() == declined
    problem(act(karin, fifth["id"], "restore"), 409, "not_skipped")
    problem(act(karin, fifth["id"], "complete"), 409, "occasion_closed")
    assert planned(karin, assignment, FRIDAY)["id"] != fifth["id"]  # its time is free again


def test_declining_one_that_was_held_leaves_it_held_and_counting_as_nothing(
    asking: Municipality, karin: User, inger: User, assignment: Assignment
) -> None:
    full(karin, assignment)
    held = planned(karin, assignment, YESTERDAY)
    assert (held["status"], standing(held)) == ("completed", (0, 1, "waiting"))
    declined = answered(inger, held["id"], "decline", reason="Juni var full.").json()
    assert (declined["status"], standing(declined)) == ("completed", (0, None, "declined"))
    shorter = edit(karin, held["id"], 2, **times("2026-06-09T15:00:00+02:00", 1)).json()
    assert (shorter["units"], shorter["asked_units"]) == (0, None)
    assert (quota(karin, assignment)["used"], account(karin, assignment)) == (0, (4, 0, 0))
    # A longer one is another question, and in a month with room it is none.
    longer = edit(karin, held["id"], 3, **times("2026-06-09T09:00:00+02:00", 9)).json()
    assert standing(longer) == (0, 2, "waiting")
    moved = edit(karin, held["id"], 4, **times("2026-05-20T09:00:00+02:00", 9)).json()
    assert standing(moved) == (2, None, "")


def test_editing_one_that_waits(asking: Municipality, karin: User, inger: User, assignment: Assignment) -> None:
    for day in (22, 23, 24):
        planned(karin, assignment, f"2026-06-{day}T15:00:00+02:00")
    trip = planned(karin, assignment, SATURDAY, hours=6)
    assert (standing(trip), account(karin, assignment)) == ((0, 2, "waiting"), (3, 2, 1))
    noted = edit(karin, trip["id"], 1, note="Ta med kaffe.").json()
    assert (standing(noted), len(told(inger))) == ((0, 2, "waiting"), 1)
    longer = edit(karin, trip["id"], 2, **times(SATURDAY, 10)).json()
    assert (standing(longer), len(told(inger))) == ((0, 3, "waiting"), 2)
    shorter = edit(karin, trip["id"], 3, **times(SATURDAY, 2)).json()
    assert (standing(shorter), len(told(inger))) == ((1, None, ""), 2)
    assert account(karin, assignment) == (4, 0, 0)
    problem(answered(inger, trip["id"], "approve"), 409, "nothing_asked")
    # One that counts already keeps what it counts as while it asks for more.
    grown = edit(karin, trip["id"], 4, **times(SATURDAY, 6)).json()
    assert (standing(grown), account(karin, assignment)) == ((1, 2, "waiting"), (4, 1, 0))
    kept = answered(inger, trip["id"], "decline", reason="Inte i juni.").json()
    assert (standing(kept), kept["status"]) == ((1, None, "declined"), "planned")


def test_previewing_an_edit_that_touches_no_units_shows_what_waits(
    asking: Municipality, karin: User, assignment: Assignment
) -> None:
    full(karin, assignment)
    trip = planned(karin, assignment)
    cancel(karin, str(Occasion.objects.latest("starts_at").pk))
    shown = world.signed_in(karin).post("/api/v1/occasions/preview", {"occasion": trip["id"], "title": "Fika"})
    seen = shown.json()
    assert (seen["answer"], seen["units"], seen["asked_units"], seen["over"]) == ("fits", 0, 1, 0)
    assert (seen["skip"], seen["problem"]) == ([], None)
    assert standing(edit(karin, trip["id"], 1, title="Fika").json()) == (0, 1, "waiting")


def test_an_approval_lasts_until_another_length_changes_the_weight(
    karin: User, inger: User, assignment: Assignment
) -> None:
    trip = asked_for(karin, assignment)
    answered(inger, trip["id"], "approve", reason="Ja.")
    for number, change in enumerate(
        [{"note": "Fint."}, times(SATURDAY, 2), times("2026-07-04T10:00:00+02:00", 3)], start=2
    ):
        same = edit(karin, trip["id"], number, **change).json()
        assert (standing(same), same["answer_reason"], same["units_reason"]) == ((3, None, "approved"), "Ja.", WHY)
    longer = edit(karin, trip["id"], 5, **times(SATURDAY, 6)).json()
    assert (standing(longer), longer["answer_reason"], longer["units_reason"]) == ((2, None, ""), "", "")
    row = Occasion.objects.get(pk=trip["id"])
    assert (row.answered_by, row.answered_at) == (None, None)


def test_where_the_policy_blocks_approving_needs_room_which_an_adjustment_makes(
    karin: User, inger: User, assignment: Assignment
) -> None:
    for day in (22, 23):
        planned(karin, assignment, f"2026-06-{day}T15:00:00+02:00")
    trip = asked_for(karin, assignment)
    refused = problem(answered(inger, trip["id"], "approve"), 409, "quota_exceeded")
    assert refused["detail"] == "Det finns plats för 2 i juni 2026 och tillfället räknas som 3."
    assert standing(read(inger, trip["id"]).json()) == (1, 3, "waiting")
    adjustment = {"on": "2026-06-01", "units": 1, "reason": "En lång resa."}
    made = world.signed_in(inger).post(f"/api/v1/decisions/{assignment.decision_id}/adjustments", adjustment)
    assert made.status_code == 201, made.content
    assert standing(answered(inger, trip["id"], "approve").json()) == (3, None, "approved")
    assert account(karin, assignment) == (5, 0, 0)


def test_one_that_waits_can_be_held_and_is_answered_afterwards(
    karin: User, inger: User, assignment: Assignment
) -> None:
    today = "2026-06-10T09:00:00+02:00"
    trip = asked_for(karin, assignment, starts_at=today)
    held = act(karin, trip["id"], "complete").json()
    assert (held["status"], standing(held)) == ("completed", (1, 3, "waiting"))
    assert standing(answered(inger, trip["id"], "approve").json()) == (3, None, "approved")
    assert quota(karin, assignment)["used"] == 3


def test_one_that_waits_can_be_cancelled_and_asks_for_nothing_any_more(
    karin: User, inger: User, assignment: Assignment
) -> None:
    trip = asked_for(karin, assignment)
    cancelled = cancel(karin, trip["id"]).json()
    assert (cancelled["status"], cancelled["asked"], cancelled["asked_units"]) == ("cancelled", "", None)
    problem(answered(inger, trip["id"], "approve"), 409, "nothing_asked")
    assert world.signed_in(inger).get("/api/v1/home").json()["to_do"] == []
