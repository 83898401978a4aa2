"""One page of a pull, put together from what the apps say has changed."""

from dataclasses import dataclass, replace
from datetime import datetime, time
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Value

from api.syncing.cursor import Cursor, Place, Pull, read_cursor
from api.syncing.holding import Holding, Holdings, Mark, after_losing, marks_of
from api.syncing.serializers import TYPES
from api.syncing.things import SYNCED
from assignments.changes import Judging, digest, judged_anew_from, judging_of
from assignments.models import Assignment
from assignments.serializers import AssignmentSerializer
from core.changes import Present, Scope, one_snapshot, read_present
from core.periods import local_moment
from core.text import Language
from people.models import Municipality, User

ASSIGNMENT = 0  # the first of the types


@dataclass(frozen=True)
class Own:
    """A user's assignments as they are now, and how what they hold is judged."""

    shown: dict[UUID, Any]
    holdings: Holdings
    municipalities: dict[UUID, Municipality]
    judging: dict[UUID, Judging]


def pull(*, user: User, now: datetime, given: str, limit: int, language: Language) -> dict[str, Any]:
    """Return what changed for a user since the cursor that was given, everything when it is empty.

    At most `limit` things at a time. Raise ValidationError for no cursor of ours, CursorExpired.
    """
    cursor = read_cursor(given) if given else None
    with one_snapshot():
        present = read_present()
        if cursor is None:
            cursor = Cursor(user.pk, present.database, language, made_at=now)
        cursor.check(user_id=user.pk, present=present, language=language, now=now)
        own = _read_own(user, now)
        held, under_way = _go_on(cursor, own, present)
        scope = _scope_of(user, now, held, under_way, own, present)
        found = [*_marked(under_way), *_changed(scope, under_way.place, limit + 1)][: limit + 1]
        page, has_more = found[:limit], len(found) > limit
        changes, removals = _look_up(page, user=user, now=now, own=own, under_way=under_way)
    if not cursor.since:
        removals = []  # of what a phone never had
    if has_more:
        after = held.then(made_at=now, pull=replace(under_way, place=page[-1]))
    else:
        after = held.then(made_at=now, since=under_way.target, pull=None)
    is_news = found or cursor.pull or not cursor.is_fresh(now) or not after.holds_the_same_as(cursor)
    return {
        "changes": changes,
        "removals": removals,
        "next_cursor": str(after) if is_news else given,
        "has_more": has_more,
    }


def _read_own(user: User, now: datetime) -> Own:
    """Read the user's assignments in three queries."""
    assignments = list(Assignment.objects.with_scope().own(user, now=now))
    shown = {UUID(one["id"]): one for one in AssignmentSerializer(assignments, many=True).data}
    return Own(
        shown=shown,
        holdings={
            one.pk: Holding(
                shown=digest(shown[one.pk]), frame=digest([one.municipality.time_zone, one.decision.kind])
            )
            for one in assignments
        },
        municipalities={one.pk: one.municipality for one in assignments},
        judging=judging_of({one.municipality.pk for one in assignments}),
    )


def _go_on(cursor: Cursor, own: Own, present: Present) -> tuple[Cursor, Pull]:
    """Begin a pull, or go on with it: return what the phone will have after it, and how far it has come."""
    if cursor.pull is not None:
        return cursor.then(holdings=after_losing(cursor.holdings, own.holdings)), cursor.pull
    judged_from = {
        one: day
        for one, judging in own.judging.items()
        if one in cursor.judging and (day := judged_anew_from(cursor.judging[one], judging))
    }
    marks = marks_of(cursor.holdings, own.holdings)
    return cursor.then(holdings=own.holdings, judging=own.judging), Pull(present.snapshot, marks, judged_from)


def _scope_of(user: User, now: datetime, held: Cursor, under_way: Pull, own: Own, present: Present) -> Scope:
    """Name what the apps are to look for: nothing that is not the user's at this moment."""
    marked = {mark: {one for one, its in under_way.marks.items() if its == mark} for mark in Mark}
    here = held.holdings.keys() & own.holdings.keys()
    kept = here - marked[Mark.GAINED]
    judged_from: dict[datetime, set[UUID]] = {}
    for one in kept:
        municipality = own.municipalities[one]
        if day := under_way.judged_from.get(municipality.pk):
            judged_from.setdefault(local_moment(day, time.min, municipality.zone), set()).add(one)
    return Scope(
        user_id=user.pk,
        now=now,
        changed=present.since(held.since),
        held=frozenset(kept),
        gained=frozenset(here & marked[Mark.GAINED]),
        lost=frozenset(marked[Mark.LOST]),
        judged_from=judged_from,
    )


def _marked(under_way: Pull) -> list[Place]:
    """Return the assignments that are to be told of, and were not yet."""
    places = sorted((ASSIGNMENT, one) for one in under_way.marks)
    return [place for place in places if place > under_way.place]


def _changed(scope: Scope, place: Place, limit: int) -> list[Place]:
    """Return, in one query, what comes after a place."""
    queries = []
    for number, name in enumerate(TYPES):
        if number == ASSIGNMENT or number < place[0]:
            continue
        rows = SYNCED[name].changed(scope).order_by().annotate(number=Value(number))
        if number == place[0]:
            rows = rows.filter(pk__gt=place[1])
        queries.append(rows.values_list("number", "id"))
    first, *others = queries
    return list(first.union(*others, all=True).order_by("number", "id")[:limit])


def _look_up(
    page: list[Place], *, user: User, now: datetime, own: Own, under_way: Pull
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the things as they are now, and those that are not to be seen any more."""
    changes, removals = [], []
    for number, places in groupby(page, key=lambda place: place[0]):
        name, ids = TYPES[number], [row_id for _, row_id in places]
        shown = own.shown if number == ASSIGNMENT else dict(SYNCED[name].show(ids, user, now))
        for row_id in ids:
            if under_way.marks.get(row_id) != Mark.LOST and row_id in shown:
                changes.append({"type": name, "id": str(row_id), name: shown[row_id]})
            elif under_way.marks.get(row_id) in (None, Mark.LOST):
                removals.append({"type": name, "id": str(row_id)})
    return changes, removals
