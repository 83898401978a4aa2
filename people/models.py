"""Municipalities, users and their roles, clients."""

from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from core.models import BaseModel
from core.periods import local_date


class Municipality(BaseModel):
    """The tenant: nothing crosses it."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=50, default="Europe/Stockholm")

    class Meta:
        verbose_name_plural = "municipalities"

    def __str__(self) -> str:
        return self.code

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the municipality's days and months are counted."""
        return ZoneInfo(self.time_zone)

    def today(self, now: datetime) -> date:
        """Return the municipality's date at a moment."""
        return local_date(now, self.zone)

    def coordinators(self) -> "models.QuerySet[User]":
        """Return those who coordinate now."""
        return User.objects.filter(
            is_active=True,
            memberships__municipality=self,
            memberships__role=Role.COORDINATOR,
            memberships__is_active=True,
        )


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
        """The roles held now, each with its municipality; asked once per loaded user."""
        return list(self.memberships.filter(is_active=True).select_related("municipality"))

    @property
    def roles(self) -> set[str]:
        """The roles held now in any municipality."""
        return {membership.role for membership in self.active_memberships}

    def municipality_ids(self, *roles: str) -> set[Any]:
        """Return the municipalities in which one of the roles is held; any role when none is named."""
        return {m.municipality_id for m in self.active_memberships if not roles or m.role in roles}

    @property
    def is_staff(self) -> bool:
        """Whether the back office lets this person in."""
        return self.is_superuser or Role.ADMINISTRATOR in self.roles


class Membership(BaseModel):
    """One role of one user in one municipality."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "municipality", "role"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]


class Client(BaseModel):
    """The supported person. That someone is one is secret."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="clients")
    reference = models.CharField(max_length=50)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "reference"], name="client_reference_once"),
        ]
