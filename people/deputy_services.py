"""Deputies: who coordinates in whose place, and on which days."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q

from core.errors import DomainError, InvalidInput, NotYours
from core.repeats import create_once, fingerprint
from core.text import Text
from people.models import DEPUTY, Membership, Municipality, Role, User

LONGEST = timedelta(days=366)  # a year, whichever it is


class MunicipalityRequired(InvalidInput):
    """A coordinator of several municipalities says for which one."""

    code = "municipality_required"
    text = Text(sv="Ange vilken kommun det gäller.", en="Say which municipality it is about.")


class DeputyDays(InvalidInput):
    """A deputy stands in from today at the earliest, and the last day is no earlier than the first."""

    code = "deputy_days"
    text = Text(
        sv="Första dagen får inte ha varit, och sista dagen inte komma före den.",
        en="The first day must not have been, and the last day not come before it.",
    )


class DeputyTooLong(InvalidInput):
    """A deputy stands in for a year at most, and may be named again."""

    code = "deputy_too_long"
    text = Text(sv="Ett ersättarskap får vara högst ett år.", en="A deputy stands in for a year at most.")


class DeputyNeedless(DomainError):
    """Who coordinates already needs nobody's place."""

    code = "deputy_needless"
    text = Text(
        sv="Personen är redan samordnare i kommunen.", en="The person coordinates the municipality already."
    )


class DeputyOverlaps(DomainError):
    """The person stands in for the same coordinator on some of the days already."""

    code = "deputy_overlaps"
    text = Text(
        sv="Personen ersätter dig redan någon av dagarna.", en="The person stands in for you then already."
    )


def name_deputy(
    *,
    by: User,
    now: datetime,
    first_day: date,
    last_day: date,
    user: UUID | None = None,
    email: str = "",
    municipality: UUID | None = None,
    id: UUID | None = None,
) -> tuple[Membership, bool]:
    """Let somebody of the municipality, by id or e-mail, coordinate in one's place; return whether it is new.

    Only who coordinates in their own right names a deputy. Raise NotYours, MunicipalityRequired, IdConflict,
    DeputyDays, DeputyTooLong, DeputyNeedless or DeputyOverlaps.
    """
    who = {"user": user, "email": email.strip().lower(), "municipality": municipality}
    asked = fingerprint("name_deputy", who | {"by": by, "first_day": first_day, "last_day": last_day})
    with transaction.atomic():
        place = _own_municipality(by, municipality)
        return create_once(
            Membership.objects.filter(deputy_for=by),
            row_id=id,
            asked=asked,
            create=lambda: _create(
                by, place, _find(place, user, email, by), (first_day, last_day), now, id, asked
            ),
        )


def _create(
    by: User,
    place: Municipality,
    deputy: User,
    days: tuple[date, date],
    now: datetime,
    row_id: UUID | None,
    asked: str,
) -> Membership:
    first_day, last_day = days
    if not place.today(now) <= first_day <= last_day:
        raise DeputyDays(field="last_day" if last_day < first_day else "first_day")
    if last_day - first_day >= LONGEST:
        raise DeputyTooLong(field="last_day")
    if deputy.memberships.filter(municipality=place, role=Role.COORDINATOR, is_active=True).exists():
        raise DeputyNeedless(field="user")
    row = Membership(
        pk=row_id or uuid4(), user=deputy, municipality=place, role=DEPUTY, deputy_for=by,
        first_day=first_day, last_day=last_day, creation_fingerprint=asked,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "membership_deputy_once_at_a_time" in str(error):
            raise DeputyOverlaps(field="first_day") from error
        raise
    return row


def end_deputy(*, by: User, deputy_id: UUID) -> None:
    """Take the deputy back from now on, or never let it begin; again is no news.

    Whoever coordinates the municipality in their own right may, not only who named the deputy. Raise NotYours.
    """
    with transaction.atomic():
        rows = Membership.objects.filter(role=DEPUTY, municipality__in=_coordinated(by))
        deputy = rows.select_for_update(of=("self",), no_key=True).get_one(deputy_id)
        deputy.change(is_active=False)


def _own_municipality(by: User, municipality: UUID | None) -> Municipality:
    """Return the municipality that is meant. Raise NotYours or MunicipalityRequired."""
    own = _coordinated(by)
    if municipality is None and len(own) > 1:
        raise MunicipalityRequired(field="municipality")
    if not own or (municipality is not None and municipality not in own):
        raise NotYours(field="municipality")
    return own[municipality] if municipality else next(iter(own.values()))


def _coordinated(by: User) -> dict[UUID, Municipality]:
    """Return the municipalities in which somebody coordinates in their own right."""
    own = [one for one in by.active_memberships if one.role == Role.COORDINATOR]
    return {one.municipality_id: one.municipality for one in own}


def _find(place: Municipality, user: UUID | None, email: str, by: User) -> User:
    """Return who is meant, among those with a role of their own in the municipality. Raise NotYours."""
    here = Membership.objects.filter(municipality=place, is_active=True).exclude(role=DEPUTY).values("user")
    known = User.objects.filter(
        Q(pk=user) if user else Q(email=email.strip().lower()), pk__in=here, is_active=True
    )
    found = known.exclude(pk=by.pk).first()
    if found is None:
        raise NotYours(field="user" if user else "email")
    return found
