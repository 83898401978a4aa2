"""The worker's side of a receipt: claim it, make the pictures outside every transaction, record what came of it.

Shaped as notifications/delivery.py: the database is the truth, and the queue only rings.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from expenses.kinds import PDF, WEBP, ReceiptRefused, RefusalCode, check_upload
from expenses.models import Receipt, receipt_path
from expenses.pictures import BOUND, LARGE, LIKENESS, PREVIEW, DecoderBusyError, Made, clean, likeness_in
from expenses.reading import reader
from expenses.receipt_files import ORIGINAL, alone, copy, count_no_attempt, remove_files, store, unnamed_file
from expenses.refusals import BY_CODE, ReceiptNeverArrived
from notifications.messages import Kind
from notifications.services import notify

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 3  # what killed so many workers kills the next one
BLAMELESS_FOR = timedelta(days=1)  # no machine is busy for so long
SWEEP_LIMIT = 1000
Status = Receipt.Status


def process_receipt(receipt_id: UUID, now: datetime) -> None:
    """Make a receipt ready or refuse it, unless somebody else has it in hand or it is done.

    A storage that is away raises what it likes: the receipt waits, and a sweep rings again.
    """
    receipt = _claim(receipt_id, now)
    if receipt is None:
        return
    try:
        with unnamed_file() as original, unnamed_file() as output:
            made = _make(receipt, original, output)
            if _in_hand(receipt).exists():
                _record_ready(receipt, _store_all(receipt, made, output), likeness_in(made, output))
                _clear(receipt)  # if somebody was quicker, and refused it
    except ReceiptRefused as refusal:
        _refuse(receipt, BY_CODE[refusal.code].code, timezone.now())
    except DecoderBusyError:  # by the clock, and not by what the file took of the processor
        logger.warning("%s: the decoder did not come to an end", receipt)
        if receipt.arrived_at is None or now - receipt.arrived_at < BLAMELESS_FOR:
            count_no_attempt(_in_hand(receipt))


def _claim(receipt_id: UUID, now: datetime) -> Receipt | None:
    """Take the row in hand and commit, so that nothing is locked while pictures are made."""
    with transaction.atomic():
        rows = Receipt.objects.waiting(now).select_for_update(skip_locked=True, no_key=True)
        receipt = rows.filter(pk=receipt_id).first()
        if receipt is None:
            return None
        if receipt.attempts < MOST_ATTEMPTS:
            receipt.attempts += 1
            receipt.claimed_until = now + timedelta(seconds=settings.RECEIPT_CLAIM_SECONDS)
            receipt.save(update_fields=["attempts", "claimed_until"])  # no news to whoever reads it
            return receipt
    logger.error("%s: given up after %d attempts", receipt, receipt.attempts)
    _refuse(receipt, BY_CODE[RefusalCode.UNREADABLE].code, now)
    return None


def _in_hand(receipt: Receipt) -> "QuerySet[Receipt]":
    """Return the row, unless somebody else has taken it since."""
    return Receipt.objects.filter(
        pk=receipt.pk,
        status=Status.PROCESSING,
        attempts=receipt.attempts,
        claimed_until=receipt.claimed_until,
    )


def _make(receipt: Receipt, original: BinaryIO, output: BinaryIO) -> Sequence[Made]:
    """Fetch the original and make pictures of it. Raise ReceiptRefused or DecoderBusyError."""
    with _blameless(receipt), receipt.original.open("rb") as stored:
        sha256 = copy(stored, original)
    if sha256 != receipt.sha256:
        logger.error("%s: its original is not what was sent", receipt)
        raise ReceiptRefused(RefusalCode.UNREADABLE)
    media_type = check_upload(original, size=original.tell(), declared="")
    return clean(original, output, media_type=media_type)


@contextmanager
def _blameless(receipt: Receipt) -> Iterator[None]:
    """Count no attempt when the storage is away, which says nothing of the file; a missing one counts."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception:
        count_no_attempt(_in_hand(receipt))
        raise


def _store_all(receipt: Receipt, made: Sequence[Made], output: BinaryIO) -> dict[str, str]:
    """Store what was made; return the checksum of each name, the original's among them."""
    checksums = {ORIGINAL: receipt.sha256}
    for one in made:
        if one.name == LIKENESS:
            continue
        with unnamed_file() as content:
            content.writelines(one.read(output))
            with _blameless(receipt):
                checksums[one.name] = store(receipt, one.name, content)
    return {receipt_path(receipt, name): sha256 for name, sha256 in checksums.items()}


def _record_ready(receipt: Receipt, checksums: dict[str, str], likeness: list[int]) -> None:
    bound = receipt_path(receipt, BOUND)
    is_pdf = bound in checksums
    with transaction.atomic():
        row = _in_hand(receipt).select_for_update(no_key=True).first()
        if row is not None:
            row.change(
                status=Status.READY,
                file=bound if is_pdf else receipt_path(receipt, LARGE),
                preview=receipt_path(receipt, PREVIEW),
                media_type=PDF if is_pdf else WEBP,
                pages=len(checksums) - (3 if is_pdf else 2),  # apart from original, preview and bound
                checksums=checksums,
                likeness=likeness,
                claimed_until=None,
                attempts=0,  # those of reading begin
                read_at=None if reader.is_installed() else timezone.now(),
            )


def _refuse(receipt: Receipt, code: str, now: datetime) -> None:
    """Refuse it, tell its owner, and keep none of its files."""
    with transaction.atomic():
        row = _in_hand(receipt).select_for_update(no_key=True).first()
        if row is None:
            return
        row.change(status=Status.REFUSED, refusal=code, claimed_until=None)
        notify(
            recipients=[row.owner],
            kind=Kind.RECEIPT_REFUSED,
            subject_type="receipt",
            subject_id=row.pk,
            dedup_key=f"{row.pk}:{code}",
            now=now,
        )
    _clear(receipt)


def _clear(receipt: Receipt) -> None:
    """Remove what is stored of a refused receipt. That it names an original tells that this is still to do."""
    refused = Receipt.objects.filter(pk=receipt.pk, status=Status.REFUSED)
    with alone(receipt):
        if refused.exists():
            remove_files(receipt)
            refused.update(original="")


def sweep(now: datetime) -> list[UUID]:
    """Refuse what never came in whole, remove what is left of refused ones; return whom to ring for."""
    left = Receipt.objects.filter(status=Status.REFUSED).exclude(original="")
    _each(Receipt.objects.given_up(now)[:SWEEP_LIMIT], lambda one: _refuse(one, ReceiptNeverArrived.code, now))
    _each(left[:SWEEP_LIMIT], _clear)
    return list(Receipt.objects.waiting(now).order_by("arrived_at").values_list("pk", flat=True)[:SWEEP_LIMIT])


def _each(receipts: Iterable[Receipt], do: Callable[[Receipt], None]) -> None:
    """Do something with each; one that fails must not stop the others, nor the bells."""
    for receipt in receipts:
        try:
            do(receipt)
        except Exception:
            logger.exception("%s: could not be tidied up", receipt)
