"""Who stands for a user in questions that are prepared, and who the user is that signed in."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db.models import Model, Subquery
from django.utils import timezone

from core.prepared import Question, ask, blank
from people.models import Membership, Municipality, User, held_now

NOW = blank(datetime)
USER = blank(UUID)
SESSION = blank(str)


def stand_in(roles: tuple[str, ...]) -> User:
    """Return a user with such memberships, all of whose values are blanks."""
    user = User(pk=USER)
    user.active_memberships = [
        Membership(user=user, role=role, municipality=_stand_in_of(number)) for number, role in enumerate(roles)
    ]
    return user


def _stand_in_of(number: int) -> Municipality:
    municipality = Municipality(pk=blank(UUID, 1 + number))
    # On the instance alone: its date is a blank too.
    vars(municipality)["today"] = lambda _: blank(date, number)
    return municipality


def roles_of(user: User) -> tuple[str, ...]:
    """Return the roles of which a stand-in has to be, in the order that `values_of` has."""
    return tuple(sorted(one.role for one in user.active_memberships))


def municipalities_of(roles: tuple[str, ...]) -> list[UUID]:
    """Return the blanks of the municipalities of a stand-in."""
    return [blank(UUID, 1 + number) for number in range(len(roles))]


def values_of(user: User, now: datetime) -> dict[Any, Any]:
    """Return what belongs into the blanks of a user's stand-in."""
    values: dict[Any, Any] = {NOW: now, USER: user.pk}
    for number, one in enumerate(sorted(user.active_memberships, key=lambda one: one.role)):
        values[blank(UUID, 1 + number)] = one.municipality_id
        values[blank(date, number)] = one.municipality.today(now)
    return values


def read_signed_in(user_id: UUID, session_key: str) -> tuple[User, str | None] | None:
    """Return a user with their roles, and what the live session of a key holds, in one query; None for no user.

    It does not say whether the session is the user's.
    """
    found, held = ask(_questions(), {USER: user_id, SESSION: session_key, NOW: timezone.now()})
    if not found:
        return None
    *values, session_data = found[0]
    user = _row(User, values)
    user.active_memberships = held_now(_membership(user, row) for row in held)
    return user, session_data


@lru_cache(maxsize=1)
def _questions() -> tuple[Question, Question]:
    live = Session.objects.filter(session_key=SESSION, expire_date__gt=NOW).values("session_data")
    users = User.objects.filter(pk=USER).annotate(session_data=Subquery(live))
    memberships = Membership.objects.active().filter(user=USER)
    return (
        Question.of(users.values_list(*_names(User), "session_data")),
        Question.of(
            memberships.values_list(
                *_names(Membership), *(f"municipality__{name}" for name in _names(Municipality))
            )
        ),
    )


def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _row(model: type[Any], values: Any) -> Any:
    return model.from_db("default", _names(model), list(values))


def _membership(user: User, row: tuple[Any, ...]) -> Membership:
    own = len(_names(Membership))
    membership: Membership = _row(Membership, row[:own])
    membership.user = user
    membership.municipality = _row(Municipality, row[own:])
    return membership
