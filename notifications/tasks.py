"""Celery tasks: ids in, one call out, safe to run twice. And the bell that calls them."""

import logging
from datetime import datetime
from math import ceil
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from core.heartbeat import beat
from notifications import delivery, devices

logger = logging.getLogger(__name__)
SWEEP = "notifications.tasks.sweep_deliveries"
MOST_BELLS = 100  # at a time; who is called rings on


@shared_task
def deliver(**_: Any) -> None:
    """Send what is due. A bell of an earlier release names a delivery, which is among them."""
    if delivery.send_due(timezone.now()):
        ring()


@shared_task
def forget_silent_devices(**_: Any) -> None:
    """Stop pushing to phones of which nothing was heard for very long."""
    beat("notifications.tasks.forget_silent_devices", devices.forget_silent_devices)


@shared_task
def sweep_deliveries(**_: Any) -> None:
    """Ring for what is due, as nobody may have heard the first bell, and take back what a killed worker left."""

    def work(now: datetime) -> int:
        due = delivery.sweep(now)
        # It is rung for again by then, so bells that were not heard in time need not pile up.
        expires = settings.PERIODIC_TASKS[SWEEP].total_seconds()
        ring(min(MOST_BELLS, ceil(due / delivery.BATCH)), expires=expires)
        return due

    beat(SWEEP, work)


def ring(times: int = 1, **options: Any) -> None:
    """Call workers to what is due. A broker that is away delays it: the next sweep rings again."""
    try:
        for _ in range(times):
            deliver.apply_async(**options)
    except Exception as error:  # whatever a broker's client can think of
        logger.warning("The broker is away (%s): what is due waits for the next sweep", type(error).__name__)
