"""The calendar link: whoever holds it reads when, of one contact person, until it is revoked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from occasions.models import CalendarLink
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calls import error_codes, problem

pytestmark = pytest.mark.usefixtures("noon")
LINK = "/api/v1/me/calendar-link"


def ask(user: User, **body: Any) -> Any:
    return world.signed_in(user).post(LINK, body)


def address(user: User) -> str:
    """Return the path of the user's calendar."""
    url: str = ask(user).json()["url"]
    return url.removeprefix("http://testserver")


def revoke(user: User) -> Any:
    return world.signed_in(user).delete(LINK)


def fetch(path: str, **headers: str) -> Any:
    """Read a calendar as a program that never signed in."""
    return APIClient().get(path, headers=headers)


def test_the_link_is_given_once_and_stays_the_same(karin: User) -> None:
    first, again = ask(karin), ask(karin)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json().keys() == {"url", "created_at", "version"}
    assert first["ETag"] == '"1"'
    assert first.json()["url"].startswith("http://testserver/api/v1/calendar/")
    assert fetch(address(karin)).status_code == 200


def test_asking_for_the_link_says_nothing_more(karin: User) -> None:
    assert error_codes(ask(karin, secret="mine")) == {"/secret": "unknown_field"}
    assert not CalendarLink.objects.exists()


def test_a_revoked_link_is_dead_for_ever_and_the_next_one_is_another(karin: User) -> None:
    old = address(karin)
    assert (revoke(karin).status_code, revoke(karin).status_code) == (204, 204)
    problem(fetch(old), 404, "not_found")
    answer = ask(karin)
    assert answer.status_code == 201
    assert fetch(address(karin)).status_code == 200
    problem(fetch(old), 404, "not_found")


def test_revoking_ends_only_the_own_link(karin: User, sven: User) -> None:
    svens = address(sven)
    assert address(karin) != svens
    assert revoke(karin).status_code == 204
    assert fetch(svens).status_code == 200


def test_the_database_keeps_to_one_link_in_force(karin: User) -> None:
    CalendarLink.objects.create(user=karin, revoked_at=world.NOW)
    CalendarLink.objects.create(user=karin)
    with pytest.raises(IntegrityError, match="calendar_link_once"):
        CalendarLink.objects.create(user=karin)


def test_the_secret_is_in_no_table_and_tells_nothing_of_the_user(karin: User) -> None:
    link = CalendarLink.objects.create(user=karin)
    key, signature = link.secret.split(".")
    assert UUID(key) == link.pk
    assert len(signature) == 43
    assert signature not in world.texts_of([link])
    assert str(karin.pk) not in link.secret


@pytest.mark.parametrize(
    "secret",
    [
        "{key}",
        "{dashed}",
        "{key}.",
        ".{signature}",
        "{key}.{shorter}",
        "{key}.{signature}A",
        "{key}.{signature}=",
        "{key}.{swapped}",
        "{dashed}.{signature}",
        "{capitals}.{signature}",
        "{other}.{signature}",
        "{key}.{signature}.{signature}",
        "{key}:{signature}",
        "%00",
        "%F0%9F%97%93.%FF",
        ".",
    ],
)
def test_a_secret_that_is_not_exactly_right_opens_nothing(secret: str, karin: User, sven: User) -> None:
    link, other = CalendarLink.objects.create(user=karin), CalendarLink.objects.create(user=sven)
    key, signature = link.secret.split(".")
    written = secret.format(
        key=key,
        dashed=link.pk,
        capitals=key.swapcase(),
        other=other.pk.hex,
        signature=signature,
        shorter=signature[:-1],
        swapped=signature.swapcase(),
    )
    found = problem(fetch(f"/api/v1/calendar/{written}.ics"), 404, "not_found")
    assert found.keys() == {"type", "title", "status", "detail", "code", "request_id"}


def test_another_key_of_the_house_ends_all_links(karin: User, settings: Settings) -> None:
    path = address(karin)
    settings.SECRET_KEY = "another key of tests, which is not secret and long enough to sign with"
    problem(fetch(path), 404, "not_found")
    assert fetch(address(karin)).status_code == 200


def test_who_is_no_longer_active_has_no_calendar(karin: User) -> None:
    path = address(karin)
    karin.change(is_active=False)
    problem(fetch(path), 404, "not_found")


def test_who_is_no_longer_a_contact_person_has_no_calendar(karin: User, kalix: Municipality) -> None:
    path = address(karin)
    world.add_roles(karin, kalix, Role.COORDINATOR)
    karin.memberships.filter(role=Role.CONTACT_PERSON).update(is_active=False)
    problem(fetch(path), 404, "not_found")


def test_a_program_may_ask_for_what_it_likes_and_only_read(karin: User) -> None:
    path = address(karin)
    for accepted in ("text/calendar", "text/calendar, */*;q=0.5", "image/png"):
        assert fetch(path, Accept=accepted).status_code == 200
    problem(fetch("/api/v1/calendar/none.ics", Accept="text/calendar"), 404, "not_found")
    for method in ("post", "put", "patch", "delete"):
        problem(getattr(APIClient(), method)(path), 405, "method_not_allowed")


def test_what_a_program_has_already_is_not_sent_again(karin: User, noon: Any) -> None:
    path = address(karin)
    first = fetch(path)
    noon.shift(timedelta(minutes=1))
    for held in (first["ETag"], f'"other", W/{first["ETag"]}', "*"):
        again = fetch(path, **{"If-None-Match": held})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert again["Cache-Control"] == "private, no-cache"
    for other in ('"other"', "", "nonsense"):
        assert fetch(path, **{"If-None-Match": other}).status_code == 200


def test_asking_for_the_head_alone_answers_with_it(karin: User) -> None:
    path = address(karin)
    whole, head = fetch(path), APIClient().head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert head[name] == whole[name]


def test_the_headers_give_nothing_away(karin: User) -> None:
    answer = fetch(address(karin), **{"Accept-Language": "en"})
    wanted = {
        "Content-Type": "text/calendar; charset=utf-8",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": 'inline; filename="calendar.ics"',
        "Content-Language": "sv",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }
    assert {name: answer[name] for name in wanted} == wanted


def test_thirty_occasions_take_as_many_queries_as_one(karin: User, kalix: Municipality) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert fetch(path).status_code == 200
        return len(found)

    path = address(karin)
    world.make_occasion(world.make_assignment(karin, kalix), world.NOW)
    before = queries()
    for days in range(29):
        world.make_occasion(world.make_assignment(karin, kalix), world.NOW + timedelta(days=days + 1))
    assert queries() == before == 3
