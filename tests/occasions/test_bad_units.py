"""Weights and times that can't be meant: a clear problem, and nothing saved."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine

from assignments.models import Assignment, Decision
from occasions.models import Occasion, Outing
from people.models import Municipality, User
from tests import world
from tests.occasions.calls import FRIDAY, Answer, act, edit, plan, planned, problem, read, times

WAY = Callable[[User, Assignment, dict[str, Any]], Answer]


def by_planning(user: User, own: Assignment, values: dict[str, Any]) -> Answer:
    """Plan an occasion with these values."""
    return plan(user, own, **values)


def by_previewing(user: User, own: Assignment, values: dict[str, Any]) -> Answer:
    """Ask what planning would do."""
    given = {"assignment": str(own.pk)} | times(FRIDAY) | values
    return world.signed_in(user).post("/api/v1/occasions/preview", given)


def by_editing(user: User, own: Assignment, values: dict[str, Any]) -> Answer:
    """Change a planned occasion, which must stay as it is."""
    made = world.make_occasion(own, world.NOW)
    before = read(user, made.pk).json()
    answer = edit(user, made.pk, 1, **values)
    assert read(user, made.pk).json() == before
    made.delete()
    return answer


def by_completing(user: User, own: Assignment, values: dict[str, Any]) -> Answer:
    """Log a planned occasion, which must stay planned."""
    made = world.make_occasion(own, world.NOW)
    before = read(user, made.pk).json()
    answer = act(user, made.pk, "complete", **values)
    assert read(user, made.pk).json() == before
    made.delete()
    return answer


def by_going_out(user: User, own: Assignment, values: dict[str, Any]) -> Answer:
    """Plan an outing: units are each sibling's, the rest is shared."""
    shared = {name: value for name, value in values.items() if name not in ("units", "units_reason")}
    units = {name: value for name, value in values.items() if name not in shared}
    brother = world.make_assignment(user, own.municipality)
    siblings = [{"assignment": str(brother.pk)}, {"assignment": str(own.pk), **units}]
    answer = world.signed_in(user).post("/api/v1/outings", {"occasions": siblings} | times(FRIDAY) | shared)
    assert not Outing.objects.exists()
    return answer


ALL_WAYS = [by_planning, by_previewing, by_editing, by_completing, by_going_out]


def expect(answer: Answer, status: int, code: str, *pointers: str) -> None:
    """Expect a problem that points at these fields, and nothing saved."""
    refused = problem(answer, status, "invalid") if code.startswith("max_") else problem(answer, status, code)
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [(one, code) for one in pointers]
    assert not Occasion.objects.exists()


@pytest.mark.parametrize(
    ("units", "status", "code"),
    [
        (0, 400, "units_not_whole"),
        (-1, 400, "units_not_whole"),
        (1.3, 400, "units_not_whole"),
        (1.5, 400, "units_not_whole"),
        (1e9, 400, "max_digits"),
        (9999, 409, "units_above_highest"),
    ],
)
@pytest.mark.parametrize("way", ALL_WAYS)
@pytest.mark.usefixtures("noon")
def test_nothing_counts_as_what_cannot_be_counted(
    way: WAY, units: float, status: int, code: str, karin: User, assignment: Assignment
) -> None:
    pointer = "/occasions/1/units" if way is by_going_out else "/units"
    expect(way(karin, assignment, {"units": units, "units_reason": "Lång dag"}), status, code, pointer)


@pytest.mark.usefixtures("noon")
def test_a_contact_family_counts_in_halves_and_in_nothing_smaller(karin: User, assignment: Assignment) -> None:
    assignment.decision.change(kind=Decision.Kind.CONTACT_FAMILY)
    for units in (0, -0.5, 1.3):
        expect(plan(karin, assignment, units=units, units_reason="Nej"), 400, "units_not_half", "/units")
    assert planned(karin, assignment, hours=30, units=1.5, units_reason="Hämtades tidigt")["units"] == 1.5


@pytest.mark.parametrize("way", ALL_WAYS)
@pytest.mark.usefixtures("noon")
def test_an_end_before_the_start_is_refused(way: WAY, karin: User, assignment: Assignment) -> None:
    backwards = times("2026-06-10T11:00:00+02:00", -1)
    expect(way(karin, assignment, backwards), 400, "end_before_start", "/ends_at")


@pytest.mark.parametrize("way", ALL_WAYS)
@pytest.mark.parametrize("offset", ["+01:00", "+02:00"])
def test_a_time_that_does_not_exist_on_the_night_of_the_switch_is_refused(
    way: WAY, offset: str, karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    noon.move_to("2027-03-28T12:00:00+02:00")
    never = f"2027-03-28T02:30:00{offset}"
    starting = {"starts_at": never, "ends_at": "2027-03-28T05:00:00+02:00"}
    expect(way(karin, assignment, starting), 400, "time_does_not_exist", "/starts_at")
    ending = {"starts_at": "2027-03-28T01:00:00+01:00", "ends_at": never}
    expect(way(karin, assignment, ending), 400, "time_does_not_exist", "/ends_at")


@pytest.mark.parametrize("way", [by_planning, by_previewing, by_editing, by_going_out])
@pytest.mark.parametrize(
    ("starts_at", "code"),
    [
        ("2026-06-08T23:30:00+02:00", "outside_assignment"),
        ("2026-07-01T00:00:00+02:00", "outside_assignment"),
        ("2027-07-15T12:00:00+02:00", "too_far_ahead"),  # 400 days
    ],
)
@pytest.mark.usefixtures("noon")
def test_nothing_lies_outside_the_assignment_or_too_far_ahead(
    way: WAY, starts_at: str, code: str, karin: User, kalix: Municipality
) -> None:
    own = world.make_assignment(karin, kalix, first_day=date(2026, 6, 9), last_day=date(2026, 6, 30))
    expect(way(karin, own, times(starts_at, 1)), 409, code, "/starts_at")


@pytest.mark.usefixtures("noon")
def test_the_first_and_the_last_day_are_the_assignments_own(karin: User, kalix: Municipality) -> None:
    own = world.make_assignment(karin, kalix, first_day=date(2026, 6, 9), last_day=date(2026, 6, 30))
    planned(karin, own, "2026-06-09T00:00:00+02:00")
    planned(karin, own, "2026-06-30T23:59:00+02:00")
