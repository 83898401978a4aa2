"""What a phone is told after a change, and what it costs."""

from typing import Any

import pytest

from assignments.models import Assignment
from people.models import User
from tests import world
from tests.api.syncing.phone import Phone, started, the_same, told_by_lists

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.usefixtures("noon")]


def test_a_phone_begins_with_everything_that_its_lists_show(karin: User, assignment: Assignment) -> None:
    receipt = world.make_receipt(karin)
    world.make_expense(assignment, receipt=receipt)
    world.make_occasion(assignment, world.NOW)
    world.make_pre_approval(assignment)
    world.make_notification(karin)
    phone = Phone(karin)
    phone.pull(2)
    assert the_same(phone.store, told_by_lists(karin))
    assert phone.news() == []
