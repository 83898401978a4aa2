"""How an occasion looks to the phone, from the values of its row. Pure.

`OccasionSerializer` describes it, and a test holds the two together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from assignments.ledger import outcome_of, weight_of
from assignments.quota import Use
from assignments.rules import Outcome, PolicyVersions
from core.actions import Allowed
from core.numbers import as_number

Shape = dict[str, Any]
Actions = list[Shape]


class OccasionRow(NamedTuple):
    """All of an occasion's row, and of what it belongs to, that an answer shows or has to know.

    `activities` are pairs of the kind's code and a note.
    """

    id: UUID
    assignment: UUID
    outing: UUID | None
    series: UUID | None
    original_day: date | None
    starts_at: datetime
    ends_at: datetime
    place: str
    title: str
    status: str
    own_units: Decimal | None
    asked: str
    asked_units: Decimal | None
    units_reason: str
    answer_reason: str
    note: str
    cancelled_by: str
    cancelled_at: datetime | None
    reason: str
    skipped_for: UUID | None
    version: int
    action_fingerprint: str
    contact_person: UUID
    last_day: date | None
    decision_kind: str
    municipality: UUID
    time_zone: str
    activities: Iterable[tuple[str, str]]

    @property
    def use(self) -> Use:
        """The occasion as the ledger sees it."""
        return Use(
            occasion_id=str(self.id),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            status=self.status,
            own_units=self.own_units,
            asked_units=self.asked_units,
            cancelled_by=self.cancelled_by,
            cancelled_at=self.cancelled_at,
            is_skipped=self.skipped_for is not None,
        )


def stored_occasion(row: OccasionRow, versions: PolicyVersions, shown_in: tzinfo) -> Shape:
    """Return what is the same whoever looks, and whenever: no `warnings`, no `allowed_actions`.

    Times are told in the zone `shown_in`; units and outcome by the policy of the occasion's own date.
    """
    use, zone = row.use, ZoneInfo(row.time_zone)
    family = row.decision_kind == "contact_family"
    units = weight_of(use, versions, zone, family=family) if row.own_units is None else row.own_units
    return {
        "id": row.id,
        "assignment": row.assignment,
        "outing": row.outing,
        "series": row.series,
        "original_day": row.original_day,
        "starts_at": row.starts_at.astimezone(shown_in),
        "ends_at": row.ends_at.astimezone(shown_in),
        "place": row.place,
        "title": row.title,
        "status": row.status,
        "units": as_number(units),
        "asked": row.asked,
        "asked_units": None if row.asked_units is None else as_number(row.asked_units),
        "units_reason": row.units_reason,
        "answer_reason": row.answer_reason,
        "activities": [{"kind": kind, "note": note} for kind, note in row.activities],
        "note": row.note,
        "cancelled_by": row.cancelled_by,
        "cancelled_at": row.cancelled_at and row.cancelled_at.astimezone(shown_in),
        "reason": row.reason,
        "skipped_for": row.skipped_for,
        "outcome": told_outcome(outcome_of(use, versions, zone)),
        "version": row.version,
    }


def whole_occasion(stored: Shape, actions: Actions) -> Shape:
    """Return all of an answer: what is stored, and what may be done with it now. Only writing warns."""
    stored |= {"warnings": [], "allowed_actions": actions}
    return stored


def told_actions(actions: Iterable[Allowed]) -> Actions:
    """Return actions as an answer tells them."""
    return [vars(action) for action in actions]


@lru_cache(maxsize=16)
def told_outcome(outcome: Outcome | None) -> Mapping[str, bool] | None:
    """Return an outcome as an answer tells it."""
    return None if outcome is None else asdict(outcome)
