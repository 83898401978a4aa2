"""The rows of deliveries: claim them, record what came of them, give them back. Only here they change hands.

Devices are locked before deliveries, and each by id. What became of a claim counts as long as nobody else has
claimed the row since, which its number of attempts tells.
"""

import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Greatest

from notifications import ways
from notifications.fcm import SendResult
from notifications.models import Delivery, Device, Notification
from notifications.preference_services import preferences_of
from notifications.rules import GIVEN_UP, After, after_sending, why_not_send
from notifications.subjects import clocks_of, outdated_among

logger = logging.getLogger(__name__)
SWEEP_LIMIT = 10_000
Channel = Delivery.Channel
Status = Delivery.Status


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery in hand, with all that its push is made of: who sends has no database to ask."""

    pk: UUID
    attempts: int
    told_at: datetime
    notification_id: UUID
    kind: str
    subject_type: str
    subject_id: UUID | None
    expires_at: datetime | None
    lead_minutes: int | None
    shows_time: bool
    recipient_id: UUID
    is_active: bool
    language: str
    address: str = field(repr=False)
    device_id: UUID | None  # None: by mail
    user_id: UUID | None
    revoked_at: datetime | None
    token: str | None = field(repr=False)
    fid: str | None = field(repr=False)

    clock: str = ""  # what its text says of when that begins

    @property
    def notification(self) -> Notification:
        """Return what it tells, as far as that is known here, to ask an app whether it is still true."""
        return Notification(
            pk=self.notification_id,
            recipient_id=self.recipient_id,
            kind=self.kind,
            subject_type=self.subject_type,
            subject_id=self.subject_id,
            expires_at=self.expires_at,
            lead_minutes=self.lead_minutes,
        )


# Statements and no ORM, since they are most of what a push costs beside the push: a fifth of the time with it.
CLAIM = """
WITH due AS (
    SELECT id, notification_id, device_id FROM notifications_delivery
    WHERE channel = %(channel)s AND status IN ('queued', 'retrying') AND next_try_at <= %(now)s
    ORDER BY next_try_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE notifications_delivery AS delivery
SET status = 'sending', claimed_at = %(now)s, attempts = delivery.attempts + 1,
    version = delivery.version + 1, updated_at = %(now)s
FROM due JOIN notifications_notification AS told ON told.id = due.notification_id
    JOIN people_user AS recipient ON recipient.id = told.recipient_id
    LEFT JOIN notifications_device AS device ON device.id = due.device_id
WHERE delivery.id = due.id
RETURNING delivery.id, delivery.attempts, delivery.created_at, told.id, told.kind, told.subject_type,
    told.subject_id, told.expires_at, told.lead_minutes, told.shows_time, recipient.id, recipient.is_active,
    recipient.language, recipient.email, device.id, device.user_id, device.revoked_at, device.token, device.fid
"""
RECORD = """
WITH held AS (
    SELECT id FROM notifications_delivery WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE
)
UPDATE notifications_delivery AS delivery
SET status = result.status, sent_at = result.sent_at, provider_message_id = result.provider_message_id,
    next_try_at = COALESCE(result.next_try_at, delivery.next_try_at), error_code = result.error_code,
    version = delivery.version + 1, updated_at = %(now)s
FROM held JOIN UNNEST(
    %(ids)s::uuid[], %(attempts)s::integer[], %(statuses)s::text[], %(sent_at)s::timestamptz[],
    %(names)s::text[], %(next_try_at)s::timestamptz[], %(codes)s::text[]
) AS result (id, attempts, status, sent_at, provider_message_id, next_try_at, error_code) USING (id)
WHERE delivery.id = held.id AND delivery.attempts = result.attempts
    AND delivery.status IN ('sending', 'queued', 'retrying')
"""


def claim(now: datetime, *, channel: Channel, limit: int) -> list[Claimed]:
    """Take in hand what has been due longest by a channel, and commit: nothing is locked while a network is slow.

    Whether and when it may still be sent is asked here and nowhere earlier: the phone may have changed hands
    since, and a retry comes at any hour.
    """
    claimed: list[Claimed] = []
    refused: dict[str, list[UUID]] = defaultdict(list)
    early: dict[datetime, list[Claimed]] = defaultdict(list)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "channel": channel, "limit": limit})
        found = [Claimed(*row) for row in cursor.fetchall()]
        outdated = outdated_among([one.notification for one in found], now)
        preferences = preferences_of({one.recipient_id for one in found})
        for one in found:
            preference = preferences[one.recipient_id]
            at = preference.loud_at(now)
            is_outdated = one.notification_id in outdated
            if because := _why_not_send(one, is_outdated, preference.wants(channel, one.kind), at):
                refused[because].append(one.pk)
            elif at > now:
                early[at].append(one)
            else:
                claimed.append(one)
        for because, ids in refused.items():
            _update(ids, now, status=Status.FAILED, error_code=because, attempts=F("attempts") - 1)
        for at, those in early.items():
            _release(those, now, next_try_at=at, due_at=at)
        clocks = clocks_of([one.notification for one in claimed if one.shows_time])
    for pk in refused[GIVEN_UP]:
        logger.error("Delivery %s was given up", pk)
    return [replace(one, clock=clocks.get(one.notification_id, "")) for one in claimed] if clocks else claimed


def _why_not_send(claimed: Claimed, is_outdated: bool, is_wanted: bool, at: datetime) -> str:
    return why_not_send(
        is_wanted=is_wanted,
        is_outdated=is_outdated,
        is_revoked=claimed.revoked_at is not None,
        has_moved=claimed.device_id is not None and claimed.user_id != claimed.recipient_id,
        is_active=claimed.is_active,
        expires_at=claimed.expires_at,
        told_at=claimed.told_at,
        at=at,
    )


def _update(ids: Sequence[UUID], now: datetime, **values: Any) -> None:
    Delivery.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=now, **values)


def record(group: Iterable[tuple[Claimed, SendResult]], now: datetime) -> None:
    """Write what came of some deliveries, and revoke the devices that are gone, in one commit."""
    settled = [(claimed, result, _after(claimed, result, now)) for claimed, result in group]
    ending = {one.device_id: (one, result) for one, result, after in settled if after.revoke and one.device_id}
    with transaction.atomic() if ending else nullcontext():  # one statement is a transaction by itself
        if ending:
            _revoke(ending, now)
        _settle(settled, now)
    for claimed, result, after in settled:
        if after.alarm:
            logger.error("Delivery %s: look into %s", claimed.pk, result.error_code)


def _after(claimed: Claimed, result: SendResult, now: datetime) -> After:
    return after_sending(
        outcome=result.outcome.value,
        attempts=claimed.attempts,
        now=now,
        retry_after_seconds=result.retry_after_seconds,
        jitter=random.random(),  # noqa: S311 (spreads load, hides nothing)
    )


def _revoke(ending: dict[UUID, tuple[Claimed, SendResult]], now: datetime) -> None:
    """Revoke devices whose address is still the one that was tried, and mail whoever has no other.

    All phones of these people are locked, so that of the last two that go at once one sees the other gone.
    """
    people = {tried.recipient_id for tried, _ in ending.values()}
    theirs = Device.objects.select_for_update(no_key=True).filter(Q(pk__in=ending) | Q(user__in=people))
    for device in theirs.order_by("pk"):
        if device.pk not in ending or device.revoked_at:
            continue
        tried, result = ending[device.pk]
        if (device.token, device.fid) == (tried.token, tried.fid):
            device.change(revoked_at=now, revoked_because=result.outcome.value)
    ways.mail_instead(ending.keys(), now)


def _settle(settled: Sequence[tuple[Claimed, SendResult, After]], now: datetime) -> None:
    values: dict[str, Any] = {
        "now": now,
        "ids": [claimed.pk for claimed, _, _ in settled],
        "attempts": [claimed.attempts for claimed, _, _ in settled],
        "statuses": [after.status for _, _, after in settled],
        "sent_at": [now if after.status == Status.SENT else None for _, _, after in settled],
        "names": [(result.provider_message_id or "")[:200] for _, result, _ in settled],
        "next_try_at": [after.next_try_at for _, _, after in settled],
        "codes": [result.error_code[:50] for _, result, _ in settled],
    }
    with connection.cursor() as cursor:
        cursor.execute(RECORD, values)


def give_back(untried: Iterable[Claimed], now: datetime, *, seconds: float = 0.0) -> None:
    """Let others have what was claimed and not tried, after so many seconds."""
    _release(untried, now, next_try_at=Greatest("next_try_at", now + timedelta(seconds=seconds)))


def _release(untried: Iterable[Claimed], now: datetime, **values: Any) -> None:
    """Write it as if nobody had claimed it, unless somebody else has since."""
    by_attempts: dict[int, list[UUID]] = defaultdict(list)
    for claimed in untried:
        by_attempts[claimed.attempts].append(claimed.pk)
    for attempts, ids in by_attempts.items():
        Delivery.objects.filter(pk__in=ids, status=Status.SENDING, attempts=attempts).update(
            status=Status.RETRYING if attempts > 1 else Status.QUEUED,
            attempts=attempts - 1,
            version=F("version") + 1,
            updated_at=now,
            **values,
        )


def count_due(now: datetime) -> dict[Channel, int]:
    """Count what could be sent now by each channel."""
    found = dict(Delivery.objects.due(now).order_by().values_list("channel").annotate(due=Count("*")))
    return {channel: found.get(channel, 0) for channel in Channel}


def take_back(now: datetime) -> None:
    """Let others have what a killed worker left in hand."""
    lease = timedelta(seconds=settings.DELIVERY_CLAIM_SECONDS)
    with transaction.atomic():
        abandoned = Delivery.objects.abandoned(now, lease=lease).select_for_update(skip_locked=True)
        ids = list(abandoned.values_list("pk", flat=True)[:SWEEP_LIMIT])
        _update(ids, now, status=Status.RETRYING, next_try_at=now, error_code="abandoned")
