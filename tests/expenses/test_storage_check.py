"""Every night all that is stored is looked at: missing, changed and nobody's files are found."""

import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connections
from django.test import Client

from expenses.models import Receipt, StorageCheck
from expenses.storage_check_services import LOCK, check_storage
from people.models import Role, User
from tests import world

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 6, 10, 0, 30, tzinfo=UTC)  # half past two in Stockholm
SOON = timedelta(minutes=1)
AT_ONCE = timedelta(hours=1)


def age(name: str, days: int) -> None:
    """Let a stored file be so old that night."""
    then = NIGHT.timestamp() - days * 86_400
    os.utime(Path(settings.MEDIA_ROOT) / name, (then, then))


def test_all_is_well_when_nothing_was_touched(karin: User) -> None:
    receipt = world.make_stored_receipt(karin)

    assert check_storage(NIGHT, at_a_time=AT_ONCE) == 0

    check = StorageCheck.objects.get()
    assert check.finished_at is not None
    assert check.files == len(receipt.checksums) == 3


def test_what_is_missing_changed_or_nobodys_is_found(karin: User, caplog: pytest.LogCaptureFixture) -> None:
    receipt = world.make_stored_receipt(karin)
    default_storage.delete(receipt.preview.name or "")
    Path(settings.MEDIA_ROOT, receipt.original.name or "").write_bytes(b"something else")
    nobodys = default_storage.save(f"receipts/ab/{uuid4()}/large.webp", ContentFile(b"old"))
    age(nobodys, days=2)

    with caplog.at_level(logging.ERROR):
        assert check_storage(NIGHT, at_a_time=AT_ONCE) == 3

    check = StorageCheck.objects.get()
    assert (check.missing, check.changed, check.orphaned) == (
        [receipt.preview.name],
        [receipt.original.name],
        [nobodys],
    )
    assert "1 files missing, 1 changed, 1 orphaned" in caplog.text


def test_a_file_beside_those_of_a_receipt_is_nobodys(karin: User) -> None:
    receipt = world.make_stored_receipt(karin)
    beside = default_storage.save(f"{Path(receipt.file.name or '').parent}/large-2.webp", ContentFile(b"old"))
    age(beside, days=2)

    check_storage(NIGHT, at_a_time=AT_ONCE)

    assert StorageCheck.objects.get().orphaned == [beside]


@pytest.mark.parametrize(("status", "days"), [("processing", 2), ("refused", 0)])
def test_what_is_on_its_way_is_no_finding(karin: User, status: str, days: int) -> None:
    receipt = world.make_receipt(karin, status=status)
    name = default_storage.save(f"receipts/{receipt.pk.hex[:2]}/{receipt.pk}/original", ContentFile(b"came"))
    age(name, days)

    assert check_storage(NIGHT, at_a_time=AT_ONCE) == 0


def test_files_of_an_older_release_get_their_checksums(karin: User) -> None:
    receipt = world.make_stored_receipt(karin)
    Receipt.objects.filter(pk=receipt.pk).update(checksums={}, original="")

    check_storage(NIGHT, at_a_time=AT_ONCE)

    receipt.refresh_from_db()
    assert set(receipt.checksums) == {receipt.file.name, receipt.preview.name}
    Path(settings.MEDIA_ROOT, receipt.file.name or "").write_bytes(b"changed since")
    check_storage(NIGHT + timedelta(days=1), at_a_time=AT_ONCE)
    assert StorageCheck.objects.order_by("-started_at")[0].changed == [receipt.file.name]


def test_a_check_goes_on_where_it_was_left(karin: User) -> None:
    first, second = sorted((world.make_stored_receipt(karin) for _ in range(2)), key=lambda receipt: receipt.pk)

    check_storage(NIGHT, at_a_time=timedelta(0))
    check = StorageCheck.objects.get()
    assert (check.files, check.finished_at) == (3, None)
    assert str(first.pk) in check.reached
    default_storage.delete(second.preview.name or "")
    for minutes in (1, 2):
        check_storage(NIGHT + minutes * SOON, at_a_time=timedelta(0))

    check = StorageCheck.objects.get()
    assert (check.files, check.missing) == (5, [second.preview.name])
    assert check.finished_at is not None


def test_a_file_that_can_not_be_read_does_not_hold_up_the_others(
    karin: User, caplog: pytest.LogCaptureFixture
) -> None:
    receipt = world.make_stored_receipt(karin)
    in_its_place = Path(settings.MEDIA_ROOT, receipt.preview.name or "")
    in_its_place.unlink()
    in_its_place.mkdir()

    assert check_storage(NIGHT, at_a_time=AT_ONCE) == 1

    check = StorageCheck.objects.get()
    assert (check.files, check.missing) == (2, [receipt.preview.name])
    assert f"{receipt.preview.name} can not be read: IsADirectoryError" in caplog.messages


def test_the_figure_is_that_of_the_latest_whole_check(karin: User) -> None:
    receipt = world.make_stored_receipt(karin)
    default_storage.delete(receipt.preview.name or "")
    check_storage(NIGHT, at_a_time=AT_ONCE)

    assert check_storage(NIGHT + timedelta(days=1), at_a_time=timedelta(0)) == 1  # and the next is not whole yet


def test_it_is_done_once_a_night(db: None) -> None:
    check_storage(NIGHT, at_a_time=AT_ONCE)

    check_storage(NIGHT + timedelta(hours=20), at_a_time=AT_ONCE)
    assert StorageCheck.objects.count() == 1
    check_storage(NIGHT + timedelta(hours=23), at_a_time=AT_ONCE)  # past midnight, before two
    assert StorageCheck.objects.count() == 1
    check_storage(NIGHT + timedelta(hours=24), at_a_time=AT_ONCE)
    assert StorageCheck.objects.count() == 2


def test_the_command_ends_well_when_all_is_well(karin: User, capsys: pytest.CaptureFixture[str]) -> None:
    world.make_stored_receipt(karin)

    call_command("check_storage")

    assert "3 files were hashed." in capsys.readouterr().out


def test_the_command_begins_from_the_beginning(karin: User, capsys: pytest.CaptureFixture[str]) -> None:
    world.make_stored_receipt(karin)
    check_storage(NIGHT, at_a_time=timedelta(0))

    call_command("check_storage")

    check = StorageCheck.objects.get()
    assert (check.files, check.finished_at is None) == (3, False)


def test_the_operator_sees_the_findings_and_administrators_do_not(karin: User, client: Client) -> None:
    receipt = world.make_stored_receipt(karin)
    default_storage.delete(receipt.preview.name or "")
    check_storage(NIGHT, at_a_time=AT_ONCE)
    page = "/admin/expenses/storagecheck/"

    client.force_login(User.objects.create_superuser("operator@tillfalle.example"))
    assert client.get(page).status_code == 200
    found = client.get(f"{page}{StorageCheck.objects.get().pk}/change/").content.decode()
    assert str(receipt.preview.name) in found
    administrator = world.make_user("ada@kalix.example", karin.memberships.get().municipality, Role.ADMINISTRATOR)
    client.force_login(administrator)
    assert client.get(page).status_code == 403


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_do_not_check_at_once(db: None) -> None:
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            check_storage(NIGHT, at_a_time=AT_ONCE)
            assert not StorageCheck.objects.exists()
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    finally:
        other.close()
    check_storage(NIGHT, at_a_time=AT_ONCE)
    assert StorageCheck.objects.exists()
