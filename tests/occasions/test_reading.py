"""Hot reads ask little, and find what reading everything finds."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db.models import QuerySet
from pytest_django import DjangoAssertNumQueries

from assignments.models import Adjustment, Assignment, Policy
from core.periods import Month
from core.prepared import Question, ask
from occasions.books import read_quotas
from occasions.models import Activity, ActivityKind, Occasion
from occasions.quota_shapes import quota_totals
from occasions.row_reading import as_rows, read_rows, row_of
from people.models import Municipality, User
from tests import world

pytestmark = pytest.mark.usefixtures("noon")
API = "/api/v1"


QUERIES: tuple[dict[str, str], ...] = (
    {}, {"month": "2026-06"}, {"month": "2026-12"}, {"month": "2023-01"}, {"month": "2023-02"},
    {"month": "2025-03"}, {"on": "2024-02-29"}, {"on": "2022-12-31"}, {"on": "2027-01-01"},
)  # fmt: skip


@pytest.fixture
def years(karin: User, sven: User, inger: User, kalix: Municipality) -> Assignment:
    """Karin's assignment since 2023, with an occasion a week, some of them Sven's, and an adjustment each year."""
    own = world.make_assignment(karin, kalix, first_day=date(2023, 2, 3))
    svens = world.make_assignment(sven, kalix, decision=own.decision, first_day=date(2023, 2, 3))
    walk = ActivityKind.objects.get(municipality=kalix, code="walk")
    for week in range(-170, 9):
        status = "planned" if week >= 0 else "no_show" if week % 7 == 0 else "completed"
        one = world.make_occasion(
            svens if week % 5 == 0 else own,
            world.NOW + timedelta(weeks=week),
            status=status,
            hours=6 if week % 3 else 2,
        )
        Activity.objects.create(occasion=one, kind=walk, position=0)
    for year in (2023, 2024, 2025, 2026):
        Adjustment.objects.create(
            decision=own.decision, on=date(year, 6, 1), units=2, reason="Flytt", made_by=inger
        )
    return own


def test_the_first_screen_and_all_it_leads_to_are_one_query_each(
    karin: User, years: Assignment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    occasion = Occasion.objects.filter(assignment=years).latest("starts_at")
    phone = world.signed_in(karin)
    for path in ("home", "occasions", f"occasions/{occasion.pk}", f"assignments/{years.pk}/quota"):
        phone.get(f"{API}/{path}")  # who calls is loaded, and what is asked is compiled
        with django_assert_num_queries(1):
            assert phone.get(f"{API}/{path}").status_code == 200


@pytest.mark.parametrize(
    ("policy", "queries"), [({"saving_cap": 4}, 1), ({"ahead_cap": 1}, 1), ({"period": "year"}, 2)]
)
def test_what_is_long_ago_is_read_where_it_matters(
    policy: dict[str, Any],
    queries: int,
    karin: User,
    years: Assignment,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    Policy.objects.update(**policy)
    phone = world.signed_in(karin)
    phone.get(f"{API}/me")
    with django_assert_num_queries(queries):
        assert phone.get(f"{API}/assignments/{years.pk}/quota").status_code == 200


@pytest.mark.parametrize("policy", [{}, {"saving_cap": 4}, {"ahead_cap": 2, "saving_cap": 1}, {"period": "year"}])
def test_an_account_is_what_the_whole_history_says(
    policy: dict[str, Any], karin: User, inger: User, years: Assignment
) -> None:
    Policy.objects.update(**policy)
    Policy.objects.create(
        municipality=years.municipality, first_day=date(2025, 3, 10), weight_steps=[[0, 1]], **policy
    )
    for query in QUERIES:
        month = Month.parse(query["month"]) if "month" in query else None
        on = date.fromisoformat(query["on"]) if "on" in query else None
        whole = read_quotas([years], now=world.NOW, month=month, on=on)[years.pk]
        for user in (karin, inger):
            told = world.signed_in(user).get(f"{API}/assignments/{years.pk}/quota", query)
            assert told.status_code == 200
            assert {**told.json(), "entries": len(told.json()["entries"])} == {
                **_plain(quota_totals(whole)),
                "month": told.json()["month"],
                "entries": len(whole.entries),
            }
        if not query:
            (home,) = world.signed_in(karin).get(f"{API}/home").json()["assignments"]
            assert home["quota"] == _plain(quota_totals(whole))


def _plain(totals: dict[str, Any]) -> dict[str, Any]:
    days = {name: str(value) for name, value in totals["period"].items()}
    return {**totals, "period": days}


def test_entries_of_others_are_told_and_hide_what_may_not_be_seen(
    karin: User, inger: User, years: Assignment
) -> None:
    path = f"{API}/assignments/{years.pk}/quota"
    entries = world.signed_in(karin).get(path).json()["entries"]
    others = [one for one in entries if one["text"].startswith("En annan kontaktperson")]
    assert others
    assert {one["occasion"] for one in others} == {None}
    assert None not in {one["occasion"] for one in entries if one["kind"] == "planned" and one not in others}
    seen = world.signed_in(inger).get(path).json()["entries"]
    assert [one["text"] for one in seen] == [one["text"] for one in entries]
    assert all(one["occasion"] for one in seen if one["kind"] in ("used", "planned"))


def test_a_row_that_was_read_is_the_one_that_was_loaded(years: Assignment) -> None:
    everything: QuerySet[Occasion] = Occasion.objects.order_by("starts_at")
    (found,) = ask([Question.of(as_rows(Occasion.objects.order_by("starts_at")))], {})
    assert read_rows(found) == [row_of(one) for one in everything]


def test_a_policy_that_was_changed_is_never_remembered_as_it_was(karin: User, years: Assignment) -> None:
    def units() -> list[float]:
        found = world.signed_in(karin).get(f"{API}/occasions", {"limit": "5"}).json()["results"]
        return [one["units"] for one in found]

    before = units()
    Policy.objects.update(weight_steps=[[0, 7]])  # past `save`, and so without another version
    assert units() == [7] * 5 != before


def test_pages_lead_on_and_back_with_prepared_questions(karin: User, years: Assignment) -> None:
    phone, path, pages = world.signed_in(karin), f"{API}/occasions?limit=40", list[Any]()
    while path:
        pages.append(phone.get(path).json())
        path = pages[-1]["next"]
    own = Occasion.objects.filter(assignment=years).order_by("-starts_at")
    told = [one["id"] for page in pages for one in page["results"]]
    assert told == [str(one.pk) for one in own]
    for before, after in pairwise(pages):
        assert phone.get(after["previous"]).json()["results"] == before["results"]
