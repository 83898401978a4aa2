"""Receipts: the stored pictures and PDFs."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from assignments.models import Assignment
from core.models import BaseQuerySet, RepeatableModel
from people.models import Role, User

CAME_IN = ["submitted", "approved", "returned", "rejected", "paid"]  # a draft is nobody else's business


class ReceiptQuerySet(BaseQuerySet["Receipt"]):
    """Who sees which receipts."""

    def own(self, user: User, *, now: datetime) -> "ReceiptQuerySet":
        """Keep the user's own: those that no expense refers to, and those of own visible expenses."""
        if Role.CONTACT_PERSON not in user.roles:
            return self.none()
        assignments = Assignment.objects.own(user, now=now)
        return self.filter(Q(expenses=None) | Q(expenses__assignment__in=assignments), owner=user).distinct()

    def visible_to(self, user: User, *, now: datetime) -> "ReceiptQuerySet":
        """Keep the user's own and those of expenses that came in to the user as a coordinator."""
        led = Assignment.objects.visible_to(user, now=now, roles={Role.COORDINATOR})
        came_in = Receipt.objects.filter(expenses__assignment__in=led, expenses__status__in=CAME_IN)
        own = Receipt.objects.own(user, now=now).values("pk")
        return self.filter(Q(pk__in=own) | Q(pk__in=came_in.values("pk")))


def receipt_path(receipt: "Receipt", name: str) -> str:
    """Return where a file of a receipt is stored: by its id, since people's names for files end up in logs."""
    return f"receipts/{receipt.pk.hex[:2]}/{receipt.pk}/{name}"


class Receipt(RepeatableModel):
    """The stored picture or PDF, cleaned of all that it carried besides what is seen."""

    class Status(models.TextChoices):
        PROCESSING = "processing"
        READY = "ready"
        REFUSED = "refused"

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="receipts")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READY)
    sha256 = models.CharField(max_length=64, help_text="Of the file as it arrived.")
    media_type = models.CharField(max_length=50, help_text="Of the file as it is stored.")
    file = models.FileField(upload_to=receipt_path, max_length=200)
    preview = models.FileField(upload_to=receipt_path, max_length=200)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["processing", "ready", "refused"]), name="receipt_status_known"
            ),
        ]
