"""What is written as something else than it is, is refused: who is understood by luck is misunderstood later."""

from typing import Any

import pytest

from assignments.models import Assignment
from people.models import User
from tests import world

ID = "0d9a4b3c-7e21-4f56-8c9b-5a1e2d3f4b60"


@pytest.mark.parametrize(
    ("path", "given", "pointer"),
    [
        ("expenses", {"category": 1}, "/category"),
        ("expenses", {"claimed_amount": 129}, "/claimed_amount"),
        ("expenses", {"claimed_amount": "1e2"}, "/claimed_amount"),
        ("expenses", {"id": f"{{{ID}}}"}, "/id"),
        ("expenses", {"id": ID.replace("-", "")}, "/id"),
        ("occasions", {"units": "2", "units_reason": "Lång resa"}, "/units"),
        ("occasions", {"title": True}, "/title"),
    ],
)
def test_each_field_is_written_as_its_own_type(
    path: str, given: dict[str, Any], pointer: str, karin: User, assignment: Assignment, noon: object
) -> None:
    answer = world.signed_in(karin).post(f"/api/v1/{path}", {"assignment": str(assignment.pk), **given})
    assert answer.status_code == 400
    assert (pointer, "invalid") in {(one["pointer"], one["code"]) for one in answer.json()["errors"]}


def test_yes_is_no_boolean(karin: User) -> None:
    kinds = [{"kind": "occasion_tomorrow", "push": "yes"}]
    answer = world.signed_in(karin).put("/api/v1/notification-preferences", {"kinds": kinds})
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/kinds/0/push", "invalid")]


@pytest.mark.parametrize("query", ["expenses?category=", "occasions?status=", "notifications?kind=%20"])
def test_a_filter_by_nothing_is_refused_since_it_would_show_everything(query: str, karin: User) -> None:
    answer = world.signed_in(karin).get(f"/api/v1/{query}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "blank")


def test_a_month_of_nothing_is_refused(karin: User, assignment: Assignment) -> None:
    answer = world.signed_in(karin).get("/api/v1/allowances?month=")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/month")


def test_nothing_was_cancelled_before_there_were_phones(karin: User, assignment: Assignment, noon: object) -> None:
    occasion = world.make_occasion(assignment, world.NOW)
    told = {"cancelled_by": "client", "reason": "Sjuk", "cancelled_at": "0090-05-26T20:24:23Z"}
    answer = world.signed_in(karin).post(f"/api/v1/occasions/{occasion.pk}/cancel", told)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/cancelled_at")


def test_asking_what_may_be_asked_is_not_a_method(karin: User) -> None:
    assert world.signed_in(karin).options("/api/v1/notification-preferences").status_code == 405
