"""Planning occasions that come again and again, changing what follows, ending them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from assignments.models import Assignment
from core.errors import InvalidInput
from core.periods import DAY
from core.repeats import create_once, fingerprint
from core.text import Text
from notifications.services import withdraw
from occasions import rules
from occasions.books import read_book
from occasions.counting import Status, taken_back
from occasions.models import Occasion, OccasionSeries
from occasions.models.occasion import ONE_AT_A_TIME
from occasions.recurrence import occurrences, on_another_day, parse_rule, rest_from
from occasions.series_planning import COPIED, FILLED_AHEAD, PlannedDay, expect_all_fit, plan_days, write_days
from occasions.writing import check_written, lock_own, one_at_a_time
from people.models import User

ENDED = "Serien avslutades eller ändrades."


class SeriesBegun(InvalidInput):
    """What has been is logged, one by one."""

    code = "series_begun"
    text = Text(
        sv="En serie börjar tidigast i dag. Fyll i det som varit för sig.",
        en="A series begins today at the earliest. Log what has been on its own.",
    )


class SeriesEmpty(InvalidInput):
    """There is nothing to plan when every day is left out."""

    code = "series_empty"
    text = Text(sv="Alla dagar är utelämnade.", en="Every day is left out.")


class UnknownDay(InvalidInput):
    """The series has no occasion to come on that day."""

    code = "unknown_day"
    text = Text(
        sv="Serien har inget kommande tillfälle den dagen.", en="The series has no occasion to come on that day."
    )


def plan_series(
    *, user: User, now: datetime, assignment: UUID, id: UUID | None = None, **values: Any
) -> tuple[OccasionSeries, bool]:
    """Plan occasions by a rule, some weeks ahead at first; return the series and whether it is new.

    `values` are `rule` (RFC 5545), `starts_at` and `ends_at` of the first one, and optionally days to `exclude`,
    `place`, `title` and `note`. All days must fit, by the units and the time that there are now. Raise NotYours,
    IdConflict, SeriesDoesNotFit, SeriesBegun, SeriesEmpty, UnknownDay, a RuleError or what the rules refuse.
    """
    asked = fingerprint("plan_series", {"assignment": assignment, **values})
    with transaction.atomic(), one_at_a_time():
        lock_own(user, Assignment.objects.own(user, now=now).filter(pk=assignment))
        found = Assignment.objects.get_own(assignment, user=user, now=now)
        return create_once(
            OccasionSeries.objects.complete().own(user, now=now),
            row_id=id,
            asked=asked,
            create=lambda: _create(build_series(found, id or uuid4(), values, now), asked, now),
        )


def _create(series: OccasionSeries, asked: str, now: datetime) -> OccasionSeries:
    days = plan_days(series, read_book(series.assignment.decision), now=now)
    expect_all_fit(days)
    series.creation_fingerprint = asked
    series.save(force_insert=True)
    write_days([one for one in days if one.day <= series.filled_until], {}, now)
    return series


def build_series(assignment: Assignment, row_id: UUID, values: Mapping[str, Any], now: datetime) -> OccasionSeries:
    """Return a series in memory. Raise what is wrong with its times, rule and excluded days."""
    zone = assignment.municipality.zone
    check_written(values, zone)
    rules.check_times(values["starts_at"].astimezone(UTC), values["ends_at"].astimezone(UTC), now)
    first = values["starts_at"].astimezone(zone).replace(tzinfo=None, fold=0)
    length = values["ends_at"].astimezone(zone).replace(tzinfo=None) - first
    if length < timedelta(minutes=1):  # as it may on the wall, the night when an hour comes twice
        raise rules.EndBeforeStart(field="ends_at")
    if first.date() < assignment.municipality.today(now):
        raise SeriesBegun(field="starts_at")
    recurrence = parse_rule(values["rule"], first=first, zone=zone)
    excluded = sorted(set(values.get("exclude", [])))
    series = OccasionSeries(
        pk=row_id,
        assignment=assignment,
        rule=recurrence.rule,
        first_day=first.date(),
        starts=first.time(),
        minutes=length // timedelta(minutes=1),
        last_day=occurrences(recurrence, zone)[-1].original.date(),
        filled_until=assignment.municipality.today(now + FILLED_AHEAD),
        **{name: values[name] for name in COPIED if name in values},
    )
    days = {one.original.date() for one in series.occurrences()}
    if not days.issuperset(excluded):
        raise UnknownDay(field="exclude")
    if days == set(excluded):
        raise SeriesEmpty(field="exclude")
    series.excluded = excluded
    return series


def change_series(
    *, user: User, series_id: UUID, expected_version: int, now: datetime, from_day: date, **values: Any
) -> OccasionSeries:
    """Change a series from one of its days on: a new series follows it, and what is planned moves there.

    `values` are those of `plan_series` that change; without a `rule` the old one goes on. What has been held,
    missed or cancelled stays as it is. Return the series that follows. Raise what `plan_series` raises, UnknownDay
    or StaleVersion.
    """
    asked = fingerprint("change_series", {"series": series_id, "from": from_day, **values})
    with transaction.atomic(), one_at_a_time():
        series = locked_series(series_id, user, now)
        repeated = series.followed_by.complete().filter(creation_fingerprint=asked).first()
        series.expect(expected_version, already=repeated is not None)
        if repeated is not None:
            return repeated
        follows, days, replaced = prepare_series_change(series, from_day, values, now)
        expect_all_fit(days)
        follows.creation_fingerprint, follows.follows = asked, series
        follows.save(force_insert=True)
        series.change(last_day=from_day - DAY)
        with connection.cursor() as cursor:  # one takes the place of another
            cursor.execute(f"SET CONSTRAINTS {ONE_AT_A_TIME} DEFERRED")
        kept = [one for one in days if one.day <= follows.filled_until]
        becoming = {one.occasion.pk for one in kept}
        _cancel((one for one in replaced if one.pk not in becoming), now, asked)
        write_days(kept, {one.pk: one for one in replaced}, now)
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {ONE_AT_A_TIME} IMMEDIATE")
    return follows


def prepare_series_change(
    series: OccasionSeries, from_day: date, values: Mapping[str, Any], now: datetime
) -> tuple[OccasionSeries, list[PlannedDay], list[Occasion]]:
    """Return the series that would follow, its days as they would be planned, and the occasions that give way.

    Raise UnknownDay, and what is wrong with the values.
    """
    coming = [one for one in series.occurrences() if one.original.date() >= from_day]
    rows = list(series.occasions.filter(original_day__gte=from_day).order_by("original_day"))
    replaced = [one for one in rows if one.status == Status.PLANNED and one.starts_at > now]
    settled = {one.original_day for one in rows} - {one.original_day for one in replaced}
    if not coming or coming[0].original.date() != from_day or from_day in settled or coming[0].starts_at <= now:
        raise UnknownDay(field="from")
    given = {name: getattr(series, name) for name in COPIED} | dict(values)
    given.setdefault("starts_at", coming[0].starts_at)
    first_day = given["starts_at"].astimezone(series.zone).date()
    given.setdefault("rule", on_another_day(rest_from(series.recurrence, coming[0].original), first_day))
    given.setdefault("ends_at", given["starts_at"] + (series.end_of(coming[0]) - coming[0].starts_at))
    follows = build_series(series.assignment, uuid4(), given, now)
    if "rule" not in values and "exclude" not in values:
        follows.excluded = _left_out(series, follows, coming[0].original, settled)
    in_time = [one.original.date() for one in follows.occurrences() if one.original.date() <= follows.filled_until]
    moved = dict(zip(in_time, replaced, strict=False))
    book = read_book(series.assignment.decision)
    return follows, plan_days(follows, book, now=now, replaced=replaced, moved=moved), replaced


def _left_out(
    series: OccasionSeries, follows: OccasionSeries, original: datetime, settled: set[date | None]
) -> list[date]:
    """Leave out the days that answer to those which were left out, cancelled or held already."""
    old = occurrences(rest_from(series.recurrence, original), series.zone)
    new = occurrences(follows.recurrence, follows.zone)
    gone = settled | set(series.excluded)
    return [
        after.original.date() for before, after in zip(old, new, strict=False) if before.original.date() in gone
    ]


def end_series(*, user: User, series_id: UUID, now: datetime, from_day: date | None = None) -> OccasionSeries:
    """End a series from a day on (today when none is given): what is planned from then on is cancelled.

    The same call again changes nothing. Raise NotYours.
    """
    asked = fingerprint("end_series", {"from": from_day})
    with transaction.atomic():
        series = locked_series(series_id, user, now)
        if series.action_fingerprint == asked:
            return series
        day = from_day or series.municipality.today(now)
        planned = series.occasions.filter(original_day__gte=day, status=Status.PLANNED, starts_at__gt=now)
        _cancel(planned, now, asked)
        series.change(last_day=min(series.last_day, day - DAY), action_fingerprint=asked)
    return series


def locked_series(series_id: UUID, user: User, now: datetime) -> OccasionSeries:
    """Lock the contact person, the decision and one of the user's own series. Raise NotYours."""
    lock_own(user, Assignment.objects.own(user, now=now).filter(series=series_id))
    own = OccasionSeries.objects.complete().own(user, now=now)
    return own.select_for_update(of=("self",), no_key=True).get_one(series_id)


def _cancel(occasions: Iterable[Occasion], now: datetime, asked: str) -> None:
    for occasion in occasions:
        occasion.change(
            status=Status.CANCELLED,
            cancelled_by=Occasion.CancelledBy.CONTACT_PERSON,
            cancelled_at=now,
            reason=ENDED,
            action_fingerprint=asked,
            **taken_back(occasion),
        )
        withdraw(subject_id=occasion.pk, now=now)
