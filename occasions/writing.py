"""What the services that write occasions share. Locks are taken in one order everywhere:

the contact person, whose time it is, then decisions, which own the units, then occasions, each by id.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F, prefetch_related_objects

from assignments.models import Assignment, AssignmentQuerySet, Decision
from core.errors import InvalidInput
from core.periods import local_date
from core.text import Text
from core.wall_clock import check_written_time
from occasions import rules
from occasions.models import Activity, Occasion, OccasionDraft, kinds_by_code
from occasions.models.occasion import ONE_AT_A_TIME
from people.models import User


class UnknownActivityKind(InvalidInput):
    """The municipality does not offer that kind of activity."""

    code = "unknown_activity_kind"
    text = Text(sv="Aktiviteten {kind} finns inte.", en="There is no activity {kind}.")


def in_utc(values: Mapping[str, Any]) -> dict[str, Any]:
    """Move moments to UTC.

    Python compares and subtracts two times of one zone by the clock on the wall, which is an hour wrong
    across the switch to or from summer time.
    """
    return {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value for name, value in values.items()
    }


def lock_own(user: User, assignments: AssignmentQuerySet) -> None:
    """Lock the contact person, then the decisions of assignments: one at a time changes their time and units.

    What is read after is fresh. The weaker lock is enough, and lets others refer to the rows meanwhile.
    """
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    lock_decisions(assignments)


def lock_decisions(assignments: AssignmentQuerySet) -> None:
    """Lock the decisions of assignments, by id."""
    decisions = Decision.objects.filter(pk__in=assignments.values("decision")).order_by("pk")
    list(decisions.select_for_update(no_key=True))


def locked_own(occasion_id: UUID, user: User, now: datetime) -> Occasion:
    """Lock and return one of the user's own occasions. Raise NotYours."""
    lock_own(user, Assignment.objects.own(user, now=now).filter(occasions=occasion_id))
    own = Occasion.objects.complete().own(user, now=now)
    return own.select_for_update(of=("self",), no_key=True).get_one(occasion_id)


def day_of(occasion: Occasion, moment: datetime) -> date:
    """Return the local day of a moment where the occasion is."""
    return local_date(moment, occasion.municipality.zone)


def check_written(values: Mapping[str, Any], zone: ZoneInfo) -> None:
    """Raise TimeDoesNotExist for a time that was written as one which the clocks skip."""
    for name in ("starts_at", "ends_at"):
        if name in values:
            check_written_time(values[name], zone, name)


def check_times(occasion: Occasion, now: datetime) -> None:
    """Refuse times that can't be meant or lie too far off. Raise what `rules.check_times` raises."""
    rules.check_times(occasion.starts_at, occasion.ends_at, now)


def check_days(occasion: Occasion, starts_at: datetime) -> None:
    """Raise OutsideAssignment unless it starts on a day of its assignment and of its decision."""
    assignment, decision = occasion.assignment, occasion.assignment.decision
    ranges = (assignment.first_day, assignment.last_day), (decision.first_day, decision.last_day)
    rules.check_days(day_of(occasion, starts_at), *ranges)


def check_free(occasion: Occasion, *, besides: Iterable[Occasion] = ()) -> None:
    """Raise Overlapping when its contact person is elsewhere at its time; `besides` will not be held."""
    if occasion.status in rules.TAKES_TIME:
        others = Occasion.objects.at_the_time_of(occasion).exclude(pk__in=[one.pk for one in besides])
        if others.exists():
            raise rules.Overlapping(field="starts_at")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Name the constraint that keeps a person from being in two places. Raise Overlapping."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if ONE_AT_A_TIME in str(error):
            raise rules.Overlapping(field="starts_at") from error
        raise


def resolve_activities(
    municipality_id: UUID, activities: Sequence[Mapping[str, str]], offers: Callable[[str], bool]
) -> list[Activity]:
    """Return the activities, unsaved, in their order; `offers` tells which kinds the policy has.

    Raise UnknownActivityKind.
    """
    kinds = kinds_by_code(municipality_id, (given["kind"] for given in activities))
    for position, given in enumerate(activities):
        if given["kind"] not in kinds or not offers(given["kind"]):
            raise UnknownActivityKind(field=f"activities/{position}/kind", kind=given["kind"])
    return [
        Activity(kind=kinds[given["kind"]], note=given.get("note", ""), position=position)
        for position, given in enumerate(activities)
    ]


def end_drafts(occasion_ids: Iterable[UUID], now: datetime) -> None:
    """End what was being written about occasions that are settled: it is logged, or nobody will."""
    drafts = OccasionDraft.objects.kept().filter(pk__in=list(occasion_ids))
    drafts.update(discarded_at=now, updated_at=now, version=F("version") + 1)


def write_activities(occasion: Occasion, activities: Sequence[Activity]) -> None:
    """Replace the occasion's activities."""
    occasion.activities.all().delete()
    for activity in activities:
        activity.occasion = occasion
    Activity.objects.bulk_create(activities)
    getattr(occasion, "_prefetched_objects_cache", {}).pop("activities", None)
    prefetch_related_objects([occasion], "activities__kind")
