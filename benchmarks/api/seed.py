"""Fills an empty database: contact persons with five years of occasions, streamed with COPY past the ORM.

Month by month, as it comes about in life: the rows of a person lie apart from each other.
"""

import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
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
Thing = TypeVar("Thing")
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
    base = {"version": 1, "created_at": now, "updated_at": now}
    expires = now + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    everybody, places = range(persons), municipalities_of(persons)
    _write(cursor, "people_user", (base | _person(n) for n in everybody))
    _write(cursor, "people_membership", (base | _membership(n, places) for n in everybody))
    _write(
        cursor,
        "django_session",
        (
            {"session_key": session_key_of(n), "session_data": _session_of(n), "expire_date": expires}
            for n in everybody
        ),
    )
    for table, row_of in (
        ("people_client", _client),
        ("assignments_decision", _decision),
        ("assignments_assignment", _assignment),
    ):
        _write(cursor, table, (base | row_of(one, first_day) for one in appointments(persons)))


def _write(cursor: Any, table: str, rows: Iterable[dict[str, Any]]) -> None:
    for some in _batches(iter(rows)):
        copy(cursor, table, ", ".join(some[0]), ("\t".join(map(str, row.values())) for row in some))


def _person(number: int) -> dict[str, Any]:
    return {
        "id": id_of("person", number),
        "password": PASSWORD,
        "is_superuser": False,
        "email": f"person{number}@bench.example",
        "name": f"Person {number}",
        "language": "sv",
        "is_active": True,
    }


def _membership(number: int, places: int) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "user_id": id_of("person", number),
        "municipality_id": id_of("municipality", number % places),
        "role": Role.CONTACT_PERSON.value,
        "is_active": True,
    }


def _client(one: Appointment, first_day: date) -> dict[str, Any]:
    return {
        "id": id_of("client", one.number),
        "municipality_id": id_of("municipality", one.municipality),
        "reference": f"B-{one.number}",
        "name": f"Klient {one.number}",
    }


def _decision(one: Appointment, first_day: date) -> dict[str, Any]:
    return {
        "id": id_of("decision", one.number),
        "client_id": id_of("client", one.number),
        "reference": one.number,
        "kind": "contact_person",
        "legal_basis_id": "sol-2001",
        "units": 4,
        "period": "month",
        "first_day": first_day,
    }


def _assignment(one: Appointment, first_day: date) -> dict[str, Any]:
    return {
        "id": id_of("assignment", one.number),
        "decision_id": id_of("decision", one.number),
        "contact_person_id": id_of("person", one.person),
        "first_day": first_day,
        "fee": 948,
        "allowance": 600,
    }


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


def _batches(them: Iterator[Thing]) -> Iterator[list[Thing]]:
    while some := list(islice(them, AT_A_TIME)):
        yield some
