"""What stays as it is when a series is changed again, or has been ended."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from assignments.models import Assignment
from assignments.rules import default_cancellations
from occasions.models import Occasion, OccasionSeries
from occasions.series_filling import fill_series
from people.models import Municipality, User
from tests import world
from tests.occasions.calls import act, cancel, edit, problem, quota, times
from tests.occasions.series_calls import change, end, planned_series, preview
from tests.occasions.test_series import starts

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def series(karin: User, assignment: Assignment) -> Any:
    """Four Tuesdays: 16, 23 and 30 June, 7 July."""
    return planned_series(karin, assignment, rule="FREQ=WEEKLY;COUNT=4", title="Fika")


@pytest.fixture
def dear(kalix: Municipality) -> None:
    """What a contact person cancels uses units."""
    rows = default_cancellations()
    for row in rows:
        if (row["status"], row["by"]) == ("cancelled", "contact_person"):
            row["units_used"] = True
    kalix.policies.update(cancellations=rows)


def again(user: User, series: Any) -> Any:
    """Read a series anew."""
    return world.signed_in(user).get(f"/api/v1/occasion-series/{series['id']}").json()


def test_a_change_from_an_earlier_day_leaves_alone_what_follows_already(karin: User, series: Any) -> None:
    later = change(karin, series, "2026-06-30", **times("2026-06-30T18:00:00+02:00")).json()
    answer = change(karin, again(karin, series), "2026-06-23", title="Promenad")
    assert answer.status_code == 200
    assert starts() == ["06-16 15:00", "06-23 15:00", "06-30 18:00", "07-07 18:00"]
    assert starts(title="Promenad") == ["06-23 15:00"]
    assert starts(series=later["id"]) == ["06-30 18:00", "07-07 18:00"]


def test_an_ended_series_does_not_come_back(
    karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    series = planned_series(karin, assignment, rule="FREQ=WEEKLY;INTERVAL=2;COUNT=10")
    end(karin, series, **{"from": "2026-07-14"})
    follows = change(karin, again(karin, series), "2026-06-30", **times("2026-06-30T18:00:00+02:00")).json()
    assert follows["last_day"] == "2026-06-30"
    later = world.NOW + timedelta(weeks=10)
    noon.move_to(later)
    assert fill_series(later) == 0
    assert starts(status="planned") == ["06-16 15:00", "06-30 18:00"]


def test_what_was_written_on_single_days_is_kept(karin: User, series: Any) -> None:
    second, third = Occasion.objects.order_by("original_day")[1:3]
    edit(karin, second.pk, 1, note="Ta med fikakorg", **times("2026-06-24T10:00:00+02:00"))
    edit(karin, third.pk, 1, title="Bio")
    follows = change(karin, series, "2026-06-23", title="Kaffe").json()
    assert starts() == ["06-16 15:00", "06-24 10:00", "06-30 15:00", "07-07 15:00"]
    rows = list(Occasion.objects.order_by("original_day").values_list("title", "note"))
    assert rows == [("Fika", ""), ("Kaffe", "Ta med fikakorg"), ("Bio", ""), ("Kaffe", "")]
    moved = change(karin, follows, "2026-06-30", **times("2026-06-30T09:00:00+02:00"))
    assert moved.status_code == 200
    assert Occasion.objects.get(pk=third.pk).title == "Bio"


@pytest.mark.parametrize("more", [{"exclude": ["2026-07-07"]}, {"rule": "FREQ=WEEKLY;COUNT=6"}])
def test_a_cancelled_day_stays_cancelled_whatever_else_changes(more: Any, karin: User, series: Any) -> None:
    third = Occasion.objects.get(original_day=date(2026, 6, 30))
    assert cancel(karin, third.pk).status_code == 200
    assert change(karin, series, "2026-06-23", **times("2026-06-23T12:00:00+02:00"), **more).status_code == 200
    assert list(Occasion.objects.filter(original_day=date(2026, 6, 30)).values_list("status")) == [("cancelled",)]


def test_all_days_move_with_the_first_though_the_rule_names_a_last_one(
    karin: User, assignment: Assignment
) -> None:
    series = planned_series(karin, assignment, rule="FREQ=WEEKLY;UNTIL=20260707")
    change(karin, series, "2026-06-23", **times("2026-06-24T15:00:00+02:00"))
    assert starts(status="planned") == ["06-16 15:00", "06-24 15:00", "07-01 15:00", "07-08 15:00"]


def test_words_change_where_days_would_not_fit_any_more(karin: User, assignment: Assignment, series: Any) -> None:
    assignment.change(last_day=date(2026, 7, 1))
    assert change(karin, series, "2026-06-23", title="Kaffe").status_code == 200
    problem(change(karin, series, "2026-06-16", **times("2026-06-16T12:00:00+02:00")), 412, "stale_version")


def test_days_that_are_dropped_count_as_the_policy_says_of_cancelling(
    dear: None, karin: User, assignment: Assignment
) -> None:
    series = planned_series(karin, assignment, rule="FREQ=DAILY;COUNT=4")
    longer = {"rule": "FREQ=DAILY;COUNT=2"} | times("2026-06-16T15:00:00+02:00", 6)
    days = preview(karin, series=series["id"], **{"from": "2026-06-16"}, **longer)["days"]
    assert [day["answer"] for day in days] == ["fits", "block"]
    problem(change(karin, series, "2026-06-16", **longer), 409, "series_does_not_fit")
    assert change(karin, series, "2026-06-16", rule="FREQ=DAILY;COUNT=2").status_code == 200
    account = quota(karin, assignment)
    assert (account["used"], account["planned"], account["remaining"]) == (2, 2, 0)


def test_what_waits_when_a_series_ends_uses_nothing(
    dear: None, karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    kalix.policies.update(on_exceeded="ask")
    assignment.decision.change(units=1)
    series = planned_series(karin, assignment, rule="FREQ=DAILY;COUNT=3")
    assert quota(karin, assignment)["waiting"] == 2
    assert end(karin, series).status_code == 200
    account = quota(karin, assignment)
    assert (account["used"], account["waiting"], account["remaining"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("from_day", "status"), [("0001-01-01", 200), ("2020-01-01", 200), ("2026-07-08", 400), ("9999-12-31", 400)]
)
def test_a_series_ends_on_a_day_of_its_own(from_day: str, status: int, karin: User, series: Any) -> None:
    answer = end(karin, series, **{"from": from_day})
    assert answer.status_code == status, answer.content
    if status == 200:
        assert answer.json()["last_day"] == "2026-06-15"
        assert starts(status="planned") == []


def test_a_change_to_the_end_of_time_is_refused(karin: User, series: Any) -> None:
    far = {"starts_at": "9999-12-31T23:00:00+01:00"}
    problem(change(karin, series, "2026-06-23", **far), 409, "too_far_ahead")
    body = {"series": series["id"], "from": "2026-06-23"} | far
    answer = world.signed_in(karin).post("/api/v1/occasion-series/preview", body)
    problem(answer, 409, "too_far_ahead")


def test_a_held_day_that_was_moved_stays_and_is_not_planned_again(
    karin: User, series: Any, noon: time_machine.Traveller
) -> None:
    third = Occasion.objects.get(original_day=date(2026, 6, 30))
    edit(karin, third.pk, 1, **times("2026-06-17T10:00:00+02:00"))
    noon.move_to(datetime(2026, 6, 17, 18, tzinfo=UTC))
    assert act(karin, third.pk, "complete").status_code == 200
    follows = change(karin, series, "2026-06-23", **times("2026-06-23T12:00:00+02:00")).json()
    assert follows["exclude"] == ["2026-06-30"]
    assert OccasionSeries.objects.get(pk=follows["id"]).follows_id is not None
    assert starts(status="planned") == ["06-16 15:00", "06-23 12:00", "07-07 12:00"]
