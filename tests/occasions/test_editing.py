"""Editing: only what changes is compared with what the month has left."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from assignments.models import Assignment, Decision, Policy
from occasions.models import Occasion
from people.models import Municipality, User
from tests import world
from tests.occasions.calls import FRIDAY, YESTERDAY, act, cancel, edit, plan, planned, problem, quota, times

pytestmark = pytest.mark.usefixtures("noon")
SUNDAY = "2026-06-14T09:00:00+02:00"
JULY = "2026-07-05T15:00:00+02:00"


def overdrawn(assignment: Assignment) -> None:
    """Use more than the decision grants in June: an earlier decision was for more."""
    for day in (3, 4, 5):
        world.make_occasion(assignment, datetime(2026, 6, day, 12, tzinfo=world.NOW.tzinfo), units=3)


def test_karin_changes_what_she_likes(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, title="Bio", activities=[{"kind": "cinema"}])
    answer = edit(karin, occasion["id"], 1, title="Fika", place="Konditoriet", note="Hon bjuder.")
    assert answer.status_code == 200
    assert answer["ETag"] == '"2"'
    changed = answer.json()
    assert changed == occasion | {"title": "Fika", "place": "Konditoriet", "note": "Hon bjuder.", "version": 2}


def test_a_longer_occasion_counts_as_more_and_a_shorter_one_as_less(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment)
    longer = edit(karin, occasion["id"], 1, **times(FRIDAY, 9)).json()
    assert longer["units"] == 2
    assert edit(karin, occasion["id"], 2, ends_at=occasion["ends_at"]).json()["units"] == 1


def test_an_edit_that_takes_more_than_is_left_is_refused(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment)
    planned(karin, assignment, SUNDAY, hours=10)
    refused = problem(edit(karin, occasion["id"], 1, **times(FRIDAY, 9)), 409, "quota_exceeded")
    assert refused["detail"] == "Det finns plats för 1 i juni 2026 och tillfället räknas som 2."
    assert Occasion.objects.get(pk=occasion["id"]).ends_at == datetime.fromisoformat(occasion["ends_at"])


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Bio"},
        {"units": 3},
        {"note": "Vi sågs.", "units": 3, "activities": [{"kind": "walk"}]},
        times("2026-06-03T16:00:00+02:00", 10),
        {"ends_at": "2026-06-03T19:00:00+02:00"},
        {"units": 2, "units_reason": "Vi gick hem."},
        {"units": 1, "units_reason": "Vi gick hem."},
    ],
    ids=str,
)
def test_an_overdrawn_month_takes_every_edit_that_adds_nothing(
    values: dict[str, Any], karin: User, assignment: Assignment
) -> None:
    overdrawn(assignment)
    occasion = Occasion.objects.earliest("starts_at")
    Occasion.objects.filter(pk=occasion.pk).update(ends_at=occasion.starts_at + timedelta(hours=10))
    assert edit(karin, occasion.pk, 1, **values).status_code == 200


def test_a_move_within_the_month_costs_nothing_and_to_another_one_everything(
    karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment, hours=10)
    planned(karin, assignment, JULY, hours=9)
    assert edit(karin, occasion["id"], 1, **times(SUNDAY, 10)).status_code == 200
    refused = edit(karin, occasion["id"], 2, **times("2026-07-07T09:00:00+02:00", 10))
    assert problem(refused, 409, "quota_exceeded")["detail"].startswith("Det finns plats för 2 i juli 2026")
    moved = edit(karin, occasion["id"], 2, **times("2026-07-07T09:00:00+02:00", 9)).json()
    assert (moved["units"], quota(karin, assignment)["planned"]) == (2, 0)
    assert quota(karin, assignment, "2026-07")["remaining"] == 0


def test_what_was_asked_to_count_as_less_is_not_made_more_by_a_move(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, hours=9, units=1, units_reason="Bara bussen tog tid")
    assert edit(karin, occasion["id"], 1, **times(SUNDAY, 9)).json()["units"] == 1
    longer = edit(karin, occasion["id"], 2, **times(SUNDAY, 11)).json()
    assert (longer["units"], longer["units_reason"]) == (1, "Bara bussen tog tid")
    full = edit(karin, occasion["id"], 3, units=3).json()
    assert (full["units"], full["units_reason"], full["asked"]) == (3, "", "")


def test_a_move_to_the_days_of_another_policy_is_weighed_by_that(
    karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    Policy.objects.create(municipality=kalix, first_day=date(2026, 7, 1), weight_steps=[[0, 2]])
    occasion = planned(karin, assignment)
    assert edit(karin, occasion["id"], 1, **times(JULY)).json()["units"] == 2
    assert edit(karin, occasion["id"], 2, **times(FRIDAY)).json()["units"] == 1


def test_a_policy_to_come_weighs_what_is_planned_for_its_days_and_refuses_no_edit_that_adds_nothing(
    karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    occasion = planned(karin, assignment)
    Policy.objects.create(municipality=kalix, first_day=date(2026, 6, 12), weight_steps=[[0, 5]])
    assert quota(karin, assignment)["remaining"] == -1
    kept = edit(karin, occasion["id"], 1, title="Bio", **times(FRIDAY), units=5)
    assert (kept.status_code, kept.json()["units"]) == (200, 5)
    assert edit(karin, occasion["id"], 2, **times(SUNDAY)).status_code == 200
    assert edit(karin, occasion["id"], 3, units=4, units_reason="Kort").json()["units"] == 4
    problem(edit(karin, occasion["id"], 4, units=5), 409, "quota_exceeded")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"units": 0}, 400, "units_not_whole"),
        ({"units": -1}, 400, "units_not_whole"),
        ({"units": 1.5}, 400, "units_not_whole"),
        ({"units": 4, "units_reason": "Långt"}, 409, "units_above_highest"),
        ({"units": 2}, 400, "reason_required"),
    ],
)
def test_units_that_cannot_be_are_refused(
    given: dict[str, Any], status: int, code: str, karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment)
    refused = problem(edit(karin, occasion["id"], 1, **given), status, code)
    pointer = "/units_reason" if code == "reason_required" else "/units"
    assert refused["errors"] == [{"pointer": pointer, "code": code, "detail": refused["detail"]}]
    assert Occasion.objects.get().version == 1


def test_units_of_a_held_occasion_can_be_raised_only_as_far_as_the_quota_goes(
    karin: User, assignment: Assignment
) -> None:
    little = {"units": 1, "units_reason": "Mest väntan"}
    held = planned(karin, assignment, "2026-06-07T09:00:00+02:00", hours=10, **little)
    planned(karin, assignment, hours=9)
    problem(edit(karin, held["id"], 1, units=3), 409, "quota_exceeded")
    assert edit(karin, held["id"], 1, units=2, units_reason="Halva väntan").json()["units"] == 2
    assert quota(karin, assignment)["remaining"] == 0


@pytest.mark.parametrize("starts_at", ["2026-06-11T00:00:00+02:00", "2026-06-10T22:30:00Z", FRIDAY, JULY])
def test_what_was_held_cannot_be_moved_to_a_later_day(starts_at: str, karin: User, assignment: Assignment) -> None:
    held = planned(karin, assignment, YESTERDAY)
    refused = problem(edit(karin, held["id"], 1, **times(starts_at)), 409, "not_yet_held")
    assert refused["errors"][0]["pointer"] == "/starts_at"
    assert edit(karin, held["id"], 1, **times("2026-06-10T08:00:00+02:00")).status_code == 200


def test_a_planned_one_may_be_moved_back_and_waits_to_be_logged(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment)
    moved = edit(karin, occasion["id"], 1, **times(YESTERDAY)).json()
    assert moved["status"] == "planned"
    assert act(karin, occasion["id"], "complete").json()["status"] == "completed"


@pytest.mark.parametrize(
    ("values", "status", "code"),
    [
        ({"ends_at": FRIDAY}, 400, "end_before_start"),
        ({"starts_at": "2026-06-12T17:00:00+02:00"}, 400, "end_before_start"),
        ({"ends_at": "2026-07-12T17:00:00+02:00"}, 400, "too_long"),
        (times("2027-06-11T12:00:00+02:00"), 409, "too_far_ahead"),
        (times("2026-03-01T12:00:00+01:00"), 409, "too_long_ago"),
        ({"activities": [{"kind": "skiing"}]}, 400, "unknown_activity_kind"),
    ],
    ids=str,
)
def test_an_edit_meets_the_same_rules_as_a_plan(
    values: dict[str, Any], status: int, code: str, karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment)
    problem(edit(karin, occasion["id"], 1, **values), status, code)
    assert Occasion.objects.get(pk=occasion["id"]).version == 1


def test_an_occasion_cannot_leave_its_assignment(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment)
    assignment.change(last_day=date(2026, 6, 20))
    problem(edit(karin, occasion["id"], 1, **times("2026-06-21T15:00:00+02:00")), 409, "outside_assignment")
    assert edit(karin, occasion["id"], 1, **times("2026-06-20T15:00:00+02:00")).status_code == 200


def test_what_lies_outside_since_the_decision_was_cut_can_still_be_made_smaller(
    karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment, hours=9)
    assignment.decision.change(last_day=date(2026, 6, 10))
    assert edit(karin, occasion["id"], 1, **times(FRIDAY, 2)).json()["units"] == 1
    problem(edit(karin, occasion["id"], 2, **times(SUNDAY, 2)), 409, "outside_assignment")


def test_a_settled_one_cannot_be_edited_and_shows_what_it_is(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment)
    cancel(karin, occasion["id"])
    refused = problem(edit(karin, occasion["id"], 2, title="Bio"), 409, "occasion_closed")
    assert refused["present"]["status"] == "cancelled"


def test_a_family_may_correct_days_by_halves(karin: User, assignment: Assignment) -> None:
    assignment.decision.change(kind=Decision.Kind.CONTACT_FAMILY)
    occasion = planned(karin, assignment, "2026-06-12T09:00:00+02:00", hours=33)
    assert occasion["units"] == 2
    half = edit(karin, occasion["id"], 1, units=1.5, units_reason="Hon åkte hem över natten").json()
    assert half["units"] == 1.5
    problem(edit(karin, occasion["id"], 2, units=0.25), 400, "invalid")
    problem(edit(karin, occasion["id"], 2, units=2.5, units_reason="Nej"), 409, "units_above_highest")


def test_moving_a_clock_hour_within_the_switch_is_a_move(karin: User, assignment: Assignment) -> None:
    first, second = "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"
    occasion = planned(karin, assignment, first)
    same = edit(karin, occasion["id"], 1, **times(first))
    assert (same.status_code, same.json()["version"]) == (200, 1)
    moved = edit(karin, occasion["id"], 1, **times(second)).json()
    assert (moved["starts_at"], moved["version"]) == (second, 2)
    assert edit(karin, occasion["id"], 1, **times(second)).status_code == 200


def test_an_old_one_still_takes_a_note_but_no_other_times(
    karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    held = planned(karin, assignment, YESTERDAY)
    noon.shift(timedelta(days=91))
    assert edit(karin, held["id"], 1, note="Det här minns jag.", units=1).status_code == 200
    problem(edit(karin, held["id"], 2, ends_at="2026-06-09T18:00:00+02:00"), 409, "too_long_ago")


def test_a_decision_for_more_makes_room_at_once(karin: User, assignment: Assignment) -> None:
    planned(karin, assignment, hours=10)
    planned(karin, assignment, SUNDAY)
    problem(plan(karin, assignment, "2026-06-16T15:00:00+02:00"), 409, "quota_exceeded")
    assignment.decision.change(units=Decimal(5))
    assert planned(karin, assignment, "2026-06-16T15:00:00+02:00")["units"] == 1
