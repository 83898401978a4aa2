"""Who has an answer already is told so, and nothing more."""

from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from assignments.models import Assignment
from people.models import User
from tests import world
from tests.api.route_table import OWNER, TABLE
from tests.api.test_routes import Scene, call, read
from tests.api.test_routes import scene as scene

STREAMED = {"receipt-file", "receipt-preview", "receipt-page"}  # their addresses never change what they mean
ASKED = [(name, row) for (method, name), row in TABLE.items() if method == "GET" and name not in STREAMED]


def ask_again(client: APIClient, answer: Any, path: str) -> Any:
    return client.get(path, headers={"If-None-Match": answer["ETag"]})


@pytest.mark.parametrize(("name", "row"), ASKED, ids=[name for name, _ in ASKED])
def test_every_read_is_answered_once_and_then_not_modified(name: str, row: Any, scene: Scene) -> None:
    actor = next(actor for actor in (OWNER, *row.answers) if row.answers[actor] == 200)
    client = world.signed_in(scene.people[actor])
    first = call(client, "GET", name, row, scene)
    assert first.status_code == 200
    assert "no-cache" in first["Cache-Control"]
    again = ask_again(client, first, first.request["PATH_INFO"])
    assert (again.status_code, read(again), again["ETag"]) == (304, "", first["ETag"])
    assert again["Cache-Control"] == first["Cache-Control"]
    if first["Content-Type"] == "application/json":
        assert {"Accept-Encoding", "Accept-Language"} <= set(again["Vary"].split(", "))


def test_what_was_gzipped_is_known_again(karin: User, assignment: Assignment, noon: Any) -> None:
    client, path = world.signed_in(karin), "/api/v1/occasions"
    for hours in range(5):
        world.make_occasion(assignment, world.NOW, status="cancelled", hours=hours + 1)
    zipped = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert (zipped["Content-Encoding"], zipped["ETag"][:2]) == ("gzip", "W/")
    assert ask_again(client, zipped, path).status_code == 304
    world.make_occasion(assignment, world.NOW)
    assert ask_again(client, zipped, path).status_code == 200


def test_what_may_be_done_changes_the_answer_though_its_version_stays(karin: User, assignment: Assignment) -> None:
    with time_machine.travel(world.NOW, tick=False) as traveller:
        occasion = world.make_occasion(assignment, world.NOW.replace(day=11))
        client, path = world.signed_in(karin), f"/api/v1/occasions/{occasion.pk}"
        first = client.get(path)
        assert ask_again(client, first, path).status_code == 304
        traveller.shift(24 * 3600)
        later = ask_again(client, first, path)
        assert (later.status_code, later.json()["version"]) == (200, first.json()["version"])
        assert later.json()["allowed_actions"] != first.json()["allowed_actions"]


def test_an_edit_is_of_the_version_however_it_was_read(karin: User, assignment: Assignment, noon: Any) -> None:
    occasion = world.make_occasion(assignment, world.NOW)
    client, path = world.signed_in(karin), f"/api/v1/occasions/{occasion.pk}"
    tag = client.get(path)["ETag"]
    assert client.patch(path, {"title": "Fika"}, headers={"If-Match": tag}).json()["version"] == 2
    assert client.patch(path, {"title": "Bio"}, headers={"If-Match": f"W/{tag}"}).status_code == 412


def test_a_read_minds_no_if_match(karin: User) -> None:
    assert world.signed_in(karin).get("/api/v1/me", headers={"If-Match": '"7"'}).status_code == 200
