"""A receipt is sent again after a lost answer, by several at once, or while something else fails."""

from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError, connection

from expenses import pictures, receipt_services
from expenses.models import Receipt
from people.models import User
from tests.expenses import files
from tests.expenses.calls import at_once, jpeg, kept_files, nothing_kept, refused_with, upload

OTHER = files.saved(files.picture(size=(50, 50)), "JPEG")


def test_the_same_again_is_the_stored_receipt(karin: User) -> None:
    receipt_id = uuid4()
    first = upload(karin, jpeg(), id=receipt_id)
    with nothing_kept():
        again = upload(karin, jpeg(), id=receipt_id, name="another name.jpg")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.data == first.data


def test_the_same_again_is_not_decoded_again(karin: User) -> None:
    receipt_id = uuid4()
    upload(karin, jpeg(), id=receipt_id)
    with patch.object(receipt_services, "clean", side_effect=AssertionError):
        assert upload(karin, jpeg(), id=receipt_id).status_code == 200


def test_another_file_under_a_used_id_is_a_conflict(karin: User) -> None:
    first = upload(karin, jpeg(), id=uuid4())
    with nothing_kept():
        answer = upload(karin, OTHER, id=first.data["id"])
    assert refused_with(answer) == (409, "id_conflict")
    assert answer.data["present"] == first.data
    assert Receipt.objects.get().sha256 == first.data["sha256"]


def test_the_id_of_anothers_receipt_is_a_conflict_that_tells_nothing(karin: User, sven: User) -> None:
    first = upload(karin, jpeg(), id=uuid4())
    with nothing_kept():
        answers = [upload(sven, data, id=first.data["id"]) for data in (jpeg(), OTHER)]
    for answer in answers:
        assert refused_with(answer) == (409, "id_conflict")
        assert "present" not in answer.data
        assert "ETag" not in answer


def test_the_same_file_twice_without_an_id_is_two_receipts(karin: User) -> None:
    answers = [upload(karin, jpeg()) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(kept_files()) == 4


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_same_four_times_at_once_is_one_receipt_with_one_set_of_files(karin: User) -> None:
    receipt_id = uuid4()
    answers = at_once(*[partial(upload, karin, jpeg(), id=receipt_id)] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert all(answer.data == answers[0].data for answer in answers)
    receipt = Receipt.objects.get()
    assert sorted(map(str, kept_files())) == sorted([receipt.file.path, receipt.preview.path])


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_files_at_once_under_one_id_are_a_receipt_and_a_conflict(karin: User, sven: User) -> None:
    receipt_id = uuid4()
    answers = at_once(partial(upload, karin, jpeg(), id=receipt_id), partial(upload, sven, jpeg(), id=receipt_id))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(kept_files()) == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_no_transaction_is_open_while_pictures_are_decoded_and_stored(karin: User) -> None:
    seen = []

    def note(original: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(connection.in_atomic_block)
        return original(*args, **kwargs)

    with (
        patch.object(receipt_services, "clean", partial(note, pictures.clean)),
        patch.object(receipt_services, "_store", partial(note, receipt_services._store)),
    ):
        assert upload(karin, jpeg()).status_code == 201
    assert seen == [False, False]


@pytest.mark.parametrize("lost_in", ["expenses.receipt_services._insert", "expenses.receipt_services.create_once"])
def test_a_database_that_goes_away_after_the_files_leaves_none_behind(karin: User, lost_in: str) -> None:
    with nothing_kept(), patch(lost_in, side_effect=OperationalError("gone")):
        answer = upload(karin, jpeg(), id=uuid4())
    assert refused_with(answer) == (503, "unavailable")
    assert answer["Retry-After"]
    assert not Receipt.objects.exists()


def test_a_full_disk_leaves_no_half_a_receipt(karin: User) -> None:
    def fill_up(content: bytes) -> "ContentFile[bytes]":
        if kept_files():
            raise OSError("No space left on device")
        return ContentFile(content)

    full = patch("expenses.receipt_services.ContentFile", fill_up)
    with nothing_kept(), full, pytest.raises(OSError, match="No space"):
        upload(karin, jpeg())
    assert not Receipt.objects.exists()


def test_what_failed_can_be_sent_again(karin: User) -> None:
    receipt_id = uuid4()
    with patch("expenses.receipt_services._insert", side_effect=OperationalError("gone")):
        upload(karin, jpeg(), id=receipt_id)
    assert upload(karin, jpeg(), id=receipt_id).status_code == 201
    assert len(kept_files()) == 2
