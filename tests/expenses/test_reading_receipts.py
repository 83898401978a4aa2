"""What becomes of a receipt's reading: suggested once, given up when it harms, and never in the way."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from expenses import processing_services, reading_services
from expenses.models import Receipt
from expenses.reading import reader
from expenses.reading_services import MOST_ATTEMPTS, read_receipt
from people.models import User
from tests import world
from tests.expenses.calls import RECEIPTS, jpeg, sent_in
from tests.expenses.reading import swedish
from tests.expenses.reading.printing import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(karin: User) -> Receipt:
    """A receipt that was processed, and waits to be read."""
    return world.make_stored_receipt(karin)


def test_a_receipt_is_read_after_it_is_ready(karin: User) -> None:
    receipt = sent_in(karin, picture(swedish.GROCER.text, size=22))
    assert (receipt.status, receipt.suggestion, receipt.read_at) == ("ready", None, None)

    read_receipt(receipt.pk, timezone.now())

    shown = world.signed_in(karin).get(f"{RECEIPTS}/{receipt.pk}").json()
    assert shown["suggestion"]["total"]["value"] == swedish.GROCER.total
    assert shown["suggestion"]["date"]["value"] == swedish.DAY.isoformat()
    assert shown["suggestion"]["is_card_slip"] is False
    assert shown["version"] == receipt.version + 1
    assert shown["read_at"] is not None


def test_a_picture_without_text_suggests_nothing(karin: User) -> None:
    receipt = sent_in(karin, jpeg())

    read_receipt(receipt.pk, timezone.now())

    receipt.refresh_from_db()
    assert receipt.read_at is not None
    assert receipt.suggestion is None


def test_what_can_not_be_read_stays_ready(ready: Receipt) -> None:
    read_receipt(ready.pk, timezone.now())

    ready.refresh_from_db()
    assert (ready.status, ready.suggestion) == ("ready", None)
    assert ready.read_at is not None


def test_a_picture_that_is_gone_is_not_asked_for_again(ready: Receipt) -> None:
    default_storage.delete(ready.file.name or "")

    read_receipt(ready.pk, timezone.now())

    assert not Receipt.objects.unread().exists()


def test_a_storage_that_is_away_is_not_blamed_on_the_receipt(ready: Receipt) -> None:
    with patch.object(default_storage, "open", side_effect=OSError("away")), pytest.raises(OSError, match="away"):
        read_receipt(ready.pk, timezone.now())

    ready.refresh_from_db()
    assert (ready.read_at, ready.attempts) == (None, 0)


def test_one_that_somebody_reads_is_left_to_them(ready: Receipt) -> None:
    Receipt.objects.filter(pk=ready.pk).update(claimed_until=timezone.now() + timedelta(minutes=1), attempts=1)

    read_receipt(ready.pk, timezone.now())

    ready.refresh_from_db()
    assert (ready.read_at, ready.attempts) == (None, 1)


def test_one_that_killed_its_readers_is_given_up(ready: Receipt) -> None:
    Receipt.objects.filter(pk=ready.pk).update(attempts=MOST_ATTEMPTS, claimed_until=timezone.now())

    read_receipt(ready.pk, timezone.now())

    ready.refresh_from_db()
    assert ready.read_at is not None
    assert (ready.status, ready.suggestion, ready.attempts) == ("ready", None, 0)


@pytest.mark.parametrize("status", ["processing", "refused"])
def test_only_what_is_ready_is_read(karin: User, status: str) -> None:
    receipt = world.make_receipt(karin, status=status, arrived_at=world.NOW)

    read_receipt(receipt.pk, timezone.now())

    receipt.refresh_from_db()
    assert (receipt.read_at, receipt.attempts) == (None, 0)


def test_a_sweep_rings_for_what_nobody_reads(ready: Receipt) -> None:
    assert reading_services.sweep(timezone.now()) == [ready.pk]

    read_receipt(ready.pk, timezone.now())

    assert reading_services.sweep(timezone.now()) == []


def test_receipts_of_the_last_release_are_left_alone(karin: User) -> None:
    world.make_receipt(karin)

    assert reading_services.sweep(timezone.now()) == []


def test_where_nothing_is_installed_any_more_what_waits_is_given_up_after_an_hour(
    ready: Receipt, monkeypatch: Any
) -> None:
    monkeypatch.setattr(reader, "is_installed", lambda: False)
    for passed, waits in ((timedelta(minutes=59), True), (timedelta(minutes=61), False)):
        assert reading_services.sweep(ready.updated_at + passed) == []
        assert Receipt.objects.unread().exists() == waits
    assert Receipt.objects.get().version == ready.version + 1


def test_what_our_own_fault_keeps_from_being_read_is_given_up(ready: Receipt) -> None:
    now = timezone.now()
    with patch.object(reader, "read", side_effect=AttributeError):
        for attempt in range(MOST_ATTEMPTS):
            with pytest.raises(AttributeError):
                read_receipt(ready.pk, now + timedelta(minutes=10 * attempt))
    read_receipt(ready.pk, now + timedelta(hours=1))
    assert not Receipt.objects.unread().exists()


def test_where_nothing_is_installed_nothing_is_waited_for(karin: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(reader, "is_installed", lambda: False)

    receipt = sent_in(karin, jpeg())

    assert receipt.read_at is not None
    assert reading_services.sweep(timezone.now()) == []
    assert processing_services.sweep(timezone.now()) == []
