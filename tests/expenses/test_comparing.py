"""Ready receipts are compared: each once, whoever is killed, and whatever another one looks like."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assignments.models import Assignment
from expenses import comparing_services, reading_services, tasks
from expenses.comparing_services import MOST_ATTEMPTS, compare_receipt, sweep
from expenses.likeness import describe
from expenses.models import Duplicate, Receipt
from expenses.reading import reader
from people.models import User
from tests import world
from tests.expenses import files
from tests.expenses.calls import sent_in
from tests.expenses.slips import slip, taken_again, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
ONE = describe(slip(1))


def reading(total: str, day: str, confidence: float = 0.8) -> dict[str, Any]:
    """What was read off a receipt."""
    return {name: {"value": value, "confidence": confidence} for name, value in (("total", total), ("date", day))}


def twins(receipt: Receipt) -> list[Any]:
    """Compare a receipt, and return of which others it is another picture."""
    compare_receipt(receipt.pk, world.NOW)
    receipt.refresh_from_db()
    return receipt.twins


def test_a_picture_is_compared_after_it_was_read(karin: User) -> None:
    earlier = waiting(karin, ONE)
    receipt = sent_in(karin, files.saved(taken_again(slip(1)), "PNG"))
    assert (receipt.status, bool(receipt.likeness), twins(receipt)) == ("ready", True, [])
    reading_services.read_receipt(receipt.pk, timezone.now())
    assert twins(receipt) == [earlier.pk]
    assert (receipt.compared_at, receipt.claimed_until) == (world.NOW, None)


def test_where_nothing_is_read_it_is_compared_at_once(karin: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(reader, "is_installed", lambda: False)
    earlier = waiting(karin, ONE)
    assert twins(sent_in(karin, files.saved(slip(1), "PNG"))) == [earlier.pk]


def test_expenses_that_came_in_before_are_noted_then(karin: User, assignment: Assignment) -> None:
    first = world.make_expense(assignment, status="submitted", claimed="9.00", receipt=waiting(karin, ONE))
    receipt = waiting(karin, ONE, sha256="b" * 64)
    second = world.make_expense(assignment, status="submitted", receipt=receipt)
    for _ in range(2):  # the worker may be told twice
        tasks.compare_receipt(receipt_id=str(receipt.pk))
        noted = Duplicate.objects.get()
        assert (noted.expense, noted.other, noted.kind) == (second, first, "same_picture")


def test_a_receipt_of_a_draft_or_of_nothing_is_nobodys_business(karin: User, assignment: Assignment) -> None:
    world.make_expense(assignment, status="submitted", receipt=waiting(karin, ONE))
    draft = world.make_expense(assignment, receipt=waiting(karin, ONE))
    for receipt in (draft.receipt, waiting(karin, ONE)):
        assert receipt is not None
        assert twins(receipt)
    assert not Duplicate.objects.exists()


def test_one_that_somebody_has_in_hand_is_left_to_them(karin: User) -> None:
    receipt = waiting(karin, ONE, claimed_until=timezone.now() + timedelta(minutes=1), attempts=1)
    assert twins(receipt) == []
    assert (receipt.compared_at, receipt.attempts) == (None, 1)


def test_one_that_killed_its_workers_is_given_up_and_stays_ready(karin: User) -> None:
    receipt = waiting(karin, ONE, claimed_until=timezone.now(), attempts=MOST_ATTEMPTS)
    assert sweep(timezone.now()) == [receipt.pk]
    assert twins(receipt) == []
    assert receipt.status == "ready"
    assert sweep(timezone.now()) == []


@pytest.mark.parametrize(
    "fields", [{"status": "processing"}, {"status": "refused"}, {"read_at": None}, {"arrived_at": None}]
)
def test_others_are_not_compared(karin: User, fields: dict[str, Any]) -> None:
    receipt = waiting(karin, ONE, **fields)
    assert sweep(timezone.now()) == twins(receipt) == []
    assert receipt.compared_at is None


def test_of_more_than_can_be_looked_at_those_that_say_the_same_come_first(karin: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(comparing_services, "MOST_COMPARED", 1)
    nearest = waiting(karin, ONE, suggestion=reading("9.00", "2026-06-05"))
    same = waiting(karin, describe(taken_again(slip(1))), suggestion=reading("129.00", "2026-06-05"))
    assert twins(waiting(karin, ONE)) == [nearest.pk]
    assert twins(waiting(karin, ONE, suggestion=reading("129.00", "2026-06-05"))) == [same.pk]


def test_one_that_says_the_same_is_looked_at_however_far_it_seems(karin: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(comparing_services, "OUTLINES_APART", -1)
    same = waiting(karin, ONE, suggestion=reading("129.00", "2026-06-05"))
    assert twins(waiting(karin, ONE, suggestion=reading("129.00", "2026-06-05"))) == [same.pk]
    assert twins(waiting(karin, ONE, suggestion=reading("129.00", "2026-06-06"))) == []


@pytest.mark.parametrize(("total", "day"), [("129.00", "2026-06-06"), ("9.00", "2026-06-05")])
def test_one_that_certainly_says_something_else_is_another(karin: User, total: str, day: str) -> None:
    sure, likely = (waiting(karin, ONE, suggestion=reading("129.00", "2026-06-05", by)) for by in (0.95, 0.8))
    unread = waiting(karin, ONE)
    assert set(twins(waiting(karin, ONE, suggestion=reading(total, day, 0.95)))) == {likely.pk, unread.pk}
    assert set(twins(waiting(karin, ONE, suggestion=reading(total, day)))) > {sure.pk, likely.pk, unread.pk}
