"""Celery tasks: ids in, one call out, safe to run twice. And the bell that calls them."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from math import ceil
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from core.heartbeat import beat
from notifications import delivery, devices
from notifications.models import Delivery

logger = logging.getLogger(__name__)
SWEEP = "notifications.tasks.sweep_deliveries"
MOST_BELLS = 100  # at a time; who is called rings on
Channel = Delivery.Channel


@shared_task
def deliver(**_: Any) -> None:
    """Push what is due. A bell of an earlier release names a delivery, which is among them."""
    _deliver(Channel.PUSH)


@shared_task
def deliver_mails(**_: Any) -> None:
    """Mail what is due, from a queue of its own: a mail server that hangs holds up no push."""
    _deliver(Channel.MAIL)


BELLS: dict[str, Any] = {Channel.PUSH: deliver, Channel.MAIL: deliver_mails}


def _deliver(channel: Channel) -> None:
    if delivery.send_due(timezone.now(), channel=channel):
        ring(channel)


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
        for channel, count in due.items():
            ring(channel, min(MOST_BELLS, ceil(count / delivery.BATCH)), expires=expires)
        return sum(due.values())

    beat(SWEEP, work)


def ring(channel: str, times: int = 1, **options: Any) -> None:
    """Call workers to what is due by a channel. A broker that is away delays it: the next sweep rings again."""
    try:
        for _ in range(times):
            BELLS[channel].apply_async(**options)
    except Exception as error:  # whatever a broker's client can think of
        logger.warning("The broker is away (%s): what is due waits for the next sweep", type(error).__name__)


RINGERS: dict[str, Callable[[], None]] = {channel: partial(ring, channel) for channel in BELLS}
