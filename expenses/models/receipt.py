"""Receipts: the stored pictures and PDFs."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Count, Func, Min, Q

from assignments.models import Assignment
from core.changes import SyncedModel
from core.models import BaseQuerySet, RepeatableModel
from expenses.likeness import OUTLINE_NUMBERS
from people.models import Role, User

CAME_IN = ["submitted", "approved", "returned", "rejected", "paid"]  # a draft is nobody else's business


class ReceiptQuerySet(BaseQuerySet["Receipt"]):
    """Who sees which receipts."""

    def own(self, user: User, *, now: datetime) -> "ReceiptQuerySet":
        """Keep the user's own: those that no expense refers to, and those of own visible expenses.

        A draft that was thrown away leaves its receipt free.
        """
        if Role.CONTACT_PERSON not in user.roles:
            return self.none()
        assignments = Assignment.objects.own(user, now=now)
        used = Receipt.objects.filter(owner=user, expenses__isnull=False, expenses__discarded_at=None)
        seen = Receipt.objects.filter(
            owner=user, expenses__assignment__in=assignments, expenses__discarded_at=None
        )
        return self.filter(~Q(pk__in=used.values("pk")) | Q(pk__in=seen.values("pk")), owner=user)

    def visible_to(self, user: User, *, now: datetime) -> "ReceiptQuerySet":
        """Keep the user's own and those of expenses that came in to the user as a coordinator."""
        led = Assignment.objects.visible_to(user, now=now, roles={Role.COORDINATOR})
        came_in = Receipt.objects.filter(expenses__assignment__in=led, expenses__status__in=CAME_IN)
        own = Receipt.objects.own(user, now=now).values("pk")
        return self.filter(Q(pk__in=own) | Q(pk__in=came_in.values("pk")))

    def waiting(self, now: datetime) -> "ReceiptQuerySet":
        """Keep those that came in whole and that no worker has in hand."""
        return self.free(now).filter(status=Receipt.Status.PROCESSING).exclude(arrived_at=None)

    def count_waiting(self, now: datetime) -> tuple[int, datetime | None]:
        """Count those that wait, and tell when the first of them came in."""
        found = self.waiting(now).aggregate(count=Count("pk"), oldest=Min("arrived_at"))
        return found["count"], found["oldest"]

    def given_up(self, now: datetime) -> "ReceiptQuerySet":
        """Keep those whose upload broke off, and that nobody sends again."""
        return self.free(now).filter(status=Receipt.Status.PROCESSING, arrived_at=None)

    def unread(self) -> "ReceiptQuerySet":
        """Keep those that are ready and still to be read; of those of older releases nothing is expected."""
        return self.filter(status=Receipt.Status.READY, read_at=None).exclude(arrived_at=None)

    def uncompared(self) -> "ReceiptQuerySet":
        """Keep those that were read, or given up, and are still to be compared with others."""
        return self.filter(status=Receipt.Status.READY, read_at__isnull=False, compared_at=None).exclude(
            arrived_at=None
        )

    def free(self, now: datetime) -> "ReceiptQuerySet":
        """Keep those that nobody has in hand."""
        return self.filter(Q(claimed_until=None) | Q(claimed_until__lte=now))


def receipt_path(receipt: "Receipt", name: str) -> str:
    """Return where a file of a receipt is stored: by its id, since people's names for files end up in logs."""
    return f"receipts/{receipt.pk.hex[:2]}/{receipt.pk}/{name}"


class Receipt(SyncedModel, RepeatableModel):
    """The stored picture or PDF, cleaned of all that it carried besides what is seen."""

    class Status(models.TextChoices):
        PROCESSING = "processing"
        READY = "ready"
        REFUSED = "refused"

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="receipts")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROCESSING)
    refusal = models.CharField(
        max_length=50, blank=True, default="", db_default="", help_text="Why, as a problem code."
    )
    sha256 = models.CharField(max_length=64, help_text="Of the file as it arrived.")
    size = models.PositiveIntegerField(null=True, help_text="Bytes of the file as it arrived.")
    media_type = models.CharField(max_length=50, help_text="Of the file as it is served.")
    original_type = models.CharField(
        max_length=50, blank=True, default="", db_default="", help_text="Media type of the file as it arrived."
    )
    # As it arrived, with all that it carries: never served.
    original = models.FileField(upload_to=receipt_path, max_length=200, blank=True, default="", db_default="")
    file = models.FileField(upload_to=receipt_path, max_length=200, blank=True)
    preview = models.FileField(upload_to=receipt_path, max_length=200, blank=True)
    pages = models.PositiveSmallIntegerField(default=1, db_default=1)
    checksums = models.JSONField(default=dict, db_default={}, help_text="Name in the storage → SHA-256 (hex).")
    arrived_at = models.DateTimeField(null=True, help_text="When the original was whole in the storage.")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Times that a worker took it.")
    claimed_until = models.DateTimeField(null=True, help_text="Until then a worker has it in hand, or its sender.")
    suggestion = models.JSONField(null=True, help_text="What was read off it: total, date and seller.")
    read_at = models.DateTimeField(null=True, help_text="When reading ended, with or without a suggestion.")
    likeness = ArrayField(
        models.BigIntegerField(), default=list, db_default=[], help_text="What it looks like, to find it again."
    )
    # What a search reads of every receipt: few bytes, in the row itself. The likeness is kept apart from it.
    outline = models.GeneratedField(
        expression=Func("likeness", template=f"(%(expressions)s)[1:{OUTLINE_NUMBERS}]"),
        output_field=ArrayField(models.BigIntegerField()),
        db_persist=True,
    )
    compared_at = models.DateTimeField(null=True, help_text="When it had been compared with the others.")
    twins = ArrayField(
        models.UUIDField(),
        default=list,
        db_default=[],
        help_text="Receipts of which this looks like another picture.",
    )

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["processing", "ready", "refused"]), name="receipt_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="refused") | Q(refusal=""), name="receipt_refusal_of_a_refused_one"
            ),
        ]
        indexes = [
            GinIndex(fields=["twins"], name="receipt_twins"),
            models.Index(fields=["sha256"], name="receipt_of_file"),
            models.Index(fields=["owner", "changed_in"], name="receipt_changed"),
            models.Index(fields=["created_at"], condition=Q(status="processing"), name="receipt_processing"),
            models.Index(
                fields=["arrived_at"],
                condition=Q(status="ready", read_at=None, arrived_at__isnull=False),
                name="receipt_unread",
            ),
            models.Index(
                fields=["arrived_at"],
                condition=Q(status="ready", read_at__isnull=False, compared_at=None, arrived_at__isnull=False),
                name="receipt_uncompared",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(status="refused") & ~Q(original=""),
                name="receipt_with_leftovers",
            ),
        ]
