"""Every route × role × foreign municipality, in one table. A route that is not in it fails."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.test import APIClient

from assignments.models import Assignment
from occasions.models import CalendarLink
from people.models import Municipality, Role, User
from people.permissions import RolePermission
from tests import world

OWNER, STRANGER, COORDINATOR = "owner", "stranger", "coordinator"
CASE_OFFICER, PAYROLL_OFFICER, ADMINISTRATOR = "case_officer", "payroll_officer", "administrator"
STAFF = (COORDINATOR, CASE_OFFICER, PAYROLL_OFFICER, ADMINISTRATOR)
ACTORS = (OWNER, STRANGER, *STAFF)
ROLE_OF = {OWNER: "contact_person", STRANGER: "contact_person"} | {role: role for role in STAFF}


@dataclass(frozen=True)
class Row:
    """A route and a method: who gets what. `about` names the object in its path.

    An open one asks nobody to sign in: what its path holds is the key.
    """

    answers: dict[str, int]
    about: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    is_open: bool = False


def everybody(status: int = 200) -> dict[str, int]:
    return dict.fromkeys(ACTORS, status)


def only(**answers: int) -> dict[str, int]:
    """Everybody else is of a wrong role."""
    return everybody(403) | answers


# 404 for a contact person who is a stranger to it, 403 where the role is wrong whatever it is about.
READ_BY_CASE = only(owner=200, stranger=404, coordinator=200, case_officer=200)
READ = only(owner=200, stranger=404, coordinator=200)
ACT = only(owner=200, stranger=404)
DECIDE = only(owner=403, stranger=403, coordinator=200)
MONEY = {"category": "ticket", "claimed_amount": "50.00", "spent_on": "2026-06-05"}
TIMES = {"starts_at": "2026-06-12T15:00:00+02:00", "ends_at": "2026-06-12T17:00:00+02:00"}

TABLE: dict[tuple[str, str], Row] = {
    ("GET", "home"): Row(everybody()),
    ("GET", "me"): Row(everybody()),
    ("PATCH", "me"): Row(everybody(), body={"language": "en"}),
    ("PUT", "device"): Row(everybody(201), about="installation", body={
        "platform": "ios", "fid": "an address", "locale": "sv", "app_version": "1"}),
    ("DELETE", "device"): Row(everybody(404) | {OWNER: 204}, about="device"),
    ("GET", "notifications"): Row(everybody()),
    ("POST", "read-notification"): Row(everybody(404) | {OWNER: 200}, about="notification"),
    ("GET", "assignments"): Row(only(owner=200, stranger=200, coordinator=200, case_officer=200)),
    ("GET", "assignment"): Row(READ_BY_CASE, about="assignment"),
    ("GET", "quota"): Row(READ_BY_CASE, about="assignment"),
    ("GET", "allowance"): Row(READ, about="assignment"),
    ("GET", "activity-kinds"): Row(everybody()),
    ("GET", "expense-categories"): Row(everybody()),
    ("GET", "occasions"): Row(only(owner=200, stranger=200, coordinator=200)),
    ("POST", "occasions"): Row(only(owner=201, stranger=404), body=TIMES | {"assignment": "assignment"}),
    ("GET", "occasion"): Row(READ, about="occasion"),
    ("PATCH", "occasion"): Row(ACT, about="occasion", body={"note": "Vi ses."}),
    ("POST", "complete-occasion"): Row(ACT, about="occasion"),
    ("POST", "cancel-occasion"): Row(ACT, about="occasion", body={"cancelled_by": "client", "reason": "Sjuk"}),
    ("POST", "no-show"): Row(ACT, about="occasion"),
    ("POST", "calendar-link"): Row(only(owner=200, stranger=201)),
    ("DELETE", "calendar-link"): Row(only(owner=204, stranger=204)),
    ("GET", "calendar"): Row(everybody(), about="calendar", is_open=True),
    ("POST", "receipts"): Row(only(owner=400, stranger=400)),
    ("GET", "receipt"): Row(READ, about="receipt"),
    ("GET", "receipt-file"): Row(READ, about="receipt"),
    ("GET", "receipt-preview"): Row(READ, about="receipt"),
    ("GET", "expenses"): Row(only(owner=200, stranger=200, coordinator=200)),
    ("POST", "expenses"): Row(only(owner=201, stranger=404), body=MONEY | {"assignment": "assignment"}),
    ("GET", "expense"): Row(READ, about="expense"),
    ("PATCH", "expense"): Row(ACT, about="expense", body={"note": "Två kaffe"}),
    ("POST", "submit-expense"): Row(ACT, about="expense"),
    ("POST", "approve-expense"): Row(DECIDE, about="expense"),
    ("POST", "return-expense"): Row(DECIDE, about="expense", body={"reason": "Otydligt"}),
    ("POST", "reject-expense"): Row(DECIDE, about="expense", body={"reason": "Hör inte hit"}),
}  # fmt: skip
CLOSED = [route for route, row in TABLE.items() if not row.is_open]
OPEN = [route for route, row in TABLE.items() if row.is_open]


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
    notification = world.make_notification(karin)
    device = world.make_device(karin)
    ids = {
        "assignment": str(assignment.pk),
        "occasion": str(occasion.pk),
        "receipt": str(receipt.pk),
        "expense": str(expense.pk),
        "notification": str(notification.pk),
        "device": device.installation_id,
        "calendar": CalendarLink.objects.create(user=karin).secret,
        "installation": "a-new-phone",
    }
    return Scene(people, foreigners, ids)


def _user(actor: str, municipality: Municipality) -> User:
    return world.make_user(f"{actor}@{municipality.code}.example", municipality, Role(ROLE_OF[actor]))


def call(client: APIClient, method: str, name: str, row: Row, scene: Scene) -> Any:
    path = reverse(name, args=[scene.ids[row.about]] if row.about else [])
    body = {key: scene.ids[value] if key == "assignment" else value for key, value in row.body.items()}
    options: dict[str, Any] = {"headers": {"If-Match": '"1"'}} if method == "PATCH" else {}
    if name == "receipts":
        options["format"] = "multipart"
    return getattr(client, method.lower())(path, body if method != "GET" else None, **options)


def read(answer: Any) -> str:
    """Return all that was answered, streamed or not."""
    content: bytes = answer.getvalue()
    answer.close()
    return content.decode(errors="replace")


@pytest.mark.parametrize(("method", "name"), TABLE)
@pytest.mark.parametrize("actor", ACTORS)
def test_each_role_gets_just_what_the_table_says(method: str, name: str, actor: str, scene: Scene) -> None:
    row = TABLE[method, name]
    answer = call(world.signed_in(scene.people[actor]), method, name, row, scene)
    content = read(answer)
    assert answer.status_code == row.answers[actor], content
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert "Marker" not in content


@pytest.mark.parametrize(("method", "name"), CLOSED)
@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor != OWNER])
def test_nobody_of_another_municipality_learns_of_anything(
    method: str, name: str, actor: str, scene: Scene, assignment: Assignment
) -> None:
    row = TABLE[method, name]
    answer = call(world.signed_in(scene.foreigners[actor]), method, name, row, scene)
    here = row.answers[actor]
    content = read(answer)
    refers = bool(row.about and row.about != "installation") or "assignment" in row.body
    assert answer.status_code == (404 if refers and here != 403 else here), content
    for secret in ("Marker", assignment.decision.client.name, *scene.ids.values()):
        assert secret == scene.ids["installation"] or secret not in content


@pytest.mark.parametrize(("method", "name"), CLOSED)
def test_nobody_gets_in_without_signing_in(method: str, name: str, scene: Scene) -> None:
    client = APIClient()
    client.default_format = "json"
    answer = call(client, method, name, TABLE[method, name], scene)
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
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


@pytest.mark.parametrize(("method", "name"), CLOSED)
def test_a_user_whose_roles_have_ended_may_nothing(method: str, name: str, scene: Scene, karin: User) -> None:
    karin.memberships.update(is_active=False)
    answer = call(world.signed_in(karin), method, name, TABLE[method, name], scene)
    assert answer.status_code == 403
    assert answer.json()["code"] == "wrong_role"


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
