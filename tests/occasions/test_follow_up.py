"""What coordinators follow up: nobody met for thirty days, and less than half used over eight weeks."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from assignments.models import Adjustment, Assignment, Decision, ScopeChange
from occasions.follow_up import is_any
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calls import problem

pytestmark = pytest.mark.usefixtures("noon")
URL = "/api/v1/follow-up"
TODAY = date(2026, 6, 10)
DAY = timedelta(days=1)


def listed(user: User, **query: Any) -> list[Any]:
    answer: Any = world.signed_in(user).get(URL, query)
    assert answer.status_code == 200, answer.content
    results: list[Any] = answer.json()["results"]
    return results


def why(user: User) -> list[tuple[bool, bool]]:
    """Return of each decision that is listed whether nobody met the client, and whether too little is used."""
    return [(one["unmet"], one["behind"]) for one in listed(user)]


def meet(assignment: Assignment, *days: date, status: str = "completed", hour: int = 10) -> None:
    """Hold an occasion of one unit on each of some days."""
    for day in days:
        world.make_occasion(assignment, datetime(day.year, day.month, day.day, hour, tzinfo=UTC), status=status)


def meet_enough(assignment: Assignment) -> None:
    """Use half of April's and May's eight units, the last on the 25th of May."""
    meet(assignment, date(2026, 4, 7), date(2026, 4, 21), date(2026, 5, 11), date(2026, 5, 25))


def test_a_decision_is_listed_with_what_tells_how_it_stands(
    inger: User, sven: User, assignment: Assignment, kalix: Municipality
) -> None:
    meet(assignment, date(2026, 3, 3), date(2026, 4, 14), date(2026, 5, 8))
    second = world.make_assignment(sven, kalix, decision=assignment.decision, first_day=TODAY)
    client = assignment.decision.client
    assert listed(inger) == [
        {
            "id": str(assignment.decision_id),
            "client": {"id": str(client.pk), "name": client.name},
            "assignments": [str(assignment.pk), str(second.pk)],
            "unmet": True,
            "last_met_on": "2026-05-08",
            "behind": True,
            "used": 2,
            "granted": 8,
        }
    ]


def test_one_that_goes_well_is_not_listed(inger: User, assignment: Assignment, kalix: Municipality) -> None:
    meet_enough(assignment)
    assert listed(inger) == []
    assert not is_any(kalix, world.NOW)


# Nobody met for N days


@pytest.mark.parametrize(
    ("last_met", "unmet"), [(TODAY - 29 * DAY, False), (TODAY - 30 * DAY, True), (TODAY - 31 * DAY, True)]
)
def test_met_29_days_ago_is_within_thirty_days_and_30_days_ago_is_not(
    last_met: date, unmet: bool, inger: User, assignment: Assignment, kalix: Municipality
) -> None:
    kalix.change(behind_percent=None)
    meet(assignment, last_met)
    assert (why(inger), is_any(kalix, world.NOW)) == ([(True, False)] if unmet else [], unmet)


@pytest.mark.parametrize(("began", "unmet"), [(TODAY - 29 * DAY, False), (TODAY - 30 * DAY, True)])
def test_whom_nobody_ever_met_counts_from_the_first_appointment(
    began: date, unmet: bool, inger: User, sven: User, assignment: Assignment, kalix: Municipality
) -> None:
    kalix.change(behind_percent=None)
    assignment.change(first_day=began, last_day=TODAY - DAY)
    world.make_assignment(sven, kalix, decision=assignment.decision, first_day=TODAY)
    found = listed(inger)
    assert [(one["unmet"], one["last_met_on"]) for one in found] == ([(True, None)] if unmet else [])
    assert is_any(kalix, world.NOW) is unmet


@pytest.mark.parametrize(("began", "unmet"), [(TODAY - 29 * DAY, False), (TODAY - 30 * DAY, True)])
def test_nobody_could_be_met_before_the_decision_began(
    began: date, unmet: bool, inger: User, assignment: Assignment, kalix: Municipality
) -> None:
    assignment.decision.change(first_day=began)
    assert [one["unmet"] for one in listed(inger)] == ([True] if unmet else [])


@pytest.mark.parametrize("status", ["planned", "cancelled", "no_show"])
def test_only_who_was_met_was_met(status: str, inger: User, assignment: Assignment) -> None:
    meet(assignment, TODAY - DAY, status=status)
    assert listed(inger)[0]["last_met_on"] is None


def test_whoever_met_the_client_it_was_for_the_decision(
    inger: User, sven: User, assignment: Assignment, kalix: Municipality
) -> None:
    kalix.change(behind_percent=None)
    earlier = world.make_assignment(sven, kalix, decision=assignment.decision, last_day=TODAY - DAY)
    meet(earlier, TODAY - 5 * DAY)
    assert listed(inger) == []


@pytest.mark.parametrize(("hour", "unmet"), [(21, True), (22, False)])
def test_half_past_midnight_is_the_next_day_in_kalix(
    hour: int, unmet: bool, inger: User, assignment: Assignment, kalix: Municipality
) -> None:
    """Thirty days ago ends at 22:00 UTC in summer."""
    kalix.change(behind_percent=None)
    meet(assignment, TODAY - 30 * DAY, hour=hour)
    assert bool(listed(inger)) is unmet


@pytest.mark.parametrize(
    ("spring", "unmet"), [("2026-03-29T21:59+00:00", False), ("2026-03-29T22:00+00:00", True)]
)
def test_the_day_that_the_clocks_go_forward_is_a_day(
    spring: str, unmet: bool, assignment: Assignment, kalix: Municipality
) -> None:
    """At 22:00 UTC the 30th of March begins in Kalix: thirty days after the 28th of February."""
    kalix.change(behind_percent=None)
    meet(assignment, date(2026, 2, 28))
    assert is_any(kalix, datetime.fromisoformat(spring)) is unmet


# Below P % for M weeks


def test_half_is_enough_and_less_is_behind(inger: User, assignment: Assignment) -> None:
    meet_enough(assignment)
    ScopeChange.objects.create(decision=assignment.decision, first_day=date(2026, 5, 1), units=5, made_by=inger)
    assert [(one["behind"], one["used"], one["granted"]) for one in listed(inger)] == [(True, 4, 9)]
    Adjustment.objects.create(
        decision=assignment.decision, on=date(2026, 5, 9), units=-1, reason="Semester", made_by=inger
    )
    assert listed(inger) == []


@pytest.mark.parametrize(
    ("limits", "behind"),
    [
        ({}, False),
        ({"behind_percent": 51}, True),
        ({"behind_percent": 100}, True),
        ({"behind_percent": 51, "behind_weeks": 4}, True),
        ({"behind_weeks": 9}, True),
        ({"behind_weeks": 22}, False),
        ({"behind_percent": None}, False),
    ],
)
def test_the_municipality_says_what_is_too_little(
    limits: dict[str, Any], behind: bool, inger: User, assignment: Assignment, kalix: Municipality
) -> None:
    """Half is used of April and May, a third with March, and nobody has 22 weeks of whole months yet."""
    meet_enough(assignment)
    kalix.change(**limits)
    assert (why(inger), is_any(kalix, world.NOW)) == ([(False, True)] if behind else [], behind)


def test_one_that_is_too_young_is_not_judged(inger: User, karin: User, kalix: Municipality) -> None:
    world.make_assignment(karin, kalix, first_day=date(2026, 4, 2))
    (one,) = listed(inger)
    assert (one["unmet"], one["behind"], one["used"], one["granted"]) == (True, False, None, None)


def test_neither_is_watched_where_the_municipality_does_not_want_it(
    inger: User, assignment: Assignment, kalix: Municipality
) -> None:
    kalix.change(unmet_days=None)
    assert why(inger) == [(False, True)]
    kalix.change(behind_percent=None)
    assert listed(inger) == []


def test_where_no_policy_is_written_whom_nobody_met_is_told(
    inger: User, assignment: Assignment, kalix: Municipality
) -> None:
    kalix.policies.all().delete()
    assert [one["unmet"] for one in listed(inger)] == [True]


# What is looked at


def test_what_is_over_or_not_begun_and_who_is_gone_is_nobodys_to_follow_up(
    inger: User, karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    def is_listed(row: Decision | Assignment, **values: Any) -> bool:
        before = {name: getattr(row, name) for name in values}
        row.change(**values)
        found = bool(listed(inger))
        assert is_any(kalix, world.NOW) is found
        row.change(**before)
        return found

    assert is_listed(assignment.decision, last_day=TODAY)
    assert not is_listed(assignment.decision, last_day=TODAY - DAY)
    assert is_listed(assignment, last_day=TODAY)
    assert not is_listed(assignment, last_day=TODAY - DAY)
    assert not is_listed(assignment, first_day=TODAY + DAY)
    karin.memberships.update(is_active=False)
    assert listed(inger) == []


def test_each_sees_their_own_municipalities(
    inger: User, lars: User, assignment: Assignment, anna: User, leksand: Municipality
) -> None:
    theirs = world.make_assignment(anna, leksand)
    leksand.change(unmet_days=None)
    assert [one["id"] for one in listed(lars)] == [str(theirs.decision_id)]
    world.add_roles(inger, leksand, Role.COORDINATOR)
    assert {one["id"]: one["unmet"] for one in listed(inger)} == {
        str(assignment.decision_id): True,
        str(theirs.decision_id): False,
    }


def test_a_deputy_sees_it_on_their_days(
    inger: User, sven: User, assignment: Assignment, kalix: Municipality
) -> None:
    deputy = world.make_deputy(sven, inger, kalix, TODAY, TODAY)
    assert len(listed(sven)) == 1
    deputy.change(first_day=TODAY + DAY, last_day=TODAY + DAY)
    problem(world.signed_in(sven).get(URL), 403, "wrong_role")
