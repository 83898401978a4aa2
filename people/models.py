"""Municipalities, users and their roles, clients."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property

from core.models import BaseModel, BaseQuerySet, RepeatableModel
from core.periods import local_date


class Municipality(BaseModel):
    """The tenant: nothing crosses it."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=50, default="Europe/Stockholm")
    times_in_texts = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Let reminders say at what time something begins. Whoever sees the phone reads it too.",
    )
    unmet_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        default=30,
        db_default=30,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text="Coordinators hear of a client whom nobody has met for so many days. Empty: of none.",
    )
    behind_percent = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        default=50,
        db_default=50,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="They hear of a decision of which less than so many per cent is used. Empty: of none.",
    )
    behind_weeks = models.PositiveSmallIntegerField(
        default=8,
        db_default=8,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text="Over how many weeks, rounded up to whole periods, that is counted.",
    )

    class Meta:
        verbose_name_plural = "municipalities"
        constraints = [
            models.CheckConstraint(
                condition=Q(unmet_days=None) | Q(unmet_days__gte=1), name="municipality_unmet_days_positive"
            ),
            models.CheckConstraint(
                condition=Q(behind_percent=None) | Q(behind_percent__gte=1, behind_percent__lte=100),
                name="municipality_behind_percent_sensible",
            ),
            models.CheckConstraint(condition=Q(behind_weeks__gte=1), name="municipality_behind_weeks_positive"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the municipality's days and months are counted."""
        return ZoneInfo(self.time_zone)

    def today(self, now: datetime) -> date:
        """Return the municipality's date at a moment."""
        return local_date(now, self.zone)

    def coordinators(self, now: datetime) -> "models.QuerySet[User]":
        """Return those who coordinate now, deputies among them on their days."""
        today = self.today(now)
        on_their_days = Q(role=DEPUTY, first_day__lte=today, last_day__gte=today)
        held = Membership.objects.active().filter(Q(role=Role.COORDINATOR) | on_their_days, municipality=self)
        return User.objects.filter(is_active=True, pk__in=held.values("user"))


# A coordinator in another's place, from a first to a last day. No role that can be held without days: what asks
# only for the role and whether it is active, as the last release does, gives a deputy nothing.
DEPUTY = "deputy"


class Role(models.TextChoices):
    """What a user is to a municipality."""

    CONTACT_PERSON = "contact_person"
    COORDINATOR = "coordinator"
    CASE_OFFICER = "case_officer"
    PAYROLL_OFFICER = "payroll_officer"
    ADMINISTRATOR = "administrator"


class UserManager(BaseUserManager["User"]):
    """Creates users, who are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user; without a password only a code, a passkey or the directory signs them in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create the operator who adds municipalities and their first administrators."""
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin, BaseModel):
    """A person who signs in. A client never does."""

    class Language(models.TextChoices):
        SWEDISH = "sv"
        ENGLISH = "en"

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.SWEDISH)
    is_active = models.BooleanField(default=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return f"user {self.pk}"

    @cached_property
    def active_memberships(self) -> list["Membership"]:
        """The roles held now, each with its municipality; asked once per loaded user, as of that moment."""
        found = Membership.objects.active().filter(user=self).select_related("municipality")
        return held_now(found)

    @property
    def roles(self) -> set[str]:
        """The roles held now in any municipality."""
        return {membership.acts_as for membership in self.active_memberships}

    def municipality_ids(self, *roles: str) -> set[Any]:
        """Return the municipalities in which one of the roles is held; any role when none is named."""
        return {m.municipality_id for m in self.active_memberships if not roles or m.acts_as in roles}

    def capacities(self, municipality_id: Any) -> list[UUID | None]:
        """Return for whom the user coordinates a municipality now: None in their own right."""
        held = [m for m in self.active_memberships if m.municipality_id == municipality_id]
        return [m.deputy_for_id for m in held if m.acts_as == Role.COORDINATOR]

    @property
    def is_staff(self) -> bool:
        """Whether the back office lets this person in."""
        return self.is_superuser or Role.ADMINISTRATOR in self.roles


class MembershipQuerySet(BaseQuerySet["Membership"]):
    """Questions about who is what."""

    def active(self) -> "MembershipQuerySet":
        """Keep those that were not taken away.

        A deputy's only while both have a role of their own there: the deputy any, the other as a coordinator.
        """
        here = Membership.objects.filter(municipality=OuterRef("municipality"), is_active=True)
        own = here.filter(user=OuterRef("user")).exclude(role=DEPUTY)
        principal = here.filter(user=OuterRef("deputy_for"), user__is_active=True, role=Role.COORDINATOR)
        return self.filter(~Q(role=DEPUTY) | Exists(own) & Exists(principal), is_active=True)

    def led_by(self, user_ids: Collection[UUID], now: datetime) -> set[tuple[UUID, UUID]]:
        """Return who of some people coordinates which municipality now, as pairs of their ids, in one query."""
        held = self.active().filter(user__in=user_ids, role__in=[Role.COORDINATOR, DEPUTY])
        return {
            (one.user_id, one.municipality_id)
            for one in held.select_related("municipality")
            if one.holds_on(one.municipality.today(now))
        }

    def deputies(self, municipality_ids: Iterable[Any]) -> "MembershipQuerySet":
        """Keep those who stand in for a coordinator there, whenever, unless that was taken back."""
        rows = self.filter(role=DEPUTY, municipality__in=municipality_ids, is_active=True)
        return rows.select_related("user", "deputy_for", "municipality")


class Membership(RepeatableModel):
    """One role of one user in one municipality; a deputy's from a first to a last day."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    first_day = models.DateField(null=True, editable=False)
    last_day = models.DateField(null=True, editable=False)
    deputy_for = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="deputies"
    )
    # Only deputies are named by a phone, and may be named again.
    creation_fingerprint = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    action_fingerprint = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "municipality", "role"], condition=~Q(role=DEPUTY), name="membership_once"
            ),
            models.CheckConstraint(condition=Q(role__in=[*Role.values, DEPUTY]), name="membership_role_known"),
            models.CheckConstraint(
                condition=~Q(role=DEPUTY) & Q(first_day=None, last_day=None, deputy_for=None)
                | Q(
                    role=DEPUTY,
                    first_day__isnull=False,
                    last_day__isnull=False,
                    last_day__gte=F("first_day"),
                    deputy_for__isnull=False,
                )
                & ~Q(deputy_for=F("user")),
                name="membership_deputy_has_days",
            ),
            ExclusionConstraint(
                name="membership_deputy_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("municipality", RangeOperators.EQUAL),
                    ("deputy_for", RangeOperators.EQUAL),
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
                condition=Q(role=DEPUTY, is_active=True),
            ),
        ]

    @property
    def acts_as(self) -> str:
        """The role that it gives while it holds."""
        return Role.COORDINATOR if self.role == DEPUTY else self.role

    def holds_on(self, today: date) -> bool:
        """Tell whether it gives its role on a day of the municipality's."""
        return self.role != DEPUTY or self.first_day <= today <= self.last_day  # type: ignore[operator]


def held_now(memberships: Iterable[Membership]) -> list[Membership]:
    """Keep those that hold on their municipality's date."""
    now = timezone.now()
    return [one for one in memberships if one.holds_on(one.municipality.today(now))]


class Client(BaseModel):
    """The supported person. That someone is one is secret."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="clients")
    reference = models.CharField(max_length=50)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "reference"], name="client_reference_once"),
        ]
