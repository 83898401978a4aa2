"""Which assignments a phone holds, and what follows when they are others now. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Holding(NamedTuple):
    """An assignment in the hands of a phone, as digests: what it shows, and what all in it depends on."""

    shown: str
    frame: str


# One that came to its end while it was being sent: of what it holds the phone may have anything.
BROKEN = Holding("", "")
Holdings = Mapping[UUID, Holding]


class Mark(StrEnum):
    """What a pull has to tell of an assignment. Of those without a mark only what changed in them."""

    CHANGED = "changed"
    GAINED = "gained"  # all in it is sent
    LOST = "lost"


def marks_of(before: Holdings, now: Holdings) -> dict[UUID, Mark]:
    """Compare what a phone holds with what it may hold."""
    marks = dict.fromkeys(before.keys() - now.keys(), Mark.LOST)
    for assignment_id, holding in now.items():
        held = before.get(assignment_id, BROKEN)
        if held.frame != holding.frame:
            marks[assignment_id] = Mark.GAINED
        elif held != holding:
            marks[assignment_id] = Mark.CHANGED
    return marks


def after_losing(holdings: Holdings, now: Holdings) -> Holdings:
    """Return what a phone holds that is in the midst of a pull, when some of that is not its to hold any more."""
    return {one: holding if one in now else BROKEN for one, holding in holdings.items()}
