"""What the demo is filled with: two municipalities, and invented people in every state of things."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from config.seed import kalix, leksand
from config.seed.municipalities import equip
from config.seed.people import make_users
from notifications.messages import Kind
from notifications.services import notify
from people.models import Municipality, User

PLACES = (kalix, leksand)


def seed(password: str, now: datetime) -> list[str]:
    """Fill in the municipalities that are not there yet; return their names. What is there stays as it is."""
    hashed = make_password(password)
    made = []
    for place in PLACES:
        if not Municipality.objects.filter(code=place.CODE).exists():
            with transaction.atomic():
                municipality = Municipality.objects.create(code=place.CODE, name=place.NAME)
                equip(municipality, place.policies(municipality.today(now)))
                users = make_users(municipality, hashed)
                place.fill(municipality, users, now)
                _tell_of_expenses(municipality, users["samordnare"], now)
            made.append(place.NAME)
    return made


def _tell_of_expenses(municipality: Municipality, coordinator: User, now: datetime) -> None:
    notify(
        recipients=[coordinator],
        kind=Kind.EXPENSES_WAITING,
        subject_type="expenses",
        subject_id=None,
        dedup_key=f"{municipality.pk}:{municipality.today(now)}",
        now=now,
    )
