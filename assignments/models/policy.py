"""A municipality's policy, version by version."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, time
from decimal import Decimal
from typing import Any, Literal, cast
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from assignments.models.policy_checks import (
    check_cancellations,
    check_category_caps,
    check_halves,
    check_weight_steps,
    check_whole,
    in_halves,
    mistake,
)
from assignments.rules import (
    MOST_UNITS,
    CancellationTable,
    PolicyRules,
    PolicyVersions,
    WeightTable,
    default_cancellations,
    parse_category_caps,
)
from core.errors import DomainError
from core.models import BaseModel
from core.periods import PeriodKind
from core.text import Text
from people.models import Municipality

BELOW_THE_TABLE = Text(sv="Tabellen ger mer än så.", en="The table gives more than that.")
TOO_MANY = Text(sv=f"Ange högst {MOST_UNITS}.", en=f"Use {MOST_UNITS} at most.")
UNKNOWN_KINDS = Text(sv="Kommunen har inte aktiviteterna {codes}.", en="The municipality has no kinds {codes}.")
UNKNOWN_CATEGORIES = Text(
    sv="Kommunen har inte kategorierna {codes}.", en="The municipality has no categories {codes}."
)
SOME_MONEY = MinValueValidator(Decimal("0.01"))


class NoPolicy(DomainError):
    """The municipality has not said yet what an occasion weighs."""

    code = "no_policy"
    text = Text(
        sv="Kommunen har inte lagt in sina riktlinjer än. Tala med din samordnare.",
        en="The municipality has not entered its policy yet. Talk to your coordinator.",
    )


class Policy(BaseModel):
    """A municipality's rules from a first day on; an occasion is judged by those of its own date."""

    class Period(models.TextChoices):
        AS_DECIDED = "", "som beslutet säger"
        WEEK = "week", "vecka"
        FOUR_WEEKS = "four_weeks", "fyra veckor"
        MONTH = "month", "månad"
        HALF_YEAR = "half_year", "halvår"
        YEAR = "year", "år"

    class PartialPeriod(models.TextChoices):
        WHOLE = "whole", "hela antalet"
        PRO_RATA = "pro_rata", "efter antalet dagar, avrundat uppåt"

    class OnExceeded(models.TextChoices):
        WARN = "warn", "varna"
        BLOCK = "block", "stoppa"
        ASK = "ask", "fråga samordnaren"

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="policies")
    first_day = models.DateField()
    period = models.CharField(
        max_length=10,
        choices=Period.choices,
        blank=True,
        default="",
        help_text="Units may be spread over periods longer than the decision's own.",
    )
    partial_period = models.CharField(
        max_length=10,
        choices=PartialPeriod.choices,
        default=PartialPeriod.WHOLE,
        help_text="What is granted for a first, last or changed period.",
    )
    weight_steps = models.JSONField(
        help_text="[[from minutes, units], …], the first from 0.", validators=[check_weight_steps]
    )
    highest_weight = models.DecimalField(
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[check_whole],
        help_text="The most that may be asked for. Empty: what the table gives.",
    )
    day_parted_at = models.TimeField(
        null=True,
        blank=True,
        default=time(12),
        help_text="Contact families: each started half of a day counts. Empty: each started day.",
    )
    saving_cap = models.DecimalField(
        max_digits=5, decimal_places=1, default=Decimal(0), validators=[MinValueValidator(0), check_halves]
    )
    saving_age = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text="For so many periods units stay saved. Empty: for ever.",
    )
    ahead_cap = models.DecimalField(
        max_digits=5, decimal_places=1, default=Decimal(0), validators=[MinValueValidator(0), check_halves]
    )
    on_exceeded = models.CharField(max_length=5, choices=OnExceeded.choices, default=OnExceeded.BLOCK)
    cancellations = models.JSONField(
        default=default_cancellations,
        help_text="What follows: status, by, from notice_hours; units_used, paid, costs_repaid.",
        validators=[check_cancellations],
    )
    activity_kinds = ArrayField(
        models.SlugField(),
        default=list,
        blank=True,
        help_text="Codes, with commas between. Empty: all that are in use.",
    )
    receipt_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text="So many days after an outlay it can be sent in for the first time. Empty: a year.",
    )
    category_caps = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="{category's code: the most that is approved of one expense, SEK}.",
        validators=[check_category_caps],
    )
    ask_first_above = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[SOME_MONEY],
        help_text="SEK; what costs more has to be approved beforehand. Empty: nothing.",
    )
    second_person_above = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[SOME_MONEY],
        help_text="SEK; two have to approve more than that. Empty: one is enough.",
    )

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "first_day"], name="policy_first_day_once"),
            models.CheckConstraint(
                condition=Q(period__in=["", "week", "four_weeks", "month", "half_year", "year"]),
                name="policy_period_known",
            ),
            models.CheckConstraint(
                condition=Q(partial_period__in=["whole", "pro_rata"]), name="policy_partial_period_known"
            ),
            models.CheckConstraint(
                condition=Q(on_exceeded__in=["warn", "block", "ask"]), name="policy_on_exceeded_known"
            ),
            models.CheckConstraint(
                condition=Q(saving_cap__gte=0)
                & in_halves("saving_cap")
                & (Q(saving_age=None) | Q(saving_age__gte=1)),
                name="policy_saving_sensible",
            ),
            models.CheckConstraint(
                condition=Q(ahead_cap__gte=0) & in_halves("ahead_cap"), name="policy_ahead_sensible"
            ),
            models.CheckConstraint(
                condition=Q(highest_weight=None) | Q(highest_weight__gt=0) & in_halves("highest_weight"),
                name="policy_highest_weight_sensible",
            ),
            models.CheckConstraint(
                condition=(Q(receipt_days=None) | Q(receipt_days__gte=1))
                & (Q(ask_first_above=None) | Q(ask_first_above__gt=0))
                & (Q(second_person_above=None) | Q(second_person_above__gt=0)),
                name="policy_expenses_sensible",
            ),
        ]

    def clean(self) -> None:
        """Raise ValidationError for more units than are possible, and kinds or categories that are not here."""
        mistakes: dict[str, ValidationError] = {}
        with suppress(ValueError, TypeError):  # said of the field itself
            if (
                self.highest_weight is not None
                and self.highest_weight < WeightTable.parse(self.weight_steps).highest
            ):
                mistakes["highest_weight"] = mistake(BELOW_THE_TABLE)
        for name in ("highest_weight", "saving_cap", "ahead_cap"):
            if isinstance(units := getattr(self, name), Decimal) and units > MOST_UNITS:
                mistakes[name] = mistake(TOO_MANY)
        if unknown := self._unknown("activity_kinds", self.activity_kinds):
            mistakes["activity_kinds"] = mistake(UNKNOWN_KINDS, codes=", ".join(unknown))
        with suppress(ValueError):  # as above
            if unknown := self._unknown("expense_categories", parse_category_caps(self.category_caps)):
                mistakes["category_caps"] = mistake(UNKNOWN_CATEGORIES, codes=", ".join(unknown))
        if mistakes:
            raise ValidationError(mistakes)

    def _unknown(self, offered: str, codes: Any) -> list[str]:
        """Return which codes are none of the municipality's kinds or categories."""
        if not codes or self.municipality_id is None:
            return []
        # They belong to apps further up, which know the municipality as this one does.
        known = getattr(self.municipality, offered).values_list("code", flat=True)
        return sorted({str(code) for code in codes} - set(known))

    @property
    def rules(self) -> PolicyRules:
        """The version as values that rules work with."""
        return PolicyRules(
            first_day=self.first_day,
            weights=WeightTable.parse(self.weight_steps),
            cancellations=CancellationTable.parse(self.cancellations),
            highest_weight=self.highest_weight,
            period=cast(PeriodKind, self.period),
            partial_period=self.partial_period,
            saving_cap=self.saving_cap,
            saving_age=self.saving_age,
            ahead_cap=self.ahead_cap,
            on_exceeded=cast(Literal["warn", "ask", "block"], self.on_exceeded),
            day_parted_at=self.day_parted_at,
            activity_kinds=frozenset(self.activity_kinds),
            receipt_days=self.receipt_days,
            category_caps=parse_category_caps(self.category_caps),
            ask_first_above=self.ask_first_above,
            second_person_above=self.second_person_above,
        )

    @classmethod
    def versions_of(cls, policies: "Iterable[Policy]") -> PolicyVersions:
        """Return the versions of one municipality as values. Raise NoPolicy when there is none."""
        try:
            return PolicyVersions.of(policy.rules for policy in policies)
        except ValueError:
            raise NoPolicy from None

    def cap_of(self, category: str) -> Decimal | None:
        """Return the most that is approved of one expense of a category (its code), SEK; None without a cap."""
        return parse_category_caps(self.category_caps).get(category)

    @classmethod
    def in_force(cls, municipality: Municipality, on: date) -> "Policy":
        """Return the version that holds on a day, the first one for days before it; an empty one where none is.

        Expenses are held against its columns, so that long lists of them need no table of weights to be read.
        """
        versions = sorted(municipality.policies.all(), key=lambda version: version.first_day)
        begun = [version for version in versions if version.first_day <= on]
        return begun[-1] if begun else next(iter(versions), cls())

    @classmethod
    def versions_for(cls, municipality_ids: Iterable[UUID]) -> dict[UUID, PolicyVersions]:
        """Return the versions of each municipality that has any, in one query."""
        found: dict[UUID, list[PolicyRules]] = {}
        for policy in cls.objects.filter(municipality__in=set(municipality_ids)):
            found.setdefault(policy.municipality_id, []).append(policy.rules)
        return {municipality: PolicyVersions.of(rules) for municipality, rules in found.items()}
