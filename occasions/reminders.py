"""What to remind of, as questions to the database. A moved occasion is asked about anew."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, OuterRef, Q

from notifications.messages import Kind
from notifications.services import notify
from occasions.models import Occasion, OccasionQuerySet
from occasions.rules import evening_after

logger = logging.getLogger(__name__)
BATCH = 1000
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Older ones are a matter for the coordinator; asking again about them all would help nobody.
UNLOGGED_FOR = timedelta(days=7)


def remind_before(now: datetime) -> int:
    """Tell contact persons of what starts within a day and within an hour; return how many were told.

    What starts within the hour is told of once, as such.
    """
    starting = _assigned(Occasion.objects.all())
    tomorrow = starting.starting_within(now, after=HOUR, within=DAY)
    soon = starting.starting_within(now, after=timedelta(0), within=HOUR)
    return sum(
        _tell(kind, occasions.not_reminded(kind, expires_at=OuterRef("starts_at")), now)
        for kind, occasions in ((Kind.OCCASION_TOMORROW, tomorrow), (Kind.OCCASION_SOON, soon))
    )


def remind_unlogged(now: datetime) -> int:
    """In the evening after an occasion that nobody logged, tell its contact person; return how many."""
    kind = Kind.OCCASION_UNLOGGED
    recent = _assigned(Occasion.objects.unlogged(now)).filter(ends_at__gt=now - UNLOGGED_FOR)
    unasked = recent.not_reminded(kind, created_at__gte=OuterRef("ends_at"))
    due = (o for o in unasked[:BATCH].iterator() if evening_after(o.ends_at, o.municipality.zone) <= now)
    return _tell(kind, due, now)


def _assigned(occasions: OccasionQuerySet) -> OccasionQuerySet:
    """Keep those whose assignment lasts until they start, with all that telling of them needs."""
    lasting = Q(assignment__last_day=None) | Q(assignment__last_day__gte=F("starts_at__date"))
    return occasions.filter(lasting).select_related(
        "assignment__contact_person", "assignment__decision__client__municipality"
    )


def _tell(kind: Kind, occasions: Iterable[Occasion], now: datetime) -> int:
    """Tell of each occasion in a transaction of its own, so that one failure stops nobody else."""
    told = 0
    for occasion in occasions[:BATCH] if isinstance(occasions, OccasionQuerySet) else occasions:
        before = kind != Kind.OCCASION_UNLOGGED
        moment = occasion.starts_at if before else occasion.ends_at
        try:
            with transaction.atomic():
                told += notify(
                    recipients=[occasion.assignment.contact_person],
                    kind=kind,
                    subject_type="occasion",
                    subject_id=occasion.pk,
                    dedup_key=f"{occasion.pk}:{moment.timestamp():.0f}",
                    now=now,
                    expires_at=occasion.starts_at if before else None,
                )
        except Exception:
            logger.exception("Occasion %s: nobody could be reminded", occasion.pk)
    return told
