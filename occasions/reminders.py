"""What to remind of, as questions to the database. A moved occasion is asked about anew."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, OuterRef

from assignments.models import is_active_contact_person, lasts_at
from core.heartbeat import Run
from core.periods import local_date, local_moment
from notifications.messages import Kind, kind_before
from notifications.models import Notification
from notifications.services import notify, withdraw
from occasions.models import Occasion, OccasionQuerySet
from occasions.rules import EVENING
from people.models import Membership, Municipality

BATCH = 1000
DAY = timedelta(days=1)
# Older ones are a matter for the coordinator; asking again about them all would help nobody.
UNLOGGED_FOR = timedelta(days=7)
REMINDERS = frozenset({Kind.OCCASION_TOMORROW, Kind.OCCASION_SOON, Kind.OCCASION_UNLOGGED})
MUNICIPALITY = "assignment__decision__client__municipality"


def remind_before(now: datetime) -> int:
    """Tell contact persons of what starts, as long before as each of them wants; return how many were told."""
    coming = _visible(Occasion.objects.to_remind_of(now), now)
    run = Run()
    _tell(run, lambda occasion: kind_before(occasion.lead), coming.order_by("starts_at"), now)  # type: ignore[attr-defined]
    return run.end()


def remind_unlogged(now: datetime) -> int:
    """In the evening after an occasion that nobody logged, tell its contact person; return how many."""
    kind = Kind.OCCASION_UNLOGGED
    recent = Occasion.objects.unlogged(now).filter(ends_at__gt=now - UNLOGGED_FOR)
    unasked = _visible(recent, now).not_reminded(kind=kind, created_at__gte=OuterRef("ends_at"))
    run = Run()
    for name in Municipality.objects.values_list("time_zone", flat=True).distinct():
        with run.alone(f"time zone {name}"):
            here = unasked.filter(**{f"{MUNICIPALITY}__time_zone": name})
            ended = here.filter(ends_at__lte=last_evening(now, ZoneInfo(name)))
            _tell(run, lambda _: kind, ended.order_by("ends_at"), now)
    return run.end()


def last_evening(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the latest moment, at or before `now`, at which it was 19:00 local."""
    today = local_date(now, zone)
    evening = local_moment(today, EVENING, zone)
    return evening if evening <= now else local_moment(today - timedelta(days=1), EVENING, zone)


def _visible(occasions: OccasionQuerySet, now: datetime) -> OccasionQuerySet:
    """Keep those that their contact person may see, both now and on the occasion's own day.

    Loads all that telling needs.
    """
    lasting = lasts_at(F("starts_at")) & lasts_at(now)
    return occasions.filter(lasting, is_active_contact_person()).select_related(
        "assignment__contact_person", "assignment__decision__client__municipality"
    )


def outdated(notifications: Sequence[Notification], now: datetime) -> list[Notification]:
    """Return the reminders of what was moved, settled or begun since, or is not the person's any more, and the
    questions that wait no more, or not for this person.

    Telling of an answer is never outdated.
    """
    reminders = [one for one in notifications if one.kind in REMINDERS]
    planned = Occasion.objects.filter(pk__in={one.subject_id for one in reminders}, status=Occasion.Status.PLANNED)
    there = {occasion.pk: occasion for occasion in _visible(planned, now)} if reminders else {}
    past = [one for one in reminders if not (one.subject_id and _is_due(one, there.get(one.subject_id), now))]
    return past + _answered([one for one in notifications if one.kind == Kind.OCCASION_WAITING], now)


def _answered(questions: Sequence[Notification], now: datetime) -> list[Notification]:
    if not questions:
        return []
    asked = Occasion.objects.filter(
        pk__in={one.subject_id for one in questions}, asked=Occasion.Asked.WAITING
    ).values_list("pk", MUNICIPALITY)
    where = dict(asked)
    led = Membership.objects.led_by({one.recipient_id for one in questions}, now)
    return [one for one in questions if (one.recipient_id, where.get(one.subject_id)) not in led]


def clocks(notifications: Sequence[Notification]) -> dict[UUID, str]:
    """Return what the municipality's clock shows when what they remind of begins, where it lets texts say so."""
    allowed = Municipality.objects.filter(times_in_texts=True)
    ids = [one.subject_id for one in notifications if one.subject_id]
    zones = Occasion.objects.filter(pk__in=ids, **{f"{MUNICIPALITY}__in": allowed})
    names: dict[Any, str] = dict(zones.values_list("pk", f"{MUNICIPALITY}__time_zone"))
    return {
        one.pk: f"{one.expires_at.astimezone(ZoneInfo(names[one.subject_id])):%H.%M}"
        for one in notifications
        if one.subject_id in names and one.expires_at
    }


def withdraw_reminders(occasion_ids: Iterable[UUID], now: datetime) -> None:
    """Take back what waits to remind of occasions that have changed; once in each transaction."""
    withdraw(subject_ids=occasion_ids, kinds=REMINDERS, now=now)


def _is_due(reminder: Notification, occasion: Occasion | None, now: datetime) -> bool:
    if occasion is None or occasion.contact_person_id != reminder.recipient_id:
        return False
    if reminder.kind == Kind.OCCASION_UNLOGGED:
        return occasion.ends_at <= now
    return now < occasion.starts_at == reminder.expires_at


def _tell(run: Run, kind_of: Callable[[Occasion], Kind], occasions: OccasionQuerySet, now: datetime) -> None:
    """Tell of each occasion in a transaction of its own, so that one failure stops nobody else."""
    for occasion in occasions[:BATCH]:
        with run.alone(occasion):
            run.done += _tell_of(kind_of(occasion), occasion, now)


def _tell_of(kind: Kind, occasion: Occasion, now: datetime) -> int:
    lead = getattr(occasion, "lead", None)
    unchanged = Occasion.objects.filter(
        pk=occasion.pk, status=occasion.status, starts_at=occasion.starts_at, ends_at=occasion.ends_at
    )
    with transaction.atomic():
        # Somebody may have moved or settled it since the question was asked.
        if not unchanged.select_for_update(no_key=True).exists():
            return 0
        return notify(
            recipients=[occasion.assignment.contact_person],
            kind=kind,
            subject_type="occasion",
            subject_id=occasion.pk,
            dedup_key=f"{occasion.pk}:{occasion.version}" + (f":{lead}" if lead else ""),
            now=now,
            expires_at=occasion.starts_at if lead else None,
            lead_minutes=lead,
            shows_time=occasion.municipality.times_in_texts,
        )
