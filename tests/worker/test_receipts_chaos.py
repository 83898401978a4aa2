"""Twenty receipts come at once and the worker is killed: each ends ready or refused, and nothing is left over."""

import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image
from pytest_django import Settings

from expenses.models import Receipt
from notifications.models import Notification
from people.models import User
from tests.expenses import files
from tests.expenses.calls import at_once, kept_files, upload
from tests.notifications.calls import broker_at
from tests.worker.house import House, house, kill

GOOD, PDFS, BROKEN = 14, 3, 3
ALL = GOOD + PDFS + BROKEN
CLAIM_SECONDS = 8  # longer than a picture takes, also where others work
QUEUES = ("-Q", "celery,periodic,receipts")  # reading would only take longer
Status = Receipt.Status

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("processes"),
]


@pytest.fixture
def running(settings: Settings) -> Iterator[House]:
    """Processes that share their folders with the test, which takes the uploads in."""
    with house(RECEIPT_CLAIM_SECONDS=str(CLAIM_SECONDS), SWEEP_SECONDS="1") as kept, broker_at(kept.broker_url):
        uploads = kept.folder / "uploads"
        uploads.mkdir()
        settings.MEDIA_ROOT, settings.FILE_UPLOAD_TEMP_DIR = kept.folder / "media", str(uploads)
        kept.start_beat()
        yield kept


def sent() -> list[bytes]:
    """Twenty uploads, each unlike the others: pictures large enough to be worked at for a while."""
    photograph = files.saved(Image.effect_noise((1200, 800), 60).convert("RGB"), "JPEG")
    good = [photograph + bytes(number) for number in range(GOOD)]
    broken = [photograph[: 100_000 + number] for number in range(BROKEN)]
    return good + broken + [files.pdf(pages=1 + number) for number in range(PDFS)]


def settled() -> int:
    return Receipt.objects.exclude(status=Status.PROCESSING).count()


def test_a_killed_worker_loses_no_receipt_and_leaves_no_stray_file(running: House, karin: User) -> None:
    worker = running.start_worker(*QUEUES)
    answers = at_once(*[partial(upload, karin, data) for data in sent()])
    assert {answer.status_code for answer in answers} == {201}
    running.wait_until(lambda: settled() >= ALL // 4)

    kill(worker)
    assert settled() < ALL
    running.start_worker(*QUEUES)
    running.wait_until(lambda: settled() == ALL, seconds=150)

    ready, refused = Receipt.objects.filter(status=Status.READY), Receipt.objects.filter(status=Status.REFUSED)
    assert (ready.count(), refused.count()) == (GOOD + PDFS, BROKEN)
    told = Notification.objects.filter(kind="receipt_refused").values_list("subject_id", flat=True)
    assert Counter(told) == Counter(refused.values_list("pk", flat=True))  # each once
    running.wait_until(lambda: not refused.exclude(original="").exists())
    checksums = {name: sha256 for receipt in ready for name, sha256 in receipt.checksums.items()}
    assert {str(path.relative_to(settings.MEDIA_ROOT)): digest(path) for path in kept_files()} == checksums
    for receipt in ready:
        assert Image.open(io.BytesIO(Path(receipt.preview.path).read_bytes())).format == "WEBP"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
