"""What planning, moving or lengthening an occasion would do to units and other occasions. Nothing is written."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from assignments.judging import Answer, Book, Verdict, propose_skips
from assignments.models import Assignment
from assignments.quota import Quota
from core.errors import DomainError
from occasions.books import read_book
from occasions.counting import Change, Status
from occasions.models import Occasion
from occasions.series_planning import PlannedDay, plan_days
from occasions.series_services import build_series, locked_series, prepare_series_change
from occasions.services import check_action, prepare_change, prepare_plan
from occasions.writing import lock_own, locked_own
from people.models import User

# Each is tried in turn, and nobody chooses from a longer list on a phone.
MOST_CANDIDATES = 12


@dataclass(frozen=True)
class Preview:
    """The policy's answer; what the occasion would count as, and what would wait; which ones to skip instead.

    `over` is how many units too many it would be, `quota` the account of its period afterwards.
    """

    answer: Answer
    units: Decimal
    asked_units: Decimal | None
    weight: Decimal
    over: Decimal
    quota: Quota
    skip: list[Occasion]
    problem: DomainError | None


def preview_plan(*, user: User, now: datetime, assignment: UUID, **values: Any) -> Preview:
    """Tell what planning an occasion would do. Raise what planning it raises but QuotaExceeded."""
    with transaction.atomic():
        lock_own(user, Assignment.objects.own(user, now=now).filter(pk=assignment))
        found = Assignment.objects.get_own(assignment, user=user, now=now)
        return _preview(prepare_plan(found, uuid4(), values, user=user, now=now), user, now)


def preview_edit(*, user: User, now: datetime, occasion: UUID, **values: Any) -> Preview:
    """Tell what editing an occasion would do. Raise what editing it raises but QuotaExceeded and StaleVersion."""
    with transaction.atomic():
        found = locked_own(occasion, user, now)
        status = check_action("edit", found, values, now)
        change = prepare_change(found, values, status=status, user=user, now=now)
        if change.verdict is None:
            # Its units stay as they are, waiting ones too: they are judged anew only when they change.
            book = read_book(found.assignment.decision)
            change = replace(change, book=book, verdict=Verdict("fits", found.use, book, found.use))
        return _preview(change, user, now)


def _preview(change: Change, user: User, now: datetime) -> Preview:
    verdict, book = change.verdict, change.book
    assert verdict is not None and book is not None  # noqa: S101, PT018 (both callers have judged)
    return Preview(
        answer=verdict.answer,
        units=book.counted(verdict.use),
        asked_units=verdict.use.asked_units,
        weight=book.weight_of(verdict.use),
        over=verdict.over,
        quota=verdict.quota_after(),
        skip=_proposed(change, verdict, book, user, now) if verdict.over else [],
        problem=change.excess,
    )


def _proposed(change: Change, verdict: Verdict, book: Book, user: User, now: datetime) -> list[Occasion]:
    """Return the planned occasions to skip, in the order of time."""
    decision = change.occasion.assignment.decision_id
    planned = (
        Occasion.objects.complete()
        .own(user, now=now)
        .filter(assignment__decision=decision, status=Status.PLANNED, starts_at__gt=now)
        .exclude(pk=change.occasion.pk)
    )
    start = change.occasion.starts_at
    nearest = sorted(planned, key=lambda one: (one.starts_at < start, abs(one.starts_at - start)))
    candidates = {str(one.pk): one for one in nearest[:MOST_CANDIDATES]}
    skipped = [str(one.pk) for one in change.skipped]
    chosen = propose_skips(book, str(change.occasion.pk), verdict.wanted, candidates, skipped=skipped)
    return sorted((candidates[one] for one in chosen), key=lambda one: one.starts_at)


@dataclass(frozen=True)
class SeriesPreview:
    """The days that a series would plan, by its rule in its one spelling."""

    rule: str
    days: list[PlannedDay]

    @property
    def blocked(self) -> list[date]:
        """The days that have to be left out."""
        return [one.day for one in self.days if one.answer == "block"]


def preview_series(*, user: User, now: datetime, assignment: UUID, **values: Any) -> SeriesPreview:
    """Tell what planning a series would do. Raise what planning it raises but SeriesDoesNotFit."""
    with transaction.atomic():
        lock_own(user, Assignment.objects.own(user, now=now).filter(pk=assignment))
        found = Assignment.objects.get_own(assignment, user=user, now=now)
        series = build_series(found, uuid4(), values, now)
        return SeriesPreview(series.rule, plan_days(series, read_book(found.decision), now=now))


def preview_series_change(
    *, user: User, now: datetime, series: UUID, from_day: date, **values: Any
) -> SeriesPreview:
    """Tell what changing a series would do. Raise what changing it does but SeriesDoesNotFit and StaleVersion."""
    with transaction.atomic():
        found = locked_series(series, user, now)
        change = prepare_series_change(found, from_day, values, now)
        return SeriesPreview(change.follows.rule, change.days)
