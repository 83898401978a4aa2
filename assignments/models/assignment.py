"""Who is appointed to whom."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Cast

from assignments.models.decision import Decision
from core.errors import DomainError, NotYours
from core.models import BaseModel, BaseQuerySet
from core.text import Text
from people.models import Membership, Municipality, Role, User

READERS = frozenset({Role.CONTACT_PERSON, Role.COORDINATOR, Role.CASE_OFFICER})


class OwnAssignment(DomainError):
    """Nobody decides about units that they use themselves."""

    code = "own_assignment"
    text = Text(sv="Du kan inte bestämma om ditt eget uppdrag.", en="You can't decide about your own assignment.")


def seen_by(user: User, *, now: datetime, roles: Collection[str] = READERS, through: str = "") -> Q:
    """Tell which assignments the user's roles give: a contact person's own until they end, staff's all.

    `through` leads from other rows to their assignment, for reads that join it anyway.
    """
    wanted = Q(pk__in=[])
    for membership in user.active_memberships:
        if membership.acts_as not in roles:
            continue
        here = Q(**{f"{through}decision__client__municipality": membership.municipality_id})
        if membership.acts_as == Role.CONTACT_PERSON:
            today = membership.municipality.today(now)
            lasting = Q(**{f"{through}last_day": None}) | Q(**{f"{through}last_day__gte": today})
            here &= Q(**{f"{through}contact_person": user}) & lasting
        wanted |= here
    return wanted


class AssignmentQuerySet(BaseQuerySet["Assignment"]):
    """Who sees which assignments."""

    def visible_to(self, user: User, *, now: datetime, roles: Collection[str] = READERS) -> "AssignmentQuerySet":
        """Keep those that `seen_by` tells; `roles` narrows the roles that count."""
        return self.filter(seen_by(user, now=now, roles=roles))

    def own(self, user: User, *, now: datetime) -> "AssignmentQuerySet":
        """Keep those in which the user is the contact person, until they end."""
        return self.visible_to(user, now=now, roles={Role.CONTACT_PERSON})

    def with_decision(self) -> "AssignmentQuerySet":
        """Load decision, client and municipality in the same query."""
        return self.select_related("decision__client__municipality")

    def with_scope(self) -> "AssignmentQuerySet":
        """Load all that `with_decision` does, and in another query what changed of the decision's scope."""
        return self.with_decision().prefetch_related("decision__scope_changes")

    def get_own(self, assignment_id: Any, *, user: User, now: datetime) -> "Assignment":
        """Return one of the user's own. Raise NotYours for any other."""
        return self.with_decision().own(user, now=now).get_one(assignment_id, field="assignment")


def is_active_contact_person(assignment: str = "assignment__") -> Exists:
    """Tell of rows whether the contact person of their `assignment` still is one there, and may sign in."""
    return Exists(
        Membership.objects.filter(
            user=OuterRef(f"{assignment}contact_person"),
            municipality=OuterRef(f"{assignment}decision__client__municipality"),
            role=Role.CONTACT_PERSON,
            is_active=True,
            user__is_active=True,
        )
    )


def lasts_at(moment: datetime | F, assignment: str = "assignment__") -> Q:
    """Tell of rows whether their `assignment` has not ended at a moment, by the municipality's own date."""
    zone = F(f"{assignment}decision__client__municipality__time_zone")
    at = Value(moment) if isinstance(moment, datetime) else moment
    at_wall = Func(zone, at, function="timezone", output_field=models.DateTimeField())
    last_day = f"{assignment}last_day"
    return Q(**{last_day: None}) | Q(**{f"{last_day}__gte": Cast(at_wall, models.DateField())})


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
                # Texts, lest PostgreSQL look for a person in this index, of which it would read every page.
                expressions=[
                    (Cast("decision", models.TextField()), RangeOperators.EQUAL),
                    (Cast("contact_person", models.TextField()), RangeOperators.EQUAL),
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
        return own_obstacle(user, self.municipality, self.contact_person_id, self.last_day, now=now)

    def lasts(self, now: datetime) -> bool:
        """Tell whether its last day is not over."""
        return lasts(self.last_day, self.municipality, now)


def lasts(last_day: date | None, municipality: Municipality, now: datetime) -> bool:
    """Tell whether an assignment's last day is not over."""
    return last_day is None or last_day >= municipality.today(now)


def own_obstacle(
    user: User, municipality: Municipality, contact_person_id: UUID, last_day: date | None, *, now: datetime
) -> str | None:
    """Return what a user meets who acts as the contact person of an assignment that ends on `last_day`."""
    if Role.CONTACT_PERSON not in user.roles:
        return "wrong_role"
    here = municipality.pk in user.municipality_ids(Role.CONTACT_PERSON)
    theirs = contact_person_id == user.pk and here and lasts(last_day, municipality, now)
    return None if theirs else NotYours.code
