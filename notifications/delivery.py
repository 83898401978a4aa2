"""Claim a delivery, send it, record what came of it. The database is the truth; the queue only rings."""

import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.text import known_language
from notifications import fcm
from notifications.messages import message_of
from notifications.models import Delivery, Device
from notifications.rules import After, after_sending, why_not_send

logger = logging.getLogger(__name__)
SWEEP_LIMIT = 1000


def send(delivery_id: UUID, now: datetime) -> None:
    """Send a delivery, unless somebody else has it in hand or it is done."""
    delivery = _claim(delivery_id, now)
    if delivery is not None:
        _record(delivery, _try_to_send(delivery, now), timezone.now())


def _claim(delivery_id: UUID, now: datetime) -> Delivery | None:
    """Take the row in hand and commit, so that nothing is locked while the network is waited for.

    Whether it may still be sent is asked here and nowhere earlier: the phone may have changed hands since.
    """
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        delivery = (
            rows.select_related("notification__recipient", "device")
            .filter(pk=delivery_id, status__in=Delivery.WAITING, next_try_at__lte=now)
            .first()
        )
        if delivery is None:
            return None
        notification, device = delivery.notification, delivery.device
        refused = why_not_send(
            is_revoked=device.revoked_at is not None,
            has_moved=device.user_id != notification.recipient_id,
            is_active=notification.recipient.is_active,
            expires_at=notification.expires_at,
            attempts=delivery.attempts,
            now=now,
        )
        if refused:
            delivery.change(status=Delivery.Status.FAILED, error_code=refused)
            return None
        delivery.change(status=Delivery.Status.SENDING, claimed_at=now, attempts=delivery.attempts + 1)
        return delivery


def _try_to_send(delivery: Delivery, now: datetime) -> fcm.SendResult:
    """Send; whatever is broken on our side is somebody's work, and until then the delivery waits."""
    try:
        return fcm.get_sender().send(_push(delivery), now=now)
    except Exception:
        logger.exception("Delivery %s could not be tried", delivery.pk)
        return fcm.SendResult(fcm.Outcome.UNAUTHORISED, error_code="SENDER_BROKEN")


def _push(delivery: Delivery) -> fcm.Push:
    notification, device = delivery.notification, delivery.device
    message = message_of(notification.kind)
    title, body = message.words(known_language(notification.recipient.language), notification.lead_minutes)
    return fcm.Push(
        notification_id=str(notification.pk),
        kind=notification.kind,
        title=title,
        body=body,
        # What is said later of the same thing replaces what was said before, and a repeat replaces itself.
        # One key per thing also spares the four that FCM keeps for a phone without a network.
        collapse_key=f"{notification.subject_type}:{notification.subject_id or ''}".rstrip(":"),
        expires_at=notification.expires_at,
        urgent=message.urgent,
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
        logger.error("Delivery %s: look into %s", delivery.pk, result.error_code)
    with transaction.atomic():
        if after.revoke:  # first, as everywhere: a device before its deliveries
            _revoke(delivery.device, result, now)
        row = Delivery.objects.select_for_update().get(pk=delivery.pk)
        # Even when the claim ran out meanwhile, what came of it is news, unless somebody else has it by now.
        if row.attempts == delivery.attempts and row.status in (Delivery.Status.SENDING, *Delivery.WAITING):
            _settle(row, after, result, now)


def _revoke(tried: Device, result: fcm.SendResult, now: datetime) -> None:
    """Revoke the device, if its address is still the one that was tried."""
    device = Device.objects.select_for_update(no_key=True).get(pk=tried.pk)
    if device.revoked_at is None and (device.token, device.fid) == (tried.token, tried.fid):
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
    claim = timedelta(seconds=settings.DELIVERY_CLAIM_SECONDS)
    with transaction.atomic():
        abandoned = Delivery.objects.abandoned(now, lease=claim).select_for_update(skip_locked=True)
        ids = list(abandoned.values_list("pk", flat=True)[:SWEEP_LIMIT])
        Delivery.objects.filter(pk__in=ids).update(
            status=Delivery.Status.RETRYING, next_try_at=now, rung_at=None, error_code="abandoned"
        )
        # A bell may be waiting its turn in a long queue, or have gone with the broker.
        due = Delivery.objects.due(now, lease=claim / 2).select_for_update(skip_locked=True)
        ids = list(due.order_by("next_try_at").values_list("pk", flat=True)[:SWEEP_LIMIT])
        Delivery.objects.filter(pk__in=ids).update(rung_at=now)
    return ids


def take_back_ring(delivery_ids: Sequence[UUID]) -> None:
    """Let the next sweep ring for these: the bell made no sound."""
    Delivery.objects.filter(pk__in=delivery_ids, status__in=Delivery.WAITING).update(rung_at=None)
