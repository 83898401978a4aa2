"""The calls about series, as a phone makes them."""

from typing import Any

from assignments.models import Assignment
from people.models import User
from tests import world
from tests.occasions.calls import times

TUESDAY = "2026-06-16T15:00:00+02:00"
Answer = Any


def weekly(assignment: Assignment, starts_at: str = TUESDAY, hours: float = 2, **more: Any) -> dict[str, Any]:
    """Return what it takes to plan every week, three times unless said."""
    return {"assignment": str(assignment.pk), "rule": "FREQ=WEEKLY;COUNT=3"} | times(starts_at, hours) | more


def plan_series(
    user: User, assignment: Assignment, starts_at: str = TUESDAY, hours: float = 2, **more: Any
) -> Answer:
    """Plan a series."""
    return world.signed_in(user).post("/api/v1/occasion-series", weekly(assignment, starts_at, hours, **more))


def planned_series(
    user: User, assignment: Assignment, starts_at: str = TUESDAY, hours: float = 2, **more: Any
) -> Any:
    """Plan a series, and return it."""
    answer = plan_series(user, assignment, starts_at, hours, **more)
    assert answer.status_code == 201, answer.content
    return answer.json()


def preview(user: User, **body: Any) -> Any:
    """Return what a series would do."""
    answer = world.signed_in(user).post("/api/v1/occasion-series/preview", body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def change(user: User, series: Any, from_day: str, **values: Any) -> Answer:
    """Change a series, as it was read, from a day on."""
    headers = {"If-Match": f'"{series["version"]}"'}
    body = {"from": from_day} | values
    return world.signed_in(user).patch(f"/api/v1/occasion-series/{series['id']}", body, headers=headers)


def end(user: User, series: Any, **body: Any) -> Answer:
    """End a series."""
    return world.signed_in(user).post(f"/api/v1/occasion-series/{series['id']}/end", body)
