"""Periodic work tells that it lives; `/api/health/ready` and the metrics listen for silence."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import Error, transaction
from django.utils import timezone

from core.models import Heartbeat

logger = logging.getLogger(__name__)
GRACE = timedelta(minutes=1)


class SomeFailed(Exception):
    """Some of what a run had to do failed, and the others were done all the same."""

    def __init__(self, done: int, failed: int) -> None:
        super().__init__(f"{failed} failed, {done} done")
        self.done = done


class Run:
    """What a run does one by one, so that one failure stops nobody else and is told at the end all the same."""

    def __init__(self) -> None:
        self.done = self.failed = 0

    @contextmanager
    def alone(self, thing: object) -> Iterator[None]:
        """Do something about `thing`, whose text holds no name, and pass over it when that fails."""
        try:
            yield
        except SoftTimeLimitExceeded:  # it is the run that takes too long
            raise
        except Exception:
            self.failed += 1
            logger.exception("Passed over: %s", thing)

    def end(self) -> int:
        """Return how much was done. Raise SomeFailed."""
        if self.failed:
            raise SomeFailed(self.done, self.failed)
        return self.done


@dataclass(frozen=True, kw_only=True)
class TaskState:
    """How a periodic task is: `finished_at` and `count` are of the last run that came to its end, None before one.

    `error` is the class name of what the last run that ended raised, "" when it ended well.
    """

    task: str
    started_at: datetime | None
    finished_at: datetime | None
    count: int | None
    error: str
    is_overdue: bool


def beat(task: str, work: Callable[[datetime], int]) -> int:
    """Run `work(now)`, record when it started and ended and what it counted, and return the count.

    A run that raises leaves the class name of its error and no end, and so grows overdue; the error goes on. One
    of which only some failed came to its end, and tells of both. Of runs at the same time the one that started
    last is told of.
    """
    now = timezone.now()
    run = _start(task, now)
    try:
        count = work(now)
    except SomeFailed as error:
        ended_at = timezone.now()
        told = {"finished_at": ended_at, "failed_at": ended_at, "error": type(error).__name__}
        _end(task, run, count=error.done, **told)
        return error.done
    except Exception as error:
        with suppress(Error):  # the database may be what failed: its own error says more than a second one
            _end(task, run, failed_at=timezone.now(), error=type(error).__name__[:100])
        raise
    _end(task, run, finished_at=timezone.now(), count=count, error="")
    return count


def _start(task: str, now: datetime) -> int:
    """Record the start, and return the run's number: clocks of two machines differ, numbers don't."""
    with transaction.atomic():
        rows = Heartbeat.objects.select_for_update()
        heartbeat, _ = rows.get_or_create(task=task, defaults={"started_at": now})
        heartbeat.started_at = now
        heartbeat.run += 1
        heartbeat.save(update_fields=["started_at", "run"])
    return heartbeat.run


def _end(task: str, run: int, **told: Any) -> None:
    """Record how a run ended, unless one that started later has told already."""
    Heartbeat.objects.filter(task=task, ended_run__lt=run).update(ended_run=run, **told)


def states_of_tasks(now: datetime) -> list[TaskState]:
    """Tell how each periodic task is; one is overdue after three intervals and a minute of grace."""
    last = Heartbeat.objects.in_bulk()
    return [_state(task, every, last.get(task), now) for task, every in settings.PERIODIC_TASKS.items()]


def _state(task: str, every: timedelta, heartbeat: Heartbeat | None, now: datetime) -> TaskState:
    finished_at = heartbeat.finished_at if heartbeat else None
    return TaskState(
        task=task,
        started_at=heartbeat.started_at if heartbeat else None,
        finished_at=finished_at,
        count=heartbeat.count if heartbeat and finished_at else None,
        error=heartbeat.error if heartbeat else "",
        is_overdue=finished_at is None or now - finished_at > 3 * every + GRACE,
    )
