"""The calendar link: giving it out, revoking it, and what a calendar reads through it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from core.errors import NotYours
from core.text import Language, known_language
from occasions.calendar import CalendarEntry, write_calendar
from occasions.models import CalendarLink, Occasion
from people.models import Role, User

BACK = timedelta(days=30)
AHEAD = timedelta(days=180)
# So long a cancelled one is told as such, for calendars that don't look every day.
CANCELLED_KEPT = timedelta(days=30)


def open_calendar_link(*, user: User) -> tuple[CalendarLink, bool]:
    """Return the user's calendar link in force and whether it is new."""
    with transaction.atomic():
        _lock(user)
        return CalendarLink.objects.get_or_create(user=user, revoked_at=None)


def revoke_calendar_link(*, user: User, now: datetime) -> None:
    """End the user's calendar link at once and for ever; without one nothing happens."""
    with transaction.atomic():
        _lock(user)
        for link in CalendarLink.objects.in_force().filter(user=user):
            link.change(revoked_at=now)


def read_calendar(*, secret: str, now: datetime) -> tuple[bytes, Language]:
    """Return the calendar that the secret is the key to, and its language. Raise NotYours."""
    user = CalendarLink.objects.select_related("user").get_by_secret(secret).user
    if not user.is_active or Role.CONTACT_PERSON not in user.roles:
        raise NotYours
    language = known_language(user.language)
    return write_calendar(list(_entries(user, now)), language), language


def _lock(user: User) -> None:
    """Let one at a time give out or revoke the user's link."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _entries(user: User, now: datetime) -> Iterator[CalendarEntry]:
    """Yield the user's own occasions around now, in one query that fetches nothing else of them."""
    cancelled = Q(status=Occasion.Status.CANCELLED)
    shown = Occasion.objects.own(user, now=now).filter(
        ~cancelled | Q(updated_at__gte=now - CANCELLED_KEPT),
        starts_at__gte=now - BACK,
        starts_at__lte=now + AHEAD,
    )
    zone = "assignment__decision__client__municipality__time_zone"
    for pk, version, starts_at, ends_at, updated_at, status, time_zone in shown.values_list(
        "pk", "version", "starts_at", "ends_at", "updated_at", "status", zone
    ):
        is_cancelled = status == Occasion.Status.CANCELLED
        yield CalendarEntry(pk, version, starts_at, ends_at, updated_at, is_cancelled, ZoneInfo(time_zone))
