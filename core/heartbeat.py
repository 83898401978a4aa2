"""Periodic work tells that it lives; silence is what `/api/health/ready` listens for."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from core.models import Heartbeat


def beat(task: str, work: Callable[[datetime], int]) -> int:
    """Run `work(now)`, record when it started and ended and what it counted, and return the count.

    A run that raises leaves its start without an end, and so grows overdue.
    """
    now = timezone.now()
    Heartbeat.objects.update_or_create(task=task, defaults={"started_at": now})
    count = work(now)
    Heartbeat.objects.filter(task=task).update(finished_at=timezone.now(), count=count)
    return count
