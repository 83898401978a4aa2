"""Which account is asked for, of one assignment and of many."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Adjustment, Assignment, ScopeChange
from people.models import Municipality, User
from tests import world
from tests.occasions.calls import error_codes, problem

pytestmark = pytest.mark.usefixtures("noon")
MAY = date(2026, 5, 1)


@pytest.fixture
def from_may(karin: User, kalix: Municipality) -> Assignment:
    """Karin's assignment on a decision that begins in May: four units a month."""
    return world.make_assignment(karin, kalix, first_day=MAY)


def test_an_account_is_of_a_month_or_of_a_day(karin: User, from_may: Assignment) -> None:
    path = f"/api/v1/assignments/{from_may.pk}/quota"
    phone = world.signed_in(karin)
    assert error_codes(phone.get(path, {"on": "2026-06-10", "month": "2026-06"})) == {"/on": "month_or_on"}
    for day in ("1899-12-31", "2200-01-01", "2026-06-31", "i dag"):
        assert error_codes(phone.get(path, {"on": day})) == {"/on": "invalid"}


def test_accounts_of_many_are_of_a_day_or_month_up_to_two_years_ahead(karin: User, from_may: Assignment) -> None:
    phone, path = world.signed_in(karin), "/api/v1/quotas"

    def months(**query: str) -> list[str]:
        answer: Any = phone.get(path, query)
        assert answer.status_code == 200, answer.content
        return [one["quota"]["period"]["first_day"] for one in answer.json()["results"]]

    assert months() == ["2026-06-01"]
    assert months(on="2026-07-15") == months(month="2026-07", limit="1") == ["2026-07-01"]
    assert (months(on="2028-06-10"), months(month="2028-06")) == (["2028-06-01"], ["2028-06-01"])
    for name, value in (("on", "2028-06-11"), ("month", "2028-07"), ("month", "2199-12")):
        refused = problem(phone.get(path, {name: value}), 400, "month_too_far")
        assert refused["errors"][0]["pointer"] == f"/{name}"
    assert error_codes(phone.get(path, {"on": "2026-06-10", "month": "2026-06"})) == {"/on": "month_or_on"}


def test_fifty_accounts_take_as_many_queries_as_one(karin: User, kalix: Municipality) -> None:
    def queries(path: str) -> int:
        phone = world.signed_in(karin)
        with CaptureQueriesContext(connection) as captured:
            assert phone.get(path).status_code == 200
        return len(captured)

    def add(number: int) -> None:
        own = world.make_assignment(karin, kalix)
        world.make_occasion(own, world.NOW + timedelta(hours=3 * number))
        gun = world.make_user(f"gun{number}@kalix.example", kalix)
        ScopeChange.objects.create(decision=own.decision, first_day=MAY, units=3, made_by=gun)
        Adjustment.objects.create(decision=own.decision, on=MAY, units=1, reason="Mer", made_by=gun)

    paths = ["/api/v1/quotas", "/api/v1/quotas?month=2026-07", "/api/v1/home"]
    add(0)
    of_one = [queries(path) for path in paths]
    for number in range(1, 50):
        add(number)
    assert [queries(path) for path in paths] == of_one
    assert len(world.signed_in(karin).get("/api/v1/quotas").json()["results"]) == 50
