"""A run of a periodic task is told of: when it ended, what it counted, and that it failed, but not why."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, connection
from django.utils import timezone
from pytest_django import Settings

from core.heartbeat import Run, SomeFailed, TaskState, beat, states_of_tasks
from core.models import Heartbeat
from tests import world
from tests.notifications.calls import at_once

SWEEP = "notifications.tasks.sweep_deliveries"
NOW = world.NOW
MINUTE = timedelta(minutes=1)


class PhoneBookError(Exception):
    """Something that only its text tells of."""


def count(number: int) -> int:
    """Run the sweep, which finds so much to do."""
    return beat(SWEEP, lambda _: number)


def fail(error: type[Exception] = PhoneBookError) -> None:
    """Run the sweep, which fails."""

    def work(now: datetime) -> int:
        raise error("Maj-Britt Söderlund, Storgatan 1")

    with pytest.raises(error):
        beat(SWEEP, work)


def state(now: datetime = NOW) -> TaskState:
    """Tell how the sweep is."""
    return {told.task: told for told in states_of_tasks(now)}[SWEEP]


@pytest.mark.django_db
def test_a_run_tells_when_it_ended_and_what_it_counted(noon: Any) -> None:
    def take_a_minute(now: datetime) -> int:
        noon.shift(MINUTE)
        return 3

    assert beat(SWEEP, take_a_minute) == 3

    told = state(NOW + MINUTE)
    assert (told.started_at, told.finished_at, told.count) == (NOW, NOW + MINUTE, 3)
    assert (told.error, told.is_overdue) == ("", False)


@pytest.mark.django_db
def test_what_never_ran_is_overdue(noon: Any) -> None:
    assert state() == TaskState(
        task=SWEEP, started_at=None, finished_at=None, count=None, error="", is_overdue=True
    )


@pytest.mark.django_db
def test_it_is_overdue_after_three_intervals_and_a_minute(noon: Any, settings: Settings) -> None:
    settings.PERIODIC_TASKS = {SWEEP: timedelta(minutes=10)}
    count(1)

    assert not state(NOW + 31 * MINUTE).is_overdue
    assert state(NOW + 31 * MINUTE + timedelta(seconds=1)).is_overdue


@pytest.mark.django_db
def test_a_failed_run_is_told_by_the_name_of_its_error_and_keeps_the_last_good_end(noon: Any) -> None:
    count(3)
    noon.shift(MINUTE)

    fail()

    told = state()
    assert (told.started_at, told.finished_at, told.count) == (NOW + MINUTE, NOW, 3)
    assert told.error == "PhoneBookError"
    row = Heartbeat.objects.get()
    assert row.failed_at == NOW + MINUTE
    assert "Maj-Britt" not in world.texts_of([row])


@pytest.mark.django_db
def test_what_never_ended_well_has_counted_nothing(noon: Any) -> None:
    fail()

    assert (state().finished_at, state().count, state().is_overdue) == (None, None, True)


@pytest.mark.django_db
def test_a_run_that_ends_well_ends_the_failing(noon: Any) -> None:
    fail()
    count(2)

    assert (state().error, state().count) == ("", 2)


@pytest.mark.django_db
def test_while_it_runs_nothing_is_told_of_its_end(noon: Any) -> None:
    fail()

    beat(SWEEP, lambda _: len(state().error))

    assert Heartbeat.objects.get().count == len("PhoneBookError")


@pytest.mark.django_db
def test_a_slower_run_that_started_earlier_does_not_overwrite_a_newer_ones_end(noon: Any) -> None:
    def overtaken(now: datetime) -> int:
        noon.shift(MINUTE)
        count(7)
        noon.shift(MINUTE)
        return 1

    assert beat(SWEEP, overtaken) == 1

    told = state()
    assert (told.started_at, told.finished_at, told.count) == (NOW + MINUTE, NOW + MINUTE, 7)


@pytest.mark.django_db
@pytest.mark.parametrize("older_fails", [False, True])
def test_nor_does_how_it_ended(noon: Any, older_fails: bool) -> None:
    def overtaken(now: datetime) -> int:
        if older_fails:
            count(7)
            raise PhoneBookError
        fail()
        return 1

    try:
        beat(SWEEP, overtaken)
    except PhoneBookError:
        assert older_fails

    assert state().error == ("" if older_fails else "PhoneBookError")


@pytest.mark.django_db
def test_runs_that_always_overlap_are_told_of_all_the_same(noon: Any) -> None:
    def overtaking(now: datetime) -> int:
        Heartbeat.objects.update(run=9)  # another has started, and is not done
        return 4

    beat(SWEEP, overtaking)

    assert (state().count, state().is_overdue) == (4, False)


@pytest.mark.django_db
def test_a_clock_that_is_ahead_does_not_silence_the_others(noon: Any) -> None:
    noon.shift(60 * MINUTE)
    count(1)
    noon.move_to(NOW)

    count(2)

    assert (state().finished_at, state().count) == (NOW, 2)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_workers_may_run_it_at_once() -> None:
    assert at_once(*(lambda number=number: count(number) for number in range(6))) == list(range(6))

    row = Heartbeat.objects.get()
    assert (row.run, row.error) == (6, "")
    assert row.finished_at is not None
    assert row.count in range(6)
    assert row.ended_run == 6


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_when_the_database_is_what_failed_its_own_error_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_the_database(now: datetime) -> int:
        monkeypatch.setattr(connection, "cursor", refuse)
        raise PhoneBookError

    def refuse(*args: Any) -> None:
        raise DatabaseError

    with pytest.raises(PhoneBookError):
        beat(SWEEP, lose_the_database)

    monkeypatch.undo()
    assert Heartbeat.objects.get().started_at <= timezone.now()


# One by one


def do_each(*failing: type[Exception] | None) -> Run:
    """Do some things one by one, each of which raises or doesn't."""
    run = Run()
    for error in failing:
        with run.alone("occasion 1"):
            if error:
                raise error("Maj-Britt")
            run.done += 1
    return run


@pytest.mark.django_db
def test_one_failure_stops_nobody_else_and_is_told(noon: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert beat(SWEEP, lambda _: do_each(None, PhoneBookError, None).end()) == 2
    told = state()
    assert (told.finished_at, told.count, told.error, told.is_overdue) == (NOW, 2, "SomeFailed", False)
    assert "Passed over: occasion 1" in caplog.text
    assert count(1) == 1
    assert state().error == ""


def test_all_of_them_may_fail_and_be_told_too() -> None:
    with pytest.raises(SomeFailed, match="2 failed, 0 done"):
        do_each(PhoneBookError, PhoneBookError).end()


def test_a_run_that_takes_too_long_ends() -> None:
    with pytest.raises(SoftTimeLimitExceeded):
        do_each(SoftTimeLimitExceeded, None)
