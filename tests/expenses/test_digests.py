"""A receipt that was damaged on its way is noticed, when the sender said what it should be."""

import base64
import hashlib

import pytest

from expenses.models import Receipt
from people.models import User
from tests.expenses import files
from tests.expenses.calls import (
    MULTIPART,
    first_error,
    jpeg,
    kept_files,
    nothing_kept,
    part,
    refused_with,
    send_raw,
)

BODY = part(jpeg()) + b"--edge--\r\n"


def sha256(data: bytes, name: str = "sha-256") -> str:
    """Write a checksum as a header has it."""
    return f"{name}=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def of_file(digest: str) -> dict[str, str]:
    return {"HTTP_REPR_DIGEST": digest}


def of_body(digest: str) -> dict[str, str]:
    return {"HTTP_CONTENT_DIGEST": digest}


@pytest.mark.parametrize(
    "headers",
    [
        of_file(sha256(jpeg())),
        of_body(sha256(BODY)),
        of_file(sha256(jpeg())) | of_body(sha256(BODY)),
        of_file("md5=:AAAA:, " + sha256(jpeg())),
        of_file("sha-512=:AAAA:"),
        of_file(""),
        of_file(sha256(jpeg()) + ";a=1"),
        of_body("sha-512=:AAAA:,unixsum=:AAAA:"),
    ],
)
def test_what_fits_is_taken_and_what_is_unknown_is_ignored(karin: User, headers: dict[str, str]) -> None:
    assert send_raw(karin, BODY, MULTIPART, **headers).status_code == 201
    assert len(kept_files()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        of_file(sha256(files.pdf())),
        of_file(sha256(BODY)),
        of_body(sha256(jpeg())),
        of_file(sha256(jpeg())) | of_body(sha256(b"")),
        of_file(sha256(jpeg()) + "," + sha256(b"")),
    ],
)
def test_what_was_damaged_leaves_nothing_behind(karin: User, headers: dict[str, str]) -> None:
    with nothing_kept():
        assert refused_with(send_raw(karin, BODY, MULTIPART, **headers)) == (400, "checksum_mismatch")
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(
    "digest",
    [
        ",",
        "nonsense",
        "sha-256",
        "sha-256=",
        hashlib.sha256(jpeg()).hexdigest(),
        f"sha-256={hashlib.sha256(jpeg()).hexdigest()}",
        "sha-256=:AAAA:",
        "sha-256=:A:",
        "sha-256=:å:",
        sha256(jpeg(), "SHA-256"),
        sha256(jpeg()) + ",",
    ],
)
@pytest.mark.parametrize("header", [of_file, of_body])
def test_what_can_not_be_read_is_not_taken_for_one_that_fits(karin: User, header: type, digest: str) -> None:
    with nothing_kept():
        answer = send_raw(karin, BODY, MULTIPART, **header(digest))
    assert refused_with(answer) == (400, "checksum_malformed")
    assert not Receipt.objects.exists()


def test_what_is_too_large_is_told_so_and_not_that_it_is_damaged(karin: User) -> None:
    large = jpeg().ljust(16 * 1024 * 1024, b"\0")
    answer = send_raw(karin, part(large) + b"--edge--\r\n", MULTIPART, **of_file(sha256(large)))
    assert refused_with(answer) == (413, "receipt_too_large")
    assert first_error(answer) == ("/file", "receipt_too_large")
