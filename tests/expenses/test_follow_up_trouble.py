"""The digest comes once, whatever fails or is killed, and costs little where there is nothing to tell."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.judging import Book
from assignments.models import Assignment, Decision
from core.heartbeat import SomeFailed
from core.models import Heartbeat
from expenses import follow_up_reminders, tasks
from expenses.follow_up_reminders import remind_to_follow_up
from notifications.models import Notification
from occasions import follow_up
from occasions.books import read_books
from people.models import Municipality, User
from tests import world
from tests.expenses.test_follow_up_reminders import DAY, EIGHT, MINUTE, TODAY, recipients, remind, submit
from tests.notifications.calls import at_once

pytestmark = pytest.mark.django_db


def told_although_some_fail(at: datetime) -> int:
    with pytest.raises(SomeFailed) as found:
        remind(at)
    return found.value.done


def test_a_failure_in_one_municipality_stops_no_other(
    inger: User, lars: User, assignment: Assignment, anna: User, leksand: Municipality,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    world.make_assignment(anna, leksand)
    ask = follow_up.is_any

    def stumble(municipality: Municipality, now: datetime) -> bool:
        if municipality.code == "kalix":
            raise RuntimeError("nobody foresaw this")
        return ask(municipality, now)

    monkeypatch.setattr(follow_up, "is_any", stumble)
    assert told_although_some_fail(EIGHT) == 1
    assert recipients() == [lars]
    assert "kalix.example" not in caplog.text
    monkeypatch.setattr(follow_up, "is_any", ask)
    assert remind(EIGHT + MINUTE) == 1
    assert recipients() == [inger, lars]


def test_a_municipality_that_no_clock_knows_stops_no_other(
    inger: User, lars: User, assignment: Assignment, anna: User, leksand: Municipality
) -> None:
    world.make_assignment(anna, leksand)
    Municipality.objects.filter(code="kalix").update(time_zone="Mars/Olympus")
    assert told_although_some_fail(EIGHT) == 1
    assert recipients() == [lars]


class Killed(BaseException):
    """The worker ends here."""


@contextmanager
def killed(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> Iterator[None]:
    """Let whoever calls a function be killed."""

    def end(*args: Any, **kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, end)
        with pytest.raises(Killed):
            yield


@pytest.mark.parametrize("name", ["_waits", "_tell"])
def test_who_is_killed_before_telling_leaves_it_to_the_next_run(
    name: str, calm: Assignment, inger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(calm)
    with killed(monkeypatch, follow_up_reminders, name):
        remind(EIGHT)
    assert remind(EIGHT + MINUTE) == 1


def test_who_is_killed_after_telling_tells_nobody_twice(
    calm: Assignment, inger: User, bengt: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(calm)
    with killed(monkeypatch, cache, "set"):
        remind(EIGHT)
    assert len(recipients()) == 1
    assert remind(EIGHT + MINUTE) == 1
    assert recipients() == [bengt, inger]


def test_a_cache_that_was_emptied_tells_nobody_twice(calm: Assignment, inger: User) -> None:
    submit(calm)
    remind(EIGHT)
    cache.clear()
    assert remind(EIGHT + MINUTE) == 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_four_at_once_tell_once(assignment: Assignment, inger: User, bengt: User) -> None:
    with time_machine.travel(EIGHT, tick=False):
        counts = at_once(*[partial(remind_to_follow_up, EIGHT)] * 4)
    assert sum(counts) == 2
    assert Notification.objects.count() == 2


# What it costs


def cost(at: datetime) -> int:
    with CaptureQueriesContext(connection) as queries:
        remind(at)
    return len(queries)


def test_what_was_looked_at_is_not_looked_at_again_that_day(calm: Assignment, inger: User, bengt: User) -> None:
    """Three queries a minute remain: which municipalities there are, who coordinates there, and at what hour."""
    assert cost(EIGHT) > 3
    assert cost(EIGHT + MINUTE) == cost(EIGHT.replace(hour=23)) == 3
    cache.clear()
    assert cost(EIGHT + MINUTE) > 3


def test_ledgers_are_read_once_for_all_and_not_at_all_where_something_waits(
    calm: Assignment, inger: User, bengt: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def read(decisions: Iterable[Decision]) -> dict[UUID, Book]:
        wanted = list(decisions)
        asked.append(len(wanted))
        return read_books(wanted)

    monkeypatch.setattr("occasions.follow_up.read_books", read)
    remind(EIGHT)
    assert asked == [1]
    submit(calm)
    remind(EIGHT + DAY)
    assert asked == [1]


def test_many_decisions_cost_no_more_than_one(calm: Assignment, inger: User, karin: User) -> None:
    first = cost(EIGHT)
    for _ in range(10):
        young = world.make_assignment(karin, calm.municipality, first_day=TODAY)
        world.make_expense(young)
    assert cost(EIGHT + DAY) == first


def test_the_task_leaves_a_heartbeat(inger: User) -> None:
    tasks.remind_to_follow_up(of_a_newer_release=True)
    assert Heartbeat.objects.get(task="expenses.tasks.remind_to_follow_up").finished_at is not None
