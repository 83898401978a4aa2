"""A phone's queue, as the tests send it."""

import json
from typing import Any
from uuid import uuid4

from assignments.models import Assignment
from notifications.models import Device
from people.models import User
from tests import world
from tests.occasions.calls import body

MORNING, NOON = "2026-06-10T08:00:00+02:00", "2026-06-10T12:00:00+02:00"


def phone_of(user: User) -> str:
    """Return the installation of the user's phone, registered when it is the first time."""
    device = Device.objects.filter(user=user).first() or world.make_device(user)
    return device.installation_id


def item(user: User, method: str, path: str, body: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return an item of the user's queue."""
    call = {"id": str(uuid4()), "method": method, "path": path, "body": body or {}}
    made = {"made_by": str(user.pk), "installation_id": phone_of(user), "made_at": NOON}
    return made | call | more


def send(user: User, *items: Any) -> Any:
    """Send a queue; return the answer."""
    content = json.dumps({"items": items})  # in ASCII, as some phones send it: it holds half a character, too
    return world.signed_in(user).generic("POST", "/api/v1/sync", content, content_type="application/json")


def sent(user: User, *items: Any) -> list[dict[str, Any]]:
    """Send a queue; return the results."""
    answer = send(user, *items)
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    assert [result["id"] for result in results] == [
        one.get("id") if isinstance(one, dict) else None for one in items
    ]
    return results


def outcomes(results: list[dict[str, Any]]) -> list[tuple[int, str | None]]:
    """Return status and code of each result."""
    return [(result["status"], result["code"]) for result in results]


def statuses(user: User, *items: Any) -> list[int]:
    """Send a queue; return each result's status."""
    return [result["status"] for result in sent(user, *items)]


def plan(user: User, assignment: Assignment, *, starts_at: str = MORNING, hours: float = 1, **more: Any) -> Any:
    """An item that plans, or logs, an occasion with an id of the phone's own."""
    return item(user, "POST", "/occasions", body(assignment, starts_at, hours, id=str(uuid4()), **more))


def claim(user: User, assignment: Assignment, **more: Any) -> Any:
    """An item that claims a coffee from a coin machine."""
    values = {"category": "coins", "claimed_amount": "25.00", "spent_on": "2026-06-05", "id": str(uuid4())}
    return item(user, "POST", "/expenses", {"assignment": str(assignment.pk), **values, **more})
