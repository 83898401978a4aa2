"""Telling people things, and the phones they are told on."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from core.errors import NotYours
from notifications import tasks, ways
from notifications.devices import drop_waiting, locked, revoke
from notifications.messages import Kind
from notifications.models import Delivery, Device, Notification
from notifications.preference_services import preferences_of
from people.models import Municipality, User


def notify(
    *,
    recipients: Iterable[User],
    kind: Kind,
    subject_type: str,
    subject_id: UUID | None,
    dedup_key: str,
    now: datetime,
    expires_at: datetime | None = None,
    lead_minutes: int | None = None,
    shows_time: bool = False,
) -> int:
    """Put a notification into each recipient's inbox and queue it for their devices; return how many are new.

    Called again with the same `dedup_key` it tells nobody twice. `expires_at` is when a push would be pointless,
    `lead_minutes` how long before something it reminds, and `shows_time` lets its texts say when that begins.
    Quiet hours delay a push, or leave it out where it would be pointless by then. Runs in the caller's
    transaction: what is rolled back was never told.
    """
    about: dict[str, Any] = {
        "kind": kind,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "expires_at": expires_at,
        "lead_minutes": lead_minutes,
        "shows_time": shows_time,
    }
    told, everybody = 0, sorted(recipients, key=lambda user: user.pk)
    preferences = preferences_of({user.pk for user in everybody})
    with transaction.atomic():
        # In one order for all: two that tell the same people at once would else wait for each other.
        for recipient in everybody:
            notification, created = Notification.objects.get_or_create(
                recipient=recipient, dedup_key=f"{kind}:{dedup_key}", defaults=about | {"created_at": now}
            )
            if created:
                told += 1
                _ring_for(ways.queue(notification, preferences[recipient.pk], now), now)
    return told


def _ring_for(deliveries: Iterable[Delivery], now: datetime) -> None:
    """Ring once in this transaction for what is due now, however many are told; the sweep rings for the rest.

    Robust: what is committed is promised, and the caller's call has succeeded whatever the bell does.
    """
    for channel in {delivery.channel for delivery in deliveries if delivery.next_try_at == now}:
        ring = tasks.RINGERS[channel]
        if all(ring is not hook for _, hook, *_ in connection.run_on_commit):
            transaction.on_commit(ring, robust=True)


def tell_coordinators(municipality: Municipality, now: datetime, kind: Kind) -> int:
    """Tell the municipality's coordinators that something waits, unless told already today; return how many."""
    return notify(
        recipients=municipality.coordinators(now),
        kind=kind,
        subject_type=kind.removesuffix("_waiting"),
        subject_id=None,
        dedup_key=f"{municipality.pk}:{municipality.today(now)}",
        now=now,
    )


def withdraw(*, subject_ids: Iterable[UUID], kinds: Iterable[Kind], now: datetime) -> None:
    """Take back what waits to be pushed, of some kinds, about things that have changed; let it be told of anew.

    The inbox keeps it. Runs in the caller's transaction, once in each: deliveries are locked in one order.
    """
    told = Notification.objects.filter(subject_id__in=list(subject_ids), kind__in=list(kinds))
    told.filter(Q(expires_at__gt=now) | Q(expires_at=None)).update(expires_at=now)
    waiting = Delivery.objects.filter(notification__in=told, status__in=Delivery.WAITING)
    for delivery in waiting.select_for_update(of=("self",)).order_by("pk"):
        delivery.change(status=Delivery.Status.FAILED, error_code="withdrawn")


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
    was waiting for the former user is not sent there. What reached the present one nowhere yet is.
    """
    wanted: dict[str, Any] = values | {"token": token, "fid": fid, "user": user, "revoked_at": None}
    has_address = Q(token=token) & ~Q(token="") | Q(fid=fid) & ~Q(fid="")
    device = None
    with transaction.atomic():
        _wait_for_others(f"installation {installation_id}", f"token {token}", f"fid {fid}")
        for found in locked(Q(installation_id=installation_id) | has_address & Q(revoked_at=None)):
            if found.installation_id == installation_id:
                device = found
            else:
                revoke(found, "address_moved", "device_moved", now)
        is_new, has_come = device is None, True
        if device is None:
            device = Device.objects.create(installation_id=installation_id, seen_at=now, **wanted)
        else:
            has_come = device.user_id != user.pk or device.revoked_at is not None
            if device.user_id != user.pk:
                drop_waiting(device, "device_moved")
            device.change(**wanted, revoked_because="")
            Device.objects.filter(pk=device.pk).update(seen_at=now)  # no news to whoever reads it
        if has_come:
            _ring_for(ways.queue_for_phone(device, now), now)
    return device, is_new


def unregister_device(*, user: User, installation_id: str, now: datetime) -> None:
    """Stop pushing to the user's own phone; again is no news. Raise NotYours for another's."""
    with transaction.atomic():
        device = locked(Q(installation_id=installation_id, user=user)).first()
        if device is None:
            raise NotYours
        if device.revoked_at is None:
            revoke(device, "unregistered", "device_revoked", now)


def _wait_for_others(*names: str) -> None:
    """Let registrations of the same phone or address take turns, since a row that is not there can't be locked.

    Sorted, so that no two wait for each other; released with the transaction.
    """
    keys = sorted(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True) for name in names)
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
