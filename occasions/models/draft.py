"""What somebody is writing about an occasion and has not logged yet."""

from datetime import datetime

from django.db import models

from assignments.models import Assignment
from core.changes import SyncedModel
from core.models import BaseModel, BaseQuerySet
from people.models import User


class OccasionDraftQuerySet(BaseQuerySet["OccasionDraft"]):
    """Who reads which drafts."""

    def kept(self) -> "OccasionDraftQuerySet":
        """Leave out those that are over: logged, thrown away, expired."""
        return self.filter(discarded_at=None)

    def own(self, user: User, *, now: datetime) -> "OccasionDraftQuerySet":
        """Keep what the user wrote about their own assignments, until these end. Nobody else ever reads it."""
        return self.kept().filter(author=user, assignment__in=Assignment.objects.own(user, now=now))


class OccasionDraft(SyncedModel, BaseModel):
    """A draft has the id of its occasion, of which there may be no row yet. Any of it may be missing."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="occasion_drafts")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="occasion_drafts")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    activities = models.JSONField(default=list, help_text="`kind` and `note` of each, as far as they are written.")
    units = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    units_reason = models.CharField(max_length=1000, blank=True)
    discarded_at = models.DateTimeField(null=True, help_text="When it was logged, thrown away, or had expired.")

    objects = OccasionDraftQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["assignment", "changed_in"], name="occasion_draft_changed"),
            models.Index(fields=["updated_at"], condition=models.Q(discarded_at=None), name="occasion_draft_kept"),
        ]
