"""Completing, cancelling, and recording that nobody came."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from assignments.models import Assignment
from occasions.models import Activity, Occasion
from people.models import User
from tests import world
from tests.occasions.calls import FRIDAY, act, cancel, edit, planned, problem, quota, times

pytestmark = pytest.mark.usefixtures("noon")
TODAY = "2026-06-10T15:00:00+02:00"
SETTLE: dict[str, dict[str, Any]] = {
    "complete": {"note": "En fin dag."},
    "cancel": {"cancelled_by": "client", "reason": "Sjuk"},
    "no-show": {"reason": "Ingen öppnade."},
}


def test_an_empty_body_means_as_planned(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, TODAY, title="Bio", activities=[{"kind": "cinema"}], note="Hon väljer.")
    completed = act(karin, occasion["id"], "complete").json()
    changed = {"status": "completed", "version": 2, "allowed_actions": completed["allowed_actions"]}
    assert completed == occasion | changed
    account = quota(karin, assignment)
    assert (account["used"], account["planned"]) == (1, 0)


def test_a_body_says_how_it_went(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, TODAY)
    done = times("2026-06-10T09:00:00+02:00", 9) | {
        "activities": [{"kind": "walk"}, {"kind": "coffee", "note": "Semlor"}],
        "note": "Det blev en hel dag.",
    }
    completed = act(karin, occasion["id"], "complete", **done).json()
    assert (completed["status"], completed["units"], completed["note"]) == ("completed", 2, done["note"])
    assert [activity["kind"] for activity in completed["activities"]] == ["walk", "coffee"]


def test_a_day_that_became_longer_than_the_quota_is_refused_as_a_whole(
    karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment, TODAY)
    planned(karin, assignment, FRIDAY, hours=10)
    longer = times("2026-06-10T09:00:00+02:00", 9) | {"activities": [{"kind": "walk"}]}
    problem(act(karin, occasion["id"], "complete", **longer), 409, "quota_exceeded")
    assert Occasion.objects.get(pk=occasion["id"]).status == "planned"
    assert not Activity.objects.exists()
    assert act(karin, occasion["id"], "complete", **longer, units=1).json()["status"] == "completed"


def test_cancelling_gives_the_units_back(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, hours=9)
    cancelled = cancel(karin, occasion["id"]).json()
    assert (cancelled["status"], cancelled["cancelled_by"], cancelled["reason"]) == ("cancelled", "client", "Sjuk")
    account = quota(karin, assignment)
    assert (account["remaining"], [entry["kind"] for entry in account["entries"]]) == (4, ["granted", "released"])


def test_a_no_show_uses_the_units_and_was_the_client_s_unless_told_otherwise(
    karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment, TODAY, hours=9)
    missed = act(karin, occasion["id"], "no-show").json()
    assert (missed["status"], missed["cancelled_by"], missed["reason"]) == ("no_show", "client", "")
    assert quota(karin, assignment)["used"] == 2
    other = planned(karin, assignment, TODAY)
    missed = act(karin, other["id"], "no-show", cancelled_by="other", reason="Hissen stod.").json()
    assert (missed["cancelled_by"], missed["reason"]) == ("other", "Hissen stod.")


@pytest.mark.parametrize("action", ["complete", "no-show"])
@pytest.mark.parametrize(
    ("starts_at", "status"),
    [("2026-06-10T23:59:00+02:00", 200), ("2026-06-11T00:00:00+02:00", 409), ("2026-06-10T22:30:00Z", 409)],
)
def test_an_occasion_is_settled_from_its_own_day_on(
    action: str, starts_at: str, status: int, karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment, starts_at)
    answer = act(karin, occasion["id"], action)
    assert answer.status_code == status
    if status == 409:
        problem(answer, 409, "not_yet_held")


def test_an_occasion_held_earlier_than_planned_is_completed_by_giving_its_times(
    karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment)
    completed = act(karin, occasion["id"], "complete", **times("2026-06-09T15:00:00+02:00"))
    assert completed.json()["starts_at"] == "2026-06-09T15:00:00+02:00"


def test_an_occasion_cannot_be_completed_on_a_day_to_come(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, TODAY)
    problem(act(karin, occasion["id"], "complete", **times(FRIDAY)), 409, "not_yet_held")


def test_what_was_planned_in_time_can_be_completed_however_late(
    karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    occasion = planned(karin, assignment, TODAY)
    noon.shift(timedelta(days=120))
    assert act(karin, occasion["id"], "complete").status_code == 200


def test_the_last_occasion_can_be_completed_as_planned_after_the_decision_was_cut(
    karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment, TODAY)
    assignment.decision.change(last_day=date(2026, 6, 9))
    assert act(karin, occasion["id"], "complete").status_code == 200


@pytest.mark.parametrize("action", SETTLE)
def test_the_same_action_again_is_no_news(action: str, karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, TODAY)
    first = act(karin, occasion["id"], action, **SETTLE[action])
    again = act(karin, occasion["id"], action, **SETTLE[action])
    assert (again.status_code, again.json(), again["ETag"]) == (200, first.json(), '"2"')


@pytest.mark.parametrize("action", SETTLE)
@pytest.mark.parametrize("other", [*SETTLE, "differently"])
def test_a_contradicting_action_is_refused_and_shows_what_it_is(
    action: str, other: str, karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment, TODAY)
    settled = act(karin, occasion["id"], action, **SETTLE[action]).json()
    different = {"note": "Nej."} if action == "complete" else {"cancelled_by": "other", "reason": "Nej."}
    again, values = (action, different) if other == "differently" else (other, SETTLE[other])
    answer = act(karin, occasion["id"], again, **values)
    if again == action and values == SETTLE[action]:
        assert answer.status_code == 200
    else:
        refused = problem(answer, 409, "occasion_closed")
        assert (refused["present"], answer["ETag"]) == (settled, '"2"')


def test_completing_again_after_a_correction_shows_the_correction(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, TODAY)
    act(karin, occasion["id"], "complete")
    corrected = edit(karin, occasion["id"], 2, note="Vi tog en promenad.").json()
    assert act(karin, occasion["id"], "complete").json() == corrected


def test_completing_again_may_be_written_differently(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, TODAY)
    done = times("2026-06-10T09:00:00+02:00") | {"units": 1}
    first = act(karin, occasion["id"], "complete", **done).json()
    again = act(karin, occasion["id"], "complete", units=1.0, **times("2026-06-10T07:00:00Z"))
    assert (again.status_code, again.json()) == (200, first)


def test_what_a_phone_planned_and_completed_offline_keeps_its_activities(
    karin: User, assignment: Assignment
) -> None:
    entered = planned(karin, assignment, "2026-06-09T15:00:00+02:00")
    assert entered["status"] == "completed"
    held = act(karin, entered["id"], "complete", activities=[{"kind": "walk"}], note="Fint").json()
    assert (held["status"], held["note"]) == ("completed", "Fint")
    assert [activity["kind"] for activity in held["activities"]] == ["walk"]
    problem(cancel(karin, entered["id"]), 409, "occasion_closed")


def test_what_a_phone_planned_and_cancelled_offline_uses_nothing(karin: User, assignment: Assignment) -> None:
    entered = planned(karin, assignment, "2026-06-09T15:00:00+02:00")
    assert cancel(karin, entered["id"]).json()["status"] == "cancelled"
    problem(act(karin, entered["id"], "complete"), 409, "occasion_closed")


def test_what_was_held_can_not_end_later_than_tomorrow(karin: User, assignment: Assignment) -> None:
    held = planned(karin, assignment, "2026-06-09T15:00:00+02:00")
    late = edit(karin, held["id"], 1, ends_at="2026-06-20T15:00:00+02:00")
    problem(late, 409, "not_yet_held")


def test_the_client_s_cancelled_evening_can_be_planned_anew(karin: User, assignment: Assignment) -> None:
    for _ in range(6):
        occasion = planned(karin, assignment, hours=10)
        cancel(karin, occasion["id"])
    assert Occasion.objects.count() == 6
    assert world.texts_of(Activity.objects.all()) == ""
