"""One digest for coordinators, at an hour that each chooses: that something waits, or is to be followed up."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache as remembered

from django.core.cache import cache

from assignments.models import LateWrite
from core.heartbeat import Run
from expenses.models import Expense, PreApproval
from notifications.messages import Kind
from notifications.preference_services import preferences_of
from notifications.services import notify
from occasions import follow_up
from occasions.models import Occasion
from people.models import Municipality, User

KEPT = timedelta(hours=36)  # longer than any day with its evening


def remind_to_follow_up(now: datetime) -> int:
    """Tell coordinators whose hour has come, once a day and municipality; return how many were told.

    Raise SomeFailed when some could not be, after all others.
    """
    run = Run()
    for municipality in Municipality.objects.all():
        with run.alone(municipality):
            _remind(run, municipality, now)
    return run.end()


def _remind(run: Run, municipality: Municipality, now: datetime) -> None:
    is_any = remembered(lambda: follow_up.is_any(municipality, now))  # for all who ask in this run
    for coordinator, key in _due(municipality, now):
        with run.alone(coordinator):
            if _waits(coordinator, municipality, now) or is_any():
                run.done += _tell(coordinator, key, now)
            # Last, so that whoever is killed before leaves it to the next run; lost, it is only asked again.
            cache.set(_marker(coordinator, key), True, timeout=KEPT.total_seconds())


def _due(municipality: Municipality, now: datetime) -> Iterator[tuple[User, str]]:
    """Yield the coordinators whose hour has come, each with a key of municipality and day, unless done with."""
    due, coordinators = {}, list(municipality.coordinators(now))
    preferences = preferences_of({coordinator.pk for coordinator in coordinators})
    for coordinator in coordinators:
        if day := preferences[coordinator.pk].digest_day(now):
            key = f"{municipality.pk}:{day}"
            due[_marker(coordinator, key)] = (coordinator, key)
    done = cache.get_many(due)
    yield from (one for marker, one in due.items() if marker not in done)


def _marker(coordinator: User, key: str) -> str:
    return f"digest:{coordinator.pk}:{key}"


def _waits(coordinator: User, municipality: Municipality, now: datetime) -> bool:
    """Tell whether anything there waits for somebody's answer."""
    questions = (
        Expense.objects.waiting_for(coordinator, now=now),
        PreApproval.objects.to_answer(coordinator, now=now),
        Occasion.objects.to_answer(coordinator, now=now),
        LateWrite.objects.waiting_for(coordinator),
    )
    return any(rows.filter(assignment__decision__client__municipality=municipality).exists() for rows in questions)


def _tell(coordinator: User, key: str, now: datetime) -> int:
    return notify(
        recipients=[coordinator],
        kind=Kind.FOLLOW_UP,
        subject_type="follow_up",
        subject_id=None,
        dedup_key=key,
        now=now,
    )
