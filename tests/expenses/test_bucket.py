"""Receipts in a bucket: a real S3 server keeps them, and gives them out for a minute."""

import hashlib
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config.storage import storages
from expenses.models import Receipt, StorageCheck
from expenses.processing_services import process_receipt
from expenses.storage_check_services import check_storage
from people.models import User
from tests import world
from tests.doubles import s3
from tests.expenses.calls import RECEIPTS, jpeg, refused_with, send, sent_in, upload

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("s3")]
UPLOADS = f"{RECEIPTS}/uploads"
NOBODY = "http://127.0.0.1:9"  # listens there


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with s3.s3_server() as url:
        yield url


@pytest.fixture(autouse=True)
def bucket(server: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Keep receipts in the server's bucket, which is empty afterwards."""
    for name, value in s3.KEYS.items():
        monkeypatch.setenv(name, value)
    settings.S3_BUCKET = s3.BUCKET
    settings.STORAGES = storages(bucket=s3.BUCKET, endpoint_url=server, region="eu-north-1")
    client = s3.client(server)
    yield client
    for entry in client.list_objects_v2(Bucket=s3.BUCKET).get("Contents", []):
        client.delete_object(Bucket=s3.BUCKET, Key=entry["Key"])


def keys(bucket: Any) -> set[str]:
    """Name all files that are in the bucket."""
    return {entry["Key"] for entry in bucket.list_objects_v2(Bucket=s3.BUCKET).get("Contents", [])}


def announce(user: User, data: bytes, **values: Any) -> Any:
    """Tell of a picture to come."""
    about = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "media_type": "image/jpeg"}
    return send(user, "POST", UPLOADS, about | values)


def processed(receipt_id: str) -> Receipt:
    """Let the worker look at a receipt, and return what became of it."""
    process_receipt(UUID(receipt_id), timezone.now())
    return Receipt.objects.get(pk=receipt_id)


def confirm(user: User, receipt_id: str) -> Any:
    """Tell that it is there."""
    return send(user, "POST", f"{RECEIPTS}/{receipt_id}/uploaded", {})


def test_what_is_uploaded_is_kept_in_the_bucket_and_nowhere_else(karin: User, bucket: Any) -> None:
    receipt = sent_in(karin, jpeg())

    assert receipt.status == "ready"
    assert keys(bucket) == set(receipt.checksums)
    stored = bucket.get_object(Bucket=s3.BUCKET, Key=receipt.original.name)["Body"].read()
    assert stored == jpeg()


def test_a_large_file_goes_in_one_piece(bucket: Any) -> None:
    """Pieces would be held in memory."""
    name = default_storage.save("receipts/00/large", ContentFile(bytes(9 * 1024 * 1024)))

    assert "-" not in bucket.head_object(Bucket=s3.BUCKET, Key=name)["ETag"]


@pytest.mark.parametrize("part", ["/file", "/preview", "/pages/1"])
def test_a_look_goes_to_an_address_that_lives_a_minute(karin: User, part: str) -> None:
    receipt = sent_in(karin, jpeg())

    answer = world.signed_in(karin).get(f"{RECEIPTS}/{receipt.pk}{part}")

    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-store")
    assert parse_qs(urlsplit(answer["Location"]).query)["X-Amz-Expires"] == ["60"]
    status, headers, content = s3.fetch(answer["Location"])
    assert (status, content[:4], content[8:12]) == (200, b"RIFF", b"WEBP")
    assert headers["Content-Type"] == "image/webp"
    assert headers["Content-Disposition"] == 'inline; filename="receipt.webp"'
    assert headers["Cache-Control"] == "private, no-store"


def test_nothing_is_there_without_the_whole_address(karin: User) -> None:
    receipt = sent_in(karin, jpeg())
    address = world.signed_in(karin).get(f"{RECEIPTS}/{receipt.pk}/file")["Location"]

    assert s3.fetch(address.partition("?")[0])[0] == 403
    assert s3.fetch(address.replace("large.webp", "original"))[0] == 403


def test_who_looks_is_logged_and_the_address_is_not(karin: User, caplog: pytest.LogCaptureFixture) -> None:
    receipt = sent_in(karin, jpeg())

    with caplog.at_level(logging.INFO):
        world.signed_in(karin).get(f"{RECEIPTS}/{receipt.pk}/file")

    assert f"user {karin.pk} was shown {receipt.file.name}" in caplog.messages
    assert "X-Amz" not in caplog.text


def test_a_stranger_gets_no_address(sven: User, karin: User) -> None:
    receipt = sent_in(karin, jpeg())

    assert refused_with(world.signed_in(sven).get(f"{RECEIPTS}/{receipt.pk}/file")) == (404, "not_found")


def test_a_phone_puts_a_receipt_straight_into_the_bucket(karin: User, bucket: Any) -> None:
    receipt_id = str(uuid4())

    announced = announce(karin, jpeg(), id=receipt_id)

    assert (announced.status_code, announced.data["status"]) == (201, "processing")
    assert s3.put(announced.data["upload"], jpeg()) == 200
    confirmed = confirm(karin, receipt_id)
    assert (confirmed.status_code, confirmed.data["status"]) == (200, "processing")
    receipt = processed(receipt_id)
    assert receipt.status == "ready"
    assert keys(bucket) == set(receipt.checksums)


def test_every_step_of_it_may_be_repeated(karin: User) -> None:
    receipt_id = str(uuid4())
    first = announce(karin, jpeg(), id=receipt_id)
    again = announce(karin, jpeg(), id=receipt_id)

    assert (first.status_code, again.status_code) == (201, 200)
    assert [s3.put(answer.data["upload"], jpeg()) for answer in (first, again, first)] == [200, 200, 200]
    assert [confirm(karin, receipt_id).status_code for _ in range(2)] == [200, 200]
    after = announce(karin, jpeg(), id=receipt_id)
    assert (after.status_code, after.data["upload"]) == (200, None)
    assert refused_with(announce(karin, jpeg() + b"x", id=receipt_id)) == (409, "id_conflict")


@pytest.mark.parametrize("other", [{"size": 1}, {"media_type": "image/png"}, {"media_type": "application/pdf"}])
def test_the_same_bytes_have_one_length_and_one_type(karin: User, other: dict[str, Any]) -> None:
    receipt_id = announce(karin, jpeg()).data["id"]

    assert refused_with(announce(karin, jpeg(), id=receipt_id, **other)) == (409, "id_conflict")


def test_of_a_receipt_of_an_older_release_the_type_is_not_known(karin: User) -> None:
    receipt_id = announce(karin, jpeg()).data["id"]
    Receipt.objects.filter(pk=receipt_id).update(original_type="")

    assert announce(karin, jpeg(), id=receipt_id).status_code == 200


def test_who_asks_again_gets_the_full_time_again(karin: User) -> None:
    receipt_id = announce(karin, jpeg()).data["id"]
    soon = timezone.now() + timedelta(minutes=1)
    Receipt.objects.filter(pk=receipt_id).update(claimed_until=soon)

    announce(karin, jpeg(), id=receipt_id)

    assert Receipt.objects.given_up(soon + timedelta(hours=23)).count() == 0


def test_what_was_announced_may_come_the_other_way(karin: User) -> None:
    announced = announce(karin, jpeg())

    answer = upload(karin, jpeg(), id=announced.data["id"])

    assert answer.status_code == 200
    assert processed(announced.data["id"]).status == "ready"


def test_what_is_not_there_can_not_be_confirmed(karin: User) -> None:
    receipt_id = announce(karin, jpeg()).data["id"]

    assert refused_with(confirm(karin, receipt_id)) == (409, "receipt_not_arrived")


def test_only_the_one_who_announced_it_confirms(karin: User, sven: User) -> None:
    announced = announce(karin, jpeg())
    s3.put(announced.data["upload"], jpeg())

    assert refused_with(confirm(sven, announced.data["id"])) == (404, "not_found")


def test_the_address_takes_no_other_file(karin: User, bucket: Any) -> None:
    upload = announce(karin, jpeg()).data["upload"]
    other = bytes(len(jpeg()))

    assert s3.put(upload, other) >= 400
    assert s3.put(upload, jpeg() + b"x", **{"Content-Length": str(len(jpeg()) + 1)}) >= 400
    assert s3.put(upload, jpeg(), **{"Content-Type": "text/html"}) >= 400
    assert not keys(bucket)


def test_whatever_got_into_the_bucket_is_looked_at_before_anything_is_made_of_it(karin: User, bucket: Any) -> None:
    announced = announce(karin, jpeg())
    receipt = Receipt.objects.get(pk=announced.data["id"])
    # As an S3 would that checks no checksums.
    bucket.put_object(Bucket=s3.BUCKET, Key=receipt.original.name, Body=bytes(len(jpeg())))

    assert confirm(karin, announced.data["id"]).status_code == 200
    process_receipt(receipt.pk, timezone.now())
    receipt.refresh_from_db()
    assert (receipt.status, receipt.refusal) == ("refused", "receipt_unreadable")
    assert not keys(bucket)


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"size": 15 * 1024 * 1024 + 1}, 413, "receipt_too_large"),
        ({"size": 0}, 400, "invalid"),
        ({"sha256": "A" * 64}, 400, "invalid"),
        ({"media_type": "image/gif"}, 400, "invalid"),
    ],
)
def test_what_can_not_be_a_receipt_gets_no_address(
    karin: User, wrong: dict[str, Any], status: int, code: str
) -> None:
    assert refused_with(announce(karin, jpeg(), **wrong)) == (status, code)
    assert not Receipt.objects.exists()


def test_a_check_finds_what_is_missing_changed_and_nobodys(
    karin: User, bucket: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = sent_in(karin, jpeg())
    bucket.delete_object(Bucket=s3.BUCKET, Key=receipt.preview.name)
    bucket.put_object(Bucket=s3.BUCKET, Key=receipt.file.name, Body=b"something else")
    default_storage.save(f"receipts/00/{uuid4()}/large.webp", ContentFile(b"just came"))

    with pytest.raises(CommandError, match="2 files"):
        call_command("check_storage")

    check = StorageCheck.objects.get()
    assert check.missing == [receipt.preview.name]
    assert check.changed == [receipt.file.name]
    assert check.orphaned == []  # it may be on its way
    assert f"missing: {receipt.preview.name}" in capsys.readouterr().out


def test_a_bucket_that_is_away_only_delays(karin: User, settings: Settings) -> None:
    there, receipt_id = settings.STORAGES, str(uuid4())
    settings.STORAGES = storages(bucket=s3.BUCKET, endpoint_url=NOBODY, region="eu-north-1")

    answer = upload(karin, jpeg(), id=receipt_id)

    assert (refused_with(answer), answer["Retry-After"]) == ((503, "unavailable"), "5")
    settings.STORAGES = there
    assert upload(karin, jpeg(), id=receipt_id).status_code == 200
    assert processed(receipt_id).status == "ready"


def test_nothing_is_missing_because_the_bucket_is_away(karin: User, settings: Settings) -> None:
    receipt = sent_in(karin, jpeg())
    there = settings.STORAGES
    settings.STORAGES = storages(bucket=s3.BUCKET, endpoint_url=NOBODY, region="eu-north-1")

    with pytest.raises(EndpointConnectionError):
        check_storage(timezone.now())

    settings.STORAGES = there
    assert check_storage(timezone.now()) == 0
    assert StorageCheck.objects.get().files == len(receipt.checksums)


def test_ready_asks_the_bucket(client: Client, bucket: Any) -> None:
    assert client.get("/api/health/ready").json()["storage"] == "ok"
    assert not keys(bucket)
