"""Reading occasions straight into their shapes: rows, without models."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from assignments.models import own_obstacle
from assignments.policy_reading import policies_of, versions_in
from assignments.rules import UNWRITTEN, PolicyVersions
from assignments.standing import lead_obstacle
from core.prepared import Question, Rows, ask
from occasions.models import Activity, Occasion, OccasionQuerySet
from occasions.rules import Obstacles, allowed_actions, is_ahead
from occasions.shapes import OccasionRow, Shape, stored_occasion, whole_occasion
from people.models import Municipality, User
from people.standing_in import roles_of, values_of

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


class Onlooker:
    """Who looks, and when: tells of each occasion what they may do, and everything of one assignment once."""

    def __init__(self, user: User, now: datetime) -> None:
        self.user, self.now = user, now
        self.shown_in = timezone.get_current_timezone()
        self._known: dict[UUID, tuple[Municipality, Obstacles]] = {}

    def shape(self, row: OccasionRow, versions: Mapping[UUID, PolicyVersions]) -> Shape:
        """Return the answer about an occasion."""
        stored = stored_occasion(row, versions.get(row.municipality, UNWRITTEN), self.shown_in)
        municipality, obstacles = self._of_assignment(row)
        actions = allowed_actions(
            status=row.status,
            settled=bool(row.action_fingerprint),
            skipped=row.skipped_for is not None,
            asked=row.asked,
            ahead=is_ahead(row.starts_at, now=self.now, zone=municipality.zone),
            obstacles=obstacles,
        )
        return whole_occasion(stored, actions)

    def _of_assignment(self, row: OccasionRow) -> tuple[Municipality, Obstacles]:
        if row.assignment not in self._known:
            municipality = Municipality(pk=row.municipality, time_zone=row.time_zone)
            plan = own_obstacle(self.user, municipality, row.contact_person, row.last_day, now=self.now)
            answer = lead_obstacle(self.user, row.municipality, row.contact_person)
            self._known[row.assignment] = municipality, Obstacles(plan=plan, answer=answer)
        return self._known[row.assignment]


def ask_rows(
    question: Question, values: Mapping[Any, Any], onlooker: Onlooker
) -> tuple[list[OccasionRow], dict[UUID, PolicyVersions]]:
    """Return the rows that a question of `as_rows` finds, and the policies that judge them, in one query.

    `values` are those of its blanks besides the onlooker's own.
    """
    user = onlooker.user
    found, policies = ask([question, policies_of(roles_of(user))], {**values_of(user, onlooker.now), **values})
    return read_rows(found), versions_in(policies)
