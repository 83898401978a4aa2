"""What of a phone's queue is done already."""

from django.db import models

from people.models import User


class SentItem(models.Model):
    """One item of a phone's queue that was done: sent again after a lost answer, it is not done again.

    No foreign key holds the user's row, which services lock after this one is written.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, db_constraint=False, related_name="sent_items")
    item_id = models.UUIDField(help_text="The phone's own.")
    fingerprint = models.CharField(max_length=64)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "item_id"], name="sent_item_once")]

    def __str__(self) -> str:
        return f"sent item {self.pk}"
