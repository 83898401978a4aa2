"""Telling people things, and the phones they are told on."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from kombu.exceptions import OperationalError

from core.errors import NotYours
from notifications import tasks
from notifications.messages import Kind
from notifications.models import Delivery, Device, Notification
from people.models import User

logger = logging.getLogger(__name__)


def notify(
    *,
    recipients: Iterable[User],
    kind: Kind,
    subject_type: str,
    subject_id: UUID | None,
    dedup_key: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> int:
    """Put a notification into each recipient's inbox and queue it for their devices; return how many are new.

    Called again with the same `dedup_key` it tells nobody twice. `expires_at` is when a push would be
    pointless. Runs in the caller's transaction: what is rolled back was never told.
    """
    told = 0
    for recipient in recipients:
        notification, created = Notification.objects.get_or_create(
            recipient=recipient,
            dedup_key=f"{kind}:{dedup_key}",
            defaults={
                "kind": kind,
                "subject_type": subject_type,
                "subject_id": subject_id,
                "expires_at": expires_at,
                "created_at": now,
            },
        )
        if created:
            told += 1
            _queue(notification, now)
    return told


def _queue(notification: Notification, now: datetime) -> None:
    devices = Device.objects.filter(user=notification.recipient_id, revoked_at=None)
    deliveries = Delivery.objects.bulk_create(
        Delivery(notification=notification, device=device, next_try_at=now, rung_at=now) for device in devices
    )
    ids = [delivery.pk for delivery in deliveries]
    if ids:
        transaction.on_commit(lambda: ring(ids))


def ring(delivery_ids: Sequence[UUID]) -> None:
    """Tell the workers of deliveries. A broker that is away delays them: the sweep rings again."""
    try:
        for delivery_id in delivery_ids:
            tasks.deliver.delay(delivery_id=str(delivery_id))
    except OperationalError:
        logger.warning("The broker is away; %d deliveries wait for the sweep", len(delivery_ids))


def read_notification(*, user: User, notification_id: UUID, now: datetime) -> Notification:
    """Mark one of the user's notifications as read; again is no news. Raise NotYours for another's."""
    with transaction.atomic():
        found = Notification.objects.select_for_update().filter(pk=notification_id, recipient=user).first()
        if found is None:
            raise NotYours
        if found.read_at is None:
            found.change(read_at=now)
    return found


def register_device(
    *, user: User, installation_id: str, token: str, fid: str, now: datetime, **values: str
) -> tuple[Device, bool]:
    """Register the phone for its present user; return it and whether it is new.

    An address belongs to one phone and a phone to one user: whoever had either before loses it, and what
    was waiting for the former user is not sent there.
    """
    wanted: dict[str, Any] = values | {"token": token, "fid": fid, "user": user, "revoked_at": None}
    with transaction.atomic():
        _release(Q(token=token) & ~Q(token="") | Q(fid=fid) & ~Q(fid=""), installation_id, now)
        device, created = Device.objects.select_for_update().get_or_create(
            installation_id=installation_id, defaults=wanted
        )
        if device.user_id != user.pk:
            _drop_waiting(device)
        device.change(**wanted, revoked_because="")
    return device, created


def unregister_device(*, user: User, installation_id: str, now: datetime) -> None:
    """Stop pushing to the user's own phone; again is no news. Raise NotYours for another's."""
    with transaction.atomic():
        device = Device.objects.select_for_update().filter(installation_id=installation_id, user=user).first()
        if device is None:
            raise NotYours
        if device.revoked_at is None:
            device.change(revoked_at=now, revoked_because="unregistered")
        _drop_waiting(device)


def _release(address: Q, installation_id: str, now: datetime) -> None:
    """Take an address away from other phones, in a fixed order so that two at once do not deadlock."""
    others = Device.objects.filter(address, revoked_at=None).exclude(installation_id=installation_id)
    for device in others.select_for_update().order_by("pk"):
        device.change(revoked_at=now, revoked_because="address_moved")
        _drop_waiting(device)


def _drop_waiting(device: Device) -> None:
    device.deliveries.filter(status__in=Delivery.WAITING).update(
        status=Delivery.Status.FAILED, error_code="device_moved"
    )
