"""A receipt is sent again after a lost answer, by several at once, or while something else fails."""

from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection

from expenses import receipt_files, receipt_services
from expenses.models import Receipt
from expenses.processing_services import process_receipt, sweep
from people.models import User
from tests import world
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


def test_the_same_again_is_not_stored_again(karin: User) -> None:
    receipt_id = uuid4()
    upload(karin, jpeg(), id=receipt_id)
    with patch.object(receipt_services, "store", side_effect=AssertionError):
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
    assert len(kept_files()) == 2


def test_what_was_refused_stays_refused_when_it_is_sent_again(karin: User) -> None:
    receipt_id = uuid4()
    upload(karin, jpeg()[:-200], id=receipt_id)
    process_receipt(receipt_id, world.NOW)
    with nothing_kept():
        again = upload(karin, jpeg()[:-200], id=receipt_id)
    assert (again.status_code, again.data["status"]) == (200, "refused")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_same_four_times_at_once_is_one_receipt_that_is_stored_once(karin: User) -> None:
    receipt_id = uuid4()
    with patch.object(receipt_services, "store", side_effect=receipt_files.store) as stored:
        answers = at_once(*[partial(upload, karin, jpeg(), id=receipt_id)] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert all(answer.data == answers[0].data for answer in answers)
    assert stored.call_count == len(kept_files()) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_files_at_once_under_one_id_are_a_receipt_and_a_conflict(karin: User, sven: User) -> None:
    receipt_id = uuid4()
    answers = at_once(partial(upload, karin, jpeg(), id=receipt_id), partial(upload, sven, jpeg(), id=receipt_id))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(kept_files()) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_no_transaction_is_open_while_a_file_is_stored_or_looked_at(karin: User) -> None:
    seen = []

    def note(original: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(connection.in_atomic_block)
        return original(*args, **kwargs)

    with (
        patch("expenses.receipt_services.store", partial(note, receipt_files.store)),
        patch("expenses.processing_services.copy", partial(note, receipt_files.copy)),
        patch("expenses.processing_services.store", partial(note, receipt_files.store)),
    ):
        answer = upload(karin, jpeg(), id=uuid4())
        process_receipt(answer.data["id"], world.NOW)
    assert seen == [False] * 4


@pytest.mark.parametrize("lost_in", ["_insert", "create_once"])
def test_a_database_that_goes_away_leaves_nothing_behind(karin: User, lost_in: str) -> None:
    with (
        nothing_kept(),
        patch(f"expenses.receipt_services.{lost_in}", side_effect=OperationalError("gone")),
    ):
        answer = upload(karin, jpeg(), id=uuid4())
    assert refused_with(answer) == (503, "unavailable")
    assert answer["Retry-After"]
    assert not Receipt.objects.exists()


def broken_off(karin: User, receipt_id: Any, lost_in: str) -> Receipt:
    """An upload that ends before anybody recorded that it is whole."""
    full = patch(f"expenses.receipt_services.{lost_in}", side_effect=OSError("No space left on device"))
    with full, pytest.raises(OSError, match="No space"):
        upload(karin, jpeg(), id=receipt_id)
    receipt = Receipt.objects.get()
    assert (receipt.status, receipt.arrived_at) == ("processing", None)
    return receipt


@pytest.mark.parametrize(("lost_in", "kept"), [("store", 0), ("record_arrival", 1)])
def test_the_same_again_completes_what_broke_off(karin: User, lost_in: str, kept: int) -> None:
    receipt = broken_off(karin, uuid4(), lost_in)
    assert len(kept_files()) == kept
    again = upload(karin, jpeg(), id=receipt.pk)
    assert (again.status_code, again.data["status"]) == (200, "processing")
    process_receipt(receipt.pk, world.NOW)
    receipt.refresh_from_db()
    assert (receipt.status, default_storage.exists(str(receipt.original))) == ("ready", True)


@pytest.mark.parametrize("lost_in", ["store", "record_arrival"])
def test_what_nobody_sends_again_is_refused_and_leaves_nothing_behind(karin: User, lost_in: str) -> None:
    receipt = broken_off(karin, uuid4(), lost_in)
    assert receipt.claimed_until
    assert sweep(receipt.claimed_until - timedelta(seconds=1)) == []
    receipt.refresh_from_db()
    assert receipt.status == "processing"
    sweep(receipt.claimed_until)
    receipt.refresh_from_db()
    assert (receipt.status, receipt.refusal) == ("refused", "receipt_never_arrived")
    assert kept_files() == []


def test_what_was_given_up_is_taken_after_all_when_it_is_sent_again(karin: User) -> None:
    receipt = broken_off(karin, uuid4(), "store")
    assert receipt.claimed_until
    sweep(receipt.claimed_until)
    again = upload(karin, jpeg(), id=receipt.pk)
    assert (again.status_code, again.data["status"], again.data["refusal"]) == (200, "processing", None)
    process_receipt(receipt.pk, world.NOW)
    receipt.refresh_from_db()
    assert receipt.status == "ready"
