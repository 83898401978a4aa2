"""The inbox over the API."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from notifications.messages import Kind
from notifications.models import Notification
from people.models import User
from tests import world
from tests.notifications.calls import tell

PATH = "/api/v1/notifications"
ABOUT = UUID("5f0c0f34-4a5e-4a1e-9a53-08a6b5d1b1a1")

pytestmark = pytest.mark.django_db


def told(user: User, count: int) -> None:
    for number in range(count):
        tell(user, dedup_key=str(number), now=world.NOW + timedelta(minutes=number))


def read(user: User, notification: Any) -> Any:
    return world.signed_in(user).post(f"{PATH}/{notification}/read")


def ids(answer: Any) -> list[str]:
    return [row["id"] for row in answer.data["results"]]


def test_the_inbox_says_what_there_is_to_see(karin: User) -> None:
    tell(karin, subject_id=ABOUT)

    [row] = world.signed_in(karin).get(PATH).json()["results"]

    notification = Notification.objects.get()
    assert row == {
        "id": str(notification.pk),
        "kind": "expense_approved",
        "title": "Utlägg godkänt",
        "body": "Öppna appen för att se mer.",
        "subject": {"type": "expense", "id": str(ABOUT)},
        "created_at": "2026-06-10T12:00:00+02:00",
        "read_at": None,
        "version": 1,
    }


def test_the_inbox_speaks_the_language_that_is_asked_for(karin: User) -> None:
    tell(karin)

    answer = world.signed_in(karin).get(PATH, headers={"accept-language": "en"})

    assert answer.data["results"][0]["title"] == "Expense approved"


def test_everybody_has_an_inbox_of_their_own(karin: User, sven: User, anna: User) -> None:
    tell(karin, sven, anna)

    [row] = world.signed_in(karin).get(PATH).data["results"]

    assert row["id"] == str(Notification.objects.get(recipient=karin).pk)


def test_the_newest_come_first_page_by_page(karin: User) -> None:
    told(karin, 5)
    client = world.signed_in(karin)

    first = client.get(f"{PATH}?limit=3")
    second = client.get(first.data["next"])

    newest_first = [str(pk) for pk in Notification.objects.order_by("-created_at").values_list("pk", flat=True)]
    assert ids(first) + ids(second) == newest_first
    assert second.data["next"] is None
    assert ids(client.get(second.data["previous"])) == ids(first)


def test_pages_neither_repeat_nor_skip_what_was_told_at_the_same_moment(karin: User) -> None:
    for number in range(7):
        tell(karin, dedup_key=str(number))
    client, path, seen = world.signed_in(karin), f"{PATH}?limit=2", []

    while path:
        answer = client.get(path)
        seen += ids(answer)
        path = answer.data["next"]

    assert len(seen) == len(set(seen)) == 7


def test_what_is_told_between_two_pages_moves_nothing(karin: User) -> None:
    told(karin, 4)
    client = world.signed_in(karin)
    first = client.get(f"{PATH}?limit=2")

    tell(karin, dedup_key="meanwhile", now=world.NOW + timedelta(hours=1))

    assert not set(ids(client.get(first.data["next"]))) & set(ids(first))


@pytest.mark.parametrize(("unread", "which"), [("true", [None]), ("false", ["read"])])
def test_the_inbox_can_be_asked_for_what_is_unread(karin: User, unread: str, which: list[Any]) -> None:
    told(karin, 2)
    read(karin, Notification.objects.earliest("created_at").pk)

    answer = world.signed_in(karin).get(f"{PATH}?unread={unread}")

    assert [row["read_at"] and "read" for row in answer.data["results"]] == which


def test_the_inbox_can_be_asked_for_a_kind(karin: User) -> None:
    tell(karin, kind=Kind.OCCASION_SOON)
    tell(karin, kind=Kind.EXPENSE_RETURNED)

    answer = world.signed_in(karin).get(f"{PATH}?kind=expense_returned")

    assert [row["kind"] for row in answer.data["results"]] == ["expense_returned"]


@pytest.mark.parametrize("query", ["unread=maybe", "limit=0", "limit=201", "limit=x", "cursor=nonsense"])
def test_a_question_that_cannot_be_meant_is_refused(karin: User, query: str) -> None:
    answer = world.signed_in(karin).get(f"{PATH}?{query}")

    assert answer.status_code == 400
    assert answer.data["code"] == "invalid"


def test_reading_is_done_once_and_may_be_repeated(karin: User) -> None:
    tell(karin)
    [row] = world.signed_in(karin).get(PATH).data["results"]

    first, again = read(karin, row["id"]), read(karin, row["id"])

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.data["read_at"] is not None
    assert first.data == again.data
    assert first.data["version"] == 2


def test_nobody_reads_what_was_told_to_another(karin: User, sven: User) -> None:
    tell(karin)

    assert read(sven, Notification.objects.get().pk).status_code == 404
    assert read(sven, uuid4()).status_code == 404
    assert Notification.objects.get().read_at is None


def test_what_another_release_told_can_be_read_too(karin: User) -> None:
    tell(karin)
    Notification.objects.update(kind="a_kind_of_tomorrow")

    [row] = world.signed_in(karin, APIClient).get(PATH).data["results"]

    assert (row["kind"], row["title"]) == ("a_kind_of_tomorrow", "Det finns något att se")


def test_a_longer_inbox_asks_the_database_no_more_often(karin: User) -> None:
    counts = []
    for many in (2, 12):
        Notification.objects.all().delete()
        told(karin, many)
        client = world.signed_in(karin)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(PATH).data["results"]) == many
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 2  # the caller's roles, and the page
