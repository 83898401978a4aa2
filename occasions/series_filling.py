"""As time goes on, the coming days of series become occasions."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from assignments.models import Assignment
from core.heartbeat import Run
from notifications.messages import Kind
from notifications.services import notify
from occasions.books import read_book
from occasions.models import OccasionSeries
from occasions.series_planning import FILLED_AHEAD, plan_days, write_days
from occasions.writing import lock_own, one_at_a_time

BATCH = 1000


def fill_series(now: datetime) -> int:
    """Plan the days that have come near enough; return how many occasions that made.

    Each series in a transaction of its own, so that one failure stops nobody else.
    """
    until = (now + FILLED_AHEAD).date()
    run = Run()
    for series_id in (
        OccasionSeries.objects.to_fill(until, now=now)
        .order_by("filled_until")
        .values_list("pk", flat=True)[:BATCH]
    ):
        with run.alone(f"series {series_id}"):
            run.done += _fill(series_id, now)
    return run.end()


def _fill(series_id: UUID, now: datetime) -> int:
    """Plan the days of a series; what does not fit any more is left out, and its contact person told."""
    with transaction.atomic(), one_at_a_time():
        found = OccasionSeries.objects.select_related("assignment__contact_person").get(pk=series_id)
        contact_person = found.assignment.contact_person
        own = Assignment.objects.own(contact_person, now=now).filter(series=series_id)
        lock_own(contact_person, own)
        if not own.exists():
            return 0
        series = OccasionSeries.objects.complete().select_for_update(of=("self",), no_key=True).get(pk=series_id)
        until = series.municipality.today(now + FILLED_AHEAD)
        book = read_book(series.assignment.decision)
        days = plan_days(series, book, now=now, after=series.filled_until, until=until)
        fitting = [one for one in days if one.answer != "block"]
        write_days(fitting, {}, now)
        _leave_out(series, [one.day for one in days if one.answer == "block"], now)
        OccasionSeries.objects.filter(pk=series_id).update(filled_until=max(until, series.filled_until))
    return len(fitting)


def _leave_out(series: OccasionSeries, days: list[date], now: datetime) -> None:
    if series.change(excluded=sorted({*series.excluded, *days})):
        notify(
            recipients=[series.assignment.contact_person],
            kind=Kind.SERIES_INCOMPLETE,
            subject_type="series",
            subject_id=series.pk,
            dedup_key=f"{series.pk}:{series.version}",
            now=now,
        )
