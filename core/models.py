"""What every table of ours has in common, and the heartbeat of periodic work."""

from typing import Any, TypeVar
from uuid import uuid4

from django.db import models
from django.utils import timezone

from core.errors import NotYours, StaleVersion


class BaseModel(models.Model):
    """A row with an id that a phone may have made, and a version that counts its changes."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.pk}"

    def holds(self, **values: Any) -> bool:
        """Tell whether the row already has all of the values, of which there is at least one."""
        return bool(values) and all(getattr(self, name) == value for name, value in values.items())

    def expect(self, version: int, *, already: bool) -> None:
        """Raise StaleVersion when the row has moved on, unless what is asked is `already` so."""
        if self.version != version and not already:
            raise StaleVersion(present=self)

    def change(self, **values: Any) -> bool:
        """Write those of the values that differ and count the version up; tell whether any did.

        The caller holds the row's lock. Nothing is written when nothing differs.
        """
        changed = [name for name, value in values.items() if getattr(self, name) != value]
        for name in changed:
            setattr(self, name, values[name])
        if changed:
            self.touch(*changed)
        return bool(changed)

    def touch(self, *changed: str) -> None:
        """Count the version up, and write the named fields with it."""
        self.version += 1
        self.updated_at = timezone.now()
        self.save(update_fields=[*changed, "version", "updated_at"])


Row = TypeVar("Row", bound=models.Model)


class BaseQuerySet(models.QuerySet[Row]):
    """What every table's questions have in common."""

    def get_one(self, row_id: Any, *, field: str = "") -> Row:
        """Return the row of an id. Raise NotYours when it is not among these, whatever the reason."""
        found = self.filter(pk=row_id).first()
        if found is None:
            raise NotYours(field=field)
        return found


class RepeatableModel(BaseModel):
    """A row that remembers what was asked, so that a repeated call is known for what it is."""

    creation_fingerprint = models.CharField(max_length=64, editable=False)
    action_fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True


class Heartbeat(models.Model):
    """When a periodic task last started and ended, how much it found to do, and whether it failed."""

    task = models.CharField(primary_key=True, max_length=100)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, help_text="When a run last ended well.")
    count = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, help_text="When a run last failed.")
    error = models.CharField(
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text="Class name of what the last run raised, empty when it ended well.",
    )
    run = models.PositiveBigIntegerField(default=0, db_default=0, help_text="Number of the last run that started.")
    ended_run = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="Number of the run whose end is told."
    )

    def __str__(self) -> str:
        return self.task
