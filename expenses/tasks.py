"""Celery tasks: ids in, one call out, safe to run twice. And the bell that calls them."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from core.heartbeat import beat
from expenses import (
    comparing_services,
    follow_up_reminders,
    processing_services,
    reading_services,
    reminders,
    storage_check_services,
)

logger = logging.getLogger(__name__)
SWEEP = "expenses.tasks.sweep_receipts"


@shared_task
def remind_to_follow_up(**_: Any) -> None:
    """Remind coordinators of what waits for them and of what to follow up."""
    beat("expenses.tasks.remind_to_follow_up", follow_up_reminders.remind_to_follow_up)


@shared_task
def process_receipt(*, receipt_id: str, **_: Any) -> None:
    """Make one receipt ready, or refuse it; then it can be read."""
    processing_services.process_receipt(UUID(receipt_id), timezone.now())
    ring([UUID(receipt_id)], read_receipt)


# Reading waits for processors longer than other work may; the lease of a claim is longer still.
@shared_task(soft_time_limit=90, time_limit=100)
def read_receipt(*, receipt_id: str, **_: Any) -> None:
    """Suggest what one receipt says; then it can be compared."""
    reading_services.read_receipt(UUID(receipt_id), timezone.now())
    ring([UUID(receipt_id)], compare_receipt)


@shared_task(soft_time_limit=90, time_limit=100)
def compare_receipt(*, receipt_id: str, **_: Any) -> None:
    """Find out of which other receipts one is another picture."""
    comparing_services.compare_receipt(UUID(receipt_id), timezone.now())


@shared_task
def sweep_receipts(**_: Any) -> None:
    """Ring again for what waits, and tidy up after whoever was killed."""

    def work(now: datetime) -> int:
        waiting, unread = processing_services.sweep(now), reading_services.sweep(now)
        uncompared = comparing_services.sweep(now)
        # It is rung for again by then, so bells that were not heard in time need not pile up.
        expires = settings.PERIODIC_TASKS[SWEEP].total_seconds()
        ring(waiting, expires=expires)
        ring(unread, read_receipt, expires=expires)
        ring(uncompared, compare_receipt, expires=expires)
        return len(waiting) + len(unread) + len(uncompared)

    beat(SWEEP, work)


@shared_task
def remind_missing(**_: Any) -> None:
    """Remind of receipts that are missing."""
    beat("expenses.tasks.remind_missing", reminders.remind_missing)


@shared_task
def check_storage(**_: Any) -> None:
    """Go on with the nightly look at all that is stored."""
    beat("expenses.tasks.check_storage", storage_check_services.check_storage)


def ring(receipt_ids: Sequence[UUID], task: Any = process_receipt, **options: Any) -> None:
    """Tell the workers of receipts. A broker that is away delays them: the next sweep rings again."""
    for position, receipt_id in enumerate(receipt_ids):
        try:
            task.apply_async(kwargs={"receipt_id": str(receipt_id)}, **options)
        except Exception as error:  # whatever a broker's client can think of
            waiting = len(receipt_ids) - position
            logger.warning("The broker is away (%s): %d receipts wait", type(error).__name__, waiting)
            return


@shared_task
def expire_drafts(**_: Any) -> None:
    """Warn of drafts that nobody goes on with, and end them."""
    beat("expenses.tasks.expire_drafts", reminders.expire_drafts)
