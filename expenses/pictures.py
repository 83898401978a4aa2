"""Turn what a phone uploaded into a receipt that is safe to keep and to show.

Nothing that arrived is kept: pictures are decoded and encoded anew, the pages of a PDF are drawn and bound
into a new one. So no place, no script and no second file hidden behind the first survives.

The decoding is a program of its own (decoding.py), fenced in time and memory. Two kilobytes of PDF can ask
for more memory than any machine has and 15 MB of JPEG for an hour, and their decoders can't be told to stop.
What they do to that program they do to nobody else, and a flaw in one of them finds no settings, no database
and no other receipt there.
"""

import hashlib
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

JPEG, PNG, HEIC, PDF = "image/jpeg", "image/png", "image/heic", "application/pdf"

MAX_BYTES = 15 * 1024 * 1024
MAX_SECONDS = 15  # of processor time; 48 megapixels of HEIC take 4
MAX_MEGABYTES = 1024
LONGEST_WAIT_SECONDS = 10  # for a decoder; a thread that waits longer answers nobody else

REFUSED = 3  # exit code; Python's own 1 is a fault of ours
LENGTH = 4  # bytes, big-endian, ahead of the preview

_PROGRAM = [sys.executable, "-s", "-m", "expenses.decoding"]
_ROOT = Path(__file__).parents[1]
_HEVC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}

# More at once would not be quicker, and each may take MAX_MEGABYTES.
_decoders = threading.BoundedSemaphore(os.cpu_count() or 1)


class RefusalCode(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNSUPPORTED_TYPE = "unsupported_type"
    UNREADABLE = "unreadable"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    ENCRYPTED = "encrypted"


class ReceiptRefused(Exception):
    """Say no to an upload; `code` tells why."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code.value)
        self.code = code


class DecodersBusyError(Exception):
    """Too many receipts come at once; nothing is wrong with this one."""


@dataclass(frozen=True, slots=True)
class CleanedReceipt:
    """Hold what to store; `sha256` (hex) and `arrived_as` are about the upload, `preview` is a JPEG."""

    sha256: str
    arrived_as: str
    media_type: str
    file: bytes = field(repr=False)
    preview: bytes = field(repr=False)


def clean(source: BinaryIO, *, size: int) -> CleanedReceipt:
    """Return what to store of the `size` bytes uploaded as `source` (seekable).

    Raise ReceiptRefused, or DecodersBusyError when it should be sent again.
    """
    data = _read(source, size)
    arrived_as = _media_type(data)
    file, preview = _decoded(data, arrived_as)
    return CleanedReceipt(
        sha256=hashlib.sha256(data).hexdigest(),
        arrived_as=arrived_as,
        media_type=PDF if arrived_as == PDF else JPEG,
        file=file,
        preview=preview,
    )


def _read(source: BinaryIO, size: int) -> bytes:
    if size > MAX_BYTES:
        raise ReceiptRefused(RefusalCode.TOO_LARGE)
    source.seek(0)
    data = source.read(MAX_BYTES + 1)  # `size` is what somebody said
    if not data:
        raise ReceiptRefused(RefusalCode.EMPTY)
    if len(data) > MAX_BYTES:
        raise ReceiptRefused(RefusalCode.TOO_LARGE)
    return data


def _media_type(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"%PDF-"):
        return PDF
    if data[4:8] == b"ftyp" and _brands(data) & _HEVC_BRANDS:
        return HEIC
    raise ReceiptRefused(RefusalCode.UNSUPPORTED_TYPE)


def _brands(data: bytes) -> set[bytes]:
    """Return what a file says it can be read as; AVIF and films begin with the same box as HEIC."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    return {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}


def _decoded(data: bytes, media_type: str) -> tuple[bytes, bytes]:
    """Return the new file and its preview. Raise DecodersBusyError rather than keep others waiting."""
    if not _decoders.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise DecodersBusyError
    try:
        program = subprocess.run(
            [*_PROGRAM, media_type, str(MAX_SECONDS), str(MAX_MEGABYTES)],
            cwd=_ROOT,
            env={},  # it is told no secrets
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # decoders quote what they read
            timeout=2 * MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        # A bad file runs into its limit of processor time first: this machine has too much to do.
        raise DecodersBusyError from error
    finally:
        _decoders.release()
    if program.returncode == REFUSED:
        raise ReceiptRefused(RefusalCode(program.stdout.decode()))
    if program.returncode < 0:  # a limit stopped it, or it crashed
        raise ReceiptRefused(RefusalCode.UNREADABLE)
    program.check_returncode()
    end = LENGTH + int.from_bytes(program.stdout[:LENGTH], "big")
    return program.stdout[end:], program.stdout[LENGTH:end]
