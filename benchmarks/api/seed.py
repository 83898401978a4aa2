"""Fills an empty database: contact persons with five years of occasions, streamed with COPY past the ORM.

Month by month, as it comes about in life: the rows of a person lie apart from each other.
"""

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone

from benchmarks.api.appointments import Appointment, appointments, id_of, municipalities_of, session_key_of
from benchmarks.api.loading import copy, without_indexes
from benchmarks.api.months import COLUMNS, MonthMaker, Place, Rows
from benchmarks.progress import say
from config.seed import kalix
from config.seed.municipalities import equip
from core.periods import DAY, Month
from expenses.models import ExpenseCategory
from occasions.models import ActivityKind
from people.models import Municipality, Role, User

YEARS = 5
AT_A_TIME = 2_000  # assignments, whose month is held in memory
PASSWORD = f"{UNUSABLE_PASSWORD_PREFIX}{'0' * 40}"  # they come in by their sessions


def seed(persons: int, *, years: int = YEARS) -> None:
    """Fill the database."""
    now = timezone.now()
    today = timezone.localdate(now)
    first_day = date(today.year - years, today.month, 1)
    with connection.cursor() as cursor, without_indexes(cursor):
        places = [_equip(number, now) for number in range(municipalities_of(persons))]
        say(f"Writing {persons} contact persons")
        _appoint(cursor, persons, first_day, now)
        _meet(cursor, persons, places, first_day, today)
        say("Making indexes and constraints, which hold all rows against each other")


def _equip(number: int, now: datetime) -> Place:
    """Make a municipality and its coordinator. What is saved makes every occasion matter to a quota of today."""
    code = f"bench-{number}"
    municipality = Municipality.objects.create(pk=id_of("municipality", number), code=code, name=code)
    equip(municipality, kalix.policies(municipality.today(now)))
    coordinator = User.objects.create(pk=id_of("coordinator", number), email=f"samordnare@{code}.example")
    municipality.memberships.create(user=coordinator, role=Role.COORDINATOR)
    kinds, categories = (
        {code: str(pk) for code, pk in model.objects.filter(municipality=municipality).values_list("code", "pk")}
        for model in (ActivityKind, ExpenseCategory)
    )
    return Place(kinds, categories, str(coordinator.pk))


def _appoint(cursor: Any, persons: int, first_day: date, now: datetime) -> None:
    """Write contact persons with their sessions, and their assignments with clients and decisions."""
    base, places = f"1\t{now}\t{now}", municipalities_of(persons)
    copy(
        cursor,
        "people_user",
        "id, version, created_at, updated_at, password, is_superuser, email, name, language, is_active",
        (
            f"{id_of('person', n)}\t{base}\t{PASSWORD}\tf\tperson{n}@bench.example\tPerson {n}\tsv\tt"
            for n in range(persons)
        ),
    )
    copy(
        cursor,
        "people_membership",
        "id, version, created_at, updated_at, user_id, municipality_id, role, is_active",
        (
            f"{uuid4()}\t{base}\t{id_of('person', n)}\t{id_of('municipality', n % places)}\tcontact_person\tt"
            for n in range(persons)
        ),
    )
    expires = now + timedelta(days=settings.SESSION_COOKIE_AGE / 86_400)
    copy(
        cursor,
        "django_session",
        "session_key, session_data, expire_date",
        (f"{session_key_of(n)}\t{_session_of(n)}\t{expires}" for n in range(persons)),
    )
    copy(
        cursor,
        "people_client",
        "id, version, created_at, updated_at, municipality_id, reference, name",
        (
            f"{id_of('client', one.number)}\t{base}\t{id_of('municipality', one.municipality)}"
            f"\tB-{one.number}\tKlient {one.number}"
            for one in appointments(persons)
        ),
    )
    copy(
        cursor,
        "assignments_decision",
        "id, version, created_at, updated_at, client_id, reference, kind, legal_basis_id, units, period, "
        "first_day",
        (
            f"{id_of('decision', one.number)}\t{base}\t{id_of('client', one.number)}\t{one.number}"
            f"\tcontact_person\tsol-2001\t4\tmonth\t{first_day}"
            for one in appointments(persons)
        ),
    )
    copy(
        cursor,
        "assignments_assignment",
        "id, version, created_at, updated_at, decision_id, contact_person_id, first_day, fee, allowance",
        (
            f"{id_of('assignment', one.number)}\t{base}\t{id_of('decision', one.number)}"
            f"\t{id_of('person', one.person)}\t{first_day}\t948\t600"
            for one in appointments(persons)
        ),
    )


def _session_of(person: int) -> str:
    """Return what django-allauth keeps of whoever signed in."""
    user = User(pk=id_of("person", person), password=PASSWORD)
    values = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        "account_authentication_methods": [{"method": "code", "at": time.time(), "email": f"person{person}"}],
        "headless_refresh_tokens": {str(uuid4()): int(time.time()) + settings.SESSION_COOKIE_AGE},
    }
    return SessionStore().encode(values)


def _meet(cursor: Any, persons: int, places: list[Place], first_day: date, today: date) -> None:
    """Write the months from the first one to the next one."""
    maker, written = MonthMaker(places, today), 0
    began = told = time.monotonic()
    month, last = Month.of(first_day), Month.of(Month.of(today).last_day + DAY)
    while month <= last:
        for some in _batches(appointments(persons)):
            rows = Rows()
            for one in some:
                maker.add(rows, one, month.first_day)
            for table, columns in COLUMNS.items():
                copy(cursor, table, columns, rows.lines[table])
                written += len(rows.lines[table])
        if month == last or time.monotonic() - told > 5:
            told = time.monotonic()
            say(f"  {month}: {written} rows after {told - began:.0f} s")
        month = Month.of(month.last_day + DAY)


def _batches(them: Iterator[Appointment]) -> Iterator[list[Appointment]]:
    while some := list(islice(them, AT_A_TIME)):
        yield some
