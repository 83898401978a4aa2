"""Periodic questions about occasions."""

from typing import Any

from celery import shared_task

from core.heartbeat import beat
from occasions import draft_expiry, reminders, series_filling, unused_reminders


@shared_task
def remind_before(**_: Any) -> None:
    """Remind of what is about to start."""
    beat("occasions.tasks.remind_before", reminders.remind_before)


@shared_task
def remind_unlogged(**_: Any) -> None:
    """Remind of what nobody logged."""
    beat("occasions.tasks.remind_unlogged", reminders.remind_unlogged)


@shared_task
def remind_unused(**_: Any) -> None:
    """Remind of units that are left."""
    beat("occasions.tasks.remind_unused", unused_reminders.remind_unused)


@shared_task
def fill_series(**_: Any) -> None:
    """Plan the days of series that have come near enough."""
    beat("occasions.tasks.fill_series", series_filling.fill_series)


@shared_task
def expire_drafts(**_: Any) -> None:
    """Warn of drafts that nobody goes on with, and end them."""
    beat("occasions.tasks.expire_drafts", draft_expiry.expire_occasion_drafts)
