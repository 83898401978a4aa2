"""What is written first and committed last."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from assignments.models import Assignment
from occasions.models import Occasion
from people.models import User
from tests import world
from tests.api.syncing.phone import started, the_same, told_by_lists

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.usefixtures("noon")]


def plan(assignment: Assignment, day: int) -> tuple[Occasion, tuple[int, Any]]:
    """Plan an occasion; return the number and the time that a table would give it which kept those."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('expenses_expenseevent_number_seq'), clock_timestamp()")
        number, at = cursor.fetchone()
    return world.make_occasion(assignment, world.NOW + timedelta(days=day)), (number, at)


def test_what_commits_late_is_sent_though_numbers_and_times_would_pass_it_over(
    karin: User, assignment: Assignment
) -> None:
    written, asked = Event(), Event()

    def write_slowly() -> tuple[Occasion, tuple[int, Any]]:
        try:
            with transaction.atomic():
                planned = plan(assignment, 1)
                written.set()
                assert asked.wait(10)
            return planned
        finally:
            connection.close()

    phone = started(karin)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(write_slowly)
        assert written.wait(10)
        quick, (quick_number, quick_at) = plan(assignment, 2)
        assert phone.news() == [("occasion", str(quick.pk))]
        asked.set()
        late, (late_number, late_at) = slow.result()
    assert late_number < quick_number
    assert late_at < quick_at
    assert Occasion.objects.get(pk=late.pk).changed_in < Occasion.objects.get(pk=quick.pk).changed_in
    assert phone.news() == [("occasion", str(late.pk))]
    assert phone.news() == []
    assert the_same(phone.store, told_by_lists(karin))


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_savepoint_counts_as_its_transaction(karin: User, assignment: Assignment, end: str) -> None:
    phone = started(karin)
    with transaction.atomic():
        kept, _ = plan(assignment, 1)
        with transaction.atomic():
            plan(assignment, 2)
            transaction.set_rollback(end == "rollback")
    assert (("occasion", str(kept.pk)) in (news := phone.news()), len(news)) == (True, 2 if end == "commit" else 1)


def test_inside_a_transaction_its_own_writes_are_news_until_it_ends(karin: User, assignment: Assignment) -> None:
    phone = started(karin)
    with transaction.atomic():
        planned, _ = plan(assignment, 1)
        expected = [("occasion", str(planned.pk))]
        assert [phone.news(), phone.news()] == [expected, expected]
    assert [phone.news(), phone.news()] == [expected, []]
