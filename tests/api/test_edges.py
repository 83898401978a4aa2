"""What a stranger, a careless client or a library may send to the front door."""

import json
from typing import Any

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings
from rest_framework.test import APIClient

from assignments.models import Assignment
from config.wsgi import application
from people.models import User
from tests import world

LOGIN = "/_allauth/app/v1/auth/login"


def test_a_body_without_its_length_is_refused_and_not_taken_for_an_empty_one(karin: User) -> None:
    answer = world.signed_in(karin).post("/api/v1/occasions", {}, headers={"Transfer-Encoding": "chunked"})
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


def test_no_more_json_is_read_than_the_settings_say(karin: User, settings: Settings) -> None:
    answer = world.signed_in(karin).post("/api/v1/occasions", {"note": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["base64", "undefined", "utf-16", "no such thing", '"utf-8"'])
def test_no_charset_breaks_the_query(charset: str) -> None:
    environ = RequestFactory().get("/nothing?a=b").environ | {
        "CONTENT_TYPE": f"application/json; charset={charset}"
    }
    statuses = []
    answer = application(environ, lambda status, _: statuses.append(status))
    assert json.loads(b"".join(answer))["code"] == "not_found"
    assert statuses == ["404 Not Found"]


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["[" * 100_000, '{"email": "\\ud800", "password": "x"}', "{", "\xff"])
def test_the_sign_in_takes_no_body_that_cannot_be_read(body: str) -> None:
    answer = Client().post(LOGIN, body.encode("latin-1"), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_who_may_not_is_told_so_before_what_is_missing(karin: User, inger: User, assignment: Assignment) -> None:
    occasion = f"/api/v1/occasions/{world.make_occasion(assignment, world.NOW).pk}"
    assert APIClient().patch(occasion, {}).status_code == 401
    assert world.signed_in(inger).patch(occasion, {}).status_code == 403
    assert world.signed_in(karin).patch(occasion, {}).status_code == 428


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/api/v1/occasions"), ("PATCH", "/api/v1/home")])
def test_a_method_that_is_not_there_is_405(karin: User, method: str, path: str) -> None:
    answer = world.signed_in(karin).generic(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/api/health/live", "/api/docs/problems"])
def test_pages_are_only_read(path: str) -> None:
    assert APIClient(enforce_csrf_checks=True).post(path).status_code == 405


@pytest.mark.parametrize(
    "path", ["occasions?starts_from=2026-06-01", "expenses?state=draft", "notifications?read=no"]
)
def test_a_filter_that_is_unknown_is_refused_and_not_taken_for_all(karin: User, path: str) -> None:
    answer = world.signed_in(karin).get(f"/api/v1/{path}")
    assert answer.status_code == 400
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown_filter"]


@pytest.mark.parametrize(
    ("asked", "spoken"), [("de, en;q=0.9", "en"), ("en;q=0.2, sv;q=0.8", "sv"), ("de", "sv"), ("*", "sv")]
)
def test_the_language_is_the_best_of_those_asked_for(asked: str, spoken: str) -> None:
    assert APIClient().get("/nothing", headers={"Accept-Language": asked})["Content-Language"] == spoken


def test_behind_a_proxy_one_stranger_does_not_use_up_everybodys_sign_ins(karin: User, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT, settings.PASSWORD_LOGIN = 1, True
    karin.set_password("a long enough password")
    karin.save()

    def sign_in(address: str, email: str, password: str) -> Any:
        body = {"email": email, "password": password}
        headers = {"X-Forwarded-For": address}
        return Client().post(LOGIN, body, content_type="application/json", headers=headers)

    for number in range(15):
        sign_in("192.0.2.1", f"nobody{number}@kalix.example", "wrong")
    assert sign_in("192.0.2.1", karin.email, "a long enough password").status_code == 400
    assert sign_in("192.0.2.2", karin.email, "a long enough password").status_code == 200
