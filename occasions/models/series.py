"""Occasions that come again and again."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from assignments.models import Assignment, is_active_contact_person
from core.changes import SyncedModel
from core.models import BaseQuerySet, RepeatableModel
from core.periods import local_moment
from occasions.recurrence import Occurrence, Recurrence, occurrences
from people.models import Municipality, Role, User


class OccasionSeriesQuerySet(BaseQuerySet["OccasionSeries"]):
    """Questions about series."""

    def visible_to(self, user: User, *, now: datetime, roles: Collection[str]) -> "OccasionSeriesQuerySet":
        """Keep those of the assignments that the user may see in these roles."""
        return self.filter(assignment__in=Assignment.objects.visible_to(user, now=now, roles=roles))

    def own(self, user: User, *, now: datetime) -> "OccasionSeriesQuerySet":
        """Keep those of the user's own assignments."""
        return self.visible_to(user, now=now, roles={Role.CONTACT_PERSON})

    def complete(self) -> "OccasionSeriesQuerySet":
        """Load all that an answer shows in one query."""
        return self.select_related("assignment__decision__client__municipality")

    def to_fill(self, until: date, *, now: datetime) -> "OccasionSeriesQuerySet":
        """Keep those that have days up to a day that are no occasions yet, and somebody to plan them for.

        Others would come first for ever, and keep everybody waiting.
        """
        # In no municipality it is an earlier day than in UTC.
        lasts = Q(assignment__last_day__gt=F("filled_until"), assignment__last_day__gte=now.date())
        return self.filter(
            is_active_contact_person(),
            Q(assignment__last_day=None) | lasts,
            filled_until__lt=until,
            last_day__gt=F("filled_until"),
        )


class OccasionSeries(SyncedModel, RepeatableModel):
    """A rule by which occasions are planned, some weeks ahead, at the same time on the wall.

    An occurrence is known by the local day that the rule gives it, wherever its occasion is moved to.
    `excluded` are days that are left out, `last_day` is the last one that counts.
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="series")
    rule = models.CharField(max_length=300)
    first_day = models.DateField()
    starts = models.TimeField(help_text="On the wall.")
    minutes = models.PositiveIntegerField(help_text="From start to end on the wall.")
    excluded = ArrayField(models.DateField(), default=list, blank=True)
    last_day = models.DateField()
    filled_until = models.DateField()
    place = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followed_by")

    objects = OccasionSeriesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "occasion series"
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gt=0), name="occasion_series_lasts"),
            models.CheckConstraint(condition=~Q(rule=""), name="occasion_series_has_rule"),
        ]
        indexes = [
            models.Index(fields=["filled_until"], name="occasion_series_to_fill"),
            models.Index(fields=["assignment", "changed_in"], name="occasion_series_changed"),
        ]

    @property
    def municipality(self) -> Municipality:
        """The municipality in whose zone its days and times are."""
        return self.assignment.municipality

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the clock on the wall."""
        return self.municipality.zone

    @property
    def recurrence(self) -> Recurrence:
        """The rule with its first occurrence."""
        return Recurrence(self.rule, datetime.combine(self.first_day, self.starts))

    def occurrences(self) -> list[Occurrence]:
        """Return the occurrences that count, in their order."""
        return [
            one
            for one in occurrences(self.recurrence, self.zone)
            if one.original.date() <= self.last_day and one.original.date() not in self.excluded
        ]

    def end_of(self, occurrence: Occurrence) -> datetime:
        """Return the moment (UTC) when an occurrence ends: as long after its start as the wall says."""
        ends = occurrence.original + timedelta(minutes=self.minutes)
        return local_moment(ends.date(), ends.time(), self.zone)

    @property
    def starts_at(self) -> datetime:
        """The moment when the first occurrence starts."""
        return local_moment(self.first_day, self.starts, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The moment when the first occurrence ends."""
        return self.end_of(Occurrence(self.recurrence.first, self.starts_at))
