"""Sending a receipt: what is taken, what is refused, and that nothing is left of what is refused."""

import base64
import hashlib
import logging
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.fields.files import FieldFile

from expenses.kinds import MAX_BYTES
from expenses.models import Receipt
from people.models import User
from tests import world
from tests.expenses import files
from tests.expenses.calls import (
    MULTIPART,
    RECEIPTS,
    UNSAID,
    first_error,
    jpeg,
    kept_files,
    nothing_kept,
    part,
    refused_with,
    send_raw,
    upload,
)

END = b"--edge--\r\n"


def kept(stored: FieldFile) -> bytes:
    """Read what is in the storage."""
    return Path(stored.path).read_bytes()


def padded(size: int) -> bytes:
    """A picture that is followed by so many bytes that it has a size."""
    return jpeg().ljust(size, b"\0")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_karin_sends_a_picture_whatever_its_file_is_called(karin: User, kind: str) -> None:
    sent = files.saved(files.picture(), kind)
    answer = upload(karin, sent, name="receipt.exe")
    assert answer.status_code == 201
    assert answer["ETag"] == '"1"'
    assert answer.data["status"] == "processing"
    assert answer.data["media_type"] == "image/webp"
    assert (answer.data["suggestion"], answer.data["refusal"]) == (None, None)
    receipt = Receipt.objects.get(pk=answer.data["id"])
    assert (receipt.owner, receipt.size) == (karin, len(sent))
    assert receipt.arrived_at
    assert kept(receipt.original) == sent


def test_karin_sends_a_pdf(karin: User) -> None:
    answer = upload(karin, files.pdf(pages=2), name="receipt.jpg")
    assert (answer.status_code, answer.data["media_type"]) == (201, "application/pdf")


def test_the_checksum_is_of_what_arrived(karin: User) -> None:
    sent = files.telling_jpeg()
    assert upload(karin, sent).data["sha256"] == hashlib.sha256(sent).hexdigest()


def test_fifteen_megabytes_are_taken(karin: User) -> None:
    assert upload(karin, padded(MAX_BYTES)).status_code == 201
    (original,) = kept_files()
    assert original.stat().st_size == MAX_BYTES


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 16 * 1024 * 1024, 30 * 1024 * 1024])
def test_more_than_fifteen_megabytes_is_too_large(karin: User, size: int) -> None:
    with nothing_kept():
        answer = upload(karin, padded(size))
    assert refused_with(answer) == (413, "receipt_too_large")
    assert first_error(answer) == ("/file", "receipt_too_large")


def test_far_too_much_is_not_even_kept_meanwhile(karin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expenses.uploads.LARGEST_BODY", 1024)
    with nothing_kept():
        assert refused_with(upload(karin, padded(4 * 1024 * 1024))) == (413, "receipt_too_large")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param(b"", (400, "receipt_unreadable"), id="empty"),
        pytest.param(b"<script>alert(1)</script>", (415, "receipt_type_unsupported"), id="script"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", (415, "receipt_type_unsupported"), id="svg"),
        pytest.param(b"<html>" + jpeg(), (415, "receipt_type_unsupported"), id="html-before-jpeg"),
        pytest.param(files.saved(files.picture(), "GIF"), (415, "receipt_type_unsupported"), id="gif"),
        pytest.param(jpeg() + b"<?php system(1);", (415, "receipt_mislabelled"), id="polyglot"),
        pytest.param(b"MZ" + bytes(60), (415, "receipt_type_unsupported"), id="program"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(karin: User, data: bytes, problem: tuple[int, str]) -> None:
    with nothing_kept():
        answer = upload(karin, data, name="receipt.jpg")
    assert refused_with(answer) == problem
    assert first_error(answer) == ("/file", problem[1])
    assert not Receipt.objects.exists()


def test_a_large_file_that_is_refused_leaves_nothing_behind(karin: User) -> None:
    with nothing_kept():
        assert refused_with(upload(karin, b"#!/bin/sh".ljust(5_000_000))) == (415, "receipt_type_unsupported")


FORMS = {
    "nothing": (b"", "/file", "required"),
    "no file": (END, "/file", "required"),
    "a file without a name": (part(jpeg(), b'name="file"') + END, "/file", "invalid"),
    "a file named by dots": (part(jpeg(), b'name="file"; filename=".."') + END, "/file", "required"),
    "another field": (part(jpeg(), b'name="picture"; filename="a.jpg"') + END, "/picture", "unknown_field"),
    "two files": (part(jpeg()) * 2 + END, "/file", "repeated_field"),
    "a file and a text": (part(jpeg()) + part(b"x", b'name="file"') + END, "/file", "repeated_field"),
    "two ids": (part(jpeg()) + part(b"1", b'name="id"') * 2 + END, "/id", "repeated_field"),
    "an id that is none": (part(jpeg()) + part(b"a\0b", b'name="id"') + END, "/id", "invalid"),
    "an empty id": (part(jpeg()) + part(b"", b'name="id"') + END, "/id", "invalid"),
    "a file as id": (part(jpeg()) + part(b"1", b'name="id"; filename="b"') + END, "/id", "invalid"),
    "a status": (part(jpeg()) + part(b"ready", b'name="status"') + END, "/status", "unknown_field"),
    "an owner": (part(jpeg()) + part(b"1", b'name="owner"') + END, "/owner", "unknown_field"),
    "another boundary": (part(jpeg()).replace(b"edge", b"verge"), "/file", "required"),
}


@pytest.mark.parametrize(("body", "pointer", "code"), FORMS.values(), ids=FORMS)
def test_a_form_that_is_not_right_is_refused(karin: User, body: bytes, pointer: str, code: str) -> None:
    with nothing_kept():
        answer = send_raw(karin, body)
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer) == (pointer, code)
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(
    ("content_type", "problem"),
    [
        ("application/json", (415, "unsupported_media_type")),
        ("application/x-www-form-urlencoded", (415, "unsupported_media_type")),
        ("image/jpeg", (415, "unsupported_media_type")),
        ("", (415, "unsupported_media_type")),
        ("nonsense", (415, "unsupported_media_type")),
        ("multipart/form-data", (400, "malformed")),
        ("multipart/form-data; boundary=", (400, "malformed")),
        ("multipart/form-data; boundary=å", (400, "malformed")),
        ("multipart/form-data; boundary=edge; charset=bz2_codec", (400, "malformed")),
    ],
)
def test_another_content_type_is_refused(karin: User, content_type: str, problem: tuple[int, str]) -> None:
    with nothing_kept():
        assert refused_with(send_raw(karin, part(jpeg()) + END, content_type)) == problem


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", MULTIPART])
def test_no_body_at_all_is_refused(karin: User, content_type: str) -> None:
    answer = send_raw(karin, b"", content_type)
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer) == ("/file", "required")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param(part(b"no base64!", more=b"Content-Transfer-Encoding: base64\r\n") + END, 400, id="base64"),
        pytest.param(part(jpeg(), b'name="file"; filename="a"', b"X: %s\r\n" % (b"y" * 9000)), 400, id="header"),
        pytest.param(part(b"x", b'name="id"') * 1100 + END, 400, id="fields"),
        pytest.param(part(b"x") * 101 + END, 400, id="files"),
        pytest.param(part(b"x" * 2_000_000, b'name="id"') + END, 413, id="long-text"),
        pytest.param(part(b"\xff\xfe", b'name="\xff"') + END, 400, id="no-utf-8"),
        pytest.param(b"\0" * 5000, 400, id="nul"),
    ],
)
def test_a_malformed_form_is_refused(karin: User, body: bytes, problem: int) -> None:
    with nothing_kept():
        assert refused_with(send_raw(karin, body))[0] == problem


@pytest.mark.parametrize("size", [100_000, 6_000_000])
def test_a_form_cut_off_within_its_file_has_no_file(karin: User, size: int) -> None:
    with nothing_kept():
        answer = send_raw(karin, part(padded(size))[: size // 2])
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer) == ("/file", "required")


def test_a_file_in_base64_is_taken(karin: User) -> None:
    body = part(base64.b64encode(jpeg()), more=b"Content-Transfer-Encoding: base64\r\n") + END
    assert send_raw(karin, body).status_code == 201


@pytest.mark.parametrize("length", ["abc", "-1", "²"])
def test_a_length_that_is_none_is_no_reason_to_fall_over(karin: User, length: str) -> None:
    answer = send_raw(karin, part(jpeg()) + END, CONTENT_LENGTH=length)
    assert answer.status_code == 400


def test_a_length_of_thousands_of_digits_is_too_much(karin: User) -> None:
    answer = send_raw(karin, part(jpeg()) + END, CONTENT_LENGTH="9" * 5000)
    assert refused_with(answer) == (413, "receipt_too_large")


NAMES = [
    "../../../etc/passwd.Karin",
    "..\\..\\Karin.jpg",
    "/var/Karin",
    "Kvitto från Karin Åström 🎬.jpg",
    "Karin\r\nX-Evil: 1.jpg",
    "Karin\x00.jpg",
    "receipt.Karin Svensson",
    "Karin" * 50 + ".jpg",
    "a." + "Karin" * 50,
    "CON",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_the_name_of_a_file_reaches_nobody(
    karin: User, name: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        assert kept_files() == []
        raise ZeroDivisionError

    monkeypatch.setattr("expenses.receipt_services._checked", fail)
    with caplog.at_level(logging.DEBUG), pytest.raises(ZeroDivisionError):
        send_raw(karin, part(padded(3_000_000), b'name="file"; filename="%s"' % name.encode()) + END)
    assert "Karin" not in caplog.text.replace(str(karin), "")


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_name_will_do(karin: User, name: str) -> None:
    answer = send_raw(karin, part(padded(3_000_000), b'name="file"; filename="%s"' % name.encode()) + END)
    assert answer.status_code == 201
    assert "Karin" not in str(answer.data)
    receipt = Receipt.objects.get()
    assert all(str(receipt.pk) in str(path) and "Karin" not in str(path) for path in kept_files())


def test_a_stranger_and_a_coordinator_send_no_receipts(inger: User) -> None:
    with nothing_kept():
        assert refused_with(upload(inger, jpeg())) == (403, "wrong_role")


def test_an_upload_asks_the_database_little(karin: User, django_assert_num_queries: Any) -> None:
    client = world.signed_in(karin)
    form = {"file": SimpleUploadedFile("a.jpg", jpeg(), UNSAID), "id": str(uuid4())}
    # roles; mine? another's?; savepoint, insert, release; mine to complete, lock, look; savepoint, write, read,
    # release; unlock
    with django_assert_num_queries(14):
        client.post(RECEIPTS, form, format="multipart")


def test_the_storage_holds_the_original_named_by_the_receipt_only(karin: User, settings: Any) -> None:
    receipt = upload(karin, jpeg()).data["id"]
    folder = Path(settings.MEDIA_ROOT) / "receipts" / receipt[:2] / receipt
    assert kept_files() == [folder / "original"]
