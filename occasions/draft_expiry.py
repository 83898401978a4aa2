"""Drafts of occasions and expenses that nobody goes on with: a warning, and five days later they are over."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from assignments.models import is_active_contact_person, lasts_at
from core.heartbeat import Run
from notifications.messages import Kind
from notifications.models import Notification
from notifications.services import notify
from occasions.models import OccasionDraft
from people.models import User

KEPT = timedelta(days=30)  # after the last change
WARNED = timedelta(days=5)  # before that
BATCH = 1000
SUBJECT = "occasion_draft"


def expire_occasion_drafts(now: datetime) -> int:
    """Warn of drafts of occasions that nobody goes on with, and end them later; return how many of both."""
    return expire(OccasionDraft.objects.kept(), SUBJECT, lambda draft: draft.author, now)


def expire(drafts: "QuerySet[Any]", subject_type: str, owner_of: Callable[[Any], User], now: datetime) -> int:
    """Warn the owners of `drafts` that were left for so long, and end those that they were warned of.

    None ends without a warning, unless its owner does not see it any more. Return how many of both.
    """
    seen = is_active_contact_person() & lasts_at(now)
    told = Notification.objects.filter(
        kind=Kind.DRAFT_EXPIRING, subject_id=OuterRef("pk"), created_at__gte=OuterRef("updated_at")
    )
    in_time = told.filter(created_at__lte=now - WARNED)
    over = drafts.filter(Exists(in_time) | ~seen, updated_at__lte=now - KEPT).order_by("updated_at", "pk")
    ended = drafts.filter(pk__in=list(over.values_list("pk", flat=True)[:BATCH]), updated_at__lte=now - KEPT)
    run = Run()
    run.done += ended.update(discarded_at=now, updated_at=now, version=F("version") + 1)
    left = drafts.filter(seen, ~Exists(told), updated_at__lte=now - KEPT + WARNED).order_by("updated_at", "pk")
    for draft in left.select_related("assignment__contact_person")[:BATCH]:
        with run.alone(draft):
            run.done += _warn(draft, subject_type, owner_of(draft), now)
    return run.end()


def _warn(draft: Any, subject_type: str, owner: User, now: datetime) -> int:
    return notify(
        recipients=[owner],
        kind=Kind.DRAFT_EXPIRING,
        subject_type=subject_type,
        subject_id=draft.pk,
        dedup_key=f"{draft.pk}:{draft.version}",
        now=now,
        expires_at=max(draft.updated_at + KEPT, now + WARNED),
    )


def outdated_among(
    drafts: "QuerySet[Any]", notifications: Sequence[Notification], now: datetime
) -> list[Notification]:
    """Return the warnings of what was changed or ended since; `drafts` are those that are not over."""
    warnings = [one for one in notifications if one.kind == Kind.DRAFT_EXPIRING]
    ids = {one.subject_id for one in warnings}
    there = drafts.filter(is_active_contact_person(), lasts_at(now), pk__in=ids)
    changed_at = dict(there.values_list("pk", "updated_at")) if ids else {}
    return [one for one in warnings if changed_at.get(one.subject_id, one.created_at) >= one.created_at]


def outdated(notifications: Sequence[Notification], now: datetime) -> list[Notification]:
    """Return the warnings about drafts of occasions that are not true any more."""
    return outdated_among(OccasionDraft.objects.kept(), notifications, now)
