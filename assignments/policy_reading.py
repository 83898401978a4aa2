"""Reading policies with others' questions, in one round trip."""

import json
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, JSONField, Q, QuerySet

from assignments.models import Policy
from assignments.rules import PolicyRules, PolicyVersions
from core.prepared import Question, Rows, kept
from people.standing_in import municipalities_of

_FIELDS = Policy._meta.concrete_fields


def policies_of(roles: tuple[str, ...]) -> Question:
    """Ask for all versions where a user with such roles has one."""

    def rows() -> QuerySet[Any, Any]:
        here = Policy.objects.filter(municipality__in=municipalities_of(roles))
        return here.values_list("municipality", *(field.attname for field in _FIELDS))

    return kept(("policies", len(roles)), rows)


def any_hands_on(roles: tuple[str, ...]) -> Exists:
    """Tell in a question whether `PolicyVersions.hand_on` is so anywhere where a user with such roles has one."""
    here = Policy.objects.filter(municipality__in=municipalities_of(roles))
    return Exists(here.filter(Q(saving_cap__gt=0) | Q(ahead_cap__gt=0)))


def versions_in(rows: Rows) -> dict[UUID, PolicyVersions]:
    """Return the versions of each municipality that has any."""
    found: dict[UUID, list[PolicyRules]] = {}
    for municipality, *values in rows:
        frozen = tuple(tuple(value) if isinstance(value, list) else value for value in values)
        found.setdefault(municipality, []).append(_rules(frozen))
    return {municipality: PolicyVersions.of(rules) for municipality, rules in found.items()}


@lru_cache(maxsize=1024)
def _rules(values: tuple[Any, ...]) -> PolicyRules:
    """Read a version. What its row says is the key, so that this is no older than the row."""
    read = [
        json.loads(value) if isinstance(field, JSONField) and value is not None else value
        for field, value in zip(_FIELDS, values, strict=True)
    ]
    return Policy.from_db("default", [field.attname for field in _FIELDS], read).rules
