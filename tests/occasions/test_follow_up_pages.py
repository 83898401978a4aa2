"""The list of what coordinators follow up comes in pages, and costs no more when it is long."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Adjustment, ScopeChange
from occasions import follow_up
from occasions.follow_up import is_any
from people.models import Municipality, User
from tests import world
from tests.occasions.calls import error_codes
from tests.occasions.test_follow_up import DAY, TODAY, URL, meet

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def many(karin: User, kalix: Municipality, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Eleven decisions, every third of which goes well, looked through four at a time; the others' ids."""
    monkeypatch.setattr(follow_up, "BATCH", 4)
    all_of_them = [world.make_assignment(karin, kalix, client_name=f"Nils {number}") for number in range(11)]
    kalix.change(behind_percent=None)
    ordered = sorted(all_of_them, key=lambda one: one.decision_id)
    for hour, one in enumerate(ordered[::3]):
        meet(one, TODAY - DAY, hour=2 * hour)
    return [str(one.decision_id) for number, one in enumerate(ordered) if number % 3]


def pages(user: User, url: str, towards: str = "next") -> Iterator[Any]:
    following: str | None = url
    while following:
        answer: Any = world.signed_in(user).get(following)
        assert answer.status_code == 200, answer.content
        page = answer.json()
        yield page
        following = page[towards]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7, 8, 200])
def test_pages_forward_and_back_lose_and_repeat_nothing(limit: int, inger: User, many: list[str]) -> None:
    forward = list(pages(inger, f"{URL}?limit={limit}"))
    assert [one["id"] for page in forward for one in page["results"]] == many
    assert [len(page["results"]) for page in forward[:-1]] == [limit] * (len(forward) - 1)
    last = forward[-1]
    back = list(pages(inger, last["previous"], "previous"))[::-1] if last["previous"] else []
    assert [one["id"] for page in (*back, last) for one in page["results"]] == many


@pytest.mark.parametrize("cursor", ["x", "!!", "W10=", "WyJuZXh0IiwgIngiXQ==", "%FF"])
def test_a_cursor_is_one_of_ours(cursor: str, inger: User) -> None:
    assert error_codes(world.signed_in(inger).get(f"{URL}?cursor={cursor}")) == {"/cursor": "invalid_cursor"}


@pytest.mark.parametrize(
    ("query", "codes"),
    [("limit=0", {"/limit": "invalid_limit"}), ("limit=201", {"/limit": "invalid_limit"}),
     ("municipality=kalix", {"/municipality": "unknown_filter"})],
)  # fmt: skip
def test_a_query_that_means_nothing_is_refused(query: str, codes: dict[str, str], inger: User) -> None:
    assert error_codes(world.signed_in(inger).get(f"{URL}?{query}")) == codes


def test_many_decisions_take_as_many_queries_as_one(inger: User, karin: User, kalix: Municipality) -> None:
    def add(number: int) -> None:
        one = world.make_assignment(karin, kalix)
        meet(one, date(2026, 4, 1) + number * DAY)
        changed: dict[str, Any] = {"decision": one.decision, "made_by": inger, "units": 3}
        ScopeChange.objects.create(first_day=date(2026, 5, 1), **changed)
        Adjustment.objects.create(on=date(2026, 5, 1), reason="Mer", **changed)

    counts = []
    for numbers in (range(1), range(1, 30)):
        for number in numbers:
            add(number)
        caller = world.signed_in(inger)
        with CaptureQueriesContext(connection) as listing:
            assert len(caller.get(URL).json()["results"]) == numbers.stop
        kalix.change(unmet_days=1000)
        with CaptureQueriesContext(connection) as asking:
            assert is_any(kalix, world.NOW)
        kalix.change(unmet_days=30)
        counts.append((len(listing), len(asking)))
    assert counts[0] == counts[1] == (7, 7)
