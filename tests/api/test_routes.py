"""Every route × role × foreign municipality, in one table. A route that is not in it fails."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.test import APIClient

from api.queue_calls import QUEUED
from assignments.models import Assignment
from expenses.models import Duplicate
from occasions.models import CalendarLink, OccasionDraft, OccasionSeries, Outing
from people.models import Municipality, Role, User
from people.permissions import RolePermission
from tests import world
from tests.api.queues import item, sent
from tests.api.route_table import ACTORS, CLOSED, COORDINATOR, DUPLICATE, OPEN, OWNER, ROLE_OF, TABLE, Row


@dataclass
class Scene:
    """Karin's things in Kalix, and everybody of both municipalities."""

    people: dict[str, User]
    foreigners: dict[str, User]
    ids: dict[str, str]


@pytest.fixture
def scene(noon: Any, kalix: Municipality, leksand: Municipality, karin: User, assignment: Assignment) -> Scene:
    people = {actor: _user(actor, kalix) for actor in ACTORS if actor != OWNER} | {OWNER: karin}
    foreigners = {actor: _user(actor, leksand) for actor in ACTORS if actor != OWNER}
    occasion = world.make_occasion(assignment, world.NOW, title="Marker Title", place="Marker Place")
    receipt = world.make_stored_receipt(karin)
    expense = world.make_expense(assignment, status="submitted", receipt=receipt, note="Marker note")
    decided = world.make_expense(assignment, status="returned", coordinator=people[COORDINATOR], reason="Marker")
    deputy = world.make_deputy(people["stranger"], people[COORDINATOR], kalix)
    question = world.make_pre_approval(assignment, note="Marker note")
    notification = world.make_notification(karin)
    device = world.make_device(karin)
    second = world.make_assignment(karin, kalix, client_name="Marker Nils")
    later = world.NOW + timedelta(days=1)
    skipped = world.make_occasion(
        assignment, later, status="cancelled", cancelled_by="other", skipped_for=occasion, title="Marker"
    )
    asked = world.make_occasion(second, later + timedelta(hours=3), asked="waiting", asked_units=3, title="Marker")
    outing = Outing.objects.create(contact_person=karin)
    world.make_occasion(second, world.NOW - timedelta(days=1), outing=outing, title="Marker")
    alike = world.make_expense(second, status="submitted", note="Marker note")
    Duplicate.objects.create(pk=DUPLICATE, expense=expense, other=alike, kind="same_outlay")
    series = _series(assignment)
    late = world.make_late_write(assignment, body={"note": "Marker note"})
    draft = world.make_expense(assignment, note="Marker note")
    written = OccasionDraft.objects.create(pk=uuid4(), assignment=assignment, author=karin, note="Marker note")
    ids = {
        "assignment": str(assignment.pk),
        "second": str(second.pk),
        "decision": str(assignment.decision_id),
        "occasion": str(occasion.pk),
        "skipped": str(skipped.pk),
        "asked": str(asked.pk),
        "outing": str(outing.pk),
        "series": str(series.pk),
        "receipt": str(receipt.pk),
        "expense": str(expense.pk),
        "decided": str(decided.pk),
        "late": str(late.pk),
        "draft": str(draft.pk),
        "written": str(written.pk),
        "unlogged": str(uuid4()),
        "deputy": str(deputy.pk),
        "person": str(karin.pk),
        "question": str(question.pk),
        "notification": str(notification.pk),
        "device": device.installation_id,
        "calendar": CalendarLink.objects.create(user=karin).secret,
        "installation": "a-new-phone",
    }
    return Scene(people, foreigners, ids)


def _series(assignment: Assignment) -> OccasionSeries:
    return OccasionSeries.objects.create(
        assignment=assignment,
        rule="FREQ=WEEKLY;COUNT=2;BYDAY=TU",
        first_day=date(2026, 6, 16),
        last_day=date(2026, 6, 23),
        filled_until=date(2026, 8, 1),
        starts=time(15),
        minutes=60,
        title="Marker",
    )


def _user(actor: str, municipality: Municipality) -> User:
    return world.make_user(f"{actor}@{municipality.code}.example", municipality, Role(ROLE_OF[actor]))


def path_and_body(name: str, row: Row, scene: Scene) -> tuple[str, Any]:
    path = reverse(name, args=[scene.ids[row.about], *row.and_then] if row.about else [])
    body = json.loads(re.sub('"#([a-z]+)"', lambda found: json.dumps(scene.ids[found[1]]), json.dumps(row.body)))
    return path, body


def call(client: APIClient, method: str, name: str, row: Row, scene: Scene) -> Any:
    path, body = path_and_body(name, row, scene)
    options: dict[str, Any] = {"headers": {"If-Match": '"1"'}} if method == "PATCH" else {}
    if name == "receipts":
        options["format"] = "multipart"
    return getattr(client, method.lower())(path, body if method != "GET" else None, **options)


def read(answer: Any) -> str:
    """Return all that was answered, streamed or not."""
    content: bytes = answer.getvalue()
    request_finished.disconnect(close_old_connections)  # as Django's own client does
    answer.close()
    request_finished.connect(close_old_connections)
    return content.decode(errors="replace")


@contextmanager
def undone() -> Iterator[None]:
    """Let each caller find the scene as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize(("method", "name"), TABLE)
def test_each_role_gets_just_what_the_table_says(method: str, name: str, scene: Scene) -> None:
    row = TABLE[method, name]
    for actor in ACTORS:
        with undone():
            answer = call(world.signed_in(scene.people[actor]), method, name, row, scene)
            content = read(answer)
        assert answer.status_code == row.answers[actor], (actor, content)
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert "Marker" not in content


# What a contact person writes, and not in a queue: what is about now, files, the queue itself, and what is still
# being written, which no coordinator reads however late it comes.
NOT_QUEUED = {
    ("PUT", "device"), ("DELETE", "device"), ("POST", "preview-occasion"), ("POST", "preview-series"),
    ("POST", "calendar-link"), ("DELETE", "calendar-link"), ("POST", "receipts"), ("POST", "sync"),
    ("PUT", "occasion-draft"), ("DELETE", "occasion-draft"),
}  # fmt: skip


def test_each_write_of_a_contact_person_is_queued_or_not_for_a_reason() -> None:
    writes = {route for route, row in TABLE.items() if route[0] != "GET" and row.answers[OWNER] != 403}
    assert writes == QUEUED.keys() | NOT_QUEUED


def test_what_is_queued_answers_as_on_its_own(scene: Scene, karin: User) -> None:
    for method, name in QUEUED:
        row = TABLE[method, name]
        path, given = path_and_body(name, row, scene)
        version = {"version": 1} if method == "PATCH" else {}
        with undone():
            one = item(karin, method, path.removeprefix("/api/v1"), given, **version)
            first, again = (sent(karin, one)[0]["status"] for _ in range(2))
        wanted = row.answers[OWNER]
        assert (first, again) == (wanted, 200 if wanted < 400 else wanted), (method, name)


@pytest.mark.parametrize(("method", "name"), CLOSED)
def test_nobody_of_another_municipality_learns_of_anything(
    method: str, name: str, scene: Scene, assignment: Assignment
) -> None:
    row = TABLE[method, name]
    refers = bool(row.about and row.about != "installation") or "#" in json.dumps(row.body)
    secrets = {"Marker", assignment.decision.client.name, *scene.ids.values()} - {scene.ids["installation"]}
    for actor in ACTORS:
        if actor == OWNER:
            continue
        with undone():
            answer = call(world.signed_in(scene.foreigners[actor]), method, name, row, scene)
            content = read(answer)
        here = row.answers[actor]
        assert answer.status_code == (404 if refers and here != 403 else here), (actor, content)
        assert [secret for secret in secrets if secret in content] == [], actor


def test_nobody_gets_in_without_signing_in(scene: Scene) -> None:
    client = APIClient()
    client.default_format = "json"
    for method, name in CLOSED:
        answer = call(client, method, name, TABLE[method, name], scene)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), (method, name)
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "name"), OPEN)
def test_an_open_route_answers_everybody_alike_and_tells_of_no_client(
    method: str, name: str, scene: Scene, assignment: Assignment
) -> None:
    callers = [APIClient(), *map(world.signed_in, [*scene.people.values(), *scene.foreigners.values()])]
    found = [call(client, method, name, TABLE[method, name], scene) for client in callers]
    assert {answer.status_code for answer in found} == {200}
    (content,) = {read(answer) for answer in found}
    emails = [user.email for user in scene.people.values()]
    for secret in ("Marker", assignment.decision.client.name, scene.ids["assignment"], *emails):
        assert secret not in content


@pytest.mark.parametrize(("method", "name"), OPEN)
def test_an_open_route_needs_its_key_and_whose_it_is_must_have_a_role(
    method: str, name: str, scene: Scene, karin: User
) -> None:
    karin.memberships.update(is_active=False)
    answers = [call(APIClient(), method, name, TABLE[method, name], scene)]
    scene.ids[TABLE[method, name].about] = "nothing"
    answers.append(call(world.signed_in(karin), method, name, TABLE[method, name], scene))
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 2


def test_a_user_whose_roles_have_ended_may_nothing(scene: Scene, karin: User) -> None:
    karin.memberships.update(is_active=False)
    for method, name in CLOSED:
        with undone():
            answer = call(world.signed_in(karin), method, name, TABLE[method, name], scene)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role"), (method, name)


def _patterns(urls: list[Any]) -> Iterator[URLPattern]:
    for url in urls:
        if isinstance(url, URLResolver):
            yield from _patterns(url.url_patterns)
        else:
            yield url


def test_the_table_has_every_route_and_no_other() -> None:
    urls = [url for url in get_resolver().url_patterns if isinstance(url, URLResolver)]
    (v1,) = (url for url in urls if str(url.pattern) == "api/v1/")
    closed, opened = set(), set()
    for pattern in _patterns(v1.url_patterns):
        view = pattern.callback.view_class  # type: ignore[attr-defined]
        methods = {name.upper() for name in view.http_method_names if hasattr(view, name)} - {"OPTIONS"}
        routes = {(method, pattern.name) for method in methods}
        if view.permission_classes == [AllowAny]:
            opened |= routes
            continue
        assert view.permission_classes == [IsAuthenticated, RolePermission], f"{pattern.name}: open to whom?"
        assert methods == set(view.roles), f"{pattern.name}: a method without roles"
        closed |= routes
    assert (closed, opened) == (set(CLOSED), set(OPEN))
