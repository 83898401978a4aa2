"""A small fleet of phones on a bad network, and whether its account would notice what goes wrong."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from assignments.models import Assignment
from benchmarks.fleet_account import account_for, differ
from benchmarks.fleet_house import web
from benchmarks.fleet_phone import Write
from benchmarks.fleet_runs import play
from people.models import User
from tests import world


@pytest.fixture
def port(tmp_path: Path, transactional_db: Any) -> Iterator[int]:
    """The server of production on the test's own database."""
    database = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
    with web(tmp_path / "web.log", DATABASE_URL=database.geturl(), WEB_PROCESSES="1") as served:
        yield served


@pytest.mark.xdist_group("processes")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_small_fleet_loses_nothing_and_doubles_nothing(port: int) -> None:
    found = play(port, phones=12, writes=120, seed=1)

    assert {name: found[name] for name in ("phones", "writes", "lost", "doubled", "diverged", "undone")} == {
        "phones": 12, "writes": 120, "lost": 0, "doubled": 0, "diverged": 0, "undone": 0}  # fmt: skip


def write(what: str, tag: str, path: str = "/occasions", fate: str = "done", **body: Any) -> Write:
    """Something that a phone sent."""
    return Write(what, tag, {"id": str(uuid4()), "path": path, "body": {"id": str(uuid4()), **body}}, fate)


@pytest.mark.django_db
def test_the_account_misses_what_is_not_there(assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, world.NOW, place="w1", note="w2", version=2)
    there = [write("plan", "w1"), write("note", "w2", f"/occasions/{occasion.pk}")]
    gone = [write("plan", "w3"), write("plan", "w4", fate="late"), write("plan", "w5", fate="")]

    assert account_for(there, set(), []).lines == []
    assert len(account_for([*there, *gone], set(), []).lost) == 3
    assert account_for(gone[2:], {gone[2].item["id"]}, []).lines == []


@pytest.mark.django_db
def test_the_account_sees_what_is_there_twice(karin: User, assignment: Assignment) -> None:
    for days in range(2):
        world.make_occasion(assignment, world.NOW + timedelta(days=days), place="w1")
    world.make_occasion(assignment, world.NOW + timedelta(days=3), place="w2", note="w3", version=3)
    world.make_occasion(assignment, world.NOW + timedelta(days=4), place="w4")
    refused, kept = write("plan", "w4", fate="refused"), write("plan", "w2")
    late = world.make_late_write(assignment, item_id=kept.item["id"])

    found = account_for([write("plan", "w1"), kept, refused], set(), [late.pk])

    assert len(found.doubled) == 3
    assert len(found.undone) == 1


def test_a_copy_is_held_against_what_was_told() -> None:
    store = {("occasion", "1"): {"note": "a"}, ("occasion", "2"): {"note": "b"}}
    told = {("occasion", "1"): {"note": "x", "warnings": []}, ("occasion", "3"): {"note": "c"}}

    assert len(list(differ("lists", store, told))) == 3
    assert list(differ("lists", store, {key: {**one, "warnings": []} for key, one in store.items()})) == []
