"""Taking in receipts."""

import hashlib
import logging
from io import BytesIO
from typing import BinaryIO, cast
from uuid import UUID, uuid4

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile

from core.errors import DomainError, InvalidInput
from core.repeats import create_once, fingerprint
from core.text import Text
from expenses.models import Receipt
from expenses.pictures import CleanedReceipt, DecodersBusyError, ReceiptRefused, RefusalCode, clean
from people.models import User

logger = logging.getLogger(__name__)
EXTENSIONS = {"image/jpeg": "jpg", "application/pdf": "pdf"}


class UnreadableReceipt(InvalidInput):
    """The file can't be opened as what it is, or is not whole."""

    code = "receipt_unreadable"
    text = Text(
        sv="Filen går inte att läsa. Ta en ny bild och försök igen.",
        en="The file can't be read. Take a new picture and try again.",
    )


class ReceiptTooLarge(InvalidInput):
    """The file has too many bytes, pixels or pages."""

    status = 413
    code = "receipt_too_large"
    text = Text(
        sv="Filen är för stor: högst 15 MB, 60 megapixlar och 20 sidor.",
        en="The file is too large: at most 15 MB, 60 megapixels and 20 pages.",
    )


class UnsupportedReceipt(InvalidInput):
    """The file is neither a picture nor a PDF that we take."""

    status = 415
    code = "receipt_type_unsupported"
    text = Text(
        sv="Skicka en bild (JPEG, PNG, HEIC) eller en PDF utan lösenord.",
        en="Send a picture (JPEG, PNG, HEIC) or a PDF without a password.",
    )


REFUSALS: dict[RefusalCode, type[InvalidInput]] = {
    RefusalCode.EMPTY: UnreadableReceipt,
    RefusalCode.UNREADABLE: UnreadableReceipt,
    RefusalCode.TOO_LARGE: ReceiptTooLarge,
    RefusalCode.TOO_MANY_PIXELS: ReceiptTooLarge,
    RefusalCode.TOO_MANY_PAGES: ReceiptTooLarge,
    RefusalCode.UNSUPPORTED_TYPE: UnsupportedReceipt,
    RefusalCode.ENCRYPTED: UnsupportedReceipt,
}


class ReceiptsBusy(DomainError):
    """Nothing is wrong with the file: it should be sent again."""

    status = 503
    code = "receipts_busy"
    text = Text(
        sv="Många kvitton kommer just nu. Försök igen snart.", en="Many receipts come now. Try again soon."
    )


class ReceiptFileMissing(DomainError):
    """The receipt is known and its file is gone: somebody has to look after the storage."""

    status = 404
    code = "receipt_file_missing"
    text = Text(sv="Filen finns inte kvar.", en="The file is no longer there.")


def open_stored(receipt: Receipt, stored: FieldFile) -> "File[bytes]":
    """Open the file or the preview of a receipt. Raise ReceiptFileMissing."""
    try:
        if stored:
            return stored.open("rb")
    except FileNotFoundError:
        pass
    logger.error("%s: its %s is not in the storage", receipt, stored.field.name)
    raise ReceiptFileMissing


def upload_receipt(*, user: User, file: "UploadedFile[bytes]", id: UUID | None = None) -> tuple[Receipt, bool]:
    """Clean what arrived and keep it; return the receipt and whether it is new.

    Nothing is stored of a file that is refused. Raise IdConflict, UnreadableReceipt, ReceiptTooLarge,
    UnsupportedReceipt or ReceiptsBusy.
    """
    own = Receipt.objects.filter(owner=user)
    if id and (known := own.filter(pk=id, sha256=_sha256(file)).first()):
        return known, False
    cleaned = _cleaned(file)
    receipt = Receipt(
        pk=id or uuid4(),
        owner=user,
        status=Receipt.Status.READY,
        sha256=cleaned.sha256,
        media_type=cleaned.media_type,
        creation_fingerprint=fingerprint("upload_receipt", {"sha256": cleaned.sha256}),
    )
    # Files go first and under names of their own, so that no transaction waits for them, the same upload
    # twice at once does not write to the same file, and whoever comes second throws away only theirs.
    try:
        _store(receipt, cleaned)
        kept, created = create_once(
            own, row_id=id, asked=receipt.creation_fingerprint, create=lambda: _insert(receipt)
        )
    except BaseException:
        _discard(receipt)
        raise
    if not created:
        _discard(receipt)
    return kept, created


def _sha256(file: "UploadedFile[bytes]") -> str:
    file.seek(0)
    return hashlib.file_digest(cast(BytesIO, file.file), "sha256").hexdigest()


def _cleaned(file: "UploadedFile[bytes]") -> CleanedReceipt:
    try:
        return clean(cast(BinaryIO, file), size=file.size or 0)
    except ReceiptRefused as refusal:
        raise REFUSALS[refusal.code](field="file") from refusal
    except DecodersBusyError as busy:
        raise ReceiptsBusy from busy


def _store(receipt: Receipt, cleaned: CleanedReceipt) -> None:
    attempt = uuid4().hex
    receipt.file.save(f"{attempt}.{EXTENSIONS[cleaned.media_type]}", ContentFile(cleaned.file), save=False)
    receipt.preview.save(f"{attempt}-preview.jpg", ContentFile(cleaned.preview), save=False)


def _insert(receipt: Receipt) -> Receipt:
    receipt.save(force_insert=True)
    return receipt


def _discard(receipt: Receipt) -> None:
    for stored in (receipt.file, receipt.preview):
        if stored:
            stored.delete(save=False)
