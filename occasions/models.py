"""Occasions and what was done at them."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Floor
from django.db.models.lookups import Exact

from assignments.models import Assignment
from assignments.quota import Use
from core.errors import NotYours
from core.models import BaseModel, BaseQuerySet, RepeatableModel
from core.periods import Month, local_date
from notifications.models import Notification
from occasions import rules
from people.models import Municipality, Role, User

READERS = frozenset({Role.CONTACT_PERSON, Role.COORDINATOR})


class ActivityKind(BaseModel):
    """Something a municipality offers to do: cinema, coffee, a walk."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="activity_kinds")
    code = models.SlugField()
    name_sv = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="activity_kind_code_once"),
        ]


class OccasionQuerySet(BaseQuerySet["Occasion"]):
    """Questions about occasions."""

    def visible_to(self, user: User, *, now: datetime, roles: Collection[str] = READERS) -> "OccasionQuerySet":
        """Keep those of the assignments that the user may see in these roles."""
        return self.filter(assignment__in=Assignment.objects.visible_to(user, now=now, roles=roles))

    def own(self, user: User, *, now: datetime) -> "OccasionQuerySet":
        """Keep those of the user's own assignments."""
        return self.visible_to(user, now=now, roles={Role.CONTACT_PERSON})

    def complete(self) -> "OccasionQuerySet":
        """Load all that an answer shows, in a number of queries that does not grow with the rows."""
        return self.select_related("assignment__decision__client__municipality").prefetch_related(
            "activities__kind"
        )

    def in_period(self, month: Month, zone: ZoneInfo) -> "OccasionQuerySet":
        """Keep those whose local start date lies in the month."""
        start, end = month.bounds(zone)
        return self.filter(starts_at__gte=start, starts_at__lt=end)

    def uses_of(
        self,
        decision_ids: Iterable[Any],
        month: Month,
        zone: ZoneInfo,
        *,
        contact_person_id: UUID | None = None,
        seen: "OccasionQuerySet | None" = None,
    ) -> dict[Any, list[Use]]:
        """Return per decision what the quota of the month is computed from, in one query.

        With `contact_person_id`, occasions of others are told as such; those that are not among `seen`
        keep their ids to themselves.
        """
        found: dict[Any, list[Use]] = {decision_id: [] for decision_id in decision_ids}
        visible = Value(True) if seen is None else Exists(seen.filter(pk=OuterRef("pk")))
        rows = self.filter(assignment__decision__in=found).in_period(month, zone).annotate(visible=visible)
        for pk, starts_at, units, status, decision_id, planned_by, is_visible in rows.values_list(
            "pk", "starts_at", "units", "status", "assignment__decision", "assignment__contact_person", "visible"
        ):
            another = contact_person_id is not None and planned_by != contact_person_id
            use = Use(str(pk) if is_visible else None, local_date(starts_at, zone), units, status, another)
            found[decision_id].append(use)
        return found

    def starting_within(self, now: datetime, *, after: timedelta, within: timedelta) -> "OccasionQuerySet":
        """Keep the planned ones that start more than `after` and at most `within` from now."""
        return self.filter(status=Occasion.Status.PLANNED, starts_at__gt=now + after, starts_at__lte=now + within)

    def unlogged(self, now: datetime) -> "OccasionQuerySet":
        """Keep the planned ones that have been and that nobody logged."""
        return self.filter(status=Occasion.Status.PLANNED, ends_at__lte=now)

    def not_reminded(self, kind: str, **when: Any) -> "OccasionQuerySet":
        """Keep those of which nobody was told, by notifications of a kind that match `when`."""
        told = Notification.objects.filter(kind=kind, subject_id=OuterRef("pk"), **when)
        return self.filter(~Exists(told))


class Occasion(RepeatableModel):
    """One planned or held meeting. It is never deleted."""

    class Status(models.TextChoices):
        PLANNED = "planned"
        COMPLETED = "completed"
        CANCELLED = "cancelled"
        NO_SHOW = "no_show"

    class CancelledBy(models.TextChoices):
        CLIENT = "client"
        CONTACT_PERSON = "contact_person"
        OTHER = "other"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="occasions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)
    units = models.DecimalField(max_digits=5, decimal_places=1)
    note = models.TextField(blank=True)
    cancelled_by = models.CharField(max_length=20, choices=CancelledBy.choices, blank=True)
    reason = models.TextField(blank=True)

    objects = OccasionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="occasion_ends_after_start"),
            models.CheckConstraint(condition=Q(units__gt=0), name="occasion_units_positive"),
            models.CheckConstraint(
                condition=Exact(F("units") * 2, Floor(F("units") * 2)), name="occasion_units_in_halves"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_by__in=["", "client", "contact_person", "other"]),
                name="occasion_cancelled_by_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["planned", "completed", "cancelled", "no_show"]),
                name="occasion_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["cancelled", "no_show"]) & ~Q(cancelled_by="")
                | ~Q(status__in=["cancelled", "no_show"]) & Q(cancelled_by=""),
                name="occasion_cancelled_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["assignment", "-starts_at"], name="occasion_of_assignment"),
            models.Index(fields=["starts_at"], condition=Q(status="planned"), name="occasion_planned"),
        ]

    @property
    def standing(self) -> str:
        """The status that settling starts from."""
        return rules.standing(self.status, settled=bool(self.action_fingerprint))

    @property
    def municipality(self) -> Municipality:
        """The municipality in whose zone its day and month are asked."""
        return self.assignment.municipality


class Activity(BaseModel):
    """What was done at an occasion."""

    occasion = models.ForeignKey(Occasion, on_delete=models.CASCADE, related_name="activities")
    kind = models.ForeignKey(ActivityKind, on_delete=models.PROTECT)
    note = models.CharField(max_length=500, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "activities"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["occasion", "position"], name="activity_position_once"),
        ]


def kinds_by_code(municipality_id: UUID, codes: Iterable[str]) -> dict[str, ActivityKind]:
    """Return the municipality's kinds in use among the codes."""
    kinds = ActivityKind.objects.filter(municipality=municipality_id, is_active=True, code__in=set(codes))
    return {kind.code: kind for kind in kinds}


class CalendarLinkQuerySet(BaseQuerySet["CalendarLink"]):
    """Questions about calendar links."""

    def in_force(self) -> "CalendarLinkQuerySet":
        """Keep those that nobody revoked."""
        return self.filter(revoked_at=None)

    def get_by_secret(self, secret: str) -> "CalendarLink":
        """Return the link in force that a secret is the key to. Raise NotYours, whatever is wrong with it."""
        try:
            link_id = _calendar_signer().unsign(secret)
        except BadSignature:
            raise NotYours from None
        return self.in_force().get_one(link_id)


class CalendarLink(BaseModel):
    """What lets a calendar read a contact person's occasions without signing in, until it is revoked."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="calendar_links")
    revoked_at = models.DateTimeField(null=True)

    objects = CalendarLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at=None), name="calendar_link_once"),
        ]

    @property
    def secret(self) -> str:
        """The key: the id and its signature. It is stored nowhere, so a copy of the database opens nothing."""
        return _calendar_signer().sign(self.pk.hex)


def _calendar_signer() -> Signer:
    """Return what makes and knows secrets. Hex, base64 and a point need no escaping in a path."""
    return Signer(salt="occasions.calendar_link", sep=".")
