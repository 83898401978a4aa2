"""Taking in receipts."""

from typing import BinaryIO, cast
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from core.errors import InvalidInput
from core.repeats import create_once, fingerprint
from core.text import Text
from expenses.models import Receipt
from expenses.pictures import CleanedReceipt, ReceiptRefused, RefusalCode, clean
from people.models import User

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


def upload_receipt(*, user: User, file: "UploadedFile[bytes]", id: UUID | None = None) -> tuple[Receipt, bool]:
    """Clean what arrived and keep it; return the receipt and whether it is new.

    Nothing is stored of a file that is refused. Raise IdConflict, UnreadableReceipt, ReceiptTooLarge or
    UnsupportedReceipt.
    """
    try:
        cleaned = clean(cast(BinaryIO, file), size=file.size or 0)
    except ReceiptRefused as refusal:
        raise REFUSALS[refusal.code](field="file") from refusal
    with transaction.atomic():
        User.objects.select_for_update().only("pk").get(pk=user.pk)
        return create_once(
            Receipt.objects.filter(owner=user),
            row_id=id,
            asked=fingerprint("upload_receipt", {"sha256": cleaned.sha256}),
            create=lambda: _store(user, cleaned, id or uuid4()),
        )


def _store(user: User, cleaned: CleanedReceipt, row_id: UUID) -> Receipt:
    receipt = Receipt(
        pk=row_id,
        owner=user,
        sha256=cleaned.sha256,
        media_type=cleaned.media_type,
        creation_fingerprint=fingerprint("upload_receipt", {"sha256": cleaned.sha256}),
    )
    try:
        receipt.file.save(f"receipt.{EXTENSIONS[cleaned.media_type]}", ContentFile(cleaned.file), save=False)
        receipt.preview.save("preview.jpg", ContentFile(cleaned.preview), save=False)
        receipt.save(force_insert=True)
    except BaseException:
        for stored in (receipt.file, receipt.preview):
            if stored:
                stored.delete(save=False)
        raise
    return receipt
