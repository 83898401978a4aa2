"""What the nightly look at the stored files found."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.models import BaseModel

NAMES_KEPT = 1000


def _names() -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=200), default=list)


class StorageCheck(BaseModel):
    """One look at all that is stored, from receipt to receipt; the findings are names of files, which are ids."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    reached = models.CharField(max_length=200, blank=True, default="", help_text="The last folder that is done.")
    files = models.PositiveIntegerField(default=0, help_text="How many were hashed.")
    missing = _names()
    changed = _names()
    orphaned = _names()

    class Meta:
        constraints = [
            # One at a time: whoever goes on with it goes on with the same one.
            models.UniqueConstraint(
                fields=["finished_at"],
                condition=models.Q(finished_at=None),
                nulls_distinct=False,
                name="storage_check_one_at_a_time",
            ),
        ]

    @property
    def findings(self) -> int:
        """How many files somebody should look after."""
        return len(self.missing) + len(self.changed) + len(self.orphaned)
