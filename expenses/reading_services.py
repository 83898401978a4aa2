"""Reading a receipt once it is ready, where that is installed: what is read is only a suggestion.

A claim of its own: whatever reading does to the worker, the receipt stays ready.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from expenses.models import Receipt, receipt_path
from expenses.pictures import LARGE
from expenses.reading import reader
from expenses.receipt_files import count_no_attempt

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 2  # what killed so many workers is typed by hand
SWEEP_LIMIT = 1000
LONGEST_WAIT = timedelta(hours=1)  # for a worker that reads, where this one does not


def read_receipt(receipt_id: UUID, now: datetime) -> None:
    """Suggest total, date and seller of a ready receipt, unless somebody else reads it or it was read.

    A storage that is away raises what it likes: the receipt waits, and a sweep rings again.
    """
    receipt = _claim(receipt_id, now)
    if receipt is None:
        return
    suggestion = None
    try:
        suggestion = reader.read(_picture(receipt), today=timezone.localdate(now))
    except FileNotFoundError:
        logger.error("%s: its picture is not in the storage", receipt)
    except reader.ReadingFailed:
        logger.warning("%s could not be read", receipt)
    with transaction.atomic():
        row = Receipt.objects.unread().select_for_update(no_key=True).filter(pk=receipt_id).first()
        if row is not None:
            row.change(
                suggestion=suggestion and suggestion.as_json(),
                read_at=timezone.now(),
                claimed_until=None,
                attempts=0,  # those of comparing begin
            )


def _picture(receipt: Receipt) -> bytes:
    """Fetch its picture; a storage that is away counts no attempt, as it says nothing of the receipt."""
    try:
        with default_storage.open(receipt_path(receipt, LARGE), "rb") as picture:
            return bytes(picture.read())
    except FileNotFoundError:
        raise
    except Exception:
        count_no_attempt(Receipt.objects.unread().filter(pk=receipt.pk, attempts=receipt.attempts))
        raise


def _claim(receipt_id: UUID, now: datetime) -> Receipt | None:
    """Take it in hand and commit, so that nothing is locked meanwhile; give up one that was tried too often."""
    with transaction.atomic():
        rows = Receipt.objects.unread().free(now).select_for_update(skip_locked=True, no_key=True)
        receipt = rows.filter(pk=receipt_id).first()
        if receipt is None:
            return None
        if receipt.attempts >= MOST_ATTEMPTS:
            receipt.change(read_at=now, claimed_until=None, attempts=0)
            return None
        receipt.attempts += 1
        receipt.claimed_until = now + timedelta(seconds=settings.RECEIPT_CLAIM_SECONDS)
        receipt.save(update_fields=["attempts", "claimed_until"])  # no news to whoever reads it
        return receipt


def sweep(now: datetime) -> list[UUID]:
    """Return whom to ring for: those that wait to be read, oldest first. Where nothing reads they wait an hour."""
    waiting = Receipt.objects.unread().free(now).order_by("arrived_at")
    if not reader.is_installed():
        waiting.filter(updated_at__lt=now - LONGEST_WAIT).update(
            read_at=now, attempts=0, claimed_until=None, version=F("version") + 1, updated_at=now
        )
        return []
    return list(waiting.values_list("pk", flat=True)[:SWEEP_LIMIT])
