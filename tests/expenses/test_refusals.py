"""What is not taken as a receipt, and the code that says why."""

import subprocess
import sys
import zlib
from collections.abc import Callable

import pytest

from expenses import pictures
from expenses.kinds import ReceiptRefused, RefusalCode
from tests.expenses import files

ZEROS = zlib.compress(bytes(9_000_000))


def refusal(data: bytes) -> RefusalCode:
    with pytest.raises(ReceiptRefused) as refused:
        files.cleaned(data)
    return refused.value.code


@pytest.mark.parametrize("pages", [21, 10_000])
def test_a_pdf_of_more_than_twenty_pages_is_refused(pages: int) -> None:
    assert refusal(files.pdf(pages=pages)) == "too_many_pages"


@pytest.mark.parametrize("password", [b"", b"secret"])
def test_an_encrypted_pdf_is_refused(password: bytes) -> None:
    assert refusal(files.locked_pdf(password=password)) == "encrypted"


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html><html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"#!/bin/sh\n",
        b"PK\x03\x04" + bytes(30),
        b"MZ" + bytes(60),
        b"\x89PN",
        b"%PD",
        b"\0",
        b"GIF89a" + files.saved(files.picture(), "JPEG"),
        b"<html>" + files.saved(files.picture(), "JPEG"),
        b"<html>" + files.pdf(),
        b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf",
        b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
        *[files.saved(files.picture(), kind) for kind in ("GIF", "TIFF", "BMP", "WEBP", "JPEG2000")],
    ],
    ids=lambda data: repr(data[:12]),
)
def test_anything_else_is_refused_whatever_it_is_called(data: bytes) -> None:
    assert refusal(data) == "unsupported_type"


@pytest.mark.parametrize(
    "data",
    [
        files.png(size=(60_000, 60_000)),
        files.jpeg_claiming((60_000, 60_000)),
        files.jpeg_claiming((10_000, 6_001)),
        files.heic_claiming((60_000, 60_000)),
        files.heic_claiming((10_000, 6_001)),
    ],
    ids=["png", "jpeg", "jpeg-just-over", "heic", "heic-just-over"],
)
def test_a_picture_of_too_many_pixels_is_refused_undecoded(data: bytes) -> None:
    assert refusal(data) == "too_many_pixels"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: files.heic_claiming((64, 64), real=(500, 500)), id="heic-larger-than-it-says"),
        pytest.param(lambda: files.png((b"zTXt", b"Comment\0\0" + ZEROS)), id="png-of-text"),
        pytest.param(lambda: files.png((b"iCCP", b"a\0\0" + ZEROS)), id="png-of-profile"),
        pytest.param(lambda: files.png(size=(7_000, 7_000)), id="png-smaller-than-it-says"),
        pytest.param(lambda: b"\xff\xd8\xff", id="jpeg-of-nothing"),
        pytest.param(lambda: b"%PDF-1.7", id="pdf-of-nothing"),
    ],
)
def test_what_is_broken_or_lies_is_refused(make: Callable[[], bytes]) -> None:
    assert refusal(make()) == "unreadable"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(files.endless_pdf, id="pdf-of-tiles"),
        pytest.param(lambda: files.jpeg_of_scans(2_000), id="jpeg-of-scans"),
    ],
)
def test_what_takes_for_ever_is_stopped(make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_SECONDS", 1)
    assert refusal(make()) == "unreadable"


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS can't limit a process's memory")
def test_what_asks_for_too_much_memory_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_MEGABYTES", 200)
    assert files.cleaned(files.pdf())
    assert refusal(files.pdf_of_forms(7)) == "unreadable"


def test_a_fault_of_ours_is_not_blamed_on_the_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_PROGRAM", [sys.executable, "-c", "import nothing_of_that_name"])
    with pytest.raises(subprocess.CalledProcessError):
        files.cleaned(files.pdf())
