"""What happens to every request before a view sees it."""

import json
import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.middleware.http import ConditionalGetMiddleware
from django.utils import translation
from psycopg_pool import PoolTimeout

from api.problems import problem_response

GetResponse = Callable[[HttpRequest], HttpResponse]
SIGN_IN = "/_allauth/"
# Django logs the path of a request that failed, and this one is the key to a calendar.
SECRET_IN_PATH = re.compile(r"(/calendar/)[^/\s]+")
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


class DiscreetFormatter(logging.Formatter):
    """Writes lines of the log without the secrets that stand in paths."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line."""
        return SECRET_IN_PATH.sub(r"\1…", super().format(record))


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


class NotModifiedMiddleware(ConditionalGetMiddleware):
    """Answers 304 to who has the answer already; whatever has no ETag gets one of its bytes.

    A read has nothing to protect from another's edit: `If-Match` and its like are for what writes.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Leave out what is known."""
        if response.status_code != 200:
            return response
        answer = super().process_response(request, response)
        return response if answer.status_code == 412 else answer


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
        with translation.override(translation.get_language_from_request(request)):
            response = self.get_response(request)
            response.setdefault("Content-Language", translation.get_language())
        return response


class ReadableMiddleware:
    """Refuses what would be misread: Django takes a body without a length for an empty one.

    django-allauth reads bodies itself, and fails on JSON that nests without end or that no text can hold.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on what can be read."""
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            return problem_response("length_required", request_id=current_request_id())
        if request.path.startswith(SIGN_IN) and not _is_plain_json(request.body):
            return problem_response("malformed", request_id=current_request_id())
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Take it for bad input when django-allauth stumbles over a value."""
        if request.path.startswith(SIGN_IN) and isinstance(exception, ValueError):
            return problem_response("malformed", request_id=current_request_id())
        return None


def _is_plain_json(body: bytes) -> bool:
    try:
        json.dumps(json.loads(body or b"{}"), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True
