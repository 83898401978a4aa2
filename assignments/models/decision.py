"""Decisions: what was granted, what changed of it, and what coordinators added."""

from collections.abc import Collection
from datetime import date
from typing import cast

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Floor
from django.db.models.lookups import Exact

from assignments import quota
from assignments.grants import Scope, Terms
from assignments.models.policy_checks import in_halves
from core.models import BaseModel, BaseQuerySet, RepeatableModel
from core.periods import PeriodKind
from people.models import Client, User


class LegalBasis(models.Model):
    """The paragraph that a decision stands on, with the days on which decisions could be made by it."""

    code = models.CharField(primary_key=True, max_length=30)
    title_sv = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "legal bases"

    def __str__(self) -> str:
        return self.code


class DecisionQuerySet(BaseQuerySet["Decision"]):
    """Whose decisions are whose business."""

    def of_staff(self, user: User, roles: Collection[str]) -> "DecisionQuerySet":
        """Keep those of the municipalities in which the user holds one of the roles."""
        return self.filter(client__municipality__in=user.municipality_ids(*roles))


class Decision(BaseModel):
    """The formal grant: so many units a period for a client, from a first to a last day."""

    class Kind(models.TextChoices):
        CONTACT_PERSON = "contact_person"
        CONTACT_FAMILY = "contact_family"

    class Period(models.TextChoices):
        WEEK = "week"
        FOUR_WEEKS = "four_weeks"
        MONTH = "month"
        HALF_YEAR = "half_year"
        YEAR = "year"

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="decisions")
    reference = models.CharField(max_length=50)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.CONTACT_PERSON)
    legal_basis = models.ForeignKey(LegalBasis, on_delete=models.PROTECT)
    units = models.DecimalField(max_digits=5, decimal_places=1)
    period = models.CharField(max_length=10, choices=Period.choices, default=Period.MONTH)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "reference"], name="decision_reference_once"),
            models.CheckConstraint(condition=Q(units__gt=0), name="decision_units_positive"),
            models.CheckConstraint(
                condition=Q(kind="contact_person", units=Floor("units"))
                | Q(Exact(F("units") * 2, Floor(F("units") * 2)), kind="contact_family"),
                name="decision_units_in_steps",
            ),
            models.CheckConstraint(
                condition=Q(period__in=["week", "four_weeks", "month", "half_year", "year"]),
                name="decision_period_known",
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name="decision_days_in_order"
            ),
        ]

    @property
    def is_family(self) -> bool:
        """Whether it counts days in halves instead of occasions."""
        return self.kind == Decision.Kind.CONTACT_FAMILY

    @property
    def terms(self) -> Terms:
        """What the ledger is computed from; `scope_changes` may be prefetched."""
        changes = sorted(self.scope_changes.all(), key=lambda change: change.first_day)
        return Terms(
            scopes=(Scope(self.first_day, self.units), *(Scope(one.first_day, one.units) for one in changes)),
            first_day=self.first_day,
            last_day=self.last_day,
            period=cast(PeriodKind, self.period),
            family=self.is_family,
        )

    def scope_on(self, day: date) -> Scope:
        """Return the scope in force on a day; the first one before the decision's first day."""
        scopes = self.terms.scopes
        return [scopes[0], *(scope for scope in scopes[1:] if scope.first_day <= day)][-1]


class ScopeChange(RepeatableModel):
    """Another number of units a period from a day on, within the same decision."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="scope_changes")
    first_day = models.DateField()
    units = models.DecimalField(max_digits=5, decimal_places=1)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "first_day"], name="scope_change_first_day_once"),
            models.CheckConstraint(
                condition=Q(units__gt=0) & in_halves("units"), name="scope_change_units_in_halves"
            ),
        ]


class Adjustment(RepeatableModel):
    """Units that a coordinator added to a decision, or took away, on a day and for a reason."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="adjustments")
    on = models.DateField()
    units = models.DecimalField(max_digits=5, decimal_places=1, help_text="With its sign.")
    reason = models.CharField(max_length=1000)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(units=0) & in_halves("units"), name="adjustment_units_in_halves"),
            models.CheckConstraint(condition=~Q(reason=""), name="adjustment_for_a_reason"),
        ]

    @property
    def entry(self) -> quota.Adjustment:
        """The adjustment as the ledger sees it."""
        return quota.Adjustment(str(self.pk), self.on, self.units, self.reason)
