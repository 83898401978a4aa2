"""What the occasions of municipalities are judged by, in few bytes, to see later whether it has changed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from assignments.models import Policy
from core.periods import DAY

EVER = date.min + DAY  # its midnight is a moment everywhere
# By the first days of a policy's versions, a digest of what occasions are judged by from then on.
Judging = Mapping[date, str]


def digest(value: object) -> str:
    """Return few characters that differ when a value does."""
    plain = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:10]


def judging_of(municipality_ids: Iterable[UUID]) -> dict[UUID, Judging]:
    """Return how each municipality judges, in one query."""
    found: dict[UUID, dict[date, str]] = {one: {} for one in municipality_ids}
    rows: Any = Policy.objects.filter(municipality__in=found).values_list(
        "municipality", "first_day", "weight_steps", "day_parted_at", "cancellations"
    )
    for municipality_id, first_day, *rules in rows:
        found[municipality_id][first_day] = digest(rules)
    return dict(found)


def judged_anew_from(before: Judging, now: Judging) -> date | None:
    """Return the first day from which occasions are judged otherwise than before; None when none are.

    The first version holds for all days before it, too.
    """
    differing = {first_day for first_day, _ in before.items() ^ now.items()}
    if not differing:
        return None
    first = min(differing)
    return EVER if first == min([*before, *now]) else first
