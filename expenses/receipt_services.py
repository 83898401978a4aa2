"""Taking in receipts: the row first, then the file, then a bell for the worker.

Whatever breaks off in between, the same upload sent again completes what is missing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import BinaryIO
from uuid import UUID, uuid4

from django.db import transaction

from core.repeats import create_once, fingerprint
from expenses import tasks
from expenses.kinds import PDF, WEBP, ReceiptRefused, check_upload
from expenses.models import Receipt, receipt_path
from expenses.receipt_files import ORIGINAL, alone, store
from expenses.refusals import BY_CODE, ReceiptNeverArrived
from people.models import User

Status = Receipt.Status
WAIT_FOR_FILE = timedelta(days=1)  # so long a phone may go on trying


@dataclass(frozen=True, slots=True)
class Arrival:
    """Hold a file that came in: on disk, `size` in bytes, `sha256` in hex, and what the sender calls it."""

    file: BinaryIO
    size: int
    sha256: str
    declared_type: str = ""


def upload_receipt(*, user: User, arrival: Arrival, now: datetime, id: UUID | None = None) -> tuple[Receipt, bool]:
    """Keep what arrived for the worker to look at; return the receipt and whether it is new.

    Nothing is stored of a file that is refused at the door. Raise IdConflict, UnreadableReceipt,
    ReceiptTooLarge, UnsupportedReceipt or MislabelledReceipt.
    """
    media_type = _checked(arrival)
    kept, created = announce_receipt(
        user=user, sha256=arrival.sha256, size=arrival.size, media_type=media_type, now=now, id=id
    )
    return (kept if is_here(kept) else _complete(kept, arrival, now)), created


def announce_receipt(
    *, user: User, sha256: str, size: int, media_type: str, now: datetime, id: UUID | None = None
) -> tuple[Receipt, bool]:
    """Make the row of a file that is still to come in; return it and whether it is new. Raise IdConflict."""
    asked = fingerprint("upload_receipt", {"sha256": sha256})
    receipt = Receipt(
        pk=id or uuid4(),
        owner=user,
        sha256=sha256,
        size=size,
        media_type=PDF if media_type == PDF else WEBP,
        original_type=media_type,
        claimed_until=now + WAIT_FOR_FILE,
        creation_fingerprint=asked,
    )
    receipt.original = receipt_path(receipt, ORIGINAL)
    return create_once(Receipt.objects.filter(owner=user), row_id=id, asked=asked, create=lambda: _insert(receipt))


def _checked(arrival: Arrival) -> str:
    try:
        return check_upload(arrival.file, size=arrival.size, declared=arrival.declared_type)
    except ReceiptRefused as refusal:
        raise BY_CODE[refusal.code](field="file") from refusal


def _insert(receipt: Receipt) -> Receipt:
    receipt.save(force_insert=True)
    return receipt


def is_here(receipt: Receipt) -> bool:
    """Tell whether nothing is missing; of receipts of older releases there is no original."""
    waits = receipt.status == Status.PROCESSING or receipt.refusal == ReceiptNeverArrived.code
    return receipt.arrived_at is not None or not waits


def wait_for(receipt: Receipt, now: datetime) -> None:
    """Give whoever sends a file that is not whole yet the full time again."""
    Receipt.objects.filter(pk=receipt.pk, arrived_at=None).update(claimed_until=now + WAIT_FOR_FILE)


def _complete(receipt: Receipt, arrival: Arrival, now: datetime) -> Receipt:
    """Store the original, unless the same upload does so at this moment, and ring for the worker."""
    wait_for(receipt, now)
    with alone(receipt):
        receipt.refresh_from_db()
        if not is_here(receipt):
            store(receipt, ORIGINAL, arrival.file)
            with transaction.atomic():
                record_arrival(receipt, now)
    return receipt


def record_arrival(receipt: Receipt, now: datetime) -> None:
    """Write that the original is whole in the storage, and ring for the worker once that is committed."""
    original = receipt_path(receipt, ORIGINAL)
    row = Receipt.objects.select_for_update(no_key=True).filter(pk=receipt.pk)
    row.update(arrived_at=now, claimed_until=None, status=Status.PROCESSING, refusal="", original=original)
    receipt.refresh_from_db()
    # Robust: the file is here whatever the bell does, and a sweep rings again.
    transaction.on_commit(partial(tasks.ring, [receipt.pk]), robust=True)
