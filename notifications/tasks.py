"""Celery tasks: ids in, one call out, safe to run twice."""

from datetime import datetime
from typing import Any
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from core.heartbeat import beat
from notifications import delivery


@shared_task
def deliver(*, delivery_id: str, **_: Any) -> None:
    """Send one delivery."""
    delivery.send(UUID(delivery_id), timezone.now())


@shared_task
def sweep_deliveries(**_: Any) -> None:
    """Ring again for what is due and unrung, and for what a killed worker left."""

    def work(now: datetime) -> int:
        ids = delivery.sweep(now)
        for delivery_id in ids:
            deliver.delay(delivery_id=str(delivery_id))
        return len(ids)

    beat("notifications.tasks.sweep_deliveries", work)
