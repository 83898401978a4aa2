"""Planned and held meetings."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Deferrable, Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from assignments.ledger import outcome_of, weight_of
from assignments.models import Assignment, NoPolicy, Policy
from assignments.models.policy_checks import in_halves
from assignments.quota import Use
from assignments.rules import UNWRITTEN, Outcome, PolicyVersions
from core.changes import SyncedModel
from core.errors import DomainError
from core.models import BaseQuerySet, RepeatableModel
from notifications.messages import LEADS
from notifications.models import Notification, default_leads
from occasions import rules
from occasions.models.outing import Outing
from occasions.models.series import OccasionSeries
from people.models import Municipality, Role, User

READERS = frozenset({Role.CONTACT_PERSON, Role.COORDINATOR})
ONE_AT_A_TIME = "occasion_one_at_a_time"


class ShortestLead(Func):
    """The shortest of some lead times (minutes) that is not shorter than what is left; null when all are."""

    output_field = models.IntegerField()
    template = """(
        SELECT min(lead) FROM (SELECT %(expressions)s) AS asked(leads, remaining), unnest(leads) AS lead
        WHERE lead * interval '1 minute' >= remaining
    )"""


class OccasionQuerySet(BaseQuerySet["Occasion"]):
    """Questions about occasions."""

    def visible_to(self, user: User, *, now: datetime, roles: Collection[str] = READERS) -> "OccasionQuerySet":
        """Keep those of the assignments that the user may see in these roles."""
        return self.filter(assignment__in=Assignment.objects.visible_to(user, now=now, roles=roles))

    def own(self, user: User, *, now: datetime) -> "OccasionQuerySet":
        """Keep those of the user's own assignments."""
        return self.visible_to(user, now=now, roles={Role.CONTACT_PERSON})

    def to_answer(self, user: User, *, now: datetime) -> "OccasionQuerySet":
        """Keep those that wait for the user's answer as a coordinator."""
        led = self.visible_to(user, now=now, roles={Role.COORDINATOR})
        return led.filter(asked=Occasion.Asked.WAITING).exclude(contact_person=user)

    def complete(self) -> "OccasionQuerySet":
        """Load all that an answer shows, in a number of queries that does not grow with the rows."""
        return self.select_related("assignment__decision__client__municipality").prefetch_related(
            "activities__kind", "assignment__decision__client__municipality__policies"
        )

    def of_decisions(self, decision_ids: Iterable[Any]) -> "OccasionQuerySet":
        """Keep all that the ledgers of decisions are computed from."""
        return self.filter(assignment__decision__in=set(decision_ids))

    def to_remind_of(self, now: datetime) -> "OccasionQuerySet":
        """Keep the planned ones that start so soon that their contact person wants to be reminded, and was not.

        `lead` is how long before that is, in minutes: what starts within the hour is told of once, as such.
        """
        longest = timedelta(minutes=max(LEADS))
        coming = self.filter(status=Occasion.Status.PLANNED, starts_at__gt=now, starts_at__lte=now + longest)
        leads = Coalesce("assignment__contact_person__notification_preference__lead_times", Value(default_leads()))
        rows = coming.annotate(lead=ShortestLead(leads, F("starts_at") - Value(now))).filter(lead__isnull=False)
        # A reminder expires when what it was about starts: one with another end was about another time.
        return rows.not_reminded(expires_at=OuterRef("starts_at"), lead_minutes__lte=OuterRef("lead"))

    def unlogged(self, now: datetime) -> "OccasionQuerySet":
        """Keep the planned ones that have been and that nobody logged."""
        return self.filter(status=Occasion.Status.PLANNED, ends_at__lte=now)

    def not_reminded(self, **when: Any) -> "OccasionQuerySet":
        """Keep those of which nobody was told, by notifications that match `when`."""
        told = Notification.objects.filter(subject_id=OuterRef("pk"), **when)
        return self.filter(~Exists(told))

    def at_the_time_of(self, occasion: "Occasion") -> "OccasionQuerySet":
        """Keep the others of its contact person that are held at its time, its siblings aside."""
        return self.filter(
            contact_person=occasion.contact_person_id,
            status__in=rules.TAKES_TIME,
            starts_at__lt=occasion.ends_at,
            ends_at__gt=occasion.starts_at,
        ).exclude(Q(pk=occasion.pk) | Q(outing__isnull=False, outing=occasion.outing_id))


class Occasion(SyncedModel, RepeatableModel):
    """One planned or held meeting. It is never deleted.

    `own_units` is what it counts as when that is not its weight by the policy, which is never stored;
    `asked_units` is what it would count as if the coordinator says yes.
    """

    class Status(models.TextChoices):
        PLANNED = "planned"
        COMPLETED = "completed"
        CANCELLED = "cancelled"
        NO_SHOW = "no_show"

    class CancelledBy(models.TextChoices):
        CLIENT = "client"
        CONTACT_PERSON = "contact_person"
        OTHER = "other"

    class Asked(models.TextChoices):
        NOTHING = ""
        WAITING = "waiting"
        APPROVED = "approved"
        DECLINED = "declined"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="occasions")
    contact_person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="occasions")
    outing = models.ForeignKey(Outing, on_delete=models.PROTECT, null=True, related_name="occasions")
    series = models.ForeignKey(OccasionSeries, on_delete=models.PROTECT, null=True, related_name="occasions")
    original_day = models.DateField(null=True, help_text="The day that the series gives it.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)
    note = models.TextField(blank=True)
    own_units = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    asked_units = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    units_reason = models.CharField(
        max_length=1000, blank=True, default="", db_default="", help_text="Why not as much as it weighs."
    )
    asked = models.CharField(max_length=10, choices=Asked.choices, blank=True, default="", db_default="")
    answer_reason = models.CharField(
        max_length=1000, blank=True, default="", db_default="", help_text="The coordinator's."
    )
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=20, choices=CancelledBy.choices, blank=True)
    cancelled_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    skipped_for = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="skipped")

    objects = OccasionQuerySet.as_manager()
    # What the policy warned of when it was written just now.
    warnings: Sequence[DomainError] = ()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="occasion_ends_after_start"),
            models.CheckConstraint(
                condition=Q(own_units=None) | Q(own_units__gte=0) & in_halves("own_units"),
                name="occasion_own_units_in_halves",
            ),
            models.CheckConstraint(
                condition=Q(asked_units=None) | Q(asked_units__gt=0) & in_halves("asked_units"),
                name="occasion_asked_units_in_halves",
            ),
            models.CheckConstraint(
                condition=Q(asked="waiting", asked_units__isnull=False)
                | Q(asked__in=["", "approved", "declined"], asked_units=None),
                name="occasion_waits_for_units",
            ),
            models.CheckConstraint(
                condition=Q(asked__in=["", "waiting"], answered_by=None, answered_at=None)
                | Q(asked__in=["approved", "declined"], answered_by__isnull=False, answered_at__isnull=False),
                name="occasion_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(skipped_for=None) | Q(status="cancelled"), name="occasion_skipped_is_cancelled"
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
            models.UniqueConstraint(fields=["series", "original_day"], name="occasion_series_day_once"),
            models.CheckConstraint(
                condition=Q(series=None, original_day=None) | Q(series__isnull=False, original_day__isnull=False),
                name="occasion_of_series_has_day",
            ),
            ExclusionConstraint(
                name=ONE_AT_A_TIME,
                expressions=[
                    ("contact_person", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            RangeBoundary(),
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    # Siblings share an outing; any other occasion is an outing of its own.
                    (Coalesce("outing", "id"), RangeOperators.NOT_EQUAL),
                ],
                condition=Q(status__in=["planned", "completed"]),
                # A series moves many at once, one into the place of another.
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]
        indexes = [
            models.Index(fields=["assignment", "-starts_at"], name="occasion_of_assignment"),
            models.Index(fields=["starts_at"], condition=Q(status="planned"), name="occasion_planned"),
            models.Index(
                fields=["assignment", "starts_at"], condition=Q(status="planned"), name="occasion_coming"
            ),
            models.Index(fields=["assignment"], condition=Q(asked="waiting"), name="occasion_waiting"),
            models.Index(fields=["assignment", "changed_in"], name="occasion_changed"),
        ]

    @property
    def standing(self) -> str:
        """The status that settling starts from."""
        return rules.standing(self.status, settled=bool(self.action_fingerprint))

    @property
    def municipality(self) -> Municipality:
        """The municipality in whose zone its day and month are asked."""
        return self.assignment.municipality

    def units(self, versions: PolicyVersions) -> Decimal:
        """Return what it counts as, by the policy of its own date unless it has units of its own."""
        if self.own_units is not None:
            return self.own_units
        family = self.assignment.decision.is_family
        return weight_of(self.use, versions, self.municipality.zone, family=family)

    def outcome(self, versions: PolicyVersions) -> Outcome | None:
        """Return what follows from its being cancelled or missed; None when it is neither."""
        return outcome_of(self.use, versions, self.municipality.zone)

    @property
    def policy_versions(self) -> PolicyVersions:
        """The versions of the policy, one of which judges it; `policies` may be prefetched."""
        try:
            return Policy.versions_of(self.municipality.policies.all())
        except NoPolicy:
            return UNWRITTEN

    @property
    def use(self) -> Use:
        """The occasion as the ledger sees it."""
        return Use(
            occasion_id=str(self.pk),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            status=self.status,
            own_units=self.own_units,
            asked_units=self.asked_units,
            cancelled_by=self.cancelled_by,
            cancelled_at=self.cancelled_at,
            is_skipped=self.skipped_for_id is not None,
        )
