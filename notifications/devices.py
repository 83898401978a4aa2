"""Phones that are taken from somebody, with what was waiting to be pushed to them."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from notifications.models import FORGOTTEN, Delivery, Device


def locked(wanted: Q) -> QuerySet[Device]:
    """Lock devices in a fixed order, and before their deliveries; new deliveries need not wait."""
    return Device.objects.select_for_update(no_key=True).filter(wanted).order_by("pk")


def revoke(device: Device, because: str, error_code: str, now: datetime) -> None:
    """Push nothing to a locked device any more; what waits fails with the error code."""
    device.change(revoked_at=now, revoked_because=because)
    drop_waiting(device, error_code)


def drop_waiting(device: Device, error_code: str) -> None:
    """Let what waits to be pushed to a locked device fail with the error code."""
    waiting = device.deliveries.filter(status__in=Delivery.WAITING).select_for_update().order_by("pk")
    ids = list(waiting.values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=ids).update(status=Delivery.Status.FAILED, error_code=error_code)


def forget_silent_devices(now: datetime) -> int:
    """Revoke the phones whose app has said nothing for so long that nobody reads there; return how many."""
    silent = Device.objects.filter(revoked_at=None, seen_at__lte=now - FORGOTTEN)
    count = 0
    for pk in list(silent.values_list("pk", flat=True)):
        with transaction.atomic():
            device = locked(Q(pk=pk, revoked_at=None, seen_at__lte=now - FORGOTTEN)).first()
            if device is not None:
                revoke(device, "silent", "device_revoked", now)
                count += 1
    return count
