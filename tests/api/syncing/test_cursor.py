"""Cursors that are not good any more, and what is no cursor."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from django.db import connection

from api.syncing import cursor as cursors
from api.syncing.cursor import Cursor, read_cursor
from api.syncing.holding import Holding
from assignments.models import Assignment
from core.changes import Snapshot
from people.models import User
from tests import world
from tests.api.syncing.phone import SYNC, Phone, started, the_same, told_by_lists

EXPIRED = (410, "cursor_expired")


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def phone(noon: Any, karin: User, assignment: Assignment) -> Phone:
    world.make_occasion(assignment, world.NOW)
    return started(karin)


def test_one_of_another_user_is_not_taken(phone: Phone, sven: User) -> None:
    assert refused(Phone(sven).ask(cursor=phone.cursor)) == EXPIRED


def test_one_in_another_language_is_not_taken_since_words_are_kept(phone: Phone) -> None:
    assert refused(phone.ask(language="en")) == EXPIRED


def test_one_lasts_sixty_days_and_is_renewed_by_being_used(phone: Phone, noon: time_machine.Traveller) -> None:
    old = phone.cursor
    noon.shift(timedelta(days=60))
    phone.pull()
    noon.shift(timedelta(seconds=1))
    assert refused(phone.ask(cursor=old)) == EXPIRED
    assert phone.ask().status_code == 200


def test_one_of_a_former_release_is_not_taken(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cursors, "FORM", cursors.FORM + 1)
    assert refused(phone.ask()) == EXPIRED


@pytest.mark.parametrize(
    "given", ["x", "", "\x00", "å" * 300, "." * 300, ".eJw:abc", "a:b:c", "9" * 2000, "{}", "null"]
)
def test_what_is_no_cursor_is_refused(phone: Phone, given: str) -> None:
    answer = world.signed_in(phone.user).get(f"{SYNC}?{urlencode({'cursor': given})}")
    if given:
        assert (refused(answer), answer.json()["errors"][0]["code"]) == ((400, "invalid"), "invalid_cursor")
    else:
        assert len(answer.json()["changes"]) == 2, "none at all"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "invalid_limit"),
        ("limit=201", "invalid_limit"),
        ("limit=x", "invalid_limit"),
        ("since=1", "unknown_filter"),
    ],
)
def test_other_questions_are_refused(phone: Phone, query: str, code: str) -> None:
    answer = world.signed_in(phone.user).get(f"{SYNC}?{query}")
    assert (refused(answer), answer.json()["errors"][0]["code"]) == ((400, "invalid"), code)


@pytest.mark.parametrize("number", [1, 60])
def test_a_cursor_fits_into_an_address(number: int) -> None:
    held = {uuid4(): Holding("0123456789", "0123456789") for _ in range(number)}
    many = tuple(range(10**9, 10**9 + 3000, 100))
    one = Cursor(uuid4(), "database", "sv", world.NOW, Snapshot(10**9 + 3000, many), held)
    assert read_cursor(str(one)) == one
    assert len(str(one)) < 4000


def test_a_database_that_was_put_back_starts_every_phone_anew(phone: Phone) -> None:
    cursor = read_cursor(phone.cursor)
    server, *rest = cursor.database.split("/")
    for other in ("/".join(["1", *rest]), "/".join([server, "00000002", rest[1]])):
        assert refused(phone.ask(cursor=str(cursor.then(database=other)))) == EXPIRED
    ahead = cursor.then(since=Snapshot(10**12))
    assert refused(phone.ask(cursor=str(ahead))) == EXPIRED


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_rows_of_a_dump_are_sent_once_though_their_transactions_are_still_to_come(
    noon: Any, karin: User, assignment: Assignment
) -> None:
    occasion = world.make_occasion(assignment, world.NOW)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE occasions_occasion DISABLE TRIGGER note_change")
        cursor.execute("UPDATE occasions_occasion SET changed_in = '123456789012'")
        cursor.execute("ALTER TABLE occasions_occasion ENABLE TRIGGER note_change")
    phone = started(karin)
    assert the_same(phone.store, told_by_lists(karin))
    assert phone.news() == []
    occasion.change(note="Fika")
    assert phone.news() == [("occasion", str(occasion.pk))]
