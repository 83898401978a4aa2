"""The worker's side of a receipt: it ends ready or refused, whoever is killed and whatever is away."""

import hashlib
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import Settings

from core.models import Heartbeat
from expenses import pictures, tasks
from expenses.models import Receipt, receipt_path
from expenses.processing_services import MOST_ATTEMPTS, process_receipt, sweep
from notifications.models import Notification
from people.models import User
from tests import world
from tests.expenses import files
from tests.expenses.calls import jpeg, kept_files, sent_in, stored_names, upload
from tests.notifications.calls import broker_at

LEASE = timedelta(seconds=120)
OF_A_PICTURE = {"original", "large.webp", "preview.webp"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def arrived(karin: User) -> Receipt:
    """A picture of Karin's that came in, and that no worker has seen."""
    return Receipt.objects.get(pk=upload(karin, jpeg()).data["id"])


def killed(receipt: Receipt, at: Any) -> None:
    """A worker takes the receipt in hand, and is not heard of again."""
    with (
        patch("expenses.processing_services._make", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        process_receipt(receipt.pk, at)


def test_a_picture_becomes_ready_with_two_pictures_made_of_it(karin: User) -> None:
    receipt = sent_in(karin, files.telling_jpeg())
    assert (receipt.status, receipt.media_type, receipt.pages) == ("ready", "image/webp", 1)
    assert stored_names(receipt) == OF_A_PICTURE
    shown = [Path(stored.path).read_bytes() for stored in (receipt.file, receipt.preview)]
    assert all(content.startswith(b"RIFF") and files.SECRET not in content for content in shown)


def test_a_pdf_becomes_ready_with_a_picture_of_each_page(karin: User) -> None:
    receipt = sent_in(karin, files.pdf(pages=3))
    assert (receipt.status, receipt.media_type, receipt.pages) == ("ready", "application/pdf", 3)
    assert stored_names(receipt) == OF_A_PICTURE | {"receipt.pdf", "page-2.webp", "page-3.webp"}
    assert receipt.file.name == receipt_path(receipt, "receipt.pdf")


@pytest.mark.parametrize("data", [jpeg(), files.pdf(pages=2)], ids=["picture", "pdf"])
def test_the_checksum_of_each_stored_file_is_known_and_the_original_is_untouched(karin: User, data: bytes) -> None:
    receipt = sent_in(karin, data)
    stored = {
        path.relative_to(default_storage.path("")).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in kept_files()
    }
    assert receipt.checksums == stored
    assert stored[str(receipt.original)] == hashlib.sha256(data).hexdigest() == receipt.sha256


def test_a_second_bell_is_no_news(arrived: Receipt) -> None:
    process_receipt(arrived.pk, timezone.now())
    arrived.refresh_from_db()
    process_receipt(arrived.pk, timezone.now())
    again = Receipt.objects.get()
    assert (again.version, again.status) == (arrived.version, "ready")
    process_receipt(uuid4(), timezone.now())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(jpeg()[:-200], "receipt_unreadable", id="truncated-jpeg"),
        pytest.param(b"%PDF-1.7", "receipt_unreadable", id="truncated-pdf"),
        pytest.param(files.locked_pdf(password=b"x"), "receipt_type_unsupported", id="locked-pdf"),
        pytest.param(files.png(size=(50_000, 50_000)), "receipt_too_large", id="bomb"),
        pytest.param(files.pdf(pages=21), "receipt_too_large", id="many-pages"),
        pytest.param(files.pdf(pages=10_000), "receipt_too_large", id="very-many-pages"),
    ],
)
def test_what_is_refused_leaves_no_file_and_its_owner_is_told(karin: User, data: bytes, code: str) -> None:
    receipt = sent_in(karin, data)
    assert (receipt.status, receipt.refusal, receipt.original.name) == ("refused", code, "")
    assert kept_files() == []
    told = Notification.objects.get()
    assert (told.recipient, told.kind, told.subject_id) == (karin, "receipt_refused", receipt.pk)


def test_a_receipt_that_somebody_has_in_hand_is_let_be(arrived: Receipt) -> None:
    now = timezone.now()
    killed(arrived, now)
    process_receipt(arrived.pk, now + LEASE - timedelta(seconds=1))
    arrived.refresh_from_db()
    assert (arrived.status, arrived.attempts) == ("processing", 1)


def test_what_a_killed_worker_had_in_hand_is_taken_by_another(arrived: Receipt) -> None:
    now = timezone.now()
    killed(arrived, now)
    assert sweep(now + LEASE - timedelta(seconds=1)) == []
    assert sweep(now + LEASE) == [arrived.pk]
    process_receipt(arrived.pk, now + LEASE)
    arrived.refresh_from_db()
    assert (arrived.status, stored_names(arrived)) == ("ready", OF_A_PICTURE)


def test_a_file_that_kills_workers_is_not_taken_again_and_again(karin: User, arrived: Receipt) -> None:
    now = timezone.now()
    for attempt in range(MOST_ATTEMPTS):
        killed(arrived, now + attempt * LEASE)
    process_receipt(arrived.pk, now + MOST_ATTEMPTS * LEASE)
    arrived.refresh_from_db()
    assert (arrived.status, arrived.refusal) == ("refused", "receipt_unreadable")
    assert kept_files() == []
    assert Notification.objects.get().recipient == karin


def test_a_machine_that_has_too_much_to_do_is_not_blamed_on_the_file(
    arrived: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "LONGEST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(pictures, "_PROGRAM", ["/bin/sh", "-c", "sleep 5"])
    now = timezone.now()
    for passed, attempts in ((timedelta(0), 0), (timedelta(hours=1), 0), (timedelta(days=2), 1)):
        process_receipt(arrived.pk, now + passed)
        arrived.refresh_from_db()
        assert (arrived.status, arrived.attempts) == ("processing", attempts)


@pytest.mark.parametrize("part", ["copy", "store"])
def test_a_storage_that_is_away_is_not_blamed_on_the_file(arrived: Receipt, part: str) -> None:
    now = timezone.now()
    with patch(f"expenses.processing_services.{part}", side_effect=OSError("away")):
        for attempt in range(MOST_ATTEMPTS + 2):
            with pytest.raises(OSError, match="away"):
                process_receipt(arrived.pk, now + attempt * LEASE)
    arrived.refresh_from_db()
    assert (arrived.status, arrived.attempts) == ("processing", 0)
    process_receipt(arrived.pk, now + 9 * LEASE)
    arrived.refresh_from_db()
    assert arrived.status == "ready"


def test_an_original_that_is_gone_is_given_up_in_the_end(arrived: Receipt) -> None:
    Path(arrived.original.path).unlink()
    now = timezone.now()
    for attempt in range(MOST_ATTEMPTS):
        with pytest.raises(FileNotFoundError):
            process_receipt(arrived.pk, now + attempt * LEASE)
    process_receipt(arrived.pk, now + MOST_ATTEMPTS * LEASE)
    arrived.refresh_from_db()
    assert arrived.status == "refused"


def test_an_original_that_is_not_what_was_sent_is_refused(
    arrived: Receipt, caplog: pytest.LogCaptureFixture
) -> None:
    Path(arrived.original.path).write_bytes(files.saved(files.picture(size=(9, 9)), "JPEG"))
    process_receipt(arrived.pk, timezone.now())
    arrived.refresh_from_db()
    assert (arrived.status, arrived.refusal) == ("refused", "receipt_unreadable")
    assert "its original is not what was sent" in caplog.text


def test_who_lost_the_claim_meanwhile_changes_nothing(arrived: Receipt) -> None:
    now = timezone.now()
    real = pictures.clean

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        Receipt.objects.update(attempts=2, claimed_until=now + 2 * LEASE)
        return real(*args, **kwargs)

    with patch("expenses.processing_services.clean", overtaken):
        process_receipt(arrived.pk, now)
    arrived.refresh_from_db()
    assert (arrived.status, arrived.attempts, stored_names(arrived)) == ("processing", 2, {"original"})


def test_what_is_left_of_a_refused_receipt_is_removed_by_the_sweep(karin: User) -> None:
    receipt_id = uuid4()
    upload(karin, b"%PDF-1.7", id=receipt_id)
    with (
        patch("expenses.processing_services._clear", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        process_receipt(receipt_id, timezone.now())
    assert (Receipt.objects.get().status, len(kept_files())) == ("refused", 1)
    sweep(timezone.now())
    assert (Receipt.objects.get().original.name, kept_files()) == ("", [])


def test_one_that_can_not_be_removed_does_not_silence_the_bells(
    karin: User, arrived: Receipt, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        world.make_receipt(karin, status="refused", original="receipts/x")
    with patch("expenses.processing_services.remove_files", side_effect=PermissionError) as tried:
        assert sweep(timezone.now()) == [arrived.pk]
    assert tried.call_count == 2
    assert "could not be tidied up" in caplog.text


def test_the_sweep_asks_little_when_there_is_nothing_to_do(karin: User, django_assert_num_queries: Any) -> None:
    sent_in(karin, jpeg())
    with django_assert_num_queries(3):
        assert sweep(timezone.now()) == []


def test_a_broker_that_is_away_loses_nothing(
    arrived: Receipt, caplog: pytest.LogCaptureFixture, settings: Settings, tmp_path: Path
) -> None:
    with caplog.at_level(logging.WARNING), broker_at(f"redis+socket://{tmp_path}/nobody"):
        tasks.ring([arrived.pk, uuid4()])
        tasks.sweep_receipts()
    assert "The broker is away" in caplog.text
    assert Heartbeat.objects.get(task="expenses.tasks.sweep_receipts").count == 1
    tasks.process_receipt(receipt_id=str(arrived.pk))
    assert Receipt.objects.get().status == "ready"


def test_the_bell_rings_with_nothing_but_the_id(
    karin: User, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Any] = []
    monkeypatch.setattr(tasks.process_receipt, "apply_async", lambda **options: rung.append(options))
    with django_capture_on_commit_callbacks(execute=True):
        receipt = upload(karin, jpeg()).data["id"]
    assert rung == [{"kwargs": {"receipt_id": receipt}}]
    assert UUID(receipt)
