"""A receipt's files in the storage: under names that are known beforehand, so that what is written again is
written over, and what somebody who was killed left behind is found.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.fields.files import FieldFile

from core.errors import DomainError, NotYours
from core.text import Text
from expenses.kinds import CHUNK, JPEG, PDF, WEBP
from expenses.models import Receipt, receipt_path
from expenses.pictures import page_name
from expenses.refusals import ReceiptWasRefused

logger = logging.getLogger(__name__)
ORIGINAL = "original"
_MEDIA_TYPES = {".webp": WEBP, ".pdf": PDF, ".jpg": JPEG}  # JPEG is of older releases


class ReceiptFileMissing(DomainError):
    """The receipt is known and its file is gone: somebody has to look after the storage."""

    status = 404
    code = "receipt_file_missing"
    text = Text(sv="Filen finns inte kvar.", en="The file is no longer there.")


class ReceiptNotReady(DomainError):
    """It came in, and nothing of it can be shown yet."""

    code = "receipt_not_ready"
    text = Text(
        sv="Kvittot gås igenom. Försök igen snart.", en="The receipt is being looked through. Try again soon."
    )


_UNSHOWN = {Receipt.Status.PROCESSING: ReceiptNotReady, Receipt.Status.REFUSED: ReceiptWasRefused}


def shown_name(receipt: Receipt, stored: FieldFile) -> str:
    """Return where a file or preview is. Raise ReceiptNotReady, ReceiptWasRefused or ReceiptFileMissing."""
    _check_ready(receipt)
    if not stored.name:
        raise ReceiptFileMissing
    return stored.name


def page_shown(receipt: Receipt, number: int) -> str:
    """Return where the picture of a page is. Raise NotYours when there is none, and what `shown_name` raises.

    Of the PDFs of older releases there are no pictures.
    """
    _check_ready(receipt)
    name = receipt_path(receipt, page_name(number))
    if name in receipt.checksums:
        return name
    if number == 1 and receipt.media_type != PDF:
        return shown_name(receipt, receipt.file)
    raise NotYours


def open_stored(name: str) -> "File[bytes]":
    """Open a file of a receipt. Raise ReceiptFileMissing."""
    try:
        return default_storage.open(name, "rb")
    except FileNotFoundError:
        logger.error("%s is not in the storage", name)
        raise ReceiptFileMissing from None


def _check_ready(receipt: Receipt) -> None:
    if problem := _UNSHOWN.get(Receipt.Status(receipt.status)):
        raise problem


def media_type_of(name: str) -> tuple[str, str]:
    """Return extension and media type of a stored file."""
    extension = PurePosixPath(name).suffix
    return extension, _MEDIA_TYPES[extension]


@contextmanager
def unnamed_file() -> Iterator[BinaryIO]:
    """Keep something on disk meanwhile; it has no name, so nothing is left of it whoever is killed."""
    with TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        yield cast(BinaryIO, file)


@contextmanager
def alone(receipt: Receipt) -> Iterator[None]:
    """Let those who write the files of one receipt take turns, so that none removes or cuts what another has done.

    A lock of the connection's, not of a row: no transaction is open while a storage is waited for.
    """
    key = [receipt.pk.int >> 65]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", key)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", key)


def count_no_attempt(in_hand: "QuerySet[Receipt]") -> None:
    """Count no attempt of what failed for reasons that say nothing of the receipt."""
    in_hand.update(attempts=F("attempts") - 1)


def store(receipt: Receipt, name: str, content: BinaryIO) -> str:
    """Write a file of a receipt, over what has its name; return the SHA-256 (hex) of what was written."""
    content.seek(0)
    sha256 = hashlib.file_digest(cast(BytesIO, content), "sha256").hexdigest()
    content.seek(0)
    default_storage.save(receipt_path(receipt, name), File(content, name))
    return sha256


def copy(source: "File[bytes]", target: BinaryIO) -> str:
    """Copy a file in chunks; return the SHA-256 (hex) of what was copied."""
    digest = hashlib.sha256()
    for chunk in source.chunks(CHUNK):
        digest.update(chunk)
        target.write(chunk)
    target.flush()
    return digest.hexdigest()


def remove_files(receipt: Receipt) -> None:
    """Remove all that is stored of a receipt, also what it does not know of."""
    folder = receipt_path(receipt, "").rstrip("/")
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
