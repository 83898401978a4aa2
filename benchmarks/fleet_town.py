"""The people of the fleet's municipality, and what happens there while the phones write."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from allauth.headless.tokens.strategies.jwt import internal
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from assignments.models import Assignment
from benchmarks.fleet_network import Network
from benchmarks.fleet_phone import Phone
from people.models import Membership, Role, User
from tests import world

UNITS = 200  # a month: quotas are measured elsewhere
COORDINATORS = 3
DAY = timedelta(days=1)
WRONG_CLOCK = 24 * 60  # minutes at most


class Town:
    """A municipality whose contact persons have a phone each, every sixth of them two."""

    def __init__(self, port: int, phones: int, chance: Random) -> None:
        """Make them, with an assignment or two each and a receipt."""
        self.port, self.chance = port, chance
        municipality = world.make_municipality("kalix")
        self.coordinators = [
            world.make_user(f"coordinator{number}@kalix.example", municipality, Role.COORDINATOR)
            for number in range(COORDINATORS)
        ]
        self.people = [
            world.make_user(f"person{number}@kalix.example", municipality, Role.CONTACT_PERSON)
            for number in range(max(1, phones * 6 // 7))
        ]
        began = timezone.localdate() - timedelta(days=200)
        for number, person in enumerate(self.people):
            world.make_receipt(person)
            for _ in range(1 + number % 2):
                world.make_assignment(person, municipality, units=UNITS, first_day=began)
        self.phones = [self._phone(number) for number in range(phones)]

    def _phone(self, number: int) -> Phone:
        chance = Random(self.chance.getrandbits(64))
        person = self.people[number % len(self.people)]
        return Phone(
            user_id=str(person.pk),
            installation_id=f"phone-{number:05}",
            network=Network(self.port, chance),
            renew=renewing(person),
            chance=chance,
            skew=timedelta(minutes=chance.randint(-WRONG_CLOCK, WRONG_CLOCK)),
        )


def renewing(user: User) -> Callable[[], str]:
    """Return what signs a user in: with a session and a token as the house makes them, without a password."""

    def renew() -> str:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        token: str = internal.create_access_token(user, session, {})
        connection.close()
        return token

    return renew


class Office:
    """A coordinator, who decides what comes in."""

    def __init__(self, user: User, port: int, chance: Random) -> None:
        """Take who it is."""
        self.network, self.chance = Network(port, chance, is_lossy=False), chance
        self.renew, self.token = renewing(user), ""
        self.decided = 0

    def decide(self) -> None:
        """Decide some of the expenses that wait, and answer some of the questions."""
        for path, actions, wanted in (
            ("expenses", ("approve", "return", "reject"), "submitted"),
            ("pre-approvals", ("approve", "decline"), "waiting"),
        ):
            found = self.call("GET", f"/{path}?status={wanted}&limit=10")["results"]
            for one in self.chance.sample(found, min(3, len(found))):
                action = self.chance.choice(actions)
                body = {} if action == "approve" else {"reason": "Fråga mig."}
                answer = self.call("POST", f"/{path}/{one['id']}/{action}", body)
                self.decided += "code" not in answer

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Make a call of the API, signed in."""
        self.token = self.token or self.renew()
        status, answer = self.network.call(method, f"/api/v1{path}", self.token, body)
        if status == 401:
            self.token = ""
            return self.call(method, path, body)
        if status >= 500:
            raise RuntimeError(f"{method} {path}: {status}")
        return answer

    def late_writes(self) -> list[UUID]:
        """Return the ids of all late writes in the list."""
        found: list[UUID] = []
        path = "/late-writes?limit=200"
        while path:
            page = self.call("GET", path)
            found += [UUID(one["id"]) for one in page["results"]]
            path = (page["next"] or "").partition("/api/v1")[2]
        return found


class Register:
    """Where assignments end and are prolonged, and roles are taken away and given back."""

    def __init__(self, chance: Random) -> None:
        """Begin with all of them in force."""
        self.chance, self.changes = chance, 0
        self.assignments = list(Assignment.objects.order_by("pk").values_list("pk", flat=True))
        self.memberships = list(
            Membership.objects.filter(role=Role.CONTACT_PERSON).order_by("pk").values_list("pk", flat=True)
        )

    def change(self) -> None:
        """Let one thing end, or go on: more end than go on."""
        self.changes += 1
        if self.chance.random() < 0.25:
            is_active = self.chance.random() < 0.5
            self._change(
                Membership.objects.filter(pk__in=self.memberships).exclude(is_active=is_active),
                is_active=is_active,
            )
        else:
            ends = self.chance.random() < 0.6
            self._change(
                Assignment.objects.filter(pk__in=self.assignments, last_day__isnull=ends),
                last_day=yesterday() if ends else None,
            )

    def _change(self, rows: QuerySet[Any], **values: object) -> None:
        found = list(rows.order_by("pk").values_list("pk", flat=True))
        rows.filter(pk__in=[self.chance.choice(found)] if found else []).update(**values)

    def give_back(self) -> None:
        """Give most of those their role back that lost it."""
        gone = list(Membership.objects.filter(is_active=False).order_by("pk").values_list("pk", flat=True))
        Membership.objects.filter(pk__in=gone[len(gone) // 4 :]).update(is_active=True)


def yesterday() -> date:
    """Return the day before today, in the municipality's time zone."""
    return timezone.localdate() - DAY
