"""How an upload comes in: to disk, without the name that somebody gave it, no further than it may be long."""

import hashlib
from contextlib import suppress
from itertools import chain
from tempfile import TemporaryFile
from typing import Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from rest_framework.parsers import DataAndFiles, MultiPartParser

from expenses import digests
from expenses.kinds import CHUNK, MAX_BYTES
from expenses.receipt_services import Arrival

# A little over what is taken is read, so that the refusal reaches the phone; far more is not even read.
LARGEST_BODY = 40 * 1024 * 1024


class DigestedFile(UploadedFile):  # type: ignore[type-arg]  # generic in its stubs only
    """An upload whose SHA-256 (hex) was computed on the way."""

    sha256: str


class UnnamedFileHandler(FileUploadHandler):
    """Keeps an upload in a file without a name: nothing is left of it when the process is killed."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file, whatever its name."""
        super().new_file(*args, **kwargs)
        self.file = TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 (closed with the request)
        self.digest = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep one chunk more than may be: enough to see that it is too much."""
        if start <= MAX_BYTES:
            self.digest.update(raw_data)
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> DigestedFile:
        """Hand it over."""
        file = DigestedFile(self.file, "upload", self.content_type, file_size)
        file.sha256 = self.digest.hexdigest()
        return file

    def upload_interrupted(self) -> None:
        """Let go of what will never be whole."""
        if hasattr(self, "file"):
            self.file.close()


class DigestedBody:
    """A request's body, of which a digest is computed while it is read."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = CHUNK) -> bytes:
        """Read some."""
        chunk: bytes = self.stream.read(size)
        self.digest.update(chunk)
        return chunk


class CheckedMultiPartParser(MultiPartParser):
    """Reads a form, and holds the whole body against `Content-Digest` when that is given."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Read it. Raise ParseError, ChecksumMalformed or ChecksumMismatch."""
        header = parser_context["request"].headers.get("Content-Digest")
        if digests.sha256_given(header) is None:
            return super().parse(stream, media_type, parser_context)
        body = DigestedBody(stream)
        form: DataAndFiles[Any, Any] = super().parse(cast(Any, body), media_type, parser_context)
        while body.read():
            pass
        try:
            digests.check_sha256(header, body.digest.hexdigest())
        except digests.ChecksumMismatch:
            for file in chain.from_iterable(files for _, files in form.files.lists()):
                file.close()
            raise
        return form


def arrival(request: HttpRequest, file: DigestedFile) -> Arrival:
    """Return what came in. Raise ChecksumMalformed, or ChecksumMismatch when `Repr-Digest` is of another file."""
    size = file.size or 0
    if size <= MAX_BYTES:  # of a larger one no more was kept than tells so
        digests.check_sha256(request.headers.get("Repr-Digest"), file.sha256)
    return Arrival(file=cast(Any, file.file), size=size, sha256=file.sha256, declared_type=file.content_type or "")


def body_length(request: HttpRequest) -> int:
    """Return how many bytes the caller says that the body has, 0 when they do not say."""
    given = request.META.get("CONTENT_LENGTH") or ""
    # Python reads no number of thousands of digits, and these many are far too much already.
    return int(given[:18]) if given.isascii() and given.isdigit() else 0


def read_to_the_end(request: HttpRequest) -> None:
    """Throw away what is left of a body, up to LARGEST_BODY bytes.

    A phone reads the answer when it has sent everything. The server closes the connection on one that is
    still sending, and the phone would see that instead of the answer.
    """
    left = min(body_length(request), LARGEST_BODY)
    with suppress(OSError):
        while left > 0 and (chunk := request.read(min(CHUNK, left))):
            left -= len(chunk)
