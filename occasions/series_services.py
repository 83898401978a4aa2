"""Planning occasions that come again and again, changing what follows, ending them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from assignments.models import Assignment
from core.errors import DomainError, InvalidInput
from core.periods import DAY
from core.repeats import create_once, fingerprint
from core.text import Text
from occasions import rules
from occasions.books import read_book
from occasions.counting import Asked, Status
from occasions.models import Occasion, OccasionSeries
from occasions.models.occasion import ONE_AT_A_TIME
from occasions.recurrence import Occurrence, occurrences, on_another_day, parse_rule, rest_from
from occasions.reminders import withdraw_reminders
from occasions.series_planning import (
    COPIED,
    FILLED_AHEAD,
    PlannedDay,
    expect_all_fit,
    plan_days,
    unchanged_day,
    write_days,
)
from occasions.writing import check_written, end_drafts, lock_own, one_at_a_time
from people.models import User

ENDED = "Serien avslutades eller ändrades."


class SeriesBegun(InvalidInput):
    """What has been is logged, one by one."""

    code = "series_begun"
    text = Text(
        sv="En serie börjar tidigast i dag. Fyll i det som varit för sig.",
        en="A series begins today at the earliest. Log what has been on its own.",
    )


class NotWholeMinutes(InvalidInput):
    """The clock on the wall shows no seconds."""

    code = "not_whole_minutes"
    text = Text(sv="Ange hela minuter.", en="Give whole minutes.")


class SeriesEmpty(InvalidInput):
    """There is nothing to plan when every day is left out."""

    code = "series_empty"
    text = Text(sv="Alla dagar är utelämnade.", en="Every day is left out.")


@dataclass(frozen=True)
class SeriesChange:
    """The series that would follow, its days as they would be planned, and the occasions that give way to them."""

    follows: OccasionSeries
    days: list[PlannedDay]
    replaced: list[Occasion]


class UnknownDay(InvalidInput):
    """The series has no occasion to come on that day."""

    code = "unknown_day"
    text = Text(
        sv="Serien har inget kommande tillfälle den dagen.", en="The series has no occasion to come on that day."
    )


class SeriesEnded(DomainError):
    """Somebody ended it before that day."""

    code = "series_ended"
    text = Text(sv="Serien är redan avslutad.", en="The series has ended already.")


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
    length = values["ends_at"].astimezone(zone).replace(tzinfo=None, fold=0) - first
    if length < timedelta(minutes=1):  # as it may on the wall, the night when an hour comes twice
        raise rules.EndBeforeStart(field="ends_at")
    if first.second or first.microsecond or length % timedelta(minutes=1):
        raise NotWholeMinutes(field="starts_at")
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
    missed or cancelled stays as it is, and so do words that were written on single days. Return the series that
    follows. Raise what `plan_series` raises, UnknownDay or StaleVersion.
    """
    asked = fingerprint("change_series", {"series": series_id, "from": from_day, **values})
    with transaction.atomic(), one_at_a_time():
        series = locked_series(series_id, user, now)
        repeated = series.followed_by.complete().filter(creation_fingerprint=asked).first()
        series.expect(expected_version, already=repeated is not None)
        if repeated is not None:
            return repeated
        change = prepare_series_change(series, from_day, values, now)
        expect_all_fit(change.days)
        change.follows.creation_fingerprint, change.follows.follows = asked, series
        change.follows.save(force_insert=True)
        series.change(last_day=from_day - DAY)
        _move(change, now, asked)
    return change.follows


def _move(change: SeriesChange, now: datetime, asked: str) -> None:
    """Write the occasions of the series that follows; one takes the place of another: overlaps are asked last."""
    kept = [one for one in change.days if one.day <= change.follows.filled_until]
    becoming = {one.occasion.pk: one.occasion for one in kept}
    left_over = [one for one in change.replaced if one.pk not in becoming]
    moved = [
        one.pk
        for one in change.replaced
        if (now_it := becoming.get(one.pk)) is None
        or (one.starts_at, one.ends_at) != (now_it.starts_at, now_it.ends_at)
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {ONE_AT_A_TIME} DEFERRED")
        withdraw_reminders(moved, now)
        _cancel(left_over, now, asked)
        write_days(kept, {one.pk: one for one in change.replaced}, now)
        cursor.execute(f"SET CONSTRAINTS {ONE_AT_A_TIME} IMMEDIATE")


def prepare_series_change(
    series: OccasionSeries, from_day: date, values: Mapping[str, Any], now: datetime
) -> SeriesChange:
    """Return what changing a series would do, without writing. Raise UnknownDay and what is wrong with values.

    Where only words change, the days stay as they are: nothing is judged, and what was moved by hand stays there.
    """
    coming = [one for one in series.occurrences() if one.original.date() >= from_day]
    rows = list(series.occasions.filter(original_day__gte=from_day).order_by("original_day"))
    replaced = [one for one in rows if one.status == Status.PLANNED and one.starts_at > now]
    settled = {one.original_day for one in rows if one not in replaced}
    if not coming or coming[0].original.date() != from_day or from_day in settled or coming[0].starts_at <= now:
        raise UnknownDay(field="from")
    follows = _following(series, coming[0], values, settled, now)
    if values.keys() <= set(COPIED):
        follows.filled_until = series.filled_until
        days = [unchanged_day(follows, one) for one in replaced]
        return SeriesChange(follows, days, replaced)
    in_time = [one.original.date() for one in follows.occurrences() if one.original.date() <= follows.filled_until]
    moved = dict(zip(in_time, replaced, strict=False))
    book = read_book(series.assignment.decision)
    return SeriesChange(follows, plan_days(follows, book, now=now, replaced=replaced, moved=moved), replaced)


def _following(
    series: OccasionSeries, first: Occurrence, values: Mapping[str, Any], settled: set[date | None], now: datetime
) -> OccasionSeries:
    """Return the series, in memory, that goes on from an occurrence, with the values changed.

    The days that were left out, cancelled or held already are left out: the same ones in turn, or with another
    rule those of the same date.
    """
    given = {name: getattr(series, name) for name in COPIED} | dict(values)
    given.setdefault("starts_at", first.starts_at)
    rules.check_start(given["starts_at"].astimezone(UTC), now)
    local = given["starts_at"].astimezone(series.zone).replace(tzinfo=None)
    given.setdefault("ends_at", series.end_of(Occurrence(local, given["starts_at"])))
    rest = rest_from(series.recurrence, first.original, last_day=series.last_day)
    given.setdefault("rule", on_another_day(rest, local.date()))
    follows = build_series(series.assignment, uuid4(), given, now)
    old = [one.original.date() for one in occurrences(rest, series.zone)]
    new = [one.original.date() for one in occurrences(follows.recurrence, follows.zone)]
    gone = settled | set(series.excluded)
    pairs = zip(new, new, strict=True) if "rule" in values else zip(old, new, strict=True)
    follows.excluded = sorted({*follows.excluded, *(after for before, after in pairs if before in gone)})
    if not follows.occurrences():
        raise SeriesEmpty(field="exclude")
    return follows


def end_series(*, user: User, series_id: UUID, now: datetime, from_day: date | None = None) -> OccasionSeries:
    """End a series from a day on (today when none is given): what is planned from then on is cancelled.

    The same call again changes nothing. Raise NotYours, or for a day after the last one UnknownDay or SeriesEnded.
    """
    asked = fingerprint("end_series", {"from": from_day})
    with transaction.atomic():
        series = locked_series(series_id, user, now)
        if series.action_fingerprint == asked:
            return series
        if from_day is not None and from_day > series.last_day:
            raise SeriesEnded(present=series) if series.action_fingerprint else UnknownDay(field="from")
        day = max(from_day or series.municipality.today(now), series.first_day)
        rows = series.occasions.filter(original_day__gte=day, status=Status.PLANNED, starts_at__gt=now)
        planned = list(rows.order_by("pk"))
        withdraw_reminders([one.pk for one in planned], now)
        _cancel(planned, now, asked)
        series.change(last_day=min(series.last_day, day - DAY), action_fingerprint=asked)
    return series


def locked_series(series_id: UUID, user: User, now: datetime) -> OccasionSeries:
    """Lock the contact person, the decision and one of the user's own series. Raise NotYours."""
    lock_own(user, Assignment.objects.own(user, now=now).filter(series=series_id))
    own = OccasionSeries.objects.complete().own(user, now=now)
    return own.select_for_update(of=("self",), no_key=True).get_one(series_id)


def _cancel(cancelled: Sequence[Occasion], now: datetime, asked: str) -> None:
    """Cancel planned occasions for their contact person; what waits for an answer counts as it did."""
    for occasion in cancelled:
        waiting = {"asked": Asked.NOTHING, "asked_units": None} if occasion.asked == Asked.WAITING else {}
        occasion.change(
            status=Status.CANCELLED,
            cancelled_by=Occasion.CancelledBy.CONTACT_PERSON,
            cancelled_at=now,
            reason=ENDED,
            action_fingerprint=asked,
            **waiting,
        )
    end_drafts([one.pk for one in cancelled], now)
