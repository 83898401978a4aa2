"""The same queue twice at once, as when a phone gives up waiting and sends it again."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from assignments.models import Assignment, LateWrite
from expenses.models import Expense
from occasions.models import Occasion
from people.models import User
from tests import world
from tests.api.queues import item, sent
from tests.occasions.calls import body
from tests.occasions.threads import at_once, coming_month

pytestmark = [
    pytest.mark.xdist_group("threads"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def test_the_same_queue_four_times_at_once_is_done_once(karin: User, inger: User, assignment: Assignment) -> None:
    made, claimed = str(uuid4()), str(uuid4())
    path, yesterday = f"/occasions/{made}", datetime.now(UTC).date() - timedelta(days=1)
    claim = {"assignment": str(assignment.pk), "category": "coins", "claimed_amount": "25.00"}
    queue = [
        item(karin, "POST", "/occasions", body(assignment, coming_month().isoformat(), id=made)),
        item(karin, "PATCH", path, {"note": "a"}, base={"note": ""}),
        item(karin, "PATCH", path, {"note": "b"}, base={"note": "a"}),
        item(karin, "POST", "/expenses", {**claim, "spent_on": str(yesterday), "id": claimed}),
        item(karin, "POST", f"/expenses/{claimed}/submit"),
    ]

    results = at_once([lambda: sent(karin, *queue)] * 4)

    for position, first in enumerate((201, 200, 200, 201, 200)):
        found: Counter[Any] = Counter(one[position]["status"] for one in results)
        assert found[first] >= 1
        assert set(found) <= {first, 200}
    assert [row.note for row in Occasion.objects.all()] == ["b"]
    assert Occasion.objects.get().version == 3
    assert Expense.objects.get().events.count() == 2


def test_edits_of_two_phones_at_once_all_get_through(karin: User, assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, coming_month())
    path = f"/occasions/{occasion.pk}"
    edits = [item(karin, "PATCH", path, {field: "x"}, base={field: ""}) for field in ("note", "place", "title")]

    results = at_once([lambda edit=edit: sent(karin, edit) for edit in edits])  # type: ignore[misc]

    assert [result["status"] for [result] in results] == [200] * 3
    occasion.refresh_from_db()
    assert (occasion.note, occasion.place, occasion.title) == ("x", "x", "x")


def test_what_is_late_twice_at_once_is_kept_once(karin: User, inger: User, assignment: Assignment) -> None:
    assignment.change(last_day=assignment.first_day)
    late = item(karin, "POST", "/occasions", body(assignment, coming_month().isoformat(), id=str(uuid4())))

    results = at_once([lambda: sent(karin, late)] * 4)

    assert [result["status"] for [result] in results] == [202] * 4
    assert LateWrite.objects.count() == 1
    assert inger.notifications.count() == 1


def test_what_is_kept_is_not_done_too_when_its_assignment_comes_back(karin: User, assignment: Assignment) -> None:
    """The same item waits behind its repeat, which was too late; and then it would not be late any more."""
    assignment.change(last_day=assignment.first_day)
    late = item(karin, "POST", "/occasions", body(assignment, coming_month().isoformat(), id=str(uuid4())))
    waits = Event()

    def wait(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "assignments_sentitem"'):
            waits.set()
            assert kept.wait(10)
        return execute(sql, params, many, context)

    def first() -> Any:
        with connection.execute_wrapper(wait):
            return sent(karin, late)

    def second() -> Any:
        assert waits.wait(10)
        found = sent(karin, late)
        Assignment.objects.filter(pk=assignment.pk).update(last_day=None)
        kept.set()
        return found

    kept = Event()
    results = at_once([first, second])

    assert [result["status"] for [result] in results] == [202, 202]
    assert (LateWrite.objects.count(), Occasion.objects.count()) == (1, 0)
