"""By which ways a notification goes out: to the phones of a person, and by mail to whom no phone reaches."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from notifications.models import SILENT, Delivery, Device, Notification, NotificationPreference
from notifications.preference_services import preference_of, preferences_of

Channel = Delivery.Channel
Status = Delivery.Status


def queue(notification: Notification, preference: NotificationPreference, now: datetime) -> list[Delivery]:
    """Queue what was just told for every phone of its recipient, or for mail; return what waits now."""
    at = preference.loud_at(now)
    devices = list(Device.objects.filter(user=notification.recipient_id, revoked_at=None))
    waiting = [_delivery(notification, now, at, device=device) for device in devices]
    if not any(device.seen_at > now - SILENT for device in devices) and settings.EMAIL_HOST:
        waiting.append(_delivery(notification, now, at, channel=Channel.MAIL))
    return Delivery.objects.bulk_create(one for one in waiting if _is_for(preference, one, at))


def queue_for_phone(device: Device, now: datetime) -> list[Delivery]:
    """Queue for a locked phone that came to its user what was told and reached them nowhere yet.

    What failed there before, in whoever's hands it was since, is replaced.
    """
    preference = preference_of(device.user)
    at = preference.loud_at(now)
    sent = Delivery.objects.filter(notification=OuterRef("pk"), status=Status.SENT)
    told = _unread().filter(~Exists(sent), recipient=device.user_id, created_at__gt=now - SILENT)
    waiting = [_delivery(one, now, at, device=device) for one in told.order_by("pk")]
    waiting = [one for one in waiting if _is_for(preference, one, at)]
    Delivery.objects.filter(
        device=device, status=Status.FAILED, notification__in=[one.notification_id for one in waiting]
    ).delete()
    return Delivery.objects.bulk_create(waiting, ignore_conflicts=True)


def mail_instead(gone: Collection[UUID], now: datetime) -> None:
    """Queue for mail what was to go to devices that are gone, where no phone reaches its recipient any more."""
    if not settings.EMAIL_HOST:
        return
    open_ = (*Delivery.WAITING, Status.SENDING)
    told = list(_unread().filter(deliveries__device__in=gone, deliveries__status__in=open_).distinct())
    people = {one.recipient_id for one in told}
    living = Device.objects.filter(user__in=people, revoked_at=None, seen_at__gt=now - SILENT)
    reached, preferences = set(living.values_list("user", flat=True)), preferences_of(people)
    Delivery.objects.bulk_create(_mails(told, preferences, reached, now), ignore_conflicts=True)


def _mails(
    told: Iterable[Notification],
    preferences: dict[UUID, NotificationPreference],
    reached: set[UUID],
    now: datetime,
) -> Iterable[Delivery]:
    for one in told:
        preference = preferences[one.recipient_id]
        at = preference.loud_at(now)
        mail = _delivery(one, now, at, channel=Channel.MAIL)
        if one.recipient_id not in reached and _is_for(preference, mail, at):
            yield mail


def _unread() -> QuerySet[Notification]:
    return Notification.objects.filter(read_at=None)


def _delivery(notification: Notification, now: datetime, at: datetime, **way: Any) -> Delivery:
    return Delivery(notification=notification, created_at=now, due_at=at, next_try_at=at, **way)


def _is_for(preference: NotificationPreference, delivery: Delivery, at: datetime) -> bool:
    """Tell whether it is wanted in this way and not pointless by then; else the inbox has it."""
    told = delivery.notification
    return preference.wants(delivery.channel, told.kind) and (told.expires_at is None or at < told.expires_at)
