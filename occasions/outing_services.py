"""One outing with several clients: an occasion per assignment, all of them or none."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from assignments.models import Assignment
from core.errors import DomainError, IdConflict
from core.repeats import create_once, fingerprint
from occasions.models import Occasion, Outing
from occasions.services import create_planned, prepare_plan
from occasions.writing import lock_own, one_at_a_time
from people.models import User

# What is said of each occasion, while all else is said of the outing.
OF_ONE = frozenset({"id", "assignment", "units", "units_reason"})


def plan_outing(
    *, user: User, now: datetime, occasions: Sequence[Mapping[str, Any]], id: UUID | None = None, **values: Any
) -> tuple[Outing, bool]:
    """Plan, or log, one occasion for each assignment at the same time; return the outing and whether it is new.

    `occasions` name an `assignment` each, and optionally `id`, `units` and `units_reason`; `values` are what
    they share, as for `plan_occasion`. Raise what that raises, saying for which of them.
    """
    asked = fingerprint("plan_outing", {"occasions": list(occasions), **values})
    with transaction.atomic(), one_at_a_time():
        ids = [given["assignment"] for given in occasions]
        lock_own(user, Assignment.objects.own(user, now=now).filter(pk__in=ids))
        return create_once(
            Outing.objects.filter(contact_person=user),
            row_id=id,
            asked=asked,
            create=lambda: _create(id or uuid4(), user, asked, occasions, values, now),
        )


def _create(
    row_id: UUID,
    user: User,
    asked: str,
    occasions: Sequence[Mapping[str, Any]],
    values: Mapping[str, Any],
    now: datetime,
) -> Outing:
    outing = Outing.objects.create(pk=row_id, contact_person=user, creation_fingerprint=asked)
    for position, given in enumerate(occasions):
        try:
            _create_one(outing, user, {**values, **given, "outing": outing}, now)
        except DomainError as error:
            if not error.field or error.field in OF_ONE:
                error.field = f"occasions/{position}/{error.field}".rstrip("/")
            raise
    return outing


def _create_one(outing: Outing, user: User, values: dict[str, Any], now: datetime) -> None:
    row_id, assignment_id = values.pop("id", None) or uuid4(), values.pop("assignment")
    if Occasion.objects.filter(pk=row_id).exists():
        raise IdConflict(field="id")
    assignment = Assignment.objects.get_own(assignment_id, user=user, now=now)
    change = prepare_plan(assignment, row_id, values, user=user, now=now)
    create_planned(change, asked=fingerprint("plan_outing", {"outing": outing, "id": row_id}), now=now)
