"""What `make bench-api` measures: its data set is one that the house could have written, and its floors answer the
rows that the calls are made of.
"""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from benchmarks.api.appointments import id_of
from benchmarks.api.calls import Since, path_of, token_of
from benchmarks.api.loading import CONSTRAINTS, INDEXES
from benchmarks.api.seed import seed
from benchmarks.api.syncing import change_after_pulling
from expenses.models import Expense, Receipt
from notifications.models import Notification
from occasions.models import Activity, Occasion

PERSONS = 21  # of whom the first and the last have two assignments
BUSY = 20


@pytest.fixture
def data(transactional_db: Any, noon: Any, settings: Settings) -> None:
    """Seed a year of a few contact persons, and serve the floors."""
    settings.ROOT_URLCONF = "benchmarks.api.urls"
    before = guards()
    with transaction.atomic():
        seed(PERSONS, years=1)
    assert guards() == before


def guards() -> set[str]:
    """Name all indexes, and the constraints that rest on them."""
    with connection.cursor() as cursor:
        cursor.execute(CONSTRAINTS)
        constraints = {drop for drop, _ in cursor.fetchall()}
        cursor.execute(INDEXES)
        return constraints | {drop for drop, _ in cursor.fetchall()}


def ask(person: int, path: str) -> Any:
    answer = Client().get(path, headers={"Authorization": f"Bearer {token_of(person)}"})
    assert answer.status_code == 200
    return answer.json()


def answers(call: str, person: int, since: Since | None = None) -> list[Any]:
    """Return what the house and the two floors answer to a contact person."""
    return [ask(person, path_of(variant, call, person, since)) for variant in ("real", "raw", "plain")]


def ids(rows: list[Any]) -> list[str]:
    return [row["id"] for row in rows]


def uses_of(decision: Any) -> set[str]:
    return {use["id"] for assignment in decision["assignments"] for use in assignment["uses"]}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)  # what changed since shows once it is committed
@pytest.mark.usefixtures("data")
def test_the_data_set_satisfies_every_constraint_and_the_floors_answer_the_rows_of_the_calls() -> None:
    assert Occasion.objects.filter(assignment=id_of("assignment", BUSY)).count() == pytest.approx(14 * 4, abs=8)
    statuses = set(Occasion.objects.values_list("status", flat=True))
    assert statuses == {"planned", "completed", "cancelled", "no_show"}
    assert {"draft", "submitted", "approved", "paid"} <= set(Expense.objects.values_list("status", flat=True))
    for model in (Activity, Receipt, Notification):
        assert model.objects.exists()

    for person in (3, BUSY):
        real, raw, plain = answers("occasions", person)
        assert ids(real["results"]) == ids(raw["results"]) == ids(plain["results"])
        assert len(real["results"]) == 50
        done = [[one["activities"] for one in answer["results"]] for answer in (real, raw, plain)]
        assert done[0] == done[1] == done[2]

    real, raw, plain = answers("quota", BUSY)
    assert {one["id"] for one in raw["uses"]} == uses_of(plain["decision"])
    assert len(raw["uses"]) == Occasion.objects.filter(assignment=id_of("assignment", BUSY)).count()
    assert {one["occasion"] for one in real["entries"]} - {None} <= uses_of(plain["decision"])

    real, raw, plain = answers("home", BUSY)
    assert ids(real["next_occasions"]) == ids(raw["next_occasions"]) == ids(plain["next_occasions"])
    assert {*ids(real["assignments"])} == {*ids(raw["assignments"])} == {*ids(plain["assignments"])}
    assert len(real["assignments"]) == 2
    assert {one["id"] for one in raw["uses"]} == set().union(
        *[uses_of(one["decision"]) for one in plain["assignments"]]
    )
    assert real["unread"] == raw["unread"] == plain["unread"] > 0
    to_do = {one["kind"]: one["count"] for one in real["to_do"]}
    for kind, count in [("occasions_unlogged", "unlogged"), ("expenses_draft", "draft")]:
        assert to_do.get(kind, 0) == raw[count] == plain[count]

    with connection.cursor() as cursor:
        since = change_after_pulling([BUSY], ask, cursor)[BUSY]
    real, raw, plain = answers("sync", BUSY, since)
    assert ids(real["changes"]) == ids(raw["results"]) == ids(plain["results"])
    assert {one["type"] for one in real["changes"]} == {"occasion"}
    assert (len(real["changes"]), real["removals"], real["has_more"]) == (50, [], False)
