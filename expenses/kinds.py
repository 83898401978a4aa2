"""What an upload is by its bytes, and what is refused at the door: cheap looks at a file that is never whole
in memory. What it takes to open a file is found out later, behind the fence of decoding.py.
"""

import re
from enum import StrEnum
from typing import BinaryIO

JPEG, PNG, HEIC, PDF, WEBP = "image/jpeg", "image/png", "image/heic", "application/pdf", "image/webp"

MAX_BYTES = 15 * 1024 * 1024
CHUNK = 64 * 1024
HEAD = 512  # bytes; all kinds are known by fewer

# What phones and libraries call what they send.
_NAMES = {
    JPEG: {"image/jpeg", "image/jpg", "image/pjpeg"},
    PNG: {"image/png", "image/x-png", "image/apng"},
    HEIC: {"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"},
    PDF: {"application/pdf", "application/x-pdf"},
}
_NO_NAME = {"", "application/octet-stream", "binary/octet-stream"}  # "find out yourself"

_HEVC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}

# What a browser, PHP or a reader of PDF would open, wherever in a file it stands. With what must follow: a few
# letters alone stand in one of some thousand honest photographs. Two patterns, since each is looked for by its
# first letter; one for both takes eight times as long.
_IN_A_PDF = [re.compile(rb"<(?i:script[\s/>]|html[\s>]|\?php\s)")]
_IN_A_PICTURE = [*_IN_A_PDF, re.compile(rb"%PDF-\d")]
_LONGEST_SIGN = 16
_ZIP_END = b"PK\5\6"
_ZIP_END_BYTES = 22
_ZIP_TAIL = 65_535 + _ZIP_END_BYTES  # the end of a ZIP stands no further from the end of the file
_ZIP_ENTRY = b"PK\1\2"


class RefusalCode(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNSUPPORTED_TYPE = "unsupported_type"
    MISLABELLED = "mislabelled"
    UNREADABLE = "unreadable"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    ENCRYPTED = "encrypted"


class ReceiptRefused(Exception):
    """Say no to an upload; `code` tells why."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code.value)
        self.code = code


def check_upload(source: BinaryIO, *, size: int, declared: str) -> str:
    """Return the media type of the `size` bytes of `source` (seekable), sent as `declared` ("" if unsaid).

    Raise ReceiptRefused: it is empty, too large, of no kind that is taken, of another kind than it was said to
    be, or of two kinds at once.
    """
    if size > MAX_BYTES:
        raise ReceiptRefused(RefusalCode.TOO_LARGE)
    if not size:
        raise ReceiptRefused(RefusalCode.EMPTY)
    source.seek(0)
    media_type = kind_of(source.read(HEAD))
    if not _may_be_called(media_type, declared) or _is_two_things(source, size, media_type):
        raise ReceiptRefused(RefusalCode.MISLABELLED)
    return media_type


def kind_of(head: bytes) -> str:
    """Return the media type that a file's first HEAD bytes tell. Raise ReceiptRefused when it is none of ours."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"%PDF-"):
        return PDF
    if head[4:8] == b"ftyp" and _brands(head) & _HEVC_BRANDS:
        return HEIC
    raise ReceiptRefused(RefusalCode.UNSUPPORTED_TYPE)


def _brands(head: bytes) -> set[bytes]:
    """Return what a file says it can be read as; AVIF and films begin with the same box as HEIC."""
    end = min(int.from_bytes(head[:4], "big"), 256)
    return {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}


def _may_be_called(media_type: str, declared: str) -> bool:
    name = declared.strip().lower()
    return name in _NO_NAME or "*" in name or name in _NAMES[media_type]


def _is_two_things(source: BinaryIO, size: int, media_type: str) -> bool:
    """Tell whether something else could be read from it too.

    A second JPEG, a film or a vendor's data behind a picture is what honest phones append, and passes.
    """
    signs = _IN_A_PDF if media_type == PDF else _IN_A_PICTURE
    source.seek(0)
    before = b""
    while chunk := source.read(CHUNK):
        window = before + chunk
        if any(sign.search(window) for sign in signs):
            return True
        before = chunk[-_LONGEST_SIGN:]
    source.seek(max(0, size - _ZIP_TAIL))
    return _ends_as_zip(source.read())


def _ends_as_zip(tail: bytes) -> bool:
    """Tell whether an archive ends here: an end record whose directory stands where it says."""
    at = tail.find(_ZIP_END)
    while at >= 0:
        record = tail[at : at + _ZIP_END_BYTES]
        entries, length = int.from_bytes(record[10:12], "little"), int.from_bytes(record[12:16], "little")
        if len(record) == _ZIP_END_BYTES and not record[4:6].strip(b"\0"):
            start = at - length  # before the tail when the directory is long
            if start < 0 or not (entries or length) or tail.startswith(_ZIP_ENTRY, start):
                return True
        at = tail.find(_ZIP_END, at + 1)
    return False
