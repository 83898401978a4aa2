"""Decisions, assignments and the policy that weighs occasions."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Floor
from django.db.models.lookups import Exact

from assignments.quota import Terms
from assignments.rules import WeightTable
from core.errors import DomainError, NotYours
from core.models import BaseModel, BaseQuerySet
from core.text import Text
from people.models import Client, Municipality, Role, User

READERS = frozenset({Role.CONTACT_PERSON, Role.COORDINATOR, Role.CASE_OFFICER})


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


class NoPolicy(DomainError):
    """The municipality has not said yet what an occasion weighs."""

    code = "no_policy"
    text = Text(
        sv="Kommunen har inte lagt in sina riktlinjer än. Tala med din samordnare.",
        en="The municipality has not entered its policy yet. Talk to your coordinator.",
    )


def check_weight_steps(steps: Any) -> None:
    """Raise ValidationError when it is no table of weights."""
    try:
        WeightTable.parse(steps)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class Policy(BaseModel):
    """A municipality's rules from a first day on; an occasion is judged by those of its own date."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="policies")
    first_day = models.DateField()
    weight_steps = models.JSONField(
        help_text="[[from minutes, units], …], the first from 0.", validators=[check_weight_steps]
    )

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "first_day"], name="policy_first_day_once"),
        ]

    @property
    def weights(self) -> WeightTable:
        """The step table as values that rules work with."""
        return WeightTable.parse(self.weight_steps)

    @classmethod
    def in_force(cls, municipality_id: Any, on: date) -> "Policy":
        """Return the version that holds on a day; the first one for days before it. Raise NoPolicy."""
        versions = cls.objects.filter(municipality_id=municipality_id).order_by("first_day")
        found = versions.filter(first_day__lte=on).last() or versions.first()
        if found is None:
            raise NoPolicy
        return found


class Decision(BaseModel):
    """The formal grant: so many units a period for a client, from a first to a last day."""

    class Kind(models.TextChoices):
        CONTACT_PERSON = "contact_person"
        CONTACT_FAMILY = "contact_family"

    class Period(models.TextChoices):
        MONTH = "month"

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="decisions")
    reference = models.CharField(max_length=50)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.CONTACT_PERSON)
    legal_basis = models.ForeignKey(LegalBasis, on_delete=models.PROTECT)
    units = models.DecimalField(max_digits=5, decimal_places=1)
    period = models.CharField(max_length=10, choices=Period.choices, default=Period.MONTH)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "reference"], name="decision_reference_once"),
            models.CheckConstraint(condition=Q(units__gt=0), name="decision_units_positive"),
            models.CheckConstraint(
                condition=Q(kind="contact_person", units=Floor("units"))
                | Q(Exact(F("units") * 2, Floor(F("units") * 2)), kind="contact_family"),
                name="decision_units_in_steps",
            ),
            models.CheckConstraint(condition=Q(period="month"), name="decision_period_known"),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name="decision_days_in_order"
            ),
        ]

    @property
    def terms(self) -> Terms:
        """What the quota is computed from."""
        return Terms(units=self.units, first_day=self.first_day, last_day=self.last_day)


class AssignmentQuerySet(BaseQuerySet["Assignment"]):
    """Who sees which assignments."""

    def visible_to(self, user: User, *, now: datetime, roles: Collection[str] = READERS) -> "AssignmentQuerySet":
        """Keep those that the user's roles give: a contact person's own until they end, staff's all.

        `roles` narrows the roles that count.
        """
        wanted = Q(pk__in=[])
        for membership in user.active_memberships:
            if membership.role not in roles:
                continue
            here = Q(decision__client__municipality=membership.municipality_id)
            if membership.role == Role.CONTACT_PERSON:
                today = membership.municipality.today(now)
                here &= Q(contact_person=user) & (Q(last_day=None) | Q(last_day__gte=today))
            wanted |= here
        return self.filter(wanted)

    def own(self, user: User, *, now: datetime) -> "AssignmentQuerySet":
        """Keep those in which the user is the contact person, until they end."""
        return self.visible_to(user, now=now, roles={Role.CONTACT_PERSON})

    def with_decision(self) -> "AssignmentQuerySet":
        """Load decision, client and municipality in the same query."""
        return self.select_related("decision__client__municipality")

    def get_own(self, assignment_id: Any, *, user: User, now: datetime) -> "Assignment":
        """Return one of the user's own. Raise NotYours for any other."""
        return self.with_decision().own(user, now=now).get_one(assignment_id, field="assignment")


class Assignment(BaseModel):
    """One contact person on one decision, from a first to a last day."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="assignments")
    contact_person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    fee = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal(0), help_text="SEK a month.")
    allowance = models.DecimalField(
        max_digits=9, decimal_places=2, default=Decimal(0), help_text="SEK a month for activities."
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name="assignment_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(fee__gte=0) & Q(allowance__gte=0), name="assignment_amounts_not_negative"
            ),
            ExclusionConstraint(
                name="assignment_once_at_a_time",
                expressions=[
                    ("decision", RangeOperators.EQUAL),
                    ("contact_person", RangeOperators.EQUAL),
                    (
                        Func(
                            F("first_day"),
                            F("last_day"),
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="DATERANGE",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    @property
    def municipality(self) -> Municipality:
        """The municipality whose assignment it is."""
        return self.decision.client.municipality

    def obstacle(self, user: User, *, now: datetime) -> str | None:
        """Return the problem code that the user meets who acts as its contact person; None for that person.

        It says in memory what `own` asks the database.
        """
        if Role.CONTACT_PERSON not in user.roles:
            return "wrong_role"
        here = self.municipality.pk in user.municipality_ids(Role.CONTACT_PERSON)
        lasts = self.last_day is None or self.last_day >= self.municipality.today(now)
        return None if self.contact_person_id == user.pk and here and lasts else NotYours.code
