"""Claim a delivery, send it, record what came of it. The database is the truth; the queue only rings."""

import logging
import random
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.text import known_language
from notifications import fcm
from notifications.messages import MESSAGES, Kind
from notifications.models import Delivery
from notifications.rules import After, after_sending

logger = logging.getLogger(__name__)
SWEEP_LIMIT = 1000
RING_LEASE = timedelta(seconds=60)


def send(delivery_id: UUID, now: datetime) -> None:
    """Send a delivery, unless somebody else has it in hand or it is done."""
    delivery = _claim(delivery_id, now)
    if delivery is None:
        return
    result = fcm.get_sender().send(_push(delivery), now=now)
    _record(delivery, result, timezone.now())


def _claim(delivery_id: UUID, now: datetime) -> Delivery | None:
    """Take the row in hand and commit, so that nothing is locked while the network is waited for."""
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        delivery = (
            rows.select_related("notification__recipient", "device")
            .filter(pk=delivery_id, status__in=Delivery.WAITING, next_try_at__lte=now)
            .first()
        )
        if delivery is None:
            return None
        expires_at = delivery.notification.expires_at
        if delivery.device.revoked_at is not None:
            delivery.change(status=Delivery.Status.FAILED, error_code="device_revoked")
        elif expires_at is not None and expires_at <= now:
            delivery.change(status=Delivery.Status.FAILED, error_code="expired")
        else:
            delivery.change(status=Delivery.Status.SENDING, claimed_at=now, attempts=delivery.attempts + 1)
            return delivery
    return None


def _push(delivery: Delivery) -> fcm.Push:
    notification, device = delivery.notification, delivery.device
    kind = Kind(notification.kind)
    title, body = MESSAGES[kind].words(known_language(notification.recipient.language))
    return fcm.Push(
        notification_id=str(notification.pk),
        kind=kind,
        title=title,
        body=body,
        collapse_key=str(notification.pk),
        expires_at=notification.expires_at,
        urgent=MESSAGES[kind].urgent,
        token=device.token or None,
        fid=device.fid or None,
    )


def _record(delivery: Delivery, result: fcm.SendResult, now: datetime) -> None:
    after = after_sending(
        outcome=result.outcome.value,
        attempts=delivery.attempts,
        now=now,
        retry_after_seconds=result.retry_after_seconds,
        jitter=random.random(),  # noqa: S311 (spreads load, hides nothing)
    )
    if after.alarm:
        logger.error("Delivery %s: FCM said %s", delivery.pk, result.error_code)
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if row.status != Delivery.Status.SENDING or row.claimed_at != delivery.claimed_at:
            return  # The claim ran out and somebody else has it now.
        _settle(row, after, result, now)
        if after.revoke:
            device = type(delivery.device).objects.select_for_update().get(pk=delivery.device_id)
            if (device.token, device.fid) == (delivery.device.token, delivery.device.fid):
                device.change(revoked_at=now, revoked_because=result.outcome.value)


def _settle(row: Delivery, after: After, result: fcm.SendResult, now: datetime) -> None:
    if after.status == Delivery.Status.SENT:
        row.change(
            status=after.status,
            sent_at=now,
            provider_message_id=result.provider_message_id or "",
            error_code="",
        )
    elif after.next_try_at is not None:
        row.change(status=after.status, next_try_at=after.next_try_at, rung_at=None, error_code=result.error_code)
    else:
        row.change(status=after.status, error_code=result.error_code)


def sweep(now: datetime) -> list[UUID]:
    """Take back what a killed worker left in hand, and return the ids of all that should be rung for."""
    lease = timedelta(seconds=settings.DELIVERY_CLAIM_SECONDS)
    with transaction.atomic():
        abandoned = Delivery.objects.abandoned(now, lease=lease).select_for_update(skip_locked=True)
        ids = list(abandoned.values_list("pk", flat=True)[:SWEEP_LIMIT])
        Delivery.objects.filter(pk__in=ids).update(
            status=Delivery.Status.RETRYING, next_try_at=now, rung_at=None, error_code="abandoned"
        )
        due = Delivery.objects.due(now, lease=RING_LEASE).select_for_update(skip_locked=True)
        ids = list(due.order_by("next_try_at").values_list("pk", flat=True)[:SWEEP_LIMIT])
        Delivery.objects.filter(pk__in=ids).update(rung_at=now)
    return ids
