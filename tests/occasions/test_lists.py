"""Lists of occasions: pages, filters, and as many queries for thirty rows as for one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from assignments.models import Assignment
from occasions.models import Activity, ActivityKind, Occasion
from people.models import Municipality, User
from tests import world
from tests.occasions.calls import error_codes

pytestmark = pytest.mark.usefixtures("noon")
URL = "/api/v1/occasions"


@pytest.fixture
def phone(karin: User) -> APIClient:
    return world.signed_in(karin)


def ids(phone: APIClient, **query: Any) -> list[str]:
    answer: Any = phone.get(URL, query)
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


def pages(phone: APIClient, url: str, towards: str = "next") -> Iterator[Any]:
    """Yield page after page until there is no other."""
    following: str | None = url
    while following:
        answer: Any = phone.get(following)
        assert answer.status_code == 200, answer.content
        page = answer.json()
        yield page
        following = page[towards]


LIMITS = (1, 2, 3, 7, 10, 11, 200)
SAME = pytest.mark.parametrize("same", [0, 5, 11], ids="{} at the same time".format)


def eleven(assignment: Assignment, same: int) -> list[str]:
    """Put in occasions, some of one moment, and return their ids in the order of the list."""
    for number in range(11):
        # Cancelled ones take no time, so that many can be of one moment.
        hours, status = (0, "cancelled") if number < same else (number, "planned")
        world.make_occasion(assignment, world.NOW + timedelta(hours=hours), hours=1, status=status)
    return [str(pk) for pk in Occasion.objects.order_by("-starts_at", "id").values_list("pk", flat=True)]


@SAME
def test_pages_forward_and_back_lose_and_repeat_nothing(
    same: int, phone: APIClient, assignment: Assignment
) -> None:
    wanted = eleven(assignment, same)
    for limit in LIMITS:
        forward = list(pages(phone, f"{URL}?limit={limit}"))
        assert [one["id"] for page in forward for one in page["results"]] == wanted
        assert all(len(page["results"]) <= limit for page in forward)
        last = forward[-1]
        back = list(pages(phone, last["previous"], "previous"))[::-1] if last["previous"] else []
        assert [one["id"] for page in (*back, last) for one in page["results"]] == wanted


def test_a_page_is_not_disturbed_by_what_is_planned_meanwhile(phone: APIClient, assignment: Assignment) -> None:
    for days in range(4):
        world.make_occasion(assignment, world.NOW + timedelta(days=days))
    answer: Any = phone.get(URL, {"limit": 2})
    first = answer.json()
    world.make_occasion(assignment, world.NOW + timedelta(days=9))
    answer = phone.get(first["next"])
    seen = [one["id"] for page in (first, answer.json()) for one in page["results"]]
    assert len(set(seen)) == 4


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1.5", "%00", "١"])
def test_a_limit_is_a_number_up_to_200(limit: str, phone: APIClient) -> None:
    answer: Any = phone.get(f"{URL}?limit={limit}")
    assert error_codes(answer) == {"/limit": "invalid_limit"}


@pytest.mark.parametrize(
    "cursor", ["x", "!!", "bz0tMQ==", "cD14", "W10=", "WyJuZXh0IiwgIngiLCAieSJd", "WzFd", "%FF"]
)
def test_a_cursor_is_one_of_ours(cursor: str, phone: APIClient) -> None:
    answer: Any = phone.get(f"{URL}?cursor={cursor}")
    assert error_codes(answer) == {"/cursor": "invalid_cursor"}


def test_filters_keep_just_what_is_asked_for(
    phone: APIClient, karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    other = world.make_assignment(karin, kalix, client_name="Nils")
    before, now, after = (
        str(world.make_occasion(assignment, world.NOW + timedelta(days=days), status=status).pk)
        for days, status in ((-1, "completed"), (0, "planned"), (1, "planned"))
    )
    elsewhere = str(world.make_occasion(other, world.NOW + timedelta(days=2), status="cancelled").pk)
    assert ids(phone) == [elsewhere, after, now, before]
    assert ids(phone, assignment=assignment.pk) == [after, now, before]
    assert ids(phone, assignment=other.pk) == [elsewhere]
    assert ids(phone, status="planned") == [after, now]
    assert ids(phone, status="no_show") == []
    assert ids(phone, starts_after="2026-06-10T12:00:00+02:00") == [elsewhere, after, now]
    assert ids(phone, starts_before="2026-06-10T10:00:00Z") == [before]
    assert ids(phone, starts_after="2026-06-10T10:00:00Z", starts_before="2026-06-11T10:00:00.000001Z") == [
        after,
        now,
    ]
    assert ids(phone, starts_after="0001-01-01T00:00:00+14:00", starts_before="9999-12-31T23:59:59-23:59") == [
        elsewhere, after, now, before,
    ]  # fmt: skip
    assert ids(phone, status="planned", limit=1, assignment=assignment.pk) == [after]


def test_the_next_page_keeps_the_filter(phone: APIClient, assignment: Assignment) -> None:
    for hours in range(6):
        status = "planned" if hours % 2 else "cancelled"
        world.make_occasion(assignment, world.NOW + timedelta(hours=hours), status=status)
    found = [one["status"] for page in pages(phone, f"{URL}?status=planned&limit=1") for one in page["results"]]
    assert found == ["planned"] * 3


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("status=held", "/status"),
        ("status=%00", "/status"),
        ("status=planned&status=held", "/status"),
        ("assignment=x", "/assignment"),
        ("assignment=%00", "/assignment"),
        ("starts_after=2026", "/starts_after"),
        ("starts_after=2026-06", "/starts_after"),
        ("starts_after=2026-06-10", "/starts_after"),
        ("starts_after=2026-06-10T12:00:00", "/starts_after"),
        ("starts_before=2026-06-10T12:00:00%2B25:00", "/starts_before"),
        ("starts_before=2026-06-31T12:00:00Z", "/starts_before"),
        ("starts_before=%00", "/starts_before"),
        ("starts_before=%ED%A0%80", "/starts_before"),
        # An unescaped plus is a space by the time it arrives.
        ("starts_before=2026-06-10T12:00:00+02:00", "/starts_before"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_named(query: str, pointer: str, phone: APIClient) -> None:
    answer: Any = phone.get(f"{URL}?{query}")
    assert list(error_codes(answer)) == [pointer]


def test_an_assignment_of_somebody_else_has_no_occasions(
    phone: APIClient, sven: User, kalix: Municipality
) -> None:
    svens = world.make_occasion(world.make_assignment(sven, kalix), world.NOW)
    assert ids(phone, assignment=svens.assignment_id) == []


@pytest.mark.parametrize("who", ["karin", "inger"])
def test_thirty_occasions_take_as_many_queries_as_one(
    who: str, karin: User, inger: User, assignment: Assignment, kalix: Municipality
) -> None:
    def queries() -> int:
        phone = world.signed_in(karin if who == "karin" else inger)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert phone.get(URL).status_code == 200
        return len(found)

    walk = ActivityKind.objects.get(code="walk")
    one = world.make_occasion(assignment, world.NOW)
    Activity.objects.create(occasion=one, kind=walk, position=0)
    before = queries()
    for hours in range(1, 30):
        where = assignment if hours % 2 else world.make_assignment(karin, kalix)
        more = world.make_occasion(where, world.NOW + timedelta(days=hours))
        for position in range(3):
            Activity.objects.create(occasion=more, kind=walk, position=position)
    assert queries() == before <= 5
