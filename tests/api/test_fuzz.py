"""What no person would send, made up after the API's description, as each role: every answer keeps to it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from pytest_django import Settings
from rest_framework.test import APIClient
from rest_framework.throttling import UserRateThrottle

from config.wsgi import application
from tests.api import fuzzing
from tests.api.route_table import OWNER, ROLE_OF, STAFF
from tests.api.test_routes import Scene, scene, undone

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
PASSWORD = "password of a test"
__all__ = ["scene"]  # a fixture of the table's

described = schemathesis.pytest.from_fixture("api")


@pytest.fixture(params=[OWNER, *STAFF])
def actor(request: pytest.FixtureRequest) -> str:
    """Who calls: one of each role."""
    return str(request.param)


@pytest.fixture
def token(actor: str, scene: Scene, settings: Settings) -> str:
    """Sign in, and return the token."""
    settings.PASSWORD_LOGIN = True
    user = scene.people[actor]
    user.set_password(PASSWORD)
    user.save()
    body = {"email": user.email, "password": PASSWORD}
    answer = APIClient().post("/_allauth/app/v1/auth/login", body, format="json")
    assert answer.status_code == 200, answer.content
    return str(answer.json()["meta"]["access_token"])


@pytest.fixture
def api(db: None, actor: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The API by its own description, called in this process; in a short run what the role may call."""
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": None})
    with on_this_connection():
        config = fuzzing.config(EXAMPLES, ROLE_OF[actor])
        return schemathesis.openapi.from_wsgi("/api/schema", served, config=config)


def served(environ: Any, start_response: Any) -> list[bytes]:
    """Call the application and close what it opened, as a server does."""
    answer: Any = application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


@contextmanager
def on_this_connection() -> Iterator[None]:
    """Keep Django from closing the test's connection after a request, as its own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@described.parametrize()
@pytest.mark.usefixtures("actor")
def test_every_answer_is_described(case: Any, token: str, scene: Scene) -> None:
    fuzzing.aim(case, scene.ids)
    with on_this_connection(), undone():
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        case.call_and_validate(headers=headers, additional_checks=[fuzzing.refused_for_a_reason])
