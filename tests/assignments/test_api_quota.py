"""The account of a month over HTTP: every number explains itself to whoever may know."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment
from occasions.models import Occasion
from people.models import Municipality, Role, User
from tests import world

pytestmark = pytest.mark.usefixtures("noon")


def quota(user: User, assignment: Assignment, query: str = "", language: str = "sv") -> Any:
    url = f"/api/v1/assignments/{assignment.pk}/quota{query}"
    return world.signed_in(user).get(url, headers={"Accept-Language": language})


def june(assignment: Assignment, day: int, **fields: Any) -> Occasion:
    return world.make_occasion(assignment, datetime(2026, 6, day, 12, tzinfo=world.NOW.tzinfo), **fields)


@pytest.fixture
def svens(sven: User, assignment: Assignment, kalix: Municipality) -> Assignment:
    """Sven shares Karin's decision."""
    return world.make_assignment(sven, kalix, decision=assignment.decision)


def test_the_account_of_example_1(karin: User, assignment: Assignment) -> None:
    cinema = june(assignment, 3, status="completed")
    trip = june(assignment, 14, units=2)
    coffee = june(assignment, 26, status="cancelled")
    assert quota(karin, assignment).json() == {
        "month": "2026-06",
        "period": {"kind": "month", "first_day": "2026-06-01", "last_day": "2026-06-30"},
        "granted": 4,
        "carried_in": 0,
        "adjustments": 0,
        "used": 1,
        "planned": 2,
        "remaining": 1,
        "waiting": 0,
        "carried_on": 0,
        "entries": [
            {"kind": "granted", "units": 4, "on": "2026-06-01", "occasion": None,
             "text": "Beslutet ger 4 tillfällen i juni 2026."},
            {"kind": "used", "units": 1, "on": "2026-06-03", "occasion": str(cinema.pk),
             "text": "Genomfört tillfälle 3 juni, räknas som 1."},
            {"kind": "planned", "units": 2, "on": "2026-06-14", "occasion": str(trip.pk),
             "text": "Planerat tillfälle 14 juni, räknas som 2."},
            {"kind": "released", "units": 0, "on": "2026-06-26", "occasion": str(coffee.pk),
             "text": "Inställt tillfälle 26 juni, räknas inte."},
        ],
    }  # fmt: skip
    english = quota(karin, assignment, language="en-GB").json()["entries"]
    assert english[0]["text"] == "The decision grants 4 units in June 2026."


def test_without_a_month_it_is_the_present_one_on_the_wall(
    karin: User, assignment: Assignment, noon: time_machine.Traveller
) -> None:
    noon.move_to("2026-06-30T22:30:00Z")
    assert quota(karin, assignment).json()["month"] == "2026-07"
    assert quota(karin, assignment, "?month=2026-06").json()["month"] == "2026-06"


@pytest.mark.parametrize(
    "month", ["2026", "2026-00", "2026-13", "2026-1", "26-06", "2026-06-01", "0001-01", "9999-12", "x", "%00",
              "%D9%A2026-06", "2026-06%00", "%ED%A0%80", "2026-06&month=x"],
)  # fmt: skip
def test_what_is_no_month_is_refused(month: str, karin: User, assignment: Assignment) -> None:
    answer = quota(karin, assignment, f"?month={month}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/month"}


@pytest.mark.parametrize("month", ["1900-01", "2025-12", "2199-12"])
def test_far_months_have_an_account_too(month: str, karin: User, assignment: Assignment) -> None:
    account = quota(karin, assignment, f"?month={month}").json()
    assert (account["granted"], account["used"]) == (4 if month > "2026" else 0, 0)


def test_the_other_contact_person_s_occasions_count_but_stay_hers(
    karin: User, sven: User, assignment: Assignment, svens: Assignment
) -> None:
    hers = june(assignment, 3, title="Hemlig bio", place="Hemma hos Maj-Britt", note="Hemligt")
    own = june(svens, 14, units=2)
    answer = quota(sven, svens)
    account = answer.json()
    assert (account["planned"], account["remaining"]) == (3, 1)
    another, mine = account["entries"][1:]
    assert (another["occasion"], another["units"]) == (None, 1)
    assert another["text"].startswith("En annan kontaktperson på samma beslut: planerat tillfälle 3 juni")
    assert (mine["occasion"], mine["text"]) == (str(own.pk), "Planerat tillfälle 14 juni, räknas som 2.")
    for secret in ("Hemlig", "Maj-Britt", str(hers.pk), str(assignment.pk), str(karin.pk), "Karin"):
        assert secret not in answer.content.decode()


def test_a_coordinator_sees_which_occasion_each_number_comes_from(
    inger: User, assignment: Assignment, svens: Assignment
) -> None:
    hers, his = june(assignment, 3), june(svens, 14)
    entries = quota(inger, assignment).json()["entries"][1:]
    assert [entry["occasion"] for entry in entries] == [str(hers.pk), str(his.pk)]
    assert [entry["text"].startswith("En annan") for entry in entries] == [False, True]


def test_a_coordinator_sees_them_of_an_assignment_of_her_own_too(
    inger: User, assignment: Assignment, kalix: Municipality
) -> None:
    world.add_roles(inger, kalix, Role.CONTACT_PERSON)
    own = world.make_assignment(inger, kalix, decision=assignment.decision)
    hers = june(assignment, 3)
    assert quota(inger, own).json()["entries"][1]["occasion"] == str(hers.pk)


def test_a_case_officer_reads_the_account_but_no_occasion(kalix: Municipality, assignment: Assignment) -> None:
    bo = world.make_user("bo@kalix.example", kalix, Role.CASE_OFFICER)
    june(assignment, 3)
    entry = quota(bo, assignment).json()["entries"][1]
    assert (entry["occasion"], entry["text"]) == (None, "Planerat tillfälle 3 juni, räknas som 1.")


def test_what_karin_did_in_an_ended_assignment_is_hers_still(
    karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    assignment.change(last_day=date(2026, 6, 9))
    june(assignment, 3, status="completed")
    again = world.make_assignment(karin, kalix, decision=assignment.decision, first_day=date(2026, 6, 10))
    entry = quota(karin, again).json()["entries"][1]
    assert (entry["occasion"], entry["text"]) == (None, "Genomfört tillfälle 3 juni, räknas som 1.")


def test_what_an_account_does_not_know_is_refused(karin: User, assignment: Assignment) -> None:
    answers = [quota(karin, assignment, "?monht=2026-06"), world.signed_in(karin).get("/api/v1/quotas?day=x")]
    for answer, name in zip(answers, ("monht", "day"), strict=True):
        errors = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
        assert (answer.status_code, errors) == (400, [(f"/{name}", "unknown_filter")])


def test_thirty_occasions_take_as_many_queries_as_one(
    karin: User, assignment: Assignment, svens: Assignment
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert quota(karin, assignment).status_code == 200
        return len(found)

    june(assignment, 3)
    before = queries()
    for number in range(29):
        world.make_occasion(svens if number % 2 else assignment, world.NOW + timedelta(hours=number))
    assert queries() == before <= 8
