"""Signing in and out, over the endpoints that the app uses."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import URLPattern, get_resolver
from pytest_django import Settings

from assignments.models import Assignment
from people.models import Municipality, Role, User
from tests import world
from tests.people.phone import AUTH, Phone, code_sent_to

PASSWORD = "a long password of Karin's"


def test_karin_signs_in_by_a_code(karin: User) -> None:
    phone = Phone()
    answer = phone.ask_for_code("Karin@Kalix.example")
    assert answer.status_code == 401
    assert not phone.access_token
    assert phone.me().status_code == 401
    answer = phone.confirm(code_sent_to(karin.email))
    assert answer.status_code == 200
    assert answer.json()["meta"]["is_authenticated"]
    assert phone.me().json()["email"] == karin.email


def test_a_wrong_code_opens_nothing_and_three_end_it(karin: User) -> None:
    phone = Phone()
    phone.ask_for_code(karin.email)
    code = code_sent_to(karin.email)
    assert [phone.confirm("WRONG1").status_code for _ in range(3)] == [400, 400, 400]
    assert phone.confirm(code).status_code == 409
    assert not phone.access_token


def test_a_code_works_once_and_only_where_it_was_asked_for(karin: User) -> None:
    phone, other = Phone(), Phone()
    phone.ask_for_code(karin.email)
    code = code_sent_to(karin.email)
    assert other.confirm(code).status_code == 409
    assert phone.confirm(code).status_code == 200
    fresh = Phone()
    fresh.session_token = phone.session_token
    assert fresh.confirm(code).status_code == 409


def test_a_code_grows_old(karin: User, noon: Any) -> None:
    phone = Phone()
    phone.ask_for_code(karin.email)
    code = code_sent_to(karin.email)
    noon.shift(3600)
    assert phone.confirm(code).status_code in (400, 409)
    assert not phone.access_token


def test_the_mail_tells_nothing_of_clients_or_names(karin: User, assignment: Assignment) -> None:
    Phone().ask_for_code(karin.email)
    (message,) = mail.outbox
    text = f"{message.subject} {message.body} {message.from_email}"
    assert message.subject.startswith("Tillfälle: ")
    for secret in ("Maj-Britt", "Söderlund", "Karin", "kalix", "Kalix", str(assignment.pk)):
        assert secret not in text


def test_an_unknown_address_looks_like_a_known_one_and_gets_no_mail(karin: User) -> None:
    known, unknown = Phone().ask_for_code(karin.email), Phone().ask_for_code("nobody@kalix.example")
    assert unknown.status_code == known.status_code == 401
    assert unknown.json()["data"] == known.json()["data"]
    assert [message.to for message in mail.outbox] == [[karin.email]]
    assert Phone().confirm("ABCDEF").status_code == 409


@pytest.mark.usefixtures("own_cache")
def test_codes_are_not_sent_without_end(karin: User) -> None:
    answers = [Phone().ask_for_code(karin.email).status_code for _ in range(6)]
    assert answers[-1] == 400  # django-allauth says it so, without the time to come back
    assert len(mail.outbox) <= 3


@pytest.mark.parametrize("allowed", [True, False])
def test_a_password_works_only_where_the_deployment_says_so(
    karin: User, settings: Settings, allowed: bool
) -> None:
    settings.PASSWORD_LOGIN = allowed
    karin.set_password(PASSWORD)
    karin.save()
    phone = Phone()
    answer = phone.call("POST", f"{AUTH}/auth/login", {"email": karin.email, "password": PASSWORD})
    assert answer.status_code == (200 if allowed else 400)
    assert bool(phone.access_token) is allowed


@pytest.mark.usefixtures("own_cache")
def test_a_wrong_password_is_refused_and_soon_not_even_tried(karin: User, settings: Settings) -> None:
    settings.PASSWORD_LOGIN = True
    karin.set_password(PASSWORD)
    karin.save()
    wrong = {"email": karin.email, "password": "wrong"}
    assert Phone().call("POST", f"{AUTH}/auth/login", wrong).status_code == 400
    for _ in range(6):
        Phone().call("POST", f"{AUTH}/auth/login", wrong)
    right = wrong | {"password": PASSWORD}
    assert Phone().call("POST", f"{AUTH}/auth/login", right).status_code == 400


def test_a_refresh_token_is_good_once(karin: User) -> None:
    phone = Phone().sign_in(karin)
    old = phone.refresh_token
    answer = Phone().call("POST", f"{AUTH}/tokens/refresh", {"refresh_token": old})
    assert answer.status_code == 200
    new = answer.json()["data"]
    assert new["refresh_token"] != old
    again = Phone()
    again.access_token = new["access_token"]
    assert again.me().status_code == 200
    assert Phone().call("POST", f"{AUTH}/tokens/refresh", {"refresh_token": old}).status_code == 400
    latest = {"refresh_token": new["refresh_token"]}
    assert Phone().call("POST", f"{AUTH}/tokens/refresh", latest).status_code == 200


def test_an_access_token_is_no_refresh_token_nor_the_other_way(karin: User) -> None:
    phone = Phone().sign_in(karin)
    wrong = {"refresh_token": phone.access_token}
    assert Phone().call("POST", f"{AUTH}/tokens/refresh", wrong).status_code == 400
    phone.access_token = phone.refresh_token
    assert phone.me().status_code == 401


def test_signing_out_makes_every_token_useless_at_once(karin: User) -> None:
    phone, other = Phone().sign_in(karin), Phone()
    world_before = phone.access_token
    other.sign_in(karin)
    phone.call("DELETE", f"{AUTH}/auth/session")
    phone.access_token = world_before
    answer = phone.me()
    assert answer.status_code == 401
    assert answer.json()["code"] == "session_ended"
    assert (
        Phone().call("POST", f"{AUTH}/tokens/refresh", {"refresh_token": phone.refresh_token}).status_code == 400
    )
    assert other.me().status_code == 200


def test_a_token_that_is_made_up_is_refused(karin: User) -> None:
    phone = Phone().sign_in(karin)
    for token in ("", "x", "a.b.c", phone.access_token[:-2], phone.access_token + "x"):
        phone.access_token = token or "x"
        assert phone.me().status_code == 401


def test_a_token_grows_old(karin: User, noon: Any) -> None:
    phone = Phone().sign_in(karin)
    assert phone.me().status_code == 200
    noon.shift(601)
    assert phone.me().status_code == 401
    answer = phone.call("POST", f"{AUTH}/tokens/refresh", {"refresh_token": phone.refresh_token})
    phone.access_token = answer.json()["data"]["access_token"]
    assert phone.me().status_code == 200


def test_a_deactivated_user_is_out_at_once_and_does_not_come_in(karin: User) -> None:
    phone = Phone().sign_in(karin)
    User.objects.filter(pk=karin.pk).update(is_active=False)
    assert phone.me().status_code == 401
    refresh = {"refresh_token": phone.refresh_token}
    assert Phone().call("POST", f"{AUTH}/tokens/refresh", refresh).status_code == 400
    mail.outbox.clear()
    Phone().ask_for_code(karin.email)
    assert mail.outbox == []


def test_a_deactivated_role_ends_what_it_gave_at_once(karin: User) -> None:
    phone = Phone().sign_in(karin)
    assert phone.call("GET", "/api/v1/assignments").status_code == 200
    karin.memberships.update(is_active=False)
    answer = phone.call("GET", "/api/v1/assignments")
    assert answer.status_code == 403
    assert answer.json()["code"] == "wrong_role"
    assert answer["Content-Type"] == "application/problem+json"


def test_a_user_without_roles_may_nothing(db: Any) -> None:
    phone = Phone().sign_in(User.objects.create_user("guest@kalix.example"))
    assert {phone.me().status_code, phone.call("GET", "/api/v1/home").status_code} == {403}


def test_nobody_makes_their_own_account(db: Any) -> None:
    for body in ({"email": "new@kalix.example"}, {"email": "new@kalix.example", "password": PASSWORD}):
        assert Phone().call("POST", f"{AUTH}/auth/signup", body).status_code in (400, 403)
    Phone().call("POST", f"{AUTH}/auth/webauthn/signup", {"email": "new@kalix.example"})
    assert not User.objects.exists()


def test_nobody_changes_their_own_address(karin: User) -> None:
    """It is where the code goes, and the municipality's to give."""
    EmailAddress.objects.create(user=karin, email=karin.email, verified=True, primary=True)
    phone = Phone().sign_in(karin)
    path = f"{AUTH}/account/email"
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = phone.call(method, path, {"email": "mine@elsewhere.example", "primary": True})
        assert answer.status_code == 400, (method, answer.content)
    assert phone.call("DELETE", path, {"email": karin.email}).status_code == 400
    assert User.objects.get(pk=karin.pk).email == karin.email
    assert [row["email"] for row in phone.call("GET", path).json()["data"]] == [karin.email]
    Phone().sign_in(karin)


def test_the_app_gets_what_a_passkey_signs(karin: User) -> None:
    answer = Phone().call("GET", f"{AUTH}/auth/webauthn/login")
    assert answer.status_code == 200
    assert answer.json()["data"]["request_options"]["publicKey"]["challenge"]


def test_a_signed_in_person_can_add_a_passkey(karin: User) -> None:
    answer = Phone().sign_in(karin).call("GET", f"{AUTH}/account/authenticators/webauthn?passwordless")
    assert answer.status_code == 200, answer.content
    options = answer.json()["data"]["creation_options"]["publicKey"]
    assert options["challenge"]
    assert options["user"]["id"]
    assert "Karin" not in str(options)


def test_a_passkey_that_is_made_up_opens_nothing(karin: User) -> None:
    phone = Phone()
    phone.call("GET", f"{AUTH}/auth/webauthn/login")
    credential = {"id": "x", "rawId": "x", "type": "public-key", "response": {}, "clientExtensionResults": {}}
    for made_up in ({}, credential, "x", None):
        answer = phone.call("POST", f"{AUTH}/auth/webauthn/login", {"credential": made_up})
        assert answer.status_code in (400, 401, 403), answer.content
    assert not phone.access_token


def test_roles_in_two_municipalities_are_both_told(karin: User, leksand: Municipality) -> None:
    world.add_roles(karin, leksand, Role.COORDINATOR)
    told = Phone().sign_in(karin).me().json()["memberships"]
    assert {(row["municipality"]["code"], row["role"]) for row in told} == {
        ("kalix", "contact_person"),
        ("leksand", "coordinator"),
    }


@pytest.mark.parametrize("known", [True, False])
def test_no_mail_resets_a_password(karin: User, known: bool) -> None:
    email = karin.email if known else "nobody@kalix.example"
    assert Phone().call("POST", f"{AUTH}/auth/password/request", {"email": email}).status_code == 400
    assert mail.outbox == []


def _paths(urls: Any, before: str) -> Iterator[str]:
    for url in urls:
        path = before + str(url.pattern)
        if isinstance(url, URLPattern):
            yield "/" + path
        else:
            yield from _paths(url.url_patterns, path)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("signed_in", [True, False])
def test_no_endpoint_of_the_library_breaks(karin: User, method: str, signed_in: bool) -> None:
    """Settings that a library wants, and that nobody gave, show only when somebody calls."""
    EmailAddress.objects.create(user=karin, email=karin.email, verified=True, primary=True)
    every = [path for path in _paths(get_resolver().url_patterns, "") if path.startswith(AUTH)]
    # Nobody signs in by telephone number, and allauth's own page about them breaks when nobody is signed in.
    paths = [path for path in every if not path.endswith("/account/phone")]
    assert len(paths) > 20
    phone = Phone().sign_in(karin) if signed_in else Phone()
    token = phone.access_token
    asked = {"email": karin.email, "code": "ABC123", "password": "x"}
    bodies: list[Any] = [None] if method == "GET" else [{}, asked, []]
    for path in paths:
        for body in bodies:
            phone.access_token = token
            answer = phone.call(method, path, body)
            assert answer.status_code < 500, (method, path, body)
