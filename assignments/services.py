"""What may be done to a municipality's policies."""

from copy import copy
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from assignments.models import Policy
from core.errors import DomainError, NotYours
from core.text import Text
from people.models import Municipality, Role, User


class PolicyBegun(DomainError):
    """Occasions have been judged by it, and may not be judged otherwise afterwards."""

    code = "policy_begun"
    text = Text(
        sv="Riktlinjen har börjat gälla och kan inte ändras. Lägg till en som gäller från en senare dag.",
        en="The policy is in force and can't be changed. Add one that begins on a later day.",
    )


class PolicyDayTaken(DomainError):
    """Only one set of rules begins on a day."""

    code = "policy_day_taken"
    text = Text(
        sv="Det finns redan en riktlinje som börjar gälla den dagen.",
        en="There is a policy already that begins on that day.",
    )


def add_policy(*, by: User, municipality: Municipality, now: datetime, first_day: date, **values: Any) -> Policy:
    """Add rules that hold from a day to come, in the municipality's time zone; the first ones from any day.

    `values` are the other fields of Policy, of which `weight_steps` has no default. Raise NotYours,
    PolicyBegun for a day that has begun, PolicyDayTaken, ValidationError for rules that can't be meant.
    """
    with transaction.atomic():
        locked = lock_administered(by, municipality.pk)
        check_first_day(locked, first_day, now=now)
        policy = Policy(municipality=locked, first_day=first_day, **values)
        policy.full_clean()
        policy.save(force_insert=True)
    return policy


def edit_policy(*, by: User, policy_id: UUID, now: datetime, **values: Any) -> Policy:
    """Change rules that have not begun, and perhaps their first day, to one that has not either.

    Raise NotYours, PolicyBegun, PolicyDayTaken, ValidationError for rules that can't be meant.
    """
    with transaction.atomic():
        policy = Policy.objects.filter(pk=policy_id).first()
        if policy is None:
            raise NotYours
        municipality = lock_administered(by, policy.municipality_id)
        policy.refresh_from_db()
        for first_day in (policy.first_day, values.get("first_day", policy.first_day)):
            check_first_day(municipality, first_day, now=now, policy_id=policy.pk)
        changed = copy(policy)
        for name, value in values.items():
            setattr(changed, name, value)
        changed.full_clean()  # before the database is asked, which would only say no
        policy.change(**{name: getattr(changed, name) for name in values})
    return policy


def check_first_day(
    municipality: Municipality, first_day: date, *, now: datetime, policy_id: UUID | None = None
) -> None:
    """Raise PolicyBegun or PolicyDayTaken when rules, perhaps those of an id, can't hold from a day on."""
    others = municipality.policies.all()
    if policy_id is not None:
        others = others.exclude(pk=policy_id)
    elif not others.exists():
        return
    if first_day <= municipality.today(now):
        raise PolicyBegun(field="first_day")
    if others.filter(first_day=first_day).exists():
        raise PolicyDayTaken(field="first_day")


def lock_administered(by: User, municipality_id: UUID) -> Municipality:
    """Return a municipality that somebody looks after, locked, so that its rules are changed one at a time.

    Raise NotYours for any other.
    """
    if not by.is_superuser and municipality_id not in by.municipality_ids(Role.ADMINISTRATOR):
        raise NotYours(field="municipality")
    return Municipality.objects.select_for_update(no_key=True).get(pk=municipality_id)
