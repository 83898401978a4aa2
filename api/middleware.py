"""What happens to every request before a view sees it."""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import translation
from psycopg_pool import PoolTimeout

from api.problems import problem_response
from core.text import known_language

GetResponse = Callable[[HttpRequest], HttpResponse]
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
_request_id: ContextVar[str] = ContextVar("request_id", default="-")


def current_request_id() -> str:
    """Return the id of the request at hand, `-` outside one."""
    return _request_id.get()


class RequestIdFilter(logging.Filter):
    """Puts the request's id on each line of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id; let every record through."""
        record.request_id = current_request_id()
        return True


class RequestIdMiddleware:
    """Gives each request an id: the caller's `X-Request-ID` when it is a decent one, else a new one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the id for the log and the answer."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if re.fullmatch(r"[A-Za-z0-9_-]{8,64}", given) else str(uuid4())
        token = _request_id.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            _request_id.reset(token)
        response["X-Request-ID"] = request_id
        return response


class GzipMiddleware(GZipMiddleware):
    """Compresses what is written here; what streams from a file is a picture, and compressed already."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress an answer, and keep the length of a stream."""
        if response.streaming:
            return response
        return super().process_response(request, response)


class DatabaseAwayMiddleware:
    """Answers 503 when the database is away, wherever that shows."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a lost database into an answer that says when to come back."""
        if not isinstance(exception, DATABASE_AWAY):
            return None
        logging.getLogger(__name__).error("The database is away: %s", type(exception).__name__)
        return problem_response("unavailable", request_id=current_request_id(), headers={"Retry-After": "5"})


class LanguageMiddleware:
    """Speaks the language the caller asks for; `api.authentication` falls back on the user's own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the asked language, Swedish by default."""
        with translation.override(known_language(request.headers.get("Accept-Language"))):
            response = self.get_response(request)
            response.setdefault("Content-Language", translation.get_language())
        return response


class ExpectedVersionMiddleware:
    """Hands a PATCH the version that its `If-Match` names, and refuses one without: 428."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Put `expected_version` among the view's arguments."""
        if request.method != "PATCH" or not request.path.startswith("/api/"):
            return None
        given = request.headers.get("If-Match")
        if given is None:
            return problem_response("version_required", request_id=current_request_id())
        match = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', given.strip(), re.ASCII)
        # A tag that is not one of ours can match nothing: version 0 never exists.
        kwargs["expected_version"] = int(match[1]) if match else 0
        return None
