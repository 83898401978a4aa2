"""Phones that have all of theirs, and fifty things that have changed since."""

from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.api.appointments import id_of
from benchmarks.api.calls import SYNC, VARIANTS, Since, path_of

CHANGES = 50
CHANGE = """
UPDATE occasions_occasion SET version = version + 1, updated_at = now() WHERE id IN (
    SELECT id FROM occasions_occasion WHERE assignment_id = %s ORDER BY starts_at DESC LIMIT %s
)
"""
NEXT_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
# What a contact person is answered at a path.
Ask = Callable[[int, str], dict[str, Any]]


def change_after_pulling(persons: Iterable[int], ask: Ask, cursor: Any) -> dict[int, Since]:
    """Pull all of each contact person's, then change fifty of their occasions; return what to ask with.

    A cursor may be used again, so the same changes come down as often as somebody asks.
    """
    pulled = {person: _pull_all(person, ask) for person in persons}
    cursor.execute(NEXT_TRANSACTION)
    (since,) = cursor.fetchone()
    for person in pulled:
        cursor.execute(CHANGE, [id_of("assignment", person), CHANGES])
    return {
        person: dict.fromkeys(VARIANTS, f"since={since}") | {"real": f"cursor={next_cursor}"}
        for person, next_cursor in pulled.items()
    }


def _pull_all(person: int, ask: Ask) -> str:
    page = {"next_cursor": "", "has_more": True}
    while page["has_more"]:
        page = ask(person, f"{path_of('real', SYNC, person)}?limit=200&cursor={page['next_cursor']}")
    return str(page["next_cursor"])
