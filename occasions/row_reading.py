"""Reading occasions straight into their shapes: rows, without models."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from assignments.models import own_obstacle, seen_by
from assignments.policy_reading import policies_of, versions_in
from assignments.rules import UNWRITTEN, PolicyVersions
from assignments.standing import lead_obstacle
from core.prepared import Question, Rows, ask, blank, kept
from occasions.models import READERS, Activity, Occasion, OccasionQuerySet
from occasions.rules import Obstacles, allowed_actions, is_ahead
from occasions.shapes import Actions, OccasionRow, Shape, stored_occasion, told_actions, whole_occasion
from people.models import Municipality, Role, User
from people.standing_in import NOW, roles_of, stand_in, values_of

# What of a row is found elsewhere than in a column of its name.
_ELSEWHERE = {
    "contact_person": "assignment__contact_person",
    "last_day": "assignment__last_day",
    "decision_kind": "assignment__decision__kind",
    "municipality": "assignment__decision__client__municipality",
    "time_zone": "assignment__decision__client__municipality__time_zone",
    "activities": "told_activities",
}
_COLUMNS = [_ELSEWHERE.get(name, name) for name in OccasionRow._fields]
FIRST_OF_MANY = 1000  # nobody has roles in as many municipalities, whose blanks are before it


def seen_rows(user: User, roles: Collection[str] = READERS) -> OccasionQuerySet:
    """Return what `visible_to` does of a stand-in, by joining what an answer shows of the assignment anyway.

    Not for rows that are going to be locked. PostgreSQL takes half as long to plan it.
    """
    return Occasion.objects.filter(seen_by(user, now=NOW, roles=roles, through="assignment__"))


def as_rows(occasions: OccasionQuerySet) -> QuerySet[Any, Any]:
    """Ask for all that an answer shows of occasions, their activities with them."""
    done = Activity.objects.filter(occasion=OuterRef("pk")).order_by("position")
    told = ArraySubquery(done.values_list(JSONObject(k="kind__code", n="note")))
    return occasions.annotate(told_activities=told).values_list(*_COLUMNS)


def read_rows(found: Rows) -> list[OccasionRow]:
    """Return the rows that were found for `as_rows`."""
    return [OccasionRow._make((*values, _pairs(activities))) for *values, activities in found]


def _pairs(activities: list[str]) -> list[tuple[str, str]]:
    return [(one["k"], one["n"]) for one in map(orjson.loads, activities)]


def row_of(occasion: Occasion) -> OccasionRow:
    """Return the row of an occasion that is loaded, with `complete()` or without."""
    decision = occasion.assignment.decision
    known: dict[str, Any] = {
        "contact_person": occasion.assignment.contact_person_id,
        "last_day": occasion.assignment.last_day,
        "decision_kind": decision.kind,
        "municipality": occasion.municipality.pk,
        "time_zone": occasion.municipality.time_zone,
        "activities": [(one.kind.code, one.note) for one in occasion.activities.all()],
    }
    for name in OccasionRow._fields:
        if name not in known:
            field = Occasion._meta.get_field(name)
            known[name] = getattr(occasion, str(getattr(field, "attname", name)))
    return OccasionRow(**known)


@dataclass(frozen=True)
class Standing:
    """How an onlooker stands to an assignment; `told` keeps what occasions allow, by all that depends on."""

    zone: ZoneInfo
    obstacles: Obstacles
    told: dict[tuple[Any, ...], Actions] = field(default_factory=dict)


class Onlooker:
    """Who looks, and when: tells of each occasion what they may do, and what is so of a whole assignment once."""

    def __init__(self, user: User, now: datetime) -> None:
        self.user, self.now = user, now
        self.shown_in = timezone.get_current_timezone()
        self._standings: dict[UUID, Standing] = {}

    def shape(self, row: OccasionRow, versions: Mapping[UUID, PolicyVersions]) -> Shape:
        """Return the answer about an occasion."""
        stored = stored_occasion(row, versions.get(row.municipality, UNWRITTEN), self.shown_in)
        return whole_occasion(stored, self._actions(row))

    def _actions(self, row: OccasionRow) -> Actions:
        standing = self._standings.get(row.assignment) or self._stand_to(row)
        values: dict[str, Any] = {
            "status": row.status,
            "settled": bool(row.action_fingerprint),
            "skipped": row.skipped_for is not None,
            "asked": row.asked,
            "ahead": is_ahead(row.starts_at, now=self.now, zone=standing.zone),
        }
        key = tuple(values.values())
        if key not in standing.told:
            actions = allowed_actions(**values, obstacles=standing.obstacles)
            standing.told[key] = told_actions(actions)
        return standing.told[key]

    def _stand_to(self, row: OccasionRow) -> Standing:
        municipality = Municipality(pk=row.municipality, time_zone=row.time_zone)
        plan = own_obstacle(self.user, municipality, row.contact_person, row.last_day, now=self.now)
        answer = lead_obstacle(self.user, row.municipality, row.contact_person)
        standing = Standing(municipality.zone, Obstacles(plan=plan, answer=answer))
        self._standings[row.assignment] = standing
        return standing


def stored_occasions(ids: Sequence[UUID], user: User, now: datetime) -> Iterator[tuple[UUID, Shape]]:
    """Yield the user's own among some occasions, as a phone keeps them, in one query."""
    roles, width = roles_of(user), 1 << (len(ids) - 1).bit_length()  # so there are few forms of the question
    blanks = [blank(UUID, FIRST_OF_MANY + number) for number in range(width)]
    question = kept(
        ("own occasions", roles, width),
        lambda: as_rows(seen_rows(stand_in(roles), {Role.CONTACT_PERSON}).filter(pk__in=blanks)),
    )
    onlooker = Onlooker(user, now)
    wanted = dict(zip(blanks, [*ids, *[ids[-1]] * width], strict=False))
    rows, versions = ask_rows(question, wanted, onlooker)
    for row in rows:
        yield row.id, stored_occasion(row, versions.get(row.municipality, UNWRITTEN), onlooker.shown_in)


def ask_rows(
    question: Question, values: Mapping[Any, Any], onlooker: Onlooker
) -> tuple[list[OccasionRow], dict[UUID, PolicyVersions]]:
    """Return the rows that a question of `as_rows` finds, and the policies that judge them, in one query.

    `values` are those of its blanks besides the onlooker's own.
    """
    user = onlooker.user
    found, policies = ask([question, policies_of(roles_of(user))], {**values_of(user, onlooker.now), **values})
    return read_rows(found), versions_in(policies)
