"""Receipts that phones put straight into the bucket: announced before, confirmed afterwards.

The address takes just the announced length, type and checksum; the worker checks the checksum again.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction

from core.errors import DomainError, IdConflict
from core.text import Text
from expenses.addresses import UploadAddress, address_for_upload, has_addresses
from expenses.kinds import MAX_BYTES
from expenses.models import Receipt
from expenses.receipt_files import alone
from expenses.receipt_services import announce_receipt, is_here, record_arrival, wait_for
from expenses.refusals import ReceiptTooLarge
from people.models import User


class DirectUploadUnavailable(DomainError):
    """Files are in a folder here, which takes none from outside."""

    code = "direct_upload_unavailable"
    text = Text(
        sv="Här går det inte. Skicka kvittot med POST /receipts.",
        en="That can't be done here. Send the receipt with POST /receipts.",
    )


class ReceiptNotArrived(DomainError):
    """The bucket does not have it yet, or not all of it."""

    code = "receipt_not_arrived"
    text = Text(sv="Kvittot har inte kommit fram än.", en="The receipt has not come in yet.")


def announce_upload(
    *, user: User, now: datetime, media_type: str, **values: Any
) -> tuple[Receipt, UploadAddress | None, bool]:
    """Tell of a receipt to come; return it, where to put it (None once it is there), and whether it is new.

    `values` are `sha256` (hex), `size` (bytes) and optionally `id`. The same call again gives a fresh address.
    Raise DirectUploadUnavailable, ReceiptTooLarge or IdConflict.
    """
    if values["size"] > MAX_BYTES:
        raise ReceiptTooLarge(field="size")
    if not has_addresses():
        raise DirectUploadUnavailable
    receipt, created = announce_receipt(user=user, now=now, media_type=media_type, **values)
    # Older releases kept neither.
    if receipt.size not in (None, values["size"]) or receipt.original_type not in ("", media_type):
        raise IdConflict(present=receipt, field="id")
    if is_here(receipt):
        return receipt, None, created
    wait_for(receipt, now)
    name = receipt.original.name or ""
    address = address_for_upload(name, size=values["size"], sha256=values["sha256"], media_type=media_type)
    return receipt, address, created


def confirm_upload(*, user: User, receipt_id: UUID, now: datetime) -> Receipt:
    """Hand an announced receipt to the worker; again is no news. Raise NotYours or ReceiptNotArrived."""
    receipt = Receipt.objects.filter(owner=user).get_one(receipt_id)
    with alone(receipt):
        receipt.refresh_from_db()
        if not is_here(receipt):
            if _stored_size(receipt) != receipt.size:
                raise ReceiptNotArrived(present=receipt)
            with transaction.atomic():
                record_arrival(receipt, now)
    return receipt


def _stored_size(receipt: Receipt) -> int | None:
    try:
        return default_storage.size(receipt.original.name or "")
    except FileNotFoundError:
        return None
