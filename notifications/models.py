"""Devices, what people want to be told, the inbox, and the outbox of deliveries."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from core.changes import SyncedModel
from core.models import BaseModel, BaseQuerySet
from core.periods import DAY, local_date, local_moment
from notifications.messages import DEFAULT_LEADS, message_of
from notifications.quiet import QuietHours
from people.models import User


def default_leads() -> list[int]:
    """Return how long before an occasion whoever never said is reminded, in minutes."""
    return list(DEFAULT_LEADS)


MORNING = time(8)
LATE = timedelta(hours=1)  # so long after its hour a digest is made up for, past midnight
# After so long without a word from the app, mail goes along; after so much longer, nothing is pushed there.
SILENT, FORGOTTEN = timedelta(days=30), timedelta(days=270)


class Device(BaseModel):
    """A phone that can be pushed to, in the hands of the user who registered it last."""

    class Platform(models.TextChoices):
        ANDROID = "android"
        IOS = "ios"
        WEB = "web"

    installation_id = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    platform = models.CharField(max_length=10, choices=Platform.choices)
    token = models.CharField(max_length=2048, blank=True)
    fid = models.CharField(max_length=200, blank=True)
    locale = models.CharField(max_length=20)
    app_version = models.CharField(max_length=30)
    seen_at = models.DateTimeField(default=timezone.now, db_default=Now(), help_text="When it last registered.")
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["token"], condition=Q(revoked_at=None) & ~Q(token=""), name="device_token_once"
            ),
            models.UniqueConstraint(
                fields=["fid"], condition=Q(revoked_at=None) & ~Q(fid=""), name="device_fid_once"
            ),
            models.CheckConstraint(condition=~Q(token="") | ~Q(fid=""), name="device_has_address"),
        ]


class NotificationPreference(BaseModel):
    """How a person wants to be told of what. Who never said has no row."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="notification_preference")
    lead_times = ArrayField(
        models.PositiveIntegerField(), blank=True, default=default_leads, help_text="Minutes before an occasion."
    )
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    time_zone = models.CharField(max_length=50, help_text="In which the quiet hours and the digest are meant.")
    digest_at = models.TimeField(default=MORNING, db_default=MORNING)
    muted = ArrayField(models.CharField(max_length=60), blank=True, default=list, help_text="channel:kind")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until")),
                name="preference_quiet_hours_whole",
            ),
        ]

    @classmethod
    def unsaid(cls, user: User | None = None) -> "NotificationPreference":
        """Return what holds for whoever never said, not written."""
        start, end = settings.QUIET_HOURS or (None, None)
        return cls(user=user, quiet_from=start, quiet_until=end, time_zone=settings.TIME_ZONE)

    def loud_at(self, now: datetime) -> datetime:
        """Return the first moment, from `now` on, that is in no quiet hours."""
        if self.quiet_from is None or self.quiet_until is None:
            return now
        return QuietHours(self.quiet_from, self.quiet_until, ZoneInfo(self.time_zone)).over(now)

    def digest_day(self, now: datetime) -> date | None:
        """Return the person's date whose digest is due by now, until midnight or shortly after; None before."""
        zone = ZoneInfo(self.time_zone)
        today = local_date(now, zone)
        if local_moment(today, self.digest_at, zone) <= now:
            return today
        evening = local_moment(today - DAY, self.digest_at, zone)
        return today - DAY if now < evening + LATE else None

    def wants(self, channel: str, kind: str) -> bool:
        """Tell whether a kind comes by a channel. What is mandatory always does."""
        return message_of(kind).mandatory or f"{channel}:{kind}" not in self.muted


class Notification(SyncedModel, BaseModel):
    """Something told to a person: a row in their inbox, true whether or not a push arrives."""

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField(null=True)
    dedup_key = models.CharField(max_length=200)
    expires_at = models.DateTimeField(null=True)
    lead_minutes = models.PositiveIntegerField(null=True, help_text="Of a reminder: how long before.")
    shows_time = models.BooleanField(
        default=False, db_default=False, help_text="Its texts may say when what it reminds of begins."
    )
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "dedup_key"], name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="notification_inbox"),
            models.Index(fields=["subject_id", "kind"], name="notification_about"),
            models.Index(fields=["recipient", "changed_in"], name="notification_changed"),
        ]


class DeliveryQuerySet(BaseQuerySet["Delivery"]):
    """Which deliveries need somebody's hand."""

    def due(self, now: datetime) -> "DeliveryQuerySet":
        """Keep those to send now, found by the index of each channel."""
        return self.filter(channel__in=Delivery.Channel, status__in=Delivery.WAITING, next_try_at__lte=now)

    def abandoned(self, now: datetime, *, lease: timedelta) -> "DeliveryQuerySet":
        """Keep those that a worker claimed and never came back from."""
        return self.filter(status=Delivery.Status.SENDING, claimed_at__lt=now - lease)


class Delivery(BaseModel):
    """One notification on its way to one device, or by mail to its recipient."""

    class Channel(models.TextChoices):
        PUSH = "push"
        MAIL = "mail"

    class Status(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        RETRYING = "retrying"
        SENT = "sent"
        FAILED = "failed"

    WAITING = (Status.QUEUED, Status.RETRYING)

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(
        max_length=10, choices=Channel.choices, default=Channel.PUSH, db_default=Channel.PUSH
    )
    device = models.ForeignKey(Device, on_delete=models.CASCADE, null=True, related_name="deliveries")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="When it was first to be sent: told, or after quiet hours.")
    next_try_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    provider_message_id = models.CharField(max_length=200, blank=True)
    error_code = models.CharField(max_length=50, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["notification", "device"], name="delivery_once"),
            models.UniqueConstraint(
                fields=["notification"], condition=Q(channel="mail"), name="delivery_mail_once"
            ),
            models.CheckConstraint(
                condition=Q(channel="push", device__isnull=False) | Q(channel="mail", device=None),
                name="delivery_channel_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "sending", "retrying", "sent", "failed"]),
                name="delivery_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False) | ~Q(status="sent"),
                name="delivery_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_try_at"],
                condition=Q(status__in=["queued", "retrying"]),
                name="delivery_waiting_by_channel",
            ),
            models.Index(fields=["claimed_at"], condition=Q(status="sending"), name="delivery_sending"),
            models.Index(fields=["created_at"], name="delivery_created"),
        ]
