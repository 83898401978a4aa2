"""Keeping what is being written about an occasion, on whichever phone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from assignments.models import Assignment
from core.errors import DomainError, IdConflict, NotYours
from core.text import Text
from occasions import rules
from occasions.models import Occasion, OccasionDraft
from occasions.writing import in_utc
from people.models import User

# What a draft says of which nothing is given: it is saved whole.
EMPTY: Mapping[str, Any] = {
    "starts_at": None,
    "ends_at": None,
    "place": "",
    "title": "",
    "note": "",
    "activities": [],
    "units": None,
    "units_reason": "",
}


class DraftEnded(DomainError):
    """What was written is logged or thrown away by now: old text does not come back by itself."""

    code = "draft_ended"
    text = Text(
        sv="Det du skrev är redan sparat eller borttaget.", en="What you wrote is saved or removed already."
    )


def save_draft(
    *, user: User, occasion_id: UUID, assignment: UUID, now: datetime, expected_version: int | None, **values: Any
) -> tuple[OccasionDraft, bool]:
    """Save a draft whole, in place of the version that was seen (None: of nothing); return whether it is new.

    `values` are any of EMPTY; the same again changes nothing. Raise NotYours, WrongStatus for an occasion that is
    settled, IdConflict for one of another assignment, StaleVersion, or DraftEnded for a draft that was seen and
    is over.
    """
    wanted = {**EMPTY, **in_utc(values)}
    with transaction.atomic():
        found = Assignment.objects.get_own(assignment, user=user, now=now)
        _lock(user)
        _check_open(occasion_id, found)
        draft = OccasionDraft.objects.filter(pk=occasion_id).select_for_update(no_key=True).first()
        if draft is None:
            if expected_version is not None:
                raise NotYours
            return OccasionDraft.objects.create(pk=occasion_id, assignment=found, author=user, **wanted), True
        if (draft.author_id, draft.assignment_id) != (user.pk, found.pk):
            raise IdConflict(field="assignment")
        if draft.discarded_at is not None:
            if expected_version is not None:
                raise DraftEnded
            draft.change(**wanted, discarded_at=None)
            return draft, True
        draft.expect(expected_version or 0, already=draft.holds(**wanted))
        if draft.version == expected_version:
            draft.change(**wanted)
    return draft, False


def discard_draft(*, user: User, occasion_id: UUID, now: datetime) -> None:
    """Throw a draft away; again is no news. Raise NotYours where the user never wrote one."""
    with transaction.atomic():
        _lock(user)
        own = Assignment.objects.own(user, now=now)
        written = OccasionDraft.objects.filter(author=user, assignment__in=own)
        draft = written.select_for_update(of=("self",), no_key=True).get_one(occasion_id)
        if draft.discarded_at is None:
            draft.change(discarded_at=now)


def _lock(user: User) -> None:
    """Let one call at a time write what is the contact person's."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _check_open(occasion_id: UUID, assignment: Assignment) -> None:
    """Lock the occasion, if it is there. Raise IdConflict or WrongStatus."""
    occasion = Occasion.objects.filter(pk=occasion_id).select_for_update(no_key=True).first()
    if occasion is None:
        return
    if occasion.assignment_id != assignment.pk:
        raise IdConflict(field="assignment")
    if occasion.status != Occasion.Status.PLANNED:
        raise rules.WrongStatus
