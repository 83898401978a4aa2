"""Planning, editing and settling occasions. The decision's row is locked first, always: it owns the limit."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import prefetch_related_objects

from assignments.models import Assignment, AssignmentQuerySet, Decision, Policy
from assignments.quota import ZERO, name_of, plain_number, quota_of
from core.errors import InvalidInput
from core.periods import Month, local_date
from core.repeats import create_once, fingerprint
from core.text import Text
from notifications.services import withdraw
from occasions import rules
from occasions.models import Activity, Occasion, kinds_by_code
from people.models import User

Status = Occasion.Status


class UnknownActivityKind(InvalidInput):
    """The municipality does not offer that kind of activity."""

    code = "unknown_activity_kind"
    text = Text(sv="Aktiviteten {kind} finns inte.", en="There is no activity {kind}.")


def plan_occasion(
    *, user: User, now: datetime, assignment: UUID, id: UUID | None = None, **values: Any
) -> tuple[Occasion, bool]:
    """Plan an occasion, or log one that has been; return it and whether it is new.

    `values` are `starts_at`, `ends_at` and optionally `place`, `title`, `note`, `units`, `activities`.
    Raise NotYours, IdConflict, UnknownActivityKind, QuotaExceeded, NoPolicy or what `occasions.rules` refuses.
    """
    values = _in_utc(values)
    asked = fingerprint("plan_occasion", {"assignment": assignment, **values})
    with transaction.atomic():
        _lock_decision(Assignment.objects.own(user, now=now).filter(pk=assignment))
        found = Assignment.objects.get_own(assignment, user=user, now=now)
        return create_once(
            Occasion.objects.complete().own(user, now=now),
            row_id=id,
            asked=asked,
            create=lambda: _create(found, id or uuid4(), asked, values, now),
        )


def _create(
    assignment: Assignment, row_id: UUID, asked: str, values: Mapping[str, Any], now: datetime
) -> Occasion:
    fields = {name: value for name, value in values.items() if name not in ("activities", "units")}
    rules.check_times(fields["starts_at"], fields["ends_at"], now)
    held = rules.is_held(fields["ends_at"], now)
    occasion = Occasion(
        pk=row_id,
        assignment=assignment,
        status=Status.COMPLETED if held else Status.PLANNED,
        creation_fingerprint=asked,
        **fields,
    )
    _check_days(occasion, occasion.starts_at)
    occasion.units = _weigh(occasion, occasion.starts_at, occasion.ends_at)
    if "units" in values:
        _check_units(occasion, values["units"], most=occasion.units)
        occasion.units = values["units"]
    _check_room(occasion, occasion.starts_at, before=ZERO, after=occasion.units)
    occasion.save(force_insert=True)
    _write_activities(occasion, values.get("activities", []))
    return occasion


def edit_occasion(
    *, user: User, occasion_id: UUID, expected_version: int, now: datetime, **values: Any
) -> Occasion:
    """Change what is given of an occasion that is planned or completed.

    Raise NotYours, StaleVersion, UnknownActivityKind, QuotaExceeded or what `occasions.rules` refuses.
    """
    values = _in_utc(values)
    with transaction.atomic():
        occasion = _locked(occasion_id, user, now)
        occasion.expect(expected_version, already=_holds(occasion, values))
        if occasion.version != expected_version:
            return occasion  # An earlier try of this very edit got through; whatever came later stands.
        _check_action("edit", occasion, values, now)
        _apply(occasion, values, now, status=occasion.status)
    return occasion


def complete_occasion(*, user: User, occasion_id: UUID, now: datetime, **values: Any) -> Occasion:
    """Log that an occasion was held, as planned or as given. The same call again changes nothing.

    Raise NotYours, WrongStatus, NotYetHeld, UnknownActivityKind, QuotaExceeded or what the rules refuse.
    """
    return _settle("complete", user, occasion_id, now, _in_utc(values))


def cancel_occasion(*, user: User, occasion_id: UUID, now: datetime, cancelled_by: str, reason: str) -> Occasion:
    """Cancel a planned occasion, which gives its units back. The same call again changes nothing.

    Raise NotYours or WrongStatus.
    """
    return _settle("cancel", user, occasion_id, now, {"cancelled_by": cancelled_by, "reason": reason})


def record_no_show(*, user: User, occasion_id: UUID, now: datetime, cancelled_by: str, reason: str) -> Occasion:
    """Record that nobody came, which uses the units. The same call again changes nothing.

    Raise NotYours, WrongStatus or NotYetHeld.
    """
    return _settle("no_show", user, occasion_id, now, {"cancelled_by": cancelled_by, "reason": reason})


def _settle(action: str, user: User, occasion_id: UUID, now: datetime, values: Mapping[str, Any]) -> Occasion:
    asked = fingerprint(action, values)
    with transaction.atomic():
        occasion = _locked(occasion_id, user, now)
        if occasion.action_fingerprint == asked:
            return occasion
        status = _check_action(action, occasion, values, now)
        _apply(occasion, values, now, status=status, action_fingerprint=asked)
        withdraw(subject_id=occasion.pk, now=now)
    return occasion


def _in_utc(values: Mapping[str, Any]) -> dict[str, Any]:
    """Move moments to UTC.

    Python compares and subtracts two times of one zone by the clock on the wall, which is an hour wrong
    across the switch to or from summer time.
    """
    return {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value for name, value in values.items()
    }


def _lock_decision(assignments: AssignmentQuerySet) -> None:
    """Lock the decision of the assignment: one at a time changes its units. What is read after is fresh.

    The weaker lock is enough, and lets others refer to the row meanwhile.
    """
    decisions = Decision.objects.filter(pk__in=assignments.values("decision"))
    decisions.select_for_update(no_key=True).first()


def _locked(occasion_id: UUID, user: User, now: datetime) -> Occasion:
    """Lock the decision, then the occasion, in that order everywhere. Raise NotYours."""
    _lock_decision(Assignment.objects.own(user, now=now).filter(occasions=occasion_id))
    own = Occasion.objects.complete().own(user, now=now)
    return own.select_for_update(of=("self",), no_key=True).get_one(occasion_id)


def _check_action(action: str, occasion: Occasion, values: Mapping[str, Any], now: datetime) -> str:
    try:
        return rules.check_action(
            action,
            status=occasion.status if action == "edit" else occasion.standing,
            starts_at=values.get("starts_at", occasion.starts_at),
            now=now,
            zone=occasion.municipality.zone,
        )
    except rules.WrongStatus as error:
        error.present = occasion
        raise


def _apply(occasion: Occasion, values: Mapping[str, Any], now: datetime, **states: str) -> None:
    """Write the values and the new state, when there is room for the units."""
    fields = {name: value for name, value in values.items() if name not in ("activities", "units")}
    starts_at = fields.get("starts_at", occasion.starts_at)
    ends_at = fields.get("ends_at", occasion.ends_at)
    if (starts_at, ends_at) != (occasion.starts_at, occasion.ends_at):
        rules.check_times(starts_at, ends_at, now)
        withdraw(subject_id=occasion.pk, now=now)
    if "ends_at" in fields and states["status"] in rules.BEEN:
        rules.check_end(ends_at, now=now, zone=occasion.municipality.zone)
    if _day(occasion, starts_at) != _day(occasion, occasion.starts_at):
        _check_days(occasion, starts_at)
    units = _units_after(occasion, starts_at, ends_at, values.get("units"))
    stays = Month.of(_day(occasion, starts_at)) == Month.of(_day(occasion, occasion.starts_at))
    _check_room(occasion, starts_at, before=occasion.units if stays else ZERO, after=units)
    rewritten = "activities" in values and not _has_activities(occasion, values["activities"])
    if rewritten:
        _write_activities(occasion, values["activities"])
    if not occasion.change(**fields, units=units, **states) and rewritten:
        occasion.touch()


def _units_after(occasion: Occasion, starts_at: datetime, ends_at: datetime, asked: Decimal | None) -> Decimal:
    """Return what it counts as once it lies between these times. Raise what `check_units` refuses."""
    moved = (starts_at, ends_at) != (occasion.starts_at, occasion.ends_at)
    if not moved and asked in (None, occasion.units):
        return occasion.units
    after = _weigh(occasion, starts_at, ends_at)
    if asked is not None:
        _check_units(occasion, asked, most=after if moved else max(after, occasion.units))
        return asked
    before = _weigh(occasion, occasion.starts_at, occasion.ends_at)
    return rules.reweigh(occasion.units, before=before, after=after)


def _holds(occasion: Occasion, values: Mapping[str, Any]) -> bool:
    plain = {name: value for name, value in values.items() if name != "activities"}
    if "activities" not in values:
        return occasion.holds(**plain)
    return _has_activities(occasion, values["activities"]) and (not plain or occasion.holds(**plain))


def _has_activities(occasion: Occasion, activities: Sequence[Mapping[str, str]]) -> bool:
    present = [(activity.kind.code, activity.note) for activity in occasion.activities.all()]
    return present == [(given["kind"], given.get("note", "")) for given in activities]


def _day(occasion: Occasion, moment: datetime) -> date:
    return local_date(moment, occasion.municipality.zone)


def _check_days(occasion: Occasion, starts_at: datetime) -> None:
    assignment, decision = occasion.assignment, occasion.assignment.decision
    ranges = (assignment.first_day, assignment.last_day), (decision.first_day, decision.last_day)
    rules.check_days(_day(occasion, starts_at), *ranges)


def _weigh(occasion: Occasion, starts_at: datetime, ends_at: datetime) -> Decimal:
    """Weigh it by the policy of its own date. Raise NoPolicy."""
    policy = Policy.in_force(occasion.municipality.pk, _day(occasion, starts_at))
    return policy.weights.weigh(ends_at - starts_at)


def _check_units(occasion: Occasion, asked: Decimal, *, most: Decimal) -> None:
    family = occasion.assignment.decision.kind == Decision.Kind.CONTACT_FAMILY
    rules.check_units(asked, most=most, halves=family)


def _check_room(occasion: Occasion, starts_at: datetime, *, before: Decimal, after: Decimal) -> None:
    if after <= before:
        return
    decision, zone = occasion.assignment.decision, occasion.municipality.zone
    month = Month.of(local_date(starts_at, zone))
    quota = quota_of(decision.terms, month, Occasion.objects.uses_of([decision.pk], month, zone)[decision.pk])
    if not quota.has_room_for(before=before, after=after):
        room = max(quota.remaining + before, ZERO)
        raise rules.QuotaExceeded(remaining=plain_number(room), month=name_of(month), units=plain_number(after))


def _write_activities(occasion: Occasion, activities: Sequence[Mapping[str, str]]) -> None:
    """Replace the occasion's activities. Raise UnknownActivityKind."""
    kinds = kinds_by_code(occasion.municipality.pk, (given["kind"] for given in activities))
    for position, given in enumerate(activities):
        if given["kind"] not in kinds:
            raise UnknownActivityKind(field=f"activities/{position}/kind", kind=given["kind"])
    occasion.activities.all().delete()
    Activity.objects.bulk_create(
        Activity(occasion=occasion, kind=kinds[given["kind"]], note=given.get("note", ""), position=position)
        for position, given in enumerate(activities)
    )
    occasion._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    prefetch_related_objects([occasion], "activities__kind")
