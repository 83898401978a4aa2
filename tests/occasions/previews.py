"""The calls about previews, as a phone makes them."""

from typing import Any

from people.models import User
from tests import world

TRIP = "2026-06-14T09:00:00+02:00"


def ask(user: User, **wish: Any) -> Any:
    """Ask what planning or editing would do."""
    return world.signed_in(user).post("/api/v1/occasions/preview", wish)


def told(user: User, **wish: Any) -> Any:
    """Return what planning or editing would do."""
    answer = ask(user, **wish)
    assert answer.status_code == 200, answer.content
    return answer.json()


def at(day: int, hour: int = 15, month: int = 6) -> str:
    """Return an hour of a summer's day, on the wall."""
    return f"2026-{month:02}-{day:02}T{hour:02}:00:00+02:00"


def ids(occasions: Any) -> list[str]:
    """Return which occasions these are."""
    return [one["id"] for one in occasions]
