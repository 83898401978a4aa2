"""Calls that are made inside the process, by whoever sent a queue of them."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from api.errors import exception_handler
from api.middleware import current_request_id
from api.problems import front_door_problem
from core.errors import InvalidInput
from core.text import Text
from people.models import User

logger = logging.getLogger(__name__)
PREFIX = "/api/v1"
# What of the phone's own headers is about the phone, and not about its call.
PASSED_ON = frozenset({"HTTP_HOST", "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"})

# What may come in a queue, and which route shows the object afterwards: "" where the call, which creates it or
# says nothing more than it did, may as well be made again.
QUEUED: Mapping[tuple[str, str], str] = {
    ("POST", "occasions"): "",
    ("PATCH", "occasion"): "occasion",
    ("POST", "complete-occasion"): "occasion",
    ("POST", "cancel-occasion"): "occasion",
    ("POST", "no-show"): "occasion",
    ("POST", "restore-occasion"): "occasion",
    ("POST", "outings"): "",
    ("POST", "all-series"): "",
    ("PATCH", "series"): "",
    ("POST", "end-series"): "series",
    ("POST", "pre-approvals"): "",
    ("POST", "withdraw-pre-approval"): "pre-approval",
    ("POST", "receipt-uploads"): "",
    ("POST", "receipt-uploaded"): "receipt",
    ("POST", "expenses"): "",
    ("PATCH", "expense"): "expense",
    ("DELETE", "expense"): "",
    ("POST", "submit-expense"): "expense",
    ("POST", "read-notification"): "",
    ("PUT", "notification-preferences"): "notification-preferences",
    ("PATCH", "me"): "me",
}


class NotForQueue(InvalidInput):
    """Some calls are about now, or somebody else's."""

    code = "not_for_queue"
    text = Text(sv="Det här skickas inte i kön, utan för sig.", en="This is not sent in the queue but on its own.")


@dataclass(frozen=True)
class Answer:
    """What a call answered: its status, and its body as JSON has it."""

    status: int
    body: dict[str, Any]

    @property
    def is_failure(self) -> bool:
        """Whether nothing was done."""
        return self.status >= 400

    @property
    def code(self) -> str | None:
        """The problem code of what was not simply done."""
        return self.body.get("code") if self.is_failure or self.status == 202 else None


def find_route(method: str, path: str) -> ResolverMatch:
    """Return the view of a call that belongs in a phone's queue. Raise NotForQueue for any other."""
    try:
        match = resolve(PREFIX + path)
    except Resolver404:
        raise NotForQueue(field="path") from None
    if (method, match.url_name) not in QUEUED:
        raise NotForQueue(field="path")
    return match


def shown_at(method: str, match: ResolverMatch) -> str:
    """Return the path of the object that a call is about; "" where the call shows it when it is repeated."""
    name = QUEUED[method, str(match.url_name)]
    return reverse(name, args=match.args, kwargs=match.kwargs).removeprefix(PREFIX) if name else ""


class Caller(BaseAuthentication):
    """Whoever sent the queue: signed in already."""

    def authenticate(self, request: Request) -> tuple[User, None]:
        """Return the user that the call was made for."""
        return request._request.caller, None  # type: ignore[attr-defined]


class Calls:
    """Calls by the sender of a request, in its language and under its id, each to the view of its own path."""

    def __init__(self, request: Request, view: APIView) -> None:
        self.request, self.view = request, view
        environ = request._request.META
        self.environ = {name: environ[name] for name in environ if name[:5] != "HTTP_" or name in PASSED_ON}

    def make(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, version: int | None = None
    ) -> Answer:
        """Make one and return its answer, also of what nobody foresaw."""
        match = resolve(PREFIX + path)
        view: type[APIView] = match.func.view_class  # type: ignore[attr-defined]
        # The queue was throttled as one call.
        call = view.as_view(authentication_classes=[Caller], throttle_classes=[])
        try:
            response = call(self._request(method, path, body, version), *match.args, **match.kwargs)
            answer = _read(response)
        except Exception:
            logger.exception("A call of a queue failed: %s", match.url_name)
            answer = Answer(500, front_door_problem("internal", request_id=current_request_id()))
        return answer

    def refuse(self, error: Exception) -> Answer:
        """Return what a call answers that raises an error."""
        response = exception_handler(error, {"view": self.view})
        assert response is not None, error  # noqa: S101 (only what has a problem code comes here)
        return Answer(response.status_code, response.data)

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None, version: int | None) -> WSGIRequest:
        content = b"" if body is None else json.dumps(body).encode()
        more = {"HTTP_IF_MATCH": f'"{version}"'} if version is not None else {}
        request = WSGIRequest(
            {
                **self.environ,
                **more,
                "REQUEST_METHOD": method,
                "PATH_INFO": PREFIX + path,
                "QUERY_STRING": "",
                "CONTENT_TYPE": "application/json",
                "CONTENT_LENGTH": str(len(content)),
                "wsgi.input": BytesIO(content),
            }
        )
        request.caller = self.request.user  # type: ignore[attr-defined]
        return request


def _read(response: Any) -> Answer:
    response.render()
    return Answer(response.status_code, json.loads(response.content) if response.content else {})


def expect_database() -> None:
    """Raise OperationalError when the database is away: the rest of a queue would wait for it, item by item."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
