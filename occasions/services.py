"""Planning, editing and settling occasions. The decision's row is locked first, always: it owns the limit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import prefetch_related_objects

from assignments.models import Assignment, Decision, Policy
from assignments.quota import MONTHS, quota_of
from core.errors import InvalidInput, NotYours
from core.periods import Month, local_date
from core.repeats import create_once, fingerprint
from core.text import Text
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
    Raise NotYours, IdConflict, UnknownActivityKind, QuotaExceeded or what `occasions.rules` refuses.
    """
    asked = fingerprint("plan_occasion", {"assignment": assignment, **values})
    with transaction.atomic():
        found = Assignment.objects.get_own(assignment, user=user, now=now)
        _lock(found.decision_id)
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
        units=Decimal(0),
        **fields,
    )
    occasion.units = _units(occasion, fields["starts_at"], fields["ends_at"], values.get("units"))
    _check_room(occasion, occasion.starts_at, before=Decimal(0), after=occasion.units)
    occasion.save(force_insert=True)
    _write_activities(occasion, values.get("activities", []))
    return occasion


def edit_occasion(
    *, user: User, occasion_id: UUID, expected_version: int, now: datetime, **values: Any
) -> Occasion:
    """Change what is given of an occasion that is planned or completed.

    Raise NotYours, StaleVersion, UnknownActivityKind, QuotaExceeded or what `occasions.rules` refuses.
    """
    with transaction.atomic():
        occasion = _locked(occasion_id, user, now)
        occasion.expect(expected_version, already=_holds(occasion, values))
        _check_action("edit", occasion, occasion.starts_at, now)
        _apply(occasion, values, now, status=occasion.status)
    return occasion


def complete_occasion(*, user: User, occasion_id: UUID, now: datetime, **values: Any) -> Occasion:
    """Log that an occasion was held, as planned or as given. The same call again changes nothing.

    Raise NotYours, WrongStatus, NotYetHeld, UnknownActivityKind, QuotaExceeded or what the rules refuse.
    """
    return _settle("complete", user, occasion_id, now, values)


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
        status = _check_action(action, occasion, values.get("starts_at", occasion.starts_at), now)
        _apply(occasion, values, now, status=status, action_fingerprint=asked)
    return occasion


def _lock(decision_id: UUID) -> None:
    Decision.objects.select_for_update(of=("self",)).get(pk=decision_id)


def _locked(occasion_id: UUID, user: User, now: datetime) -> Occasion:
    """Lock the decision, then the occasion, in that order everywhere. Raise NotYours."""
    own = Occasion.objects.own(user, now=now).filter(pk=occasion_id)
    decision_id = own.values_list("assignment__decision", flat=True).first()
    if decision_id is None:
        raise NotYours
    _lock(decision_id)
    return Occasion.objects.complete().select_for_update(of=("self",)).get(pk=occasion_id)


def _check_action(action: str, occasion: Occasion, starts_at: datetime, now: datetime) -> str:
    try:
        return rules.check_action(
            action, status=occasion.status, starts_at=starts_at, now=now, zone=occasion.municipality.zone
        )
    except rules.WrongStatus as error:
        error.present = occasion
        raise


def _apply(occasion: Occasion, values: Mapping[str, Any], now: datetime, **states: str) -> None:
    """Write the values and the new state, when there is room for the units."""
    fields = {name: value for name, value in values.items() if name not in ("activities", "units")}
    starts_at = fields.get("starts_at", occasion.starts_at)
    ends_at = fields.get("ends_at", occasion.ends_at)
    units = occasion.units
    moved = (starts_at, ends_at) != (occasion.starts_at, occasion.ends_at)
    if moved:
        rules.check_times(starts_at, ends_at, now)
    if moved or "units" in values:
        units = _units(occasion, starts_at, ends_at, values.get("units"))
        zone = occasion.municipality.zone
        stays = Month.of(local_date(starts_at, zone)) == Month.of(local_date(occasion.starts_at, zone))
        _check_room(occasion, starts_at, before=occasion.units if stays else Decimal(0), after=units)
    rewritten = "activities" in values and not _has_activities(occasion, values["activities"])
    if rewritten:
        _write_activities(occasion, values["activities"])
    if not occasion.change(**fields, units=units, **states) and rewritten:
        occasion.touch()


def _holds(occasion: Occasion, values: Mapping[str, Any]) -> bool:
    plain = {name: value for name, value in values.items() if name != "activities"}
    if "activities" not in values:
        return occasion.holds(**plain)
    return _has_activities(occasion, values["activities"]) and (not plain or occasion.holds(**plain))


def _has_activities(occasion: Occasion, activities: Sequence[Mapping[str, str]]) -> bool:
    present = [(activity.kind.code, activity.note) for activity in occasion.activities.all()]
    return present == [(given["kind"], given.get("note", "")) for given in activities]


def _units(occasion: Occasion, starts_at: datetime, ends_at: datetime, asked: Decimal | None) -> Decimal:
    """Weigh the occasion by the policy of its own date; one that only moves keeps what it counted as."""
    assignment, decision = occasion.assignment, occasion.assignment.decision
    starts_on = local_date(starts_at, occasion.municipality.zone)
    rules.check_days(
        starts_on, (assignment.first_day, assignment.last_day), (decision.first_day, decision.last_day)
    )
    if asked is None and occasion.units and ends_at - starts_at == occasion.ends_at - occasion.starts_at:
        return occasion.units
    policy = Policy.in_force(occasion.municipality.pk, starts_on)
    return rules.choose_units(asked, policy.weights.weigh(ends_at - starts_at))


def _check_room(occasion: Occasion, starts_at: datetime, *, before: Decimal, after: Decimal) -> None:
    decision, zone = occasion.assignment.decision, occasion.municipality.zone
    month = Month.of(local_date(starts_at, zone))
    quota = quota_of(decision.terms, month, Occasion.objects.uses_of([decision.pk], month, zone)[decision.pk])
    if not quota.has_room_for(before=before, after=after):
        name = Text(sv=MONTHS["sv"][month.number - 1], en=MONTHS["en"][month.number - 1])
        raise rules.QuotaExceeded(remaining=quota.remaining, month=name, units=after)


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
