"""Why a receipt is not taken, in words for people. Pure."""

from collections.abc import Mapping

from core.errors import DomainError, InvalidInput
from core.text import Text
from expenses.kinds import RefusalCode


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


class MislabelledReceipt(InvalidInput):
    """The file is not what it is said to be, or something else too."""

    status = 415
    code = "receipt_mislabelled"
    text = Text(
        sv="Filen är något annat än den ser ut att vara. Ta en ny bild och försök igen.",
        en="The file is something else than it looks like. Take a new picture and try again.",
    )


class ReceiptNeverArrived(DomainError):
    """The upload broke off, and nobody sent it again."""

    code = "receipt_never_arrived"
    text = Text(
        sv="Kvittot kom aldrig fram helt. Skicka det igen.", en="The receipt never came in whole. Send it again."
    )


class ReceiptWasRefused(DomainError):
    """Nothing of it is kept, so nothing is shown of it and nothing repaid for it."""

    code = "receipt_refused"
    text = Text(
        sv="Kvittot gick inte att använda. Lägg till ett nytt.", en="The receipt could not be used. Add a new one."
    )


BY_CODE: Mapping[RefusalCode, type[InvalidInput]] = {
    RefusalCode.EMPTY: UnreadableReceipt,
    RefusalCode.UNREADABLE: UnreadableReceipt,
    RefusalCode.TOO_LARGE: ReceiptTooLarge,
    RefusalCode.TOO_MANY_PIXELS: ReceiptTooLarge,
    RefusalCode.TOO_MANY_PAGES: ReceiptTooLarge,
    RefusalCode.UNSUPPORTED_TYPE: UnsupportedReceipt,
    RefusalCode.ENCRYPTED: UnsupportedReceipt,
    RefusalCode.MISLABELLED: MislabelledReceipt,
}
_ALL: tuple[type[DomainError], ...] = (*BY_CODE.values(), ReceiptNeverArrived)
_BY_PROBLEM = {error.code: error for error in _ALL}


def refusal_of(code: str) -> DomainError:
    """Return the problem that a receipt was refused with; an unreadable one for a code of another release."""
    return _BY_PROBLEM.get(code, UnreadableReceipt)()
