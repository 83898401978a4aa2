"""What is turned away at the door: what is empty, too large, mislabelled, or two things at once."""

import io
import os
import zipfile
from functools import partial

import pytest
from PIL import Image

from expenses.kinds import CHUNK, HEIC, JPEG, MAX_BYTES, PDF, PNG, ReceiptRefused, check_upload
from tests.expenses import files

SENT = {
    JPEG: files.saved(files.picture(), "JPEG"),
    PNG: files.saved(files.picture(), "PNG"),
    HEIC: files.saved(files.picture(), "HEIF"),
    PDF: files.pdf(),
}


def checked(data: bytes, declared: str = "") -> str:
    return check_upload(io.BytesIO(data), size=len(data), declared=declared)


def refusal(data: bytes, declared: str = "") -> str:
    with pytest.raises(ReceiptRefused) as refused:
        checked(data, declared)
    return refused.value.code


def archive(comment: bytes = b"", entries: int = 1) -> bytes:
    """A ZIP archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for number in range(entries):
            written.writestr(f"{number}.html", "evil")
        written.comment = comment
    return file.getvalue()


@pytest.mark.parametrize("media_type", SENT)
@pytest.mark.parametrize("declared", ["", "application/octet-stream", "image/*", "binary/octet-stream"])
def test_who_does_not_say_what_it_is_is_told(media_type: str, declared: str) -> None:
    assert checked(SENT[media_type], declared) == media_type


@pytest.mark.parametrize(
    ("media_type", "declared"),
    [
        (JPEG, "image/jpeg"),
        (JPEG, "image/jpg"),
        (JPEG, "Image/JPEG "),
        (PNG, "image/png"),
        (HEIC, "image/heic"),
        (HEIC, "image/heif"),
        (PDF, "application/pdf"),
    ],
)
def test_who_says_what_it_is_is_believed_when_it_is(media_type: str, declared: str) -> None:
    assert checked(SENT[media_type], declared) == media_type


@pytest.mark.parametrize("media_type", SENT)
@pytest.mark.parametrize("declared", ["text/html", "image/gif", "image/svg+xml", "text/plain", "application/zip"])
def test_what_it_never_is_is_mislabelled(media_type: str, declared: str) -> None:
    assert refusal(SENT[media_type], declared) == "mislabelled"


@pytest.mark.parametrize(
    ("media_type", "declared"),
    [(PDF, "image/jpeg"), (JPEG, "application/pdf"), (PNG, "image/jpeg"), (JPEG, "image/heic")],
)
def test_another_kind_of_receipt_is_mislabelled_too(media_type: str, declared: str) -> None:
    assert refusal(SENT[media_type], declared) == "mislabelled"


def test_size_is_looked_at_first() -> None:
    assert refusal(b"") == "empty"
    assert refusal(SENT[JPEG] + bytes(MAX_BYTES)) == "too_large"
    assert checked(SENT[JPEG].ljust(MAX_BYTES, b"\0")) == JPEG


@pytest.mark.parametrize("media_type", SENT)
@pytest.mark.parametrize(
    "more",
    [
        archive(),
        archive(comment=b"x" * 60_000),
        archive(entries=2_000),
        b"PK\5\6" + bytes(18),
        b"\n<script>alert(1)</script>",
        b"<SCRIPT src=x>",
        b"<html><body>",
        b"<?php system($_GET['c']); ?>",
    ],
    ids=["zip", "zip-of-words", "zip-of-much", "empty-zip", "script", "shouted-script", "html", "php"],
)
def test_what_can_be_read_as_something_else_too_is_refused(media_type: str, more: bytes) -> None:
    assert refusal(SENT[media_type] + more) == "mislabelled"


@pytest.mark.parametrize("media_type", [JPEG, PNG, HEIC])
def test_a_picture_that_is_a_pdf_too_is_refused(media_type: str) -> None:
    assert refusal(SENT[media_type] + files.pdf()) == "mislabelled"


@pytest.mark.parametrize("before", [b"\n", b"GIF89a", b"MZ" + bytes(500)])
def test_a_pdf_that_begins_as_something_else_is_refused(before: bytes) -> None:
    assert refusal(before + files.pdf()) == "unsupported_type"


def test_a_script_in_the_metadata_of_a_picture_is_refused() -> None:
    assert refusal(files.saved(files.picture(), "JPEG", comment=b"<script>alert(1)</script>")) == "mislabelled"


@pytest.mark.parametrize("off", range(-12, 3))
def test_a_sign_across_two_chunks_is_found(off: int) -> None:
    assert refusal(SENT[JPEG].ljust(CHUNK + off, b"\0") + b"<script>") == "mislabelled"


@pytest.mark.parametrize(
    "trailer",
    [
        pytest.param(partial(files.saved, Image.new("RGB", (30, 30)), "JPEG"), id="a-second-picture"),
        pytest.param(
            lambda: b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + b"\0\0\0\x08mdat" + os.urandom(9_000), id="a-film"
        ),
        pytest.param(lambda: b"\0\0\x01\x0aImage_UTC_Data1762000000000SEFH\x6b\0\0\0SEFT", id="samsungs"),
        pytest.param(lambda: bytes(5_000), id="zeros"),
        pytest.param(lambda: b"PK\5\6" + b"\0\0\0\0\7\0\7\0" + b"\x10\0\0\0" + bytes(40), id="no-archive"),
        pytest.param(lambda: b"<x:xmpmeta><rdf:RDF/></x:xmpmeta> <scripts> <htmlish>", id="xmp"),
    ],
)
def test_what_honest_phones_append_passes(trailer: partial[bytes]) -> None:
    assert checked(SENT[JPEG] + trailer()) == JPEG


def test_a_picture_of_many_frames_passes() -> None:
    data = files.saved(files.picture(), "MPO", save_all=True, append_images=[Image.new("RGB", (300, 300))])
    assert checked(data, "image/jpeg") == JPEG
