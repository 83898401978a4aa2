"""Keeping what comes too late to be done, and noting that a coordinator has seen to it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from assignments.models import Assignment, LateWrite
from assignments.standing import check_leads
from core.errors import DomainError, IdConflict
from core.repeats import fingerprint
from core.text import Text
from notifications.messages import Kind
from notifications.services import tell_coordinators
from people.models import User


class AlreadyHandled(DomainError):
    """Somebody has seen to it, or said something else of it."""

    code = "already_handled"
    text = Text(sv="Det här är redan omhändertaget.", en="This has been handled already.")


class KeptForCoordinator(DomainError):
    """Too late to be done, and not lost: what the phone is told."""

    status = 202
    code = "late_write"
    text = Text(
        sv="Uppdraget har avslutats. Det du skickade är sparat, och samordnaren tar hand om det.",
        en="The assignment has ended. What you sent is kept, and the coordinator will see to it.",
    )


def find_lost(user: User, wanted: Q, now: datetime) -> Assignment | None:
    """Return one of some assignments that was the user's own and is not any more."""
    own = Assignment.objects.own(user, now=now)
    lost = Assignment.objects.with_decision().filter(wanted, contact_person=user).exclude(pk__in=own.values("pk"))
    return lost.first()


def find_late_writes(user: User, item_ids: Collection[UUID], named: Collection[str]) -> list[LateWrite]:
    """Return the user's own that are some items, or that were to create what is named."""
    wanted = Q(item_id__in=item_ids) | Q(creates__overlap=list(named))
    return list(LateWrite.objects.complete().filter(wanted, made_by=user))


def keep_late_write(
    *, user: User, assignment: Assignment, item_id: UUID, asked: str, now: datetime, **values: Any
) -> LateWrite:
    """Keep what came too late for an assignment of the user's, and tell its coordinators; again is no news.

    `asked` is the fingerprint of the item, `values` are `installation_id`, `made_at`, `method`, `path`, `body` and
    the ids that it `creates`. Raise IdConflict when the item was something else before.
    """
    fields: Mapping[str, Any] = {"assignment": assignment, "creation_fingerprint": asked, "received_at": now}
    with transaction.atomic():
        kept, created = LateWrite.objects.get_or_create(
            made_by=user, item_id=item_id, defaults={**values, **fields}
        )
        if kept.creation_fingerprint != asked:
            raise IdConflict(field="id")
        if created:
            tell_coordinators(assignment.municipality, now, Kind.LATE_WRITES_WAITING)
    return kept


def handle_late_write(
    *, user: User, late_write_id: UUID, now: datetime, note: str, expected_version: int | None = None
) -> LateWrite:
    """Note that a coordinator has seen to a late write; the same again is no news.

    Raise NotYours, OwnAssignment, DeputyForClaimant, AlreadyHandled or StaleVersion.
    """
    asked = fingerprint("handle_late_write", {"by": user, "note": note})
    with transaction.atomic():
        found = (
            LateWrite.objects.to_handle(user).select_for_update(of=("self",), no_key=True).get_one(late_write_id)
        )
        late = LateWrite.objects.complete().get(pk=found.pk)
        if late.action_fingerprint == asked:
            return late
        check_leads(user, late.assignment)
        if late.handled_at is not None:
            raise AlreadyHandled(present=late)
        if expected_version is not None:
            late.expect(expected_version, already=False)
        late.change(handled_at=now, handled_by=user, note=note, action_fingerprint=asked)
    return late
