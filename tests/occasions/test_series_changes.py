"""Changing what follows in a series, and ending it."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from assignments.models import Assignment
from occasions.models import Occasion, OccasionSeries
from people.models import Municipality, User
from tests import world
from tests.occasions.calls import act, cancel, edit, plan, problem, quota, times
from tests.occasions.series_calls import TUESDAY, change, end, plan_series, planned_series, preview
from tests.occasions.test_series import starts

pytestmark = pytest.mark.usefixtures("noon")
FOUR = "FREQ=WEEKLY;COUNT=4"


@pytest.fixture
def series(karin: User, assignment: Assignment) -> Any:
    """Four Tuesdays: 16, 23 and 30 June, 7 July."""
    return planned_series(karin, assignment, rule=FOUR, title="Fika")


def test_this_and_following_are_moved_and_those_before_stay(karin: User, series: Any) -> None:
    before = set(Occasion.objects.values_list("pk", flat=True))
    answer = change(karin, series, "2026-06-30", **times("2026-06-30T18:00:00+02:00", 1), title="Kvällsfika")
    follows = answer.json()
    assert (answer.status_code, follows["follows"], follows["rule"]) == (
        200,
        series["id"],
        "FREQ=WEEKLY;COUNT=2;BYDAY=TU",
    )
    assert starts() == ["06-16 15:00", "06-23 15:00", "06-30 18:00", "07-07 18:00"]
    assert starts(series=follows["id"], title="Kvällsfika") == ["06-30 18:00", "07-07 18:00"]
    assert set(Occasion.objects.values_list("pk", flat=True)) == before
    assert OccasionSeries.objects.get(pk=series["id"]).last_day.isoformat() == "2026-06-29"


def test_the_same_change_again_is_no_news_and_another_meets_a_stale_version(karin: User, series: Any) -> None:
    first = change(karin, series, "2026-06-30", title="Kvällsfika")
    again = change(karin, series, "2026-06-30", title="Kvällsfika")
    assert (again.status_code, again.json()) == (200, first.json())
    assert OccasionSeries.objects.count() == 2
    problem(change(karin, series, "2026-06-23", title="Annat"), 412, "stale_version")
    without = world.signed_in(karin).patch(f"/api/v1/occasion-series/{series['id']}", {"from": "2026-06-23"})
    problem(without, 428, "version_required")


def test_they_move_to_another_weekday_with_their_first_day(karin: User, series: Any) -> None:
    answer = change(karin, series, "2026-06-23", **times("2026-06-24T15:00:00+02:00"))
    assert answer.json()["rule"] == "FREQ=WEEKLY;COUNT=3;BYDAY=WE"
    assert starts() == ["06-16 15:00", "06-24 15:00", "07-01 15:00", "07-08 15:00"]


def test_another_rule_cancels_what_is_too_many_and_plans_what_is_missing(karin: User, series: Any) -> None:
    rarer = change(karin, series, "2026-06-23", rule="FREQ=WEEKLY;INTERVAL=2;COUNT=2").json()
    assert starts(status="planned") == ["06-16 15:00", "06-23 15:00", "07-07 15:00"]
    (gone,) = Occasion.objects.filter(status="cancelled")
    assert (gone.cancelled_by, gone.reason) == ("contact_person", "Serien avslutades eller ändrades.")
    change(karin, rarer, "2026-07-07", rule="FREQ=WEEKLY;COUNT=3")
    assert starts(status="planned") == ["06-16 15:00", "06-23 15:00", "07-07 15:00", "07-14 15:00", "07-21 15:00"]


def test_what_was_held_cancelled_or_left_out_is_never_touched(
    karin: User, assignment: Assignment, series: Any, noon: time_machine.Traveller
) -> None:
    first, second, third, fourth = Occasion.objects.order_by("original_day")
    assert cancel(karin, third.pk).status_code == 200
    noon.move_to("2026-06-16T18:00:00Z")
    assert act(karin, first.pk, "complete").status_code == 200
    problem(change(karin, series, "2026-06-16", title="Sent"), 400, "unknown_day")
    problem(change(karin, series, "2026-06-30", title="Inställt"), 400, "unknown_day")
    follows = change(karin, series, "2026-06-23", **times("2026-06-23T10:00:00+02:00")).json()
    assert follows["exclude"] == ["2026-06-30"]
    assert starts(status="planned") == ["06-23 10:00", "07-07 10:00"]
    for row, status in ((first, "completed"), (third, "cancelled")):
        again = Occasion.objects.get(pk=row.pk)
        assert (again.status, again.starts_at, str(again.series_id)) == (status, row.starts_at, series["id"])
    assert {second.pk, fourth.pk} == set(
        Occasion.objects.filter(series=follows["id"]).values_list("pk", flat=True)
    )


def test_a_month_that_is_over_already_may_still_be_moved_within(
    karin: User, assignment: Assignment, series: Any
) -> None:
    assignment.decision.change(units=1)
    assert change(karin, series, "2026-06-16", **times("2026-06-16T18:00:00+02:00")).status_code == 200
    assert quota(karin, assignment)["remaining"] == -2
    follows = OccasionSeries.objects.get(follows__isnull=False)
    longer = {"id": str(follows.pk), "version": 1}
    refused = change(karin, longer, "2026-06-16", **times("2026-06-16T18:00:00+02:00", 6))
    problem(refused, 409, "series_does_not_fit")
    days = preview(
        karin, series=str(follows.pk), **{"from": "2026-06-16"}, **times("2026-06-16T18:00:00+02:00", 6)
    )
    assert [day["answer"] for day in days["days"]] == ["fits", "block", "block", "block"]


def test_every_day_moves_by_one_into_the_place_of_the_next(karin: User, assignment: Assignment) -> None:
    assignment.decision.change(units=9)
    daily = planned_series(karin, assignment, rule="FREQ=DAILY;COUNT=3", hours=20)
    answer = change(karin, daily, "2026-06-16", **times("2026-06-17T15:00:00+02:00", 20))
    assert answer.status_code == 200, answer.content
    assert starts(status="planned") == ["06-17 15:00", "06-18 15:00", "06-19 15:00"]


def test_a_moved_day_follows_the_series_again_and_another_occasion_is_in_the_way(
    karin: User, assignment: Assignment, series: Any
) -> None:
    second = Occasion.objects.order_by("original_day")[1]
    edit(karin, second.pk, 1, **times("2026-06-25T09:00:00+02:00"))
    assert plan(karin, assignment, "2026-07-07T18:00:00+02:00").status_code == 201
    refused = change(karin, series, "2026-06-23", **times("2026-06-23T18:00:00+02:00"))
    assert "2026-07-07" in problem(refused, 409, "series_does_not_fit")["detail"]
    assert starts(status="planned") == ["06-16 15:00", "06-25 09:00", "06-30 15:00", "07-07 15:00", "07-07 18:00"]
    assert change(karin, series, "2026-06-23", **times("2026-06-23T12:00:00+02:00")).status_code == 200
    assert starts(status="planned") == ["06-16 15:00", "06-23 12:00", "06-30 12:00", "07-07 12:00", "07-07 18:00"]


def test_a_series_is_ended_from_a_day_on(karin: User, series: Any) -> None:
    answer = end(karin, series, **{"from": "2026-06-24"})
    assert (answer.status_code, answer.json()["last_day"]) == (200, "2026-06-23")
    assert end(karin, series, **{"from": "2026-06-24"}).json() == answer.json()
    assert starts(status="planned") == ["06-16 15:00", "06-23 15:00"]
    assert starts(status="cancelled") == ["06-30 15:00", "07-07 15:00"]
    ended = end(karin, series)
    assert ended.status_code == 200
    assert starts(status="planned") == []
    problem(change(karin, ended.json(), "2026-06-23", title="Igen"), 400, "unknown_day")


def test_nobody_else_learns_of_a_series(karin: User, sven: User, anna: User, lars: User, series: Any) -> None:
    for stranger in (sven, anna):
        problem(change(stranger, series, "2026-06-23", title="Min"), 404, "not_found")
        problem(end(stranger, series), 404, "not_found")
        assert world.signed_in(stranger).get("/api/v1/occasion-series").json()["results"] == []
    assert world.signed_in(lars).get(f"/api/v1/occasion-series/{series['id']}").status_code == 404


def test_the_other_contact_person_of_the_decision_has_a_series_of_his_own(
    karin: User, sven: User, assignment: Assignment, series: Any, kalix: Municipality
) -> None:
    svens = world.make_assignment(sven, kalix, decision=assignment.decision)
    problem(plan_series(sven, svens, TUESDAY, rule="FREQ=WEEKLY;COUNT=2"), 409, "series_does_not_fit")
    assert planned_series(sven, svens, TUESDAY, rule="FREQ=WEEKLY;COUNT=1")["version"] == 1
    assert datetime(2026, 6, 16, 13, tzinfo=UTC) in Occasion.objects.filter(contact_person=sven).values_list(
        "starts_at", flat=True
    )
