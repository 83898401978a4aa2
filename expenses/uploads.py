"""How an upload comes in: without the name that somebody gave it, and no further than it may be long."""

from contextlib import suppress
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest

from expenses.pictures import MAX_BYTES

# A little over what is taken is read, so that the refusal reaches the phone; far more is not even read.
LARGEST_BODY = 40 * 1024 * 1024
CHUNK = 64 * 1024


class NamelessFileHandler(TemporaryFileUploadHandler):
    """Keeps an upload in a temporary file of which no part is named by the caller."""

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Forget the name: Django would end the temporary file's with whatever follows the last dot."""
        super().new_file(field_name, "upload", *args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep one chunk more than may be: enough to see that it is too much."""
        if start <= MAX_BYTES:
            super().receive_data_chunk(raw_data, start)


def handlers(request: HttpRequest) -> list[FileUploadHandler]:
    """Return what takes in the files of a request: small ones in memory, others on disk."""
    return [MemoryFileUploadHandler(request), NamelessFileHandler(request)]


def body_length(request: HttpRequest) -> int:
    """Return how many bytes the caller says that the body has, 0 when they do not say."""
    given = request.META.get("CONTENT_LENGTH") or ""
    return int(given) if given.isascii() and given.isdigit() else 0


def read_to_the_end(request: HttpRequest) -> None:
    """Throw away what is left of a body, up to LARGEST_BODY bytes.

    A phone reads the answer when it has sent everything. The server closes the connection on one that is
    still sending, and the phone would see that instead of the answer.
    """
    left = min(body_length(request), LARGEST_BODY)
    with suppress(OSError):
        while left > 0 and (chunk := request.read(min(CHUNK, left))):
            left -= len(chunk)
