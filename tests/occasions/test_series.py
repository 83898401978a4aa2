"""Planning occasions that come again and again."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from assignments.models import Assignment
from notifications.models import Notification
from occasions.models import Occasion, OccasionSeries
from occasions.series_filling import fill_series
from people.models import Municipality, User
from tests import world
from tests.occasions.calls import act, cancel, edit, plan, problem, quota
from tests.occasions.series_calls import TUESDAY, plan_series, planned_series, preview, weekly

pytestmark = pytest.mark.usefixtures("noon")


def starts(**which: Any) -> list[str]:
    """Return the starts of occasions on the wall in Stockholm."""
    rows = Occasion.objects.filter(**which).order_by("starts_at")
    return [f"{row.starts_at.astimezone(row.municipality.zone):%m-%d %H:%M}" for row in rows]


def test_every_tuesday_is_planned_and_read_back(karin: User, assignment: Assignment) -> None:
    series = planned_series(karin, assignment, title="Fika", place="Stan", note="Ring först.")
    assert (series["rule"], series["exclude"], series["version"]) == ("FREQ=WEEKLY;COUNT=3;BYDAY=TU", [], 1)
    assert (series["starts_at"], series["ends_at"]) == (TUESDAY, "2026-06-16T17:00:00+02:00")
    assert series["last_day"] == "2026-06-30"
    assert starts() == ["06-16 15:00", "06-23 15:00", "06-30 15:00"]
    rows = world.signed_in(karin).get("/api/v1/occasions").json()["results"]
    assert {(row["status"], row["series"], row["title"], row["note"]) for row in rows} == {
        ("planned", series["id"], "Fika", "Ring först.")
    }
    assert [row["original_day"] for row in rows] == ["2026-06-30", "2026-06-23", "2026-06-16"]
    assert quota(karin, assignment)["planned"] == 3
    assert world.signed_in(karin).get(f"/api/v1/occasion-series/{series['id']}").json() == series
    listed = world.signed_in(karin).get("/api/v1/occasion-series", {"assignment": str(assignment.pk)}).json()
    assert listed["results"] == [series]


def test_the_same_call_again_plans_nothing_more(karin: User, assignment: Assignment) -> None:
    made = str(uuid4())
    series = planned_series(karin, assignment, id=made)
    again = plan_series(karin, assignment, id=made)
    assert (again.status_code, again.json()) == (200, series)
    problem(plan_series(karin, assignment, id=made, title="Annat"), 409, "id_conflict")
    assert Occasion.objects.count() == 3


def test_the_time_on_the_wall_stays_across_summer_time(
    karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    noon.move_to("2026-10-10T10:00:00Z")
    assignment.decision.change(units=20)
    planned_series(karin, assignment, "2026-10-18T20:00:00+02:00", 14, rule="FREQ=WEEKLY;COUNT=2")
    nights = Occasion.objects.order_by("starts_at")
    assert [(row.ends_at - row.starts_at) / timedelta(hours=1) for row in nights] == [14, 14]
    assert starts() == ["10-18 20:00", "10-25 20:00"]
    eight = "2026-10-25T08:00:00+01:00"
    planned_series(
        karin, assignment, "2026-10-24T20:00:00+02:00", ends_at=eight, rule="FREQ=WEEKLY;COUNT=2", title="Natt"
    )
    night = Occasion.objects.get(title="Natt", original_day=date(2026, 10, 24))
    assert (night.ends_at - night.starts_at) == timedelta(hours=13)
    assert (
        Occasion.objects.get(title="Natt", original_day=date(2026, 10, 31)).ends_at.hour == 7
    )  # eight on the wall


def test_what_lies_beyond_eight_weeks_becomes_occasions_as_time_goes_on(
    karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    series = planned_series(karin, assignment, rule="FREQ=WEEKLY;INTERVAL=2;COUNT=8")
    assert len(starts()) == 4
    assert starts()[-1] == "07-28 15:00"
    assert fill_series(world.NOW) == 0
    later = world.NOW + timedelta(weeks=4)
    noon.move_to(later)
    assert fill_series(later) == 2
    assert fill_series(later) == 0
    assert starts()[-1] == "08-25 15:00"
    assert OccasionSeries.objects.get().version == series["version"]
    far = world.NOW + timedelta(weeks=20)
    noon.move_to(far)
    assert (fill_series(far), len(starts())) == (2, 8)
    assert not OccasionSeries.objects.to_fill(date(2030, 1, 1), now=far).exists()


def test_what_does_not_fit_any_more_is_left_out_and_told(
    karin: User, sven: User, assignment: Assignment, kalix: Municipality, noon: time_machine.Traveller
) -> None:
    svens = world.make_assignment(sven, kalix, decision=assignment.decision)
    planned_series(karin, assignment, rule="FREQ=WEEKLY;INTERVAL=2;COUNT=6")
    for day in range(1, 5):
        world.make_occasion(svens, datetime(2026, 8, day, 10, tzinfo=world.NOW.tzinfo))
    later = world.NOW + timedelta(weeks=4)
    noon.move_to(later)
    assert fill_series(later) == 0
    series = OccasionSeries.objects.get()
    assert series.excluded == [date(2026, 8, 11), date(2026, 8, 25)]
    told = Notification.objects.get(kind="series_incomplete")
    assert (told.recipient, told.subject_id) == (karin, series.pk)
    assert fill_series(later) == 0
    assert Notification.objects.filter(kind="series_incomplete").count() == 1


def test_an_ended_assignment_and_a_shut_out_person_are_planned_nothing_more(
    karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    planned_series(karin, assignment, rule="FREQ=WEEKLY;INTERVAL=2;COUNT=6")
    later = world.NOW + timedelta(weeks=8)
    karin.memberships.update(is_active=False)
    assert fill_series(later) == 0
    karin.memberships.update(is_active=True)
    assignment.change(last_day=date(2026, 7, 31))
    assert fill_series(later) == 0
    assert len(starts()) == 4
    assert not Notification.objects.exists()


def test_a_series_of_nobody_holds_no_place_in_the_queue(karin: User, assignment: Assignment) -> None:
    planned_series(karin, assignment, rule="FREQ=WEEKLY;INTERVAL=2;COUNT=6")
    now = world.NOW + timedelta(weeks=8)

    def waits() -> bool:
        return OccasionSeries.objects.to_fill(date(2030, 1, 1), now=now).exists()

    assert waits()
    for row, field, lost, back in (
        (karin.memberships.get(), "is_active", False, True),
        (karin, "is_active", False, True),
        (assignment, "last_day", date(2026, 8, 4), None),
    ):
        type(row).objects.filter(pk=row.pk).update(**{field: lost})
        assert not waits()
        type(row).objects.filter(pk=row.pk).update(**{field: back})
    assert waits()


def test_days_over_the_quota_are_shown_before_saving_and_left_out_when_told(
    karin: User, assignment: Assignment
) -> None:
    assignment.decision.change(units=2)
    body = weekly(assignment, rule="FREQ=WEEKLY;COUNT=4")
    found = preview(karin, **body)
    assert [(day["day"], day["answer"], day["units"]) for day in found["days"]] == [
        ("2026-06-16", "fits", 1),
        ("2026-06-23", "fits", 1),
        ("2026-06-30", "block", 1),
        ("2026-07-07", "fits", 1),
    ]
    assert found["blocked"] == ["2026-06-30"]
    assert found["days"][2]["problem"]["code"] == "quota_exceeded"
    refused = problem(plan_series(karin, assignment, rule=body["rule"]), 409, "series_does_not_fit")
    assert "2026-06-30" in refused["detail"]
    assert (Occasion.objects.count(), OccasionSeries.objects.count()) == (0, 0)
    series = planned_series(karin, assignment, rule=body["rule"], exclude=found["blocked"])
    assert series["exclude"] == ["2026-06-30"]
    assert starts() == ["06-16 15:00", "06-23 15:00", "07-07 15:00"]


@pytest.mark.parametrize("answer", ["warn", "ask"])
def test_under_warn_and_ask_every_day_is_planned(
    answer: str, karin: User, inger: User, assignment: Assignment, kalix: Municipality
) -> None:
    kalix.policies.update(on_exceeded=answer)
    assignment.decision.change(units=2)
    rule = "FREQ=WEEKLY;COUNT=4"
    found = preview(karin, **weekly(assignment, rule=rule))
    assert [day["answer"] for day in found["days"]] == ["fits", "fits", answer, "fits"]
    planned_series(karin, assignment, rule=rule)
    account = quota(karin, assignment)
    assert (account["planned"], account["waiting"]) == ((3, 0) if answer == "warn" else (2, 1))
    assert Notification.objects.filter(recipient=inger, kind="occasion_waiting").count() == (answer == "ask")


def test_a_day_on_which_the_contact_person_is_elsewhere_is_shown(
    karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    other = world.make_assignment(karin, kalix, client_name="Nils")
    assert plan(karin, other, "2026-06-23T16:00:00+02:00").status_code == 201
    days = preview(karin, **weekly(assignment))["days"]
    assert [day["problem"] and day["problem"]["code"] for day in days] == [None, "overlapping", None]
    problem(plan_series(karin, assignment), 409, "series_does_not_fit")
    days = preview(karin, **weekly(assignment, rule="FREQ=DAILY;COUNT=2", hours=30))["days"]
    assert [day["answer"] for day in days] == ["fits", "block"]  # the first night is not over yet


def test_one_day_is_moved_completed_or_cancelled_and_stays_a_day_of_the_series(
    karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    planned_series(karin, assignment)
    first, second, third = Occasion.objects.order_by("original_day")
    moved = edit(karin, second.pk, 1, starts_at="2026-06-24T18:00:00+02:00", ends_at="2026-06-24T20:00:00+02:00")
    assert (moved.status_code, moved.json()["original_day"]) == (200, "2026-06-23")
    assert cancel(karin, third.pk).status_code == 200
    noon.move_to("2026-06-16T16:00:00Z")
    assert act(karin, first.pk, "complete").status_code == 200
    assert fill_series(datetime(2026, 6, 17, tzinfo=world.NOW.tzinfo)) == 0
    assert [row.status for row in Occasion.objects.order_by("original_day")] == [
        "completed",
        "planned",
        "cancelled",
    ]


@pytest.mark.parametrize(
    ("values", "status", "code"),
    [
        ({"rule": "FREQ=WEEKLY"}, 400, "rule_endless"),
        ({"rule": "FREQ=WEEKLY;COUNT=10000"}, 400, "rule_too_many"),
        ({"rule": "FREQ=SECONDLY;COUNT=3"}, 400, "rule_unsupported"),
        ({"rule": "FREQ=WEEKLY;COUNT=3;BYSECOND=1,2,3"}, 400, "rule_unsupported"),
        ({"rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=3"}, 400, "rule_misses_start"),
        ({"rule": "EVERY DAY"}, 400, "rule_malformed"),
        ({"starts_at": "2027-03-28T02:30:00+01:00"}, 400, "time_does_not_exist"),
        ({"ends_at": "2026-06-16T14:00:00+02:00"}, 400, "end_before_start"),
        ({"starts_at": "2026-06-09T15:00:00+02:00", "ends_at": "2026-06-09T17:00:00+02:00"}, 400, "series_begun"),
        ({"rule": "FREQ=MONTHLY;COUNT=13"}, 409, "series_does_not_fit"),
        ({"starts_at": "9999-12-31T15:00:00+02:00", "ends_at": "9999-12-31T17:00:00+02:00"}, 409, "too_far_ahead"),
        (
            {"starts_at": "2026-10-25T02:30:00+02:00", "ends_at": "2026-10-25T02:15:00+01:00"},
            400,
            "end_before_start",
        ),
        ({"rule": "FREQ=MONTHLY;COUNT=14"}, 400, "rule_too_long"),
        ({"ends_at": "2026-06-16T16:00:59+02:00"}, 400, "not_whole_minutes"),
        ({"exclude": ["2026-06-17"]}, 400, "unknown_day"),
        ({"exclude": ["2026-06-23", "2026-06-23"]}, 400, "invalid"),
        ({"exclude": ["2026-06-16", "2026-06-23", "2026-06-30"]}, 400, "series_empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_and_nothing_saved(
    values: dict[str, Any], status: int, code: str, karin: User, assignment: Assignment
) -> None:
    problem(world.signed_in(karin).post("/api/v1/occasion-series", weekly(assignment) | values), status, code)
    assert (Occasion.objects.count(), OccasionSeries.objects.count()) == (0, 0)


def test_a_series_ends_with_its_assignment(karin: User, assignment: Assignment) -> None:
    assignment.change(last_day=date(2026, 6, 25))
    days = preview(karin, **weekly(assignment))["days"]
    assert [day["problem"] and day["problem"]["code"] for day in days] == [None, None, "outside_assignment"]
