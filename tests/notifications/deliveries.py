"""Deliveries at any point of their way, put into the database past every rule."""

from datetime import datetime, timedelta
from typing import Any

from notifications.models import Delivery, Device
from tests import world


def told(device: Device, at: datetime, *, due_after: timedelta = timedelta(0), **fields: Any) -> Delivery:
    """Put a delivery into the database, due so long after it was told; it waits unless `fields` say otherwise."""
    notification = world.make_notification(device.user, created_at=at)
    values = {"due_at": at + due_after, "next_try_at": at + due_after} | fields
    return Delivery.objects.create(notification=notification, device=device, created_at=at, **values)


def sent(device: Device, at: datetime, took: timedelta, *, attempts: int = 1, **fields: Any) -> Delivery:
    """Put one there that was sent so long after it was told."""
    return told(device, at, status="sent", sent_at=at + took, attempts=attempts, **fields)


def failed(device: Device, at: datetime, error_code: str) -> Delivery:
    """Put one there that is given up."""
    return told(device, at, status="failed", error_code=error_code)
