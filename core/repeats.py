"""Calls may be repeated after a lost answer: the same again is no news, something else is a conflict."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction

from core.errors import IdConflict
from core.models import RepeatableModel

Row = TypeVar("Row", bound=RepeatableModel)


def fingerprint(intention: str, values: Mapping[str, Any]) -> str:
    """Return a digest that is equal when the same thing is asked, however it was written."""
    plain = json.dumps([intention, values], sort_keys=True, default=_plain)
    return hashlib.sha256(plain.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, models.Model | UUID):
        return str(value.pk if isinstance(value, models.Model) else value)
    return str(value)


def create_once(
    own: "models.QuerySet[Row]", *, row_id: UUID | None, asked: str, create: Callable[[], Row]
) -> tuple[Row, bool]:
    """Create a row, or return the one that the same call made before; tell which.

    `own` are the rows that the caller may know of, `asked` is the fingerprint of the call. Raise
    IdConflict when the id stands for anything else.
    """
    if found := _repeated(own, row_id, asked):
        return found, False
    try:
        with transaction.atomic():
            return create(), True
    except IntegrityError:
        # The same call may have been quicker on another connection.
        if found := _repeated(own, row_id, asked):
            return found, False
        raise


def _repeated(own: "models.QuerySet[Row]", row_id: UUID | None, asked: str) -> Row | None:
    if row_id is None:
        return None
    found = own.filter(pk=row_id).first()
    if found is None:
        if not own.model._default_manager.filter(pk=row_id).exists():
            return None
        found = own.filter(pk=row_id).first()  # it may have come between the two questions
    if found is None:
        raise IdConflict(field="id")
    if found.creation_fingerprint != asked:
        raise IdConflict(present=found, field="id")
    return found
