"""Periodic questions about expenses."""

from typing import Any

from celery import shared_task

from core.heartbeat import beat
from expenses import reminders


@shared_task
def remind_waiting(**_: Any) -> None:
    """Remind coordinators of what waits for them."""
    beat("expenses.tasks.remind_waiting", reminders.remind_waiting)
