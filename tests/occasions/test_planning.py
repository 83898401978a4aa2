"""Planning an occasion, and logging one that has been."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from assignments.models import Assignment, Decision, Policy
from core.views import version_of
from occasions.models import Occasion
from people.models import Municipality, User
from tests import world
from tests.occasions.calls import YESTERDAY, cancel, plan, planned, problem, quota, read

pytestmark = pytest.mark.usefixtures("noon")


def test_karin_plans_a_cinema_evening_and_reads_it_back(karin: User, assignment: Assignment) -> None:
    answer = plan(karin, assignment, title="Bio", place="Folkets hus", note="Hon väljer film.")
    assert answer.status_code == 201
    assert answer["ETag"] == '"1"'
    occasion = answer.json()
    assert occasion["starts_at"] == "2026-06-12T15:00:00+02:00"
    assert occasion["ends_at"] == "2026-06-12T17:00:00+02:00"
    assert (occasion["status"], occasion["units"], occasion["version"]) == ("planned", 1, 1)
    assert (occasion["title"], occasion["place"], occasion["note"]) == ("Bio", "Folkets hus", "Hon väljer film.")
    assert occasion["assignment"] == str(assignment.pk)
    assert (occasion["activities"], occasion["cancelled_by"], occasion["reason"]) == ([], "", "")
    again = read(karin, occasion["id"])
    assert (again.json(), version_of(again["ETag"])) == (occasion, 1)


def test_what_has_been_is_logged_as_completed_with_what_was_done(karin: User, assignment: Assignment) -> None:
    done = [{"kind": "cinema"}, {"kind": "coffee", "note": "Semlor"}]
    occasion = planned(karin, assignment, YESTERDAY, activities=done)
    assert occasion["status"] == "completed"
    assert occasion["activities"] == [{"kind": "cinema", "note": ""}, {"kind": "coffee", "note": "Semlor"}]
    assert quota(karin, assignment)["used"] == 1


def test_what_is_going_on_is_planned_until_it_has_ended(karin: User, assignment: Assignment) -> None:
    going_on = planned(karin, assignment, "2026-06-10T10:00:00+02:00", hours=2.5)
    assert going_on["status"] == "planned"
    cancel(karin, going_on["id"])
    assert planned(karin, assignment, "2026-06-10T10:00:00+02:00", hours=2)["status"] == "completed"


def test_example_1_a_fourth_occasion_is_one_too_many(karin: User, assignment: Assignment) -> None:
    planned(karin, assignment, "2026-06-03T18:00:00+02:00", title="Bio")
    planned(karin, assignment, "2026-06-14T09:00:00+02:00", hours=9, title="Utflykt")
    planned(karin, assignment, "2026-06-26T15:00:00+02:00", title="Fika")
    account = quota(karin, assignment)
    assert (account["used"], account["planned"], account["remaining"]) == (1, 3, 0)
    refused = problem(plan(karin, assignment, "2026-06-21T15:00:00+02:00"), 409, "quota_exceeded")
    assert refused["detail"] == "Det finns plats för 0 i juni 2026 och tillfället räknas som 1."
    assert Occasion.objects.count() == 3
    assert planned(karin, assignment, "2026-07-05T15:00:00+02:00")["status"] == "planned"


@pytest.mark.parametrize(
    ("starts_at", "month"),
    [
        ("2026-06-30T20:00:00+02:00", "2026-06"),  # overnight to 1 July
        ("2026-06-30T23:30:00+02:00", "2026-06"),
        ("2026-06-30T21:30:00Z", "2026-06"),
        ("2026-07-01T00:30:00+02:00", "2026-07"),
        ("2026-06-30T22:30:00Z", "2026-07"),
    ],
)
def test_example_6_the_month_is_asked_on_the_wall(
    starts_at: str, month: str, karin: User, assignment: Assignment
) -> None:
    planned(karin, assignment, starts_at, hours=8)
    counted = {month: quota(karin, assignment, month)["planned"] for month in ("2026-06", "2026-07")}
    assert counted == {"2026-06": 0, "2026-07": 0} | {month: 2}


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "units"),
    [
        # The clock on the wall shows four hours and a half, and five.
        ("2026-10-24T23:30:00+02:00", "2026-10-25T04:00:00+01:00", 2),
        ("2027-03-27T23:00:00+01:00", "2027-03-28T04:00:00+02:00", 1),
    ],
)
def test_a_night_of_the_switch_weighs_what_it_lasts(
    starts_at: str, ends_at: str, units: int, karin: User, assignment: Assignment
) -> None:
    assert planned(karin, assignment, starts_at, ends_at=ends_at)["units"] == units


def test_an_occasion_within_the_hour_that_comes_twice_can_be_planned(karin: User, assignment: Assignment) -> None:
    first, second = "2026-10-25T02:30:00+02:00", "2026-10-25T02:15:00+01:00"
    occasion = planned(karin, assignment, first, ends_at=second)
    assert (occasion["starts_at"], occasion["ends_at"]) == (first, second)
    assert problem(plan(karin, assignment, second, ends_at=first), 400, "end_before_start")


@pytest.mark.parametrize(("hours", "units"), [(2, 1), (4.99, 1), (5, 2), (9, 2), (10, 3), (336, 3)])
def test_a_long_outing_counts_as_more(hours: float, units: int, karin: User, assignment: Assignment) -> None:
    assert planned(karin, assignment, hours=hours)["units"] == units


def test_an_occasion_may_count_as_less_than_its_length_for_a_reason_and_as_no_more_than_the_highest(
    karin: User, assignment: Assignment
) -> None:
    refused = problem(plan(karin, assignment, hours=9, units=1), 400, "reason_required")
    assert refused["errors"][0]["pointer"] == "/units_reason"
    refused = problem(
        plan(karin, assignment, hours=9, units=4, units_reason="Lång dag"), 409, "units_above_highest"
    )
    assert refused["errors"][0]["pointer"] == "/units"
    assert "räknas som högst 3." in refused["detail"]
    assert not Occasion.objects.exists()
    short = planned(karin, assignment, hours=9, units=1, units_reason="Bara bussen tog tid")
    assert (short["units"], short["units_reason"], short["asked"], short["asked_units"]) == (
        1, "Bara bussen tog tid", "", None,
    )  # fmt: skip


def test_an_occasion_is_weighed_by_the_policy_of_its_own_date(
    karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    Policy.objects.create(municipality=kalix, first_day=date(2026, 7, 1), weight_steps=[[0, 2]])
    assert planned(karin, assignment, "2026-06-30T23:30:00+02:00", hours=1)["units"] == 1
    assert planned(karin, assignment, "2026-07-01T00:30:00+02:00")["units"] == 2


def test_the_first_policy_also_weighs_what_was_before_it(
    karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    kalix.policies.update(first_day=date(2026, 7, 1))
    assert planned(karin, assignment, hours=9)["units"] == 2


def test_a_municipality_without_a_policy_is_told_so(
    karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    kalix.policies.all().delete()
    problem(plan(karin, assignment), 409, "no_policy")
    assert not Occasion.objects.exists()


@pytest.mark.parametrize(
    ("starts_at", "hours", "status", "code"),
    [
        ("2026-06-12T15:00:00+02:00", 0, 400, "end_before_start"),
        ("2026-06-12T15:00:00+02:00", -1, 400, "end_before_start"),
        ("2026-06-12T15:00:00+02:00", 14 * 24 + 0.01, 400, "too_long"),
        ("2027-06-10T12:00:01+02:00", 2, 409, "too_far_ahead"),
        ("2026-03-12T10:59:59+01:00", 2, 409, "too_long_ago"),
        ("2025-12-31T23:30:00+01:00", 2, 409, "too_long_ago"),
    ],
)
def test_times_that_cannot_be_are_refused(
    starts_at: str, hours: float, status: int, code: str, karin: User, assignment: Assignment
) -> None:
    refused = problem(plan(karin, assignment, starts_at, hours), status, code)
    assert refused["errors"][0]["pointer"] in ("/starts_at", "/ends_at")
    assert not Occasion.objects.exists()


@pytest.mark.parametrize("starts_at", ["2027-06-10T12:00:00+02:00", "2026-03-12T11:00:00+01:00"])
def test_a_year_ahead_and_ninety_days_back_are_just_in_time(
    starts_at: str, karin: User, assignment: Assignment
) -> None:
    planned(karin, assignment, starts_at)


@pytest.mark.parametrize("what", ["assignment", "decision"])
@pytest.mark.parametrize(
    ("starts_at", "status"),
    [
        ("2026-06-05T00:00:00+02:00", 201),
        ("2026-06-04T23:30:00+02:00", 409),
        ("2026-06-20T23:30:00+02:00", 201),
        ("2026-06-20T22:30:00Z", 409),
    ],
)
def test_an_occasion_starts_on_a_day_of_its_assignment_and_of_its_decision(
    what: str, starts_at: str, status: int, karin: User, assignment: Assignment
) -> None:
    limited: Assignment | Decision = assignment if what == "assignment" else assignment.decision
    limited.change(first_day=date(2026, 6, 5), last_day=date(2026, 6, 20))
    answer = plan(karin, assignment, starts_at, hours=12)
    assert answer.status_code == status
    if status == 409:
        problem(answer, 409, "outside_assignment")


def test_example_5_each_decision_has_a_ledger_of_its_own(karin: User, kalix: Municipality) -> None:
    old = world.make_assignment(karin, kalix, units=4, last_day=date(2026, 6, 30))
    new = Decision.objects.create(
        client=old.decision.client,
        reference="new",
        legal_basis_id="sol-2025",
        units=Decimal(2),
        first_day=date(2026, 7, 1),
    )
    new_assignment = world.make_assignment(karin, kalix, decision=new, first_day=date(2026, 7, 1))
    for hour in (14, 16):
        planned(karin, new_assignment, f"2026-07-01T{hour}:00:00+02:00")
    problem(plan(karin, new_assignment, "2026-07-02T14:00:00+02:00"), 409, "quota_exceeded")
    problem(plan(karin, old, "2026-07-02T14:00:00+02:00"), 409, "outside_assignment")
    assert planned(karin, old, "2026-06-30T23:30:00+02:00")["units"] == 1
    assert quota(karin, old, "2026-06")["remaining"] == 3
    assert quota(karin, old, "2026-07")["granted"] == 0


def test_two_contact_persons_share_what_the_decision_grants(
    karin: User, sven: User, assignment: Assignment, kalix: Municipality
) -> None:
    svens = world.make_assignment(sven, kalix, decision=assignment.decision)
    planned(sven, svens, hours=10)
    planned(karin, assignment)
    sunday = "2026-06-14T15:00:00+02:00"
    problem(plan(karin, assignment, sunday), 409, "quota_exceeded")
    problem(plan(sven, svens, sunday), 409, "quota_exceeded")


def test_a_contact_family_counts_days_in_halves(karin: User, kalix: Municipality, assignment: Assignment) -> None:
    decision = assignment.decision
    decision.change(kind=Decision.Kind.CONTACT_FAMILY, units=Decimal("2.5"))
    night = planned(karin, assignment, hours=20)  # from Friday afternoon to Saturday morning
    assert night["units"] == 1
    problem(
        plan(karin, assignment, "2026-06-19T15:00:00+02:00", units=0.7, units_reason="Nej"), 400, "units_not_half"
    )
    problem(plan(karin, assignment, "2026-06-19T15:00:00+02:00", hours=40), 409, "quota_exceeded")
    answer = world.signed_in(karin).get(f"/api/v1/assignments/{assignment.pk}/quota")
    account = answer.json()
    assert (account["granted"], account["planned"], account["remaining"]) == (2.5, 1, 1.5)
    assert '"planned":1,' in answer.content.decode()


@pytest.mark.parametrize("units", ["2.5", "0", "-1"])
def test_the_database_knows_no_half_units_of_a_contact_person(units: str, assignment: Assignment) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        assignment.decision.change(units=Decimal(units))


def test_a_refusal_is_said_in_the_language_of_who_asks(karin: User, assignment: Assignment) -> None:
    assignment.decision.change(units=Decimal(1))
    answer: Any = world.signed_in(karin).post(
        "/api/v1/occasions",
        {
            "assignment": str(assignment.pk),
            "starts_at": "2026-06-14T09:00:00+02:00",
            "ends_at": "2026-06-14T18:00:00+02:00",
        },
        headers={"Accept-Language": "en"},
    )
    refused = problem(answer, 409, "quota_exceeded")
    assert refused["detail"] == "There is room for 1 in June 2026, and the occasion counts as 2."


def test_the_quota_counts_moments_at_the_very_ends_of_the_month(karin: User, assignment: Assignment) -> None:
    for moment in ("2026-05-31T21:59:59", "2026-05-31T22:00:00", "2026-06-30T21:59:59", "2026-06-30T22:00:00"):
        world.make_occasion(assignment, datetime.fromisoformat(f"{moment}+00:00"), hours=1 / 3600)
    assert [quota(karin, assignment, month)["planned"] for month in ("2026-05", "2026-06", "2026-07")] == [1, 2, 1]


def test_last_month_is_no_concern_of_this_one(karin: User, assignment: Assignment) -> None:
    for day in range(1, 5):
        world.make_occasion(assignment, world.NOW - timedelta(days=30 + day), status="completed")
    assert quota(karin, assignment, "2026-05")["remaining"] == 0
    assert planned(karin, assignment)["status"] == "planned"
