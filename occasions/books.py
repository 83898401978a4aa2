"""Reading the ledgers of decisions, many in a number of queries that does not grow with them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from assignments.judging import Book
from assignments.models import Assignment, Decision, NoPolicy, Policy
from assignments.quota import Quota, Use
from assignments.rules import UNWRITTEN
from core.periods import Month
from occasions.models import Occasion

FIELDS = (
    "starts_at", "ends_at", "status", "own_units", "asked_units", "cancelled_by", "cancelled_at",
)  # fmt: skip


def read_books(decisions: Iterable[Decision]) -> dict[UUID, Book]:
    """Return what the ledger of each decision is computed from, in four queries at most."""
    wanted = list(decisions)
    versions = Policy.versions_for(decision.client.municipality_id for decision in wanted)
    prefetch_related_objects(wanted, "scope_changes", "adjustments")
    uses: dict[UUID, dict[str, Use]] = {decision.pk: {} for decision in wanted}
    rows = Occasion.objects.of_decisions(uses).values_list("assignment__decision", "pk", "skipped_for", *FIELDS)
    for decision_id, pk, skipped_for, *fields in rows:
        values: dict[str, Any] = dict(zip(FIELDS, fields, strict=True))
        uses[decision_id][str(pk)] = Use(occasion_id=str(pk), is_skipped=skipped_for is not None, **values)
    return {
        decision.pk: Book(
            terms=decision.terms,
            versions=versions.get(decision.client.municipality_id, UNWRITTEN),
            zone=decision.client.municipality.zone,
            uses=uses[decision.pk],
            adjustments=tuple(one.entry for one in decision.adjustments.all()),
        )
        for decision in wanted
    }


def read_book(decision: Decision) -> Book:
    """Return what the ledger of a decision is computed from, for whoever is about to change it. Raise NoPolicy.

    The caller holds the decision's lock.
    """
    book = read_books([decision])[decision.pk]
    if book.versions is UNWRITTEN:
        raise NoPolicy
    return book


def read_quotas(
    assignments: Iterable[Assignment], *, now: datetime, month: Month | None = None, on: date | None = None
) -> dict[UUID, Quota]:
    """Return the account of each assignment's decision: of a month, or of the period of a day (today's)."""
    found = list(assignments)
    books = read_books({one.decision_id: one.decision for one in found}.values())
    quotas: dict[UUID, Quota] = {}
    for assignment in found:
        book, day = books[assignment.decision_id], on or assignment.municipality.today(now)
        quotas[assignment.pk] = (
            book.ledger(day).on(day) if month is None else book.ledger(month.last_day).in_month(month)
        )
    return quotas
