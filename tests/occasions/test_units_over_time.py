"""Units over the life of a decision: saved, used ahead, changed, corrected, and counted by rules that change."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from assignments.models import Adjustment, Assignment, Decision, Policy, ScopeChange
from occasions.models import Occasion
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calls import Answer, error_codes, plan, planned, problem, quota

pytestmark = pytest.mark.usefixtures("noon")
MAY = date(2026, 5, 1)


@pytest.fixture
def from_may(karin: User, kalix: Municipality) -> Assignment:
    """Karin's assignment on a decision that begins in May: four units a month."""
    return world.make_assignment(karin, kalix, first_day=MAY)


@pytest.fixture
def gun(kalix: Municipality) -> User:
    """A case officer in Kalix."""
    return world.make_user("gun@kalix.example", kalix, Role.CASE_OFFICER)


def hold(own: Assignment, *days: date, hours: float = 2) -> None:
    """Put held occasions into the database, at three in the afternoon."""
    for day in days:
        starts_at = datetime(day.year, day.month, day.day, 13, tzinfo=UTC)
        world.make_occasion(own, starts_at, hours=hours, status="completed")


def days_of(month: int, *days: int) -> list[date]:
    """Return days of a month of 2026."""
    return [date(2026, month, day) for day in days]


def account(user: User, own: Assignment, *names: str, **query: str) -> list[Any]:
    """Return some numbers of an account."""
    answer = world.signed_in(user).get(f"/api/v1/assignments/{own.pk}/quota", query)
    assert answer.status_code == 200, answer.content
    return [answer.json()[name] for name in names]


def adjust(user: User, own: Assignment, units: float, on: str = "2026-06-10", **more: Any) -> Answer:
    """Add units, or take some away."""
    given = {"on": on, "units": units, "reason": "Lång sjukdom"} | more
    return world.signed_in(user).post(f"/api/v1/decisions/{own.decision_id}/adjustments", given)


def change_scope(user: User, own: Assignment, units: float, first_day: str, **more: Any) -> Answer:
    """Let the decision grant something else from a day on."""
    given = {"first_day": first_day, "units": units} | more
    return world.signed_in(user).post(f"/api/v1/decisions/{own.decision_id}/scope-changes", given)


def test_example_2_what_may_left_is_saved_for_june(karin: User, from_may: Assignment, kalix: Municipality) -> None:
    kalix.policies.update(saving_cap=2)
    hold(from_may, *days_of(5, 5, 12, 19))
    hold(from_may, *days_of(6, 1, 2))
    planned(karin, from_may, "2026-06-14T09:00:00+02:00", hours=9)
    planned(karin, from_may, "2026-06-20T15:00:00+02:00")
    june = quota(karin, from_may)
    numbers = [june[name] for name in ("granted", "carried_in", "used", "planned", "remaining")]
    assert numbers == [4, 1, 2, 3, 0]
    assert "Sparat från maj 2026: 1 tillfälle." in [entry["text"] for entry in june["entries"]]
    problem(plan(karin, from_may, "2026-06-26T15:00:00+02:00"), 409, "quota_exceeded")


@pytest.mark.parametrize(
    ("on_exceeded", "status", "units", "asked_units"),
    [("block", 409, None, None), ("warn", 201, 1, None), ("ask", 201, 0, 1)],
)
def test_example_2_without_saving_the_same_june_is_one_over(
    on_exceeded: str,
    status: int,
    units: int | None,
    asked_units: int | None,
    karin: User,
    from_may: Assignment,
    kalix: Municipality,
) -> None:
    kalix.policies.update(on_exceeded=on_exceeded)
    hold(from_may, *days_of(5, 5, 12, 19))
    hold(from_may, *days_of(6, 1, 2))
    planned(karin, from_may, "2026-06-14T09:00:00+02:00", hours=9)
    answer = plan(karin, from_may, "2026-06-20T15:00:00+02:00")
    assert answer.status_code == status
    found = answer.json()
    assert (found.get("units"), found.get("asked_units")) == (units, asked_units)
    assert [one["code"] for one in found.get("warnings", [])] == ["quota_exceeded"] * (on_exceeded == "warn")


def test_example_3_what_may_used_ahead_is_worked_off_in_june(
    karin: User, from_may: Assignment, kalix: Municipality
) -> None:
    kalix.policies.update(ahead_cap=1)
    for day in range(5, 10):
        planned(karin, from_may, f"2026-05-{day:02}T15:00:00+02:00")
    problem(plan(karin, from_may, "2026-05-20T15:00:00+02:00"), 409, "quota_exceeded")
    assert account(karin, from_may, "remaining", month="2026-05") == [-1]
    assert account(karin, from_may, "granted", "carried_in", "remaining", month="2026-06") == [4, -1, 3]


def test_a_late_log_in_may_takes_from_june_what_was_saved(
    karin: User, from_may: Assignment, kalix: Municipality
) -> None:
    kalix.policies.update(saving_cap=4)
    assert account(karin, from_may, "carried_in", month="2026-06") == [4]
    planned(karin, from_may, "2026-05-20T15:00:00+02:00", hours=9)
    assert account(karin, from_may, "carried_in", "remaining", month="2026-06") == [2, 6]
    planned(karin, from_may, "2026-06-20T08:00:00+02:00", hours=10)
    planned(karin, from_may, "2026-06-21T08:00:00+02:00", hours=10)
    assert account(karin, from_may, "remaining", month="2026-06") == [0]
    refused = problem(plan(karin, from_may, "2026-05-21T15:00:00+02:00"), 409, "quota_exceeded")
    assert "juni 2026" in refused["detail"]


def test_the_case_officer_changes_the_scope_within_a_month(
    karin: User, gun: User, inger: User, from_may: Assignment, kalix: Municipality
) -> None:
    made = str(uuid4())
    kalix.policies.update(partial_period="pro_rata")
    answer = change_scope(gun, from_may, 6, "2026-06-16", id=made)
    assert (answer.status_code, change_scope(gun, from_may, 6, "2026-06-16", id=made).status_code) == (201, 200)
    months = ("2026-05", "2026-06", "2026-07")
    assert [account(karin, from_may, "granted", month=month) for month in months] == [[4], [5], [6]]
    texts = [entry["text"] for entry in quota(karin, from_may)["entries"]]
    assert texts == ["Beslutet ger 5 tillfällen i juni 2026, där omfattningen ändras."]
    problem(change_scope(gun, from_may, 2, "2026-06-16"), 409, "scope_day_taken")
    problem(change_scope(gun, from_may, 2, "2026-04-30"), 409, "outside_decision")
    for units in (0, -1, 1.5):
        problem(change_scope(gun, from_may, units, "2026-06-20"), 400, "units_out_of_step")
    for nobody in (inger, karin):
        problem(change_scope(nobody, from_may, 2, "2026-06-20"), 403, "wrong_role")
    assert ScopeChange.objects.count() == 1


def test_the_coordinator_adds_units_for_a_reason(
    karin: User, inger: User, lars: User, from_may: Assignment
) -> None:
    made = str(uuid4())
    answer, again = (adjust(inger, from_may, 2, id=made) for _ in range(2))
    assert (answer.status_code, again.status_code, again.json()) == (201, 200, answer.json())
    problem(adjust(inger, from_may, 3, id=made), 409, "id_conflict")
    june = quota(karin, from_may)
    assert (june["adjustments"], june["remaining"]) == (2, 6)
    assert june["entries"][-1]["text"] == "Samordnaren lade till 2 tillfällen: Lång sjukdom"
    assert adjust(inger, from_may, -1, "2026-07-01").status_code == 201
    assert account(karin, from_may, "adjustments", "remaining", month="2026-07") == [-1, 3]
    for units in (0, 1.5):
        problem(adjust(inger, from_may, units), 400, "units_out_of_step")
    refused = problem(adjust(inger, from_may, 1, "2026-04-30"), 409, "outside_decision")
    assert refused["errors"][0]["pointer"] == "/on"
    problem(adjust(lars, from_may, 1), 404, "not_found")
    assert error_codes(adjust(inger, from_may, 1, reason=" ")) == {"/reason": "blank"}
    assert Adjustment.objects.count() == 2


def test_nobody_adds_units_for_themselves(karin: User, kalix: Municipality, from_may: Assignment) -> None:
    world.add_roles(karin, kalix, Role.COORDINATOR)
    problem(adjust(karin, from_may, 1), 409, "own_assignment")
    assert not Adjustment.objects.exists()


def test_a_deputy_adds_no_units_for_whom_alone_they_stand_in_for(
    karin: User, sven: User, inger: User, kalix: Municipality, from_may: Assignment
) -> None:
    today = world.NOW.date()
    world.add_roles(karin, kalix, Role.COORDINATOR)
    world.make_deputy(sven, karin, kalix, today, today)
    problem(adjust(sven, from_may, 1), 409, "deputy_for_claimant")
    world.make_deputy(sven, inger, kalix, today, today)
    assert adjust(sven, from_may, 1).status_code == 201


def test_nobody_changes_the_scope_of_their_own_decision(
    karin: User, kalix: Municipality, from_may: Assignment
) -> None:
    world.add_roles(karin, kalix, Role.CASE_OFFICER)
    problem(change_scope(karin, from_may, 6, "2026-06-16"), 409, "own_assignment")
    assert not ScopeChange.objects.exists()


@pytest.mark.parametrize("day", ["2028-06-11", "9999-12-31"])
def test_nothing_is_changed_more_than_two_years_ahead(
    day: str, inger: User, gun: User, from_may: Assignment
) -> None:
    answers = (adjust(inger, from_may, 1, day), change_scope(gun, from_may, 2, day))
    refused = [problem(answer, 400, "day_too_far")["errors"][0]["pointer"] for answer in answers]
    assert refused == ["/on", "/first_day"]


def test_two_years_ahead_is_near_enough(inger: User, gun: User, from_may: Assignment) -> None:
    answers = (adjust(inger, from_may, 1, "2028-06-10"), change_scope(gun, from_may, 2, "2028-06-10"))
    assert [answer.status_code for answer in answers] == [201, 201]


def test_nobody_adds_or_decides_hundreds_of_units(inger: User, gun: User, from_may: Assignment) -> None:
    for units in (101, 9999.9):
        assert error_codes(adjust(inger, from_may, units)) == {"/units": "max_value"}
    assert error_codes(adjust(inger, from_may, -101)) == {"/units": "min_value"}
    assert error_codes(change_scope(gun, from_may, 367, "2026-06-16")) == {"/units": "max_value"}
    assert not Adjustment.objects.exists()


def test_a_policy_takes_over_on_its_first_day_and_judges_nothing_before_it(
    karin: User, from_may: Assignment, kalix: Municipality
) -> None:
    kalix.policies.update(saving_cap=4)
    Policy.objects.create(
        municipality=kalix, first_day=date(2026, 6, 1), weight_steps=[[0, 2]], activity_kinds=["walk"]
    )
    hold(from_may, *days_of(5, 30, 31))
    hold(from_may, *days_of(6, 1))
    assert account(karin, from_may, "used", "carried_on", month="2026-05") == [2, 2]
    assert account(karin, from_may, "carried_in", "used", "carried_on", month="2026-06") == [2, 2, 0]


def test_the_policy_of_the_day_says_what_can_be_done(
    karin: User, from_may: Assignment, kalix: Municipality
) -> None:
    Policy.objects.create(
        municipality=kalix, first_day=date(2026, 6, 20), weight_steps=[[0, 1]], activity_kinds=["walk"]
    )
    cinema = [{"kind": "cinema"}]
    planned(karin, from_may, "2026-06-19T15:00:00+02:00", activities=cinema)
    refused = problem(
        plan(karin, from_may, "2026-06-20T15:00:00+02:00", activities=cinema), 400, "unknown_activity_kind"
    )
    assert refused["errors"][0]["pointer"] == "/activities/0/kind"
    assert Occasion.objects.count() == 1


def test_a_contact_family_has_a_child_from_friday_evening_to_sunday_evening(
    karin: User, from_may: Assignment
) -> None:
    from_may.decision.change(kind=Decision.Kind.CONTACT_FAMILY, units=Decimal("4.5"))
    assert planned(karin, from_may, "2026-06-12T18:00:00+02:00", hours=48)["units"] == 2.5
    june = quota(karin, from_may)
    assert (june["planned"], june["remaining"]) == (2.5, 2)
    assert june["entries"][0]["text"] == "Beslutet ger 4,5 dygn i juni 2026."


def test_units_a_month_are_spread_over_half_a_year(karin: User, from_may: Assignment, kalix: Municipality) -> None:
    kalix.policies.update(period="half_year")
    hold(from_may, *days_of(5, 4, 5, 6, 7, 8, 9, 10))
    spring = account(karin, from_may, "period", "granted", "used", "remaining", on="2026-06-10")
    assert spring == [{"kind": "half_year", "first_day": "2026-05-01", "last_day": "2026-06-30"}, 8, 7, 1]
    assert account(karin, from_may, "granted", on="2026-07-01") == [24]
    planned(karin, from_may)
    problem(plan(karin, from_may, "2026-06-30T15:00:00+02:00"), 409, "quota_exceeded")


def test_units_a_week_are_counted_from_monday_to_sunday(karin: User, from_may: Assignment) -> None:
    from_may.decision.change(period="week", units=Decimal(1))
    planned(karin, from_may, "2026-06-14T20:00:00+02:00", hours=10 / 3)  # Sunday
    planned(karin, from_may, "2026-06-15T08:00:00+02:00")  # Monday
    problem(plan(karin, from_may), 409, "quota_exceeded")
    period = {"kind": "week", "first_day": "2026-06-08", "last_day": "2026-06-14"}
    assert account(karin, from_may, "period", "planned", "remaining", on="2026-06-14") == [period, 1, 0]
    assert account(karin, from_may, "period") == [period]
    assert account(karin, from_may, "granted", "planned", month="2026-06") == [5, 2]
