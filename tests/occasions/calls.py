"""The calls about occasions, as a phone makes them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from assignments.models import Assignment
from people.models import User
from tests import world

Answer = Any
FRIDAY = "2026-06-12T15:00:00+02:00"
YESTERDAY = "2026-06-09T15:00:00+02:00"


def times(starts_at: str, hours: float = 2) -> dict[str, str]:
    """Return when it starts and ends, as text."""
    return {
        "starts_at": starts_at,
        "ends_at": (datetime.fromisoformat(starts_at) + timedelta(hours=hours)).isoformat(),
    }


def body(assignment: Assignment, starts_at: str = FRIDAY, hours: float = 2, **more: Any) -> dict[str, Any]:
    """Return what it takes to plan an occasion."""
    return {"assignment": str(assignment.pk)} | times(starts_at, hours) | more


def plan(user: User, assignment: Assignment, starts_at: str = FRIDAY, hours: float = 2, **more: Any) -> Answer:
    """Plan an occasion, or log one."""
    return world.signed_in(user).post("/api/v1/occasions", body(assignment, starts_at, hours, **more))


def planned(user: User, assignment: Assignment, starts_at: str = FRIDAY, hours: float = 2, **more: Any) -> Any:
    """Plan an occasion, or log one, and return it."""
    answer = plan(user, assignment, starts_at, hours, **more)
    assert answer.status_code == 201, answer.content
    return answer.json()


def read(user: User, occasion_id: UUID | str) -> Answer:
    """Read an occasion."""
    return world.signed_in(user).get(f"/api/v1/occasions/{occasion_id}")


def edit(user: User, occasion_id: UUID | str, version: int | None, **values: Any) -> Answer:
    """Edit an occasion as of a version."""
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return world.signed_in(user).patch(f"/api/v1/occasions/{occasion_id}", values, headers=headers)


def act(user: User, occasion_id: UUID | str, action: str, **values: Any) -> Answer:
    """Complete or cancel an occasion, or record a no-show."""
    return world.signed_in(user).post(f"/api/v1/occasions/{occasion_id}/{action}", values)


def cancel(user: User, occasion_id: UUID | str) -> Answer:
    """Cancel an occasion for the client."""
    return act(user, occasion_id, "cancel", cancelled_by="client", reason="Sjuk")


def quota(user: User, assignment: Assignment, month: str = "2026-06") -> Any:
    """Read the account of a month."""
    answer = world.signed_in(user).get(f"/api/v1/assignments/{assignment.pk}/quota", {"month": month})
    assert answer.status_code == 200, answer.content
    return answer.json()


def problem(answer: Answer, status: int, code: str) -> Any:
    """Expect a problem, and return it."""
    assert answer["Content-Type"] == "application/problem+json", answer.content
    found = answer.json()
    assert (answer.status_code, found["code"]) == (status, code), found
    assert found["detail"]
    assert found["request_id"]
    return found


def error_codes(answer: Answer) -> dict[str, str]:
    """Return what is wrong with which field of a body."""
    found = problem(answer, 400, "invalid")
    return {error["pointer"]: error["code"] for error in found["errors"]}
