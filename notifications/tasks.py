"""Celery tasks: ids in, one call out, safe to run twice. And the bell that calls them."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from core.heartbeat import beat
from notifications import delivery

logger = logging.getLogger(__name__)


@shared_task
def deliver(*, delivery_id: str, **_: Any) -> None:
    """Send one delivery."""
    delivery.send(UUID(delivery_id), timezone.now())


@shared_task
def sweep_deliveries(**_: Any) -> None:
    """Ring again for what is due and unrung, and for what a killed worker left."""

    def work(now: datetime) -> int:
        ids = delivery.sweep(now)
        ring(ids)
        return len(ids)

    beat("notifications.tasks.sweep_deliveries", work)


def ring(delivery_ids: Sequence[UUID]) -> None:
    """Tell the workers of deliveries. A broker that is away delays them: the next sweep rings again."""
    for position, delivery_id in enumerate(delivery_ids):
        try:
            deliver.delay(delivery_id=str(delivery_id))
        except Exception as error:  # whatever a broker's client can think of
            unrung = delivery_ids[position:]
            logger.warning("The broker is away (%s): %d deliveries wait", type(error).__name__, len(unrung))
            delivery.take_back_ring(unrung)
            return
