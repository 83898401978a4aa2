"""Many at once over PostgreSQL: what the decision grants is never exceeded, and nobody meets a 500."""

import os
import random
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.db import connection, connections

from assignments.models import Assignment
from assignments.quota import quota_of
from core.periods import Month, local_date
from occasions.models import Occasion
from people.models import Municipality, User
from tests import world
from tests.config.processes import Running, eventually, python
from tests.occasions.calls import body, edit, plan

pytestmark = [
    pytest.mark.xdist_group("threads"),
    # The legal bases come from a migration: what empties the database must bring them back.
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
Found = TypeVar("Found")
PASSWORD = "tillfalle-demo"


def at_once(calls: Sequence[Callable[[], Found]]) -> list[Found]:
    """Start every call in the same moment, and return what they return."""
    barrier = Barrier(len(calls))

    def start(call: Callable[[], Found]) -> Found:
        barrier.wait(60)
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(start, calls))


def coming_month() -> datetime:
    """Return noon on the tenth, two months ahead: no process needs to be told another time."""
    ahead = datetime.now(UTC).replace(day=1, hour=12, minute=0, second=0, microsecond=0) + timedelta(days=62)
    return ahead.replace(day=10)


def test_the_same_plan_eight_times_at_once_makes_one_occasion(karin: User, assignment: Assignment) -> None:
    made = str(uuid4())
    when = coming_month().isoformat()
    answers = at_once([lambda: plan(karin, assignment, when, id=made, activities=[{"kind": "walk"}])] * 8)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 7}
    assert len({str(answer.json()) for answer in answers}) == 1
    assert Occasion.objects.count() == 1


def test_the_calendar_link_asked_for_six_times_at_once_is_one(karin: User) -> None:
    answers = at_once([lambda: world.signed_in(karin).post("/api/v1/me/calendar-link", {})] * 6)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 5}
    assert len({answer.json()["url"] for answer in answers}) == 1


def test_one_id_for_two_assignments_at_once_makes_one_occasion(
    karin: User, assignment: Assignment, kalix: Municipality
) -> None:
    other, made = world.make_assignment(karin, kalix), str(uuid4())
    when = coming_month().isoformat()
    answers = at_once([lambda where=where: plan(karin, where, when, id=made) for where in (assignment, other) * 4])  # type: ignore[misc]
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 3, 409: 4}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"id_conflict"}
    assert Occasion.objects.count() == 1


def test_of_many_edits_of_one_version_one_gets_through(karin: User, assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, coming_month())
    answers = at_once(
        [lambda title=str(number): edit(karin, occasion.pk, 1, title=title) for number in range(8)]  # type: ignore[misc]
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 7}
    occasion.refresh_from_db()
    assert occasion.version == 2


@pytest.fixture
def gunicorn() -> Iterator[str]:
    """The server of production on the test's own database; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = os.environ["DATABASE_URL"]
    name = connection.settings_dict["NAME"]
    address, _, options = given.partition("?")
    url = f"{address.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
    more = {
        "DATABASE_URL": url,
        "DATABASE_POOL": "10",
        "PORT": str(port),
        "PASSWORD_LOGIN": "true",
        "NO_PROXY": "*",
    }
    running = python("-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi", env=os.environ | more)
    try:
        assert eventually(lambda: listens(port), 60)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(running)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def end(running: Running) -> None:
    try:
        running.send(15)
        assert running.end() == 0, running.read()
    finally:
        running.close()


def sign_in(url: str, user: User) -> dict[str, str]:
    """Return the headers of a signed-in phone."""
    user.password = make_password(PASSWORD, hasher=PBKDF2PasswordHasher())
    user.save(update_fields=["password"])
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    answer = httpx.post(
        f"{url}/_allauth/app/v1/auth/login", json={"email": user.email, "password": PASSWORD}, timeout=30
    )
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['meta']['access_token']}"}


def test_of_fifty_who_want_the_last_unit_one_gets_it(
    gunicorn: str, karin: User, sven: User, assignment: Assignment, kalix: Municipality
) -> None:
    svens = world.make_assignment(sven, kalix, decision=assignment.decision)
    when = coming_month()
    for days in range(3):
        world.make_occasion(assignment, when - timedelta(days=days + 1))
    pairs = [(sign_in(gunicorn, karin), assignment), (sign_in(gunicorn, sven), svens)]

    def wish(number: int) -> httpx.Response:
        headers, own = pairs[number % 2]
        given = body(own, (when + timedelta(hours=number)).isoformat(), id=str(uuid4()))
        return httpx.post(f"{gunicorn}/api/v1/occasions", json=given, headers=headers, timeout=60)

    answers = at_once([lambda number=number: wish(number) for number in range(50)])  # type: ignore[misc]
    codes = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    assert codes == {(201, None): 1, (409, "quota_exceeded"): 49}
    assert Occasion.objects.count() == 4


def test_a_storm_of_everything_leaves_every_month_within_its_grant(
    karin: User, sven: User, assignment: Assignment, kalix: Municipality
) -> None:
    svens = world.make_assignment(sven, kalix, decision=assignment.decision)
    answers = at_once(
        [lambda who=who, seed=seed: storm(*who, seed=seed) for seed in range(4)  # type: ignore[misc]
         for who in ((karin, assignment), (sven, svens))]
    )  # fmt: skip
    counted = sum(answers, Counter[tuple[int, str]]())
    assert {status for status, _ in counted} <= {200, 201, 409, 412}, counted
    assert {(200, ""), (201, ""), (409, "quota_exceeded"), (409, "occasion_closed")} <= counted.keys()
    zone, decision = kalix.zone, assignment.decision
    months = {Month.of(local_date(at, zone)) for at in Occasion.objects.values_list("starts_at", flat=True)}
    assert len(months) >= 2
    for month in months:
        uses = Occasion.objects.uses_of([decision.pk], month, zone)[decision.pk]
        assert quota_of(decision.terms, month, uses).remaining >= 0


def storm(user: User, own: Assignment, *, seed: int) -> Counter[tuple[int, str]]:
    """Plan, lengthen, move, complete and cancel at random; count what was answered."""
    chance, phone = random.Random(seed), world.signed_in(user)
    now = datetime.now(UTC).replace(microsecond=0)
    # Moves cross between two months, and what has been can be completed.
    past, coming = now - timedelta(days=2), coming_month()
    counted: Counter[tuple[int, str]] = Counter()

    def call(method: str, path: str, given: dict[str, Any], version: int = 0) -> Any:
        headers = {"If-Match": f'"{version}"'} if version else {}
        answer: Any = getattr(phone, method)(f"/api/v1/occasions{path}", given, headers=headers)
        counted[answer.status_code, answer.json().get("code", "")] += 1
        return answer.json() if answer.status_code < 300 else answer.json().get("present")

    mine: list[dict[str, Any]] = []
    for _ in range(25):
        when = chance.choice([past, coming]) + timedelta(hours=chance.randrange(24))
        hours = chance.choice([2, 6, 11])
        times = {"starts_at": when.isoformat(), "ends_at": (when + timedelta(hours=hours)).isoformat()}
        action = chance.choice(["plan", "plan", "edit", "edit", "complete", "cancel"])
        if action == "plan" or not mine:
            made = call("post", "", times | {"assignment": str(own.pk)})
            mine += [made] if made else []
            continue
        position = chance.randrange(len(mine))
        one = mine[position]
        path = f"/{one['id']}"
        if action == "edit":
            changed = call("patch", path, times, one["version"])
        else:
            reason = {"cancelled_by": "client", "reason": "Sjuk"} if action == "cancel" else {}
            changed = call("post", f"{path}/{action}", reason)
        mine[position] = changed or one
    return counted
