"""Planning and editing occasions, and what either would do."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from assignments.models import Assignment
from core.errors import showing
from core.repeats import create_once, fingerprint
from occasions import rules
from occasions.books import read_book
from occasions.counting import Change, judge_change, skip, skippable, tell_of_question
from occasions.models import Activity, Occasion
from occasions.reminders import withdraw_reminders
from occasions.writing import (
    check_days,
    check_free,
    check_times,
    check_written,
    day_of,
    end_drafts,
    in_utc,
    lock_own,
    locked_own,
    one_at_a_time,
    resolve_activities,
    write_activities,
)
from people.models import User

Status = Occasion.Status
# What is not a column of the same name.
APART = frozenset({"activities", "units", "units_reason", "skip"})


def plan_occasion(
    *, user: User, now: datetime, assignment: UUID, id: UUID | None = None, **values: Any
) -> tuple[Occasion, bool]:
    """Plan an occasion, or log one that has been; return it and whether it is new.

    `values` are `starts_at`, `ends_at` and optionally `place`, `title`, `note`, `activities`, other `units` with
    a `units_reason`, and ids of planned occasions to `skip` for it. Raise NotYours, IdConflict,
    UnknownActivityKind, UnknownOccasion, QuotaExceeded, Overlapping, NoPolicy or what the rules refuse.
    """
    asked = fingerprint("plan_occasion", {"assignment": assignment, **values})
    with transaction.atomic(), one_at_a_time():
        lock_own(user, Assignment.objects.own(user, now=now).filter(pk=assignment))
        found = Assignment.objects.get_own(assignment, user=user, now=now)
        occasion, created = create_once(
            Occasion.objects.complete().own(user, now=now),
            row_id=id,
            asked=asked,
            create=lambda: create_planned(
                prepare_plan(found, id or uuid4(), values, user=user, now=now), asked=asked, now=now
            ),
        )
    return occasion, created


def prepare_plan(
    assignment: Assignment,
    row_id: UUID,
    values: Mapping[str, Any],
    *,
    user: User,
    now: datetime,
) -> Change:
    """Return what planning would do, without writing. Raise what `plan_occasion` raises but QuotaExceeded."""
    check_written(values, assignment.municipality.zone)
    occasion = Occasion(
        pk=row_id,
        assignment=assignment,
        contact_person=user,
        **{name: value for name, value in in_utc(values).items() if name not in APART},
    )
    check_times(occasion, now)
    check_days(occasion, occasion.starts_at)
    occasion.status = Status.COMPLETED if rules.is_held(occasion.ends_at, now) else Status.PLANNED
    skipped = skippable(Occasion.objects.own(user, now=now), values.get("skip", []), occasion, now)
    check_free(occasion, besides=skipped)
    activities = _activities(occasion, values)
    change = judge_change(read_book(assignment.decision), None, occasion, values, skipped=skipped)
    return replace(change, activities=activities)


def create_planned(change: Change, *, asked: str, now: datetime) -> Occasion:
    """Write what `prepare_plan` prepared. Raise QuotaExceeded."""
    occasion = change.occasion
    occasion.warnings = change.expect_room()
    for name, value in change.fields.items():
        setattr(occasion, name, value)
    occasion.creation_fingerprint = asked
    skip(change.skipped, to_make_room_for=occasion.pk, now=now)
    withdraw_reminders([one.pk for one in change.skipped], now)
    occasion.save(force_insert=True)
    end_drafts([occasion.pk, *(one.pk for one in change.skipped)], now)
    write_activities(occasion, change.activities or [])
    tell_of_question(occasion, now)
    return occasion


def edit_occasion(
    *, user: User, occasion_id: UUID, expected_version: int, now: datetime, **values: Any
) -> Occasion:
    """Change what is given of an occasion that is planned or completed, and perhaps skip others for it.

    Raise NotYours, StaleVersion, UnknownActivityKind, UnknownOccasion, QuotaExceeded, Overlapping or what the
    rules refuse.
    """
    with transaction.atomic(), one_at_a_time():
        occasion = locked_own(occasion_id, user, now)
        occasion.expect(expected_version, already=_holds(occasion, in_utc(values)))
        if occasion.version != expected_version:
            return occasion  # An earlier try of this very edit got through; whatever came later stands.
        status = check_action("edit", occasion, values, now)
        apply_change(occasion, prepare_change(occasion, values, status=status, user=user, now=now), values, now)
    return occasion


def prepare_change(
    occasion: Occasion,
    values: Mapping[str, Any],
    *,
    status: str,
    user: User,
    now: datetime,
) -> Change:
    """Return what an edit, or completing with other times, would do, without writing.

    Raise what `edit_occasion` raises but QuotaExceeded and StaleVersion.
    """
    check_written(values, occasion.municipality.zone)
    after = copy(occasion)
    after.status = status
    for name in ("starts_at", "ends_at"):
        setattr(after, name, in_utc(values).get(name, getattr(occasion, name)))
    moved = (after.starts_at, after.ends_at) != (occasion.starts_at, occasion.ends_at)
    returns = status in rules.TAKES_TIME and occasion.status not in rules.TAKES_TIME
    if moved:
        check_times(after, now)
    if "ends_at" in values and status in rules.BEEN:
        rules.check_end(after.ends_at, now=now, zone=occasion.municipality.zone)
    if returns or day_of(occasion, after.starts_at) != day_of(occasion, occasion.starts_at):
        check_days(occasion, after.starts_at)
    skipped = skippable(Occasion.objects.own(user, now=now), values.get("skip", []), occasion, now)
    if moved or returns:
        check_free(after, besides=skipped)
    change = Change(after)
    if moved or returns or "units" in values or skipped:
        change = judge_change(
            read_book(occasion.assignment.decision), occasion.use, after, values, skipped=skipped
        )
    if "activities" in values and not _has_activities(occasion, values["activities"]):
        change = replace(change, activities=_activities(after, values))
    return change


def apply_change(
    occasion: Occasion, change: Change, values: Mapping[str, Any], now: datetime, **states: Any
) -> None:
    """Write what `prepare_change` prepared, with the new state. Raise QuotaExceeded."""
    occasion.warnings = change.expect_room()
    fields = {name: value for name, value in in_utc(values).items() if name not in APART}
    after = change.occasion
    is_other = (after.starts_at, after.ends_at, after.status) != (
        occasion.starts_at, occasion.ends_at, occasion.status,
    )  # fmt: skip
    skip(change.skipped, to_make_room_for=occasion.pk, now=now)
    withdraw_reminders([one.pk for one in (*change.skipped, *([occasion] if is_other else []))], now)
    settled = [one.pk for one in change.skipped] + ([occasion.pk] if after.status != occasion.status else [])
    end_drafts(settled, now)
    asked = occasion.asked_units
    if change.activities is not None:
        write_activities(occasion, change.activities)
    if not occasion.change(**fields, **change.fields, **states) and change.activities is not None:
        occasion.touch()
    if occasion.asked_units != asked:
        tell_of_question(occasion, now)


def check_action(action: str, occasion: Occasion, values: Mapping[str, Any], now: datetime) -> str:
    """Return the status that an action leads to. Raise WrongStatus, NotSkipped or NotYetHeld."""
    with showing(occasion):
        return rules.check_action(
            action,
            status=occasion.status if action in ("edit", "restore") else occasion.standing,
            starts_at=values.get("starts_at", occasion.starts_at),
            now=now,
            zone=occasion.municipality.zone,
            skipped=occasion.skipped_for_id is not None,
        )


def _activities(occasion: Occasion, values: Mapping[str, Any]) -> list[Activity]:
    offers = occasion.policy_versions.in_force(day_of(occasion, occasion.starts_at)).offers
    return resolve_activities(occasion.municipality.pk, values.get("activities", []), offers)


def _holds(occasion: Occasion, values: Mapping[str, Any]) -> bool:
    """Tell whether an edit has been made already, of which there is something."""
    plain = {name: value for name, value in values.items() if name not in APART}
    return (
        bool(values)
        and (not plain or occasion.holds(**plain))
        and ("activities" not in values or _has_activities(occasion, values["activities"]))
        and ("units" not in values or _counts_as(occasion, values["units"]))
        and set(values.get("skip", [])) <= set(occasion.skipped.values_list("pk", flat=True))
    )


def _counts_as(occasion: Occasion, units: Decimal) -> bool:
    counted = read_book(occasion.assignment.decision).counted(occasion.use)
    return units == (counted if occasion.asked_units is None else occasion.asked_units)


def _has_activities(occasion: Occasion, activities: Sequence[Mapping[str, str]]) -> bool:
    present = [(activity.kind.code, activity.note) for activity in occasion.activities.all()]
    return present == [(given["kind"], given.get("note", "")) for given in activities]
