"""Reading what ledgers are computed from with others' questions, in one round trip."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from assignments.grants import Scope, Terms
from assignments.models import Adjustment, AssignmentQuerySet, Decision, ScopeChange
from assignments.quota import Adjustment as Added
from core.periods import PeriodKind
from core.prepared import Rows


class AssignmentRow(NamedTuple):
    """An assignment's row, with those of its decision, client and municipality."""

    id: UUID
    contact_person: UUID
    first_day: date
    last_day: date | None
    allowance: Decimal
    decision: UUID
    kind: str
    units: Decimal
    period: str
    decision_first_day: date
    decision_last_day: date | None
    client: UUID
    client_name: str
    municipality: UUID
    time_zone: str

    @property
    def zone(self) -> ZoneInfo:
        """The municipality's time zone."""
        return ZoneInfo(self.time_zone)

    def terms(self, changes: list[Scope]) -> Terms:
        """Return what the decision grants, with what changed of its scope."""
        return Terms(
            scopes=(Scope(self.decision_first_day, self.units), *changes),
            first_day=self.decision_first_day,
            last_day=self.decision_last_day,
            period=cast(PeriodKind, self.period),
            family=self.kind == Decision.Kind.CONTACT_FAMILY,
        )


_COLUMNS = (
    "id", "contact_person", "first_day", "last_day", "allowance", "decision", "decision__kind", "decision__units",
    "decision__period", "decision__first_day", "decision__last_day", "decision__client", "decision__client__name",
    "decision__client__municipality", "decision__client__municipality__time_zone",
)  # fmt: skip


def as_rows(assignments: AssignmentQuerySet) -> QuerySet[Any, Any]:
    """Ask for the values of `AssignmentRow`."""
    return assignments.values_list(*_COLUMNS)


def as_scopes(assignments: AssignmentQuerySet) -> QuerySet[Any, Any]:
    """Ask what changed of the scope of decisions."""
    rows = ScopeChange.objects.filter(decision__in=assignments.values("decision"))
    return rows.order_by("decision", "first_day").values_list("decision", "first_day", "units")


def as_adjustments(assignments: AssignmentQuerySet) -> QuerySet[Any, Any]:
    """Ask what coordinators added to decisions."""
    rows = Adjustment.objects.filter(decision__in=assignments.values("decision"))
    return rows.values_list("decision", "id", "on", "units", "reason")


def scopes_in(rows: Rows) -> Mapping[UUID, list[Scope]]:
    """Return what was found for `as_scopes`, by decision."""
    found: dict[UUID, list[Scope]] = {}
    for decision, first_day, units in rows:
        found.setdefault(decision, []).append(Scope(first_day, units))
    return found


def adjustments_in(rows: Rows) -> Mapping[UUID, list[Added]]:
    """Return what was found for `as_adjustments`, by decision."""
    found: dict[UUID, list[Added]] = {}
    for decision, pk, on, units, reason in rows:
        found.setdefault(decision, []).append(Added(str(pk), on, units, reason))
    return found
