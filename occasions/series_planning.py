"""What a series would plan: each of its days, judged, before anything is written."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from assignments.judging import Answer, Book, Verdict, judge_each, weigh
from assignments.quota import Use
from core.errors import DomainError
from core.repeats import fingerprint
from core.text import Text
from occasions import rules
from occasions.counting import tell_of_question, unit_fields
from occasions.models import Occasion, OccasionSeries
from occasions.recurrence import Occurrence
from occasions.unit_rules import excess_of
from occasions.writing import check_days, check_times

# So far ahead the days of a series are occasions; the others become so as time goes on.
FILLED_AHEAD = timedelta(weeks=8)
COPIED = ("place", "title", "note")
Busy = list[tuple[datetime, datetime]]
MOST_NAMED = 12


class SeriesDoesNotFit(DomainError):
    """Some days can't be planned, and have to be left out."""

    code = "series_does_not_fit"
    text = Text(
        sv="Alla dagar går inte att planera. Lämna ut dem som inte ryms: {days}.",
        en="Not every day can be planned. Leave out those that do not fit: {days}.",
    )


@dataclass(frozen=True)
class PlannedDay:
    """A day of a series as it would be planned: its occasion, in memory, and what is said of its units.

    Without a verdict `problem` is what is in the way whatever the units; with one, it is the answer's reason.
    """

    day: date
    occasion: Occasion
    weight: Decimal
    verdict: Verdict | None = None
    problem: DomainError | None = None

    @property
    def answer(self) -> Answer:
        """What the policy says of it; `block` for whatever else is in the way."""
        if self.verdict is None:
            return "fits" if self.problem is None else "block"
        return self.verdict.answer

    @property
    def units(self) -> Decimal:
        """What it would count as."""
        own = None if self.verdict is None else self.verdict.use.own_units
        return self.weight if own is None else own

    @property
    def asked_units(self) -> Decimal | None:
        """What would wait for the coordinator."""
        return None if self.verdict is None else self.verdict.use.asked_units


def plan_days(
    series: OccasionSeries,
    book: Book,
    *,
    now: datetime,
    after: date = date.min,
    until: date = date.max,
    replaced: Sequence[Occasion] = (),
    moved: Mapping[date, Occasion] | None = None,
) -> list[PlannedDay]:
    """Judge the days of a series after one day and until another, in their order.

    `replaced` are planned occasions that give way; `moved` says which of them become which day.
    """
    busy = _busy(series, replaced)
    days: list[PlannedDay] = []
    for occurrence in series.occurrences():
        if after < occurrence.original.date() <= until:
            days.append(_planned_day(series, occurrence, moved or {}, book, busy, now))
    becoming = {one.occasion.pk for one in days}
    released = {str(one.pk): _released(one, now, moves=one.pk in becoming) for one in replaced}
    free = [one for one in days if one.problem is None]
    uses = [
        (str(one.occasion.pk), weigh(book, book.uses.get(str(one.occasion.pk)), one.occasion.use, None))
        for one in free
    ]
    verdicts = dict(zip((one.day for one in free), judge_each(book, released, uses), strict=True))
    return [
        replace(one, verdict=verdicts[one.day], problem=excess_of(verdicts[one.day], None, book))
        if one.day in verdicts
        else one
        for one in days
    ]


def _released(occasion: Occasion, now: datetime, *, moves: bool) -> Use:
    """Return an occasion that gives way: one that moves is judged where it goes, any other is cancelled."""
    use = replace(occasion.use, asked_units=None, status="cancelled")
    return (
        replace(use, is_skipped=True) if moves else replace(use, cancelled_by="contact_person", cancelled_at=now)
    )


def unchanged_day(series: OccasionSeries, occasion: Occasion) -> PlannedDay:
    """Return an occasion of another series as a day of this one, where nothing but words may change."""
    after = copy(occasion)
    after.series = series
    _take_words(after, occasion, series)
    return PlannedDay(occasion.original_day or series.first_day, after, Decimal(0))


def expect_all_fit(days: Sequence[PlannedDay]) -> None:
    """Raise SeriesDoesNotFit when something is in the way of a day."""
    bad = [f"{one.day:%Y-%m-%d}" for one in days if one.answer == "block"]
    if bad:
        more = "" if len(bad) <= MOST_NAMED else " …"
        raise SeriesDoesNotFit(field="exclude", days=", ".join(bad[:MOST_NAMED]) + more)


def _busy(series: OccasionSeries, replaced: Sequence[Occasion]) -> Busy:
    """Return when the contact person is elsewhere."""
    rows = Occasion.objects.filter(
        contact_person=series.assignment.contact_person_id,
        status__in=rules.TAKES_TIME,
        ends_at__gt=series.starts_at,
    ).exclude(pk__in=[one.pk for one in replaced])
    return list(rows.values_list("starts_at", "ends_at"))


def _planned_day(
    series: OccasionSeries,
    occurrence: Occurrence,
    moved: Mapping[date, Occasion],
    book: Book,
    busy: Busy,
    now: datetime,
) -> PlannedDay:
    day = occurrence.original.date()
    occasion = copy(moved[day]) if day in moved else Occasion(pk=uuid5(series.pk, str(day)))
    occasion.assignment, occasion.contact_person = series.assignment, series.assignment.contact_person
    occasion.series, occasion.original_day = series, day
    occasion.starts_at, occasion.ends_at = occurrence.starts_at, series.end_of(occurrence)
    _take_words(occasion, moved.get(day), series)
    planned = PlannedDay(day, occasion, book.weight_of(occasion.use))
    try:
        check_times(occasion, now)
        check_days(occasion, occasion.starts_at)
        if any(start < occasion.ends_at and end > occasion.starts_at for start, end in busy):
            raise rules.Overlapping(field="starts_at")
    except DomainError as error:
        return replace(planned, problem=error)
    busy.append((occasion.starts_at, occasion.ends_at))
    return planned


def _take_words(occasion: Occasion, row: Occasion | None, series: OccasionSeries) -> None:
    """Give an occasion the words of a series, but what somebody wrote on that very day."""
    for name in COPIED:
        if row is None or row.series is None or getattr(row, name) == getattr(row.series, name):
            setattr(occasion, name, getattr(series, name))


def write_days(days: Sequence[PlannedDay], moved: Mapping[UUID, Occasion], now: datetime) -> None:
    """Write the occasions of the days; `moved` are those, by id, that exist."""
    for one in days:
        occasion, row = one.occasion, moved.get(one.occasion.pk)
        fields: dict[str, Any] = {}
        if one.verdict is not None:
            lasts = row is not None and one.verdict.book.counted(row.use) == one.units
            fields = unit_fields(occasion, one.verdict.use, occasion.units_reason, lasts=lasts)
        if row is not None:
            fields |= {name: getattr(occasion, name) for name in ("starts_at", "ends_at", *COPIED)}
            asked = row.asked_units
            row.change(**fields, series=occasion.series, original_day=one.day)
            if row.asked_units != asked:
                tell_of_question(row, now)
            continue
        for name, value in fields.items():
            setattr(occasion, name, value)
        occasion.creation_fingerprint = fingerprint("series", {"series": occasion.series_id, "day": one.day})
        occasion.save(force_insert=True)
        tell_of_question(occasion, now)
