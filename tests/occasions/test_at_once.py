"""Many at once over PostgreSQL: what the decision grants is never exceeded, and nobody meets a 500."""

import os
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.db import connection

from assignments.models import Assignment
from occasions.models import Occasion, OccasionSeries
from occasions.series_filling import fill_series
from people.models import Municipality, Role, User
from tests import world
from tests.config.processes import Running, eventually, python
from tests.occasions.calls import body, edit, plan, problem, times
from tests.occasions.series_calls import plan_series, planned_series
from tests.occasions.threads import at_once, coming_month

pytestmark = [
    pytest.mark.xdist_group("threads"),
    # The legal bases come from a migration: what empties the database must bring them back.
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
PASSWORD = "tillfalle-demo"


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


def test_the_same_series_eight_times_at_once_is_one(karin: User, assignment: Assignment) -> None:
    made = str(uuid4())
    when = coming_month().isoformat()
    answers = at_once([lambda: plan_series(karin, assignment, when, id=made)] * 8)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 7}
    assert OccasionSeries.objects.count() == 1


def test_four_workers_that_fill_a_series_make_each_occasion_once(karin: User, assignment: Assignment) -> None:
    assignment.decision.change(units=Decimal(5))  # as many as a month has of any weekday
    now = datetime.now(UTC)
    start = (now + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    planned_series(karin, assignment, start.isoformat(), rule="FREQ=WEEKLY;COUNT=20")
    before = Occasion.objects.count()
    made = at_once([lambda: fill_series(now + timedelta(days=28))] * 4)
    assert sum(made) == Occasion.objects.count() - before == 4
    assert Occasion.objects.values("original_day").distinct().count() == before + 4


def test_of_two_municipalities_that_want_karin_at_once_one_gets_her(
    karin: User, assignment: Assignment, leksand: Municipality
) -> None:
    world.add_roles(karin, leksand, Role.CONTACT_PERSON)
    elsewhere = world.make_assignment(karin, leksand)
    when = coming_month()
    moved = world.make_occasion(assignment, when - timedelta(days=1))
    times_wanted = times((when + timedelta(hours=1)).isoformat())
    answers = at_once(
        [lambda: plan(karin, elsewhere, when.isoformat()), lambda: edit(karin, moved.pk, 1, **times_wanted)]
    )
    first, second = sorted(answers, key=lambda answer: int(answer.status_code))
    assert first.status_code in (200, 201)
    problem(second, 409, "overlapping")


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
        # Nobody is in two places: of 25 wishes none touches another.
        given = body(own, (when + timedelta(hours=number)).isoformat(), hours=1, id=str(uuid4()))
        return httpx.post(f"{gunicorn}/api/v1/occasions", json=given, headers=headers, timeout=60)

    answers = at_once([lambda number=number: wish(number) for number in range(50)])  # type: ignore[misc]
    codes = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    assert codes == {(201, None): 1, (409, "quota_exceeded"): 49}
    assert Occasion.objects.count() == 4
