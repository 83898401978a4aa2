"""Every writing route, called twice at once and once more because no answer came: one effect, whatever it is."""

import json
import re
from collections import Counter
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from people.models import User
from tests import world
from tests.api.queues import item
from tests.api.route_table import ACTORS, TABLE, TIMES
from tests.api.test_routes import Scene, scene, undone
from tests.expenses.calls import at_once, jpeg

__all__ = ["scene"]
pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("noon"),
]
WRITING = [route for route in TABLE if route[0] != "GET"]
IN_A_BUCKET = {("POST", "receipt-uploads")}  # see test_repeated_uploads.py
OWN_APPS = ("people", "notifications", "assignments", "occasions", "expenses")
NEW, PARTS = "33333333-3333-4333-8333-333333333333", "33333333-3333-4333-8333-33333333444{}"
# What phones name themselves, so that it is known again.
NAMED = {
    "deputies", "adjustments", "scope-changes", "pre-approvals", "occasions", "outings", "all-series", "receipts",
    "receipt-uploads", "expenses", "expense-notes",
}  # fmt: skip
# What no two calls can have alike: order, chance.
MADE_UP = {"number", "secret", "changed_in"}
AN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Changes = dict[str, Any]
# What contradicts a call that got through: another body under the same id, or another word on something settled.
# None where there is nothing to contradict: a call that has one wish only, or whose every wish is a new one.
CONTRADICTIONS: dict[tuple[str, str], tuple[int, Changes] | None] = {
    ("POST", "sync"): None,
    ("PATCH", "me"): (412, {"language": "sv"}),
    ("PUT", "device"): None,
    ("DELETE", "device"): None,
    ("PUT", "notification-preferences"): None,
    ("POST", "deputies"): (409, {"last_day": "2026-06-15"}),
    ("DELETE", "deputy"): None,
    ("POST", "read-notification"): None,
    ("POST", "nudge"): None,
    ("POST", "adjustments"): (409, {"units": 2}),
    ("POST", "scope-changes"): (409, {"units": 6}),
    ("POST", "handle-late-write"): (409, {"note": "Inget att göra"}),
    ("PUT", "claimable-category"): None,
    ("POST", "pre-approvals"): (409, {"amount": "900.00"}),
    ("POST", "withdraw-pre-approval"): None,
    ("POST", "approve-pre-approval"): (409, {"reason": "Visst"}),
    ("POST", "decline-pre-approval"): (409, {"reason": "Aldrig"}),
    ("POST", "occasions"): (409, {"title": "Fika"}),
    ("PATCH", "occasion"): (412, {"note": "Inte alls."}),
    ("POST", "complete-occasion"): (409, {"note": "Det blev fika."}),
    ("POST", "cancel-occasion"): (409, {"reason": "Bortrest"}),
    ("POST", "no-show"): (409, {"reason": "Bortrest"}),
    ("POST", "restore-occasion"): None,
    ("POST", "approve-occasion"): (409, {"reason": "Visst"}),
    ("POST", "decline-occasion"): (409, {"reason": "Aldrig"}),
    ("POST", "preview-occasion"): None,
    ("POST", "outings"): (409, {"title": "Fika"}),
    ("PUT", "occasion-draft"): (412, {"note": "Gammalt"}),
    ("DELETE", "occasion-draft"): None,
    ("POST", "all-series"): (409, {"title": "Fika"}),
    ("POST", "preview-series"): None,
    ("PATCH", "series"): (412, {"title": "Bio"}),
    ("POST", "end-series"): (409, {"from": "2026-06-23"}),
    ("POST", "calendar-link"): None,
    ("DELETE", "calendar-link"): None,
    ("POST", "receipts"): (409, {"file": b"another"}),
    ("POST", "receipt-uploads"): (409, {"sha256": "1" * 64}),
    ("POST", "receipt-uploaded"): None,
    ("POST", "expenses"): (409, {"claimed_amount": "51.00"}),
    ("PATCH", "expense"): (412, {"note": "Tre kaffe"}),
    ("DELETE", "expense"): None,
    ("POST", "submit-expense"): None,
    ("POST", "approve-expense"): (409, {"reason": "Visst"}),
    ("POST", "return-expense"): (409, {"reason": "Suddigt"}),
    ("POST", "answer-duplicate"): None,
    ("POST", "reject-expense"): (409, {"reason": "Aldrig"}),
    ("POST", "undo-expense"): (409, {"reason": "Fel"}),
    ("POST", "take-expense"): None,
    ("POST", "release-expense"): None,
    ("POST", "take-next-expenses"): None,
    ("POST", "decide-expenses"): (412, {"action": "reject"}),
    ("POST", "expense-notes"): (409, {"text": "Ring honom."}),
}


class Call(NamedTuple):
    """A call as its sender keeps it, to be made again until there is an answer."""

    user: User
    method: str
    path: str
    body: dict[str, Any]

    def make(self) -> Any:
        """Make it, on the connection of whoever does."""
        client, options = world.signed_in(self.user), dict[str, Any]()
        if self.method == "PATCH":
            options["headers"] = {"If-Match": '"1"'}
        body = dict(self.body)
        if "file" in body:
            body["file"] = SimpleUploadedFile("receipt.jpg", jpeg() + body["file"], "image/jpeg")
            options["format"] = "multipart"
        return getattr(client, self.method.lower())(self.path, body, **options)

    def contradicted(self, changes: Changes) -> "Call":
        """Return the same call with another wish."""
        body = deepcopy(self.body)
        for one in body.get("decisions", [body]):
            one.update(changes)
        return self._replace(body=body)


def call_of(method: str, name: str, scene: Scene) -> Call:
    """Return the call of a route's row in the table, by somebody who may make it."""
    row = TABLE[method, name]
    actor = next((one for one in ACTORS if row.answers[one] < 300), ACTORS[0])
    text = re.sub('"#([a-z]+)"', lambda found: json.dumps(scene.ids[found[1]]), json.dumps(row.body))
    body = json.loads(text) | ({"id": NEW} if name in NAMED else {})
    if name == "receipts":
        body["file"] = b""
    if name == "sync":
        planned = TIMES | {"id": NEW, "assignment": scene.ids["assignment"]}
        body["items"] = [item(scene.people[actor], "POST", "/occasions", planned)]
    for number, one in enumerate(body.get("occasions", [])):
        one["id"] = PARTS.format(number)
    path = reverse(name, args=[scene.ids[row.about], *row.and_then] if row.about else [])
    return Call(scene.people[actor], method, path, body)


def rows() -> list[tuple[str, dict[str, Any]]]:
    """Read all that is in our tables."""
    models = [model for app in OWN_APPS for model in apps.get_app_config(app).get_models()]
    return [(model._meta.db_table, row) for model in models for row in model._base_manager.values()]


def written(known: set[str]) -> "Counter[str]":
    """Write down all rows, with nothing left out but what is made up anew each time: ids that are not `known`."""
    found = Counter[str]()
    for table, row in rows():
        told = {name: str(value) for name, value in row.items() if name not in MADE_UP}
        if isinstance(row.get("id"), int):
            del told["id"]
        found[AN_ID.sub(lambda one: one[0] if one[0] in known else "a new id", f"{table} {told}")] += 1
    return found


def objects_of(content: Any) -> list[Any]:
    """Return the objects that an answer shows."""
    return [one for one in content.get("results", [content]) if {"id", "version"} <= one.keys()]


def check_repeats(call: Call, contradiction: tuple[int, Changes] | None) -> None:
    """See that a call has one effect, however often it comes, and that what contradicts it has none."""
    known = set(AN_ID.findall(f"{rows()} {call.body}"))
    with undone():
        assert call.make().status_code in (200, 201, 204)
        effect = written(known)
    at_once(call.make, call.make)
    again = call.make()
    assert again.status_code == (204 if call.method == "DELETE" else 200), again.content
    found = written(known)
    assert (found - effect, effect - found) == (Counter(), Counter())
    if call.method != "DELETE":
        versions = {(str(row["id"]), row["version"]) for _, row in rows() if "version" in row}
        assert {(one["id"], one["version"]) for one in objects_of(again.json())} <= versions
    if contradiction:
        status, changes = contradiction
        refused = call.contradicted(changes).make()
        assert refused.status_code == status, refused.content
        assert refused.json()["present"]
        assert written(known) == effect


@pytest.mark.parametrize(("method", "name"), [route for route in WRITING if route not in IN_A_BUCKET])
def test_a_call_that_comes_three_times_has_one_effect(method: str, name: str, scene: Scene) -> None:
    check_repeats(call_of(method, name, scene), CONTRADICTIONS[method, name])


def test_every_writing_route_says_what_would_contradict_it() -> None:
    assert list(CONTRADICTIONS) == WRITING
