"""Turns whatever a view raises into application/problem+json."""

import logging
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from api.middleware import DATABASE_AWAY, current_request_id
from api.problems import MEDIA_TYPE, front_door_problem, problem, problem_response
from core.errors import DomainError
from core.text import known_language

logger = logging.getLogger(__name__)

CODES: list[tuple[type[Exception], str]] = [
    (exceptions.ParseError, "malformed"),
    (exceptions.NotAuthenticated, "not_authenticated"),
    (exceptions.AuthenticationFailed, "session_ended"),
    (exceptions.PermissionDenied, "wrong_role"),
    (PermissionDenied, "wrong_role"),
    (exceptions.NotFound, "not_found"),
    (Http404, "not_found"),
    (exceptions.MethodNotAllowed, "method_not_allowed"),
    (exceptions.NotAcceptable, "not_acceptable"),
    (exceptions.UnsupportedMediaType, "unsupported_media_type"),
    (exceptions.Throttled, "too_many_requests"),
    (RequestDataTooBig, "too_large"),
    *((away, "unavailable") for away in (*DATABASE_AWAY, BotoCoreError, ClientError)),  # or a bucket's
]


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer with a problem. None, and so a 500 and a line in the log, for what nobody foresaw."""
    set_rollback()
    headers: dict[str, str] = {}
    if isinstance(error, DomainError):
        body = _domain_problem(error, context)
        if (version := getattr(error.present, "version", None)) is not None:
            headers["ETag"] = f'"{version}"'
        if error.status == 503:
            headers["Retry-After"] = "5"
    elif isinstance(error, exceptions.ValidationError):
        body = front_door_problem(
            "invalid", request_id=current_request_id(), errors=list(_field_errors(error.detail))
        )
    else:
        code = next((code for kind, code in CODES if isinstance(error, kind)), None)
        if code is None:
            return None
        body = front_door_problem(code, request_id=current_request_id())
        headers = _headers(error, code)
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _headers(error: Exception, code: str) -> dict[str, str]:
    if code == "unavailable":
        logger.error("The database or the bucket is away: %s", type(error).__name__)
        return {"Retry-After": "5"}
    if isinstance(error, exceptions.Throttled):
        return {"Retry-After": str(int(getattr(error, "wait", None) or 1))}
    challenge = getattr(error, "auth_header", None)
    return {"WWW-Authenticate": challenge} if challenge else {}


def _domain_problem(error: DomainError, context: dict[str, Any]) -> dict[str, Any]:
    more: dict[str, Any] = {}
    language = known_language(get_language())
    blamed = error.each or ([(f"/{error.field}", error)] if error.field else [])
    if blamed:
        more["errors"] = [
            {"pointer": pointer, "code": one.code, "detail": one.detail(language)} for pointer, one in blamed
        ]
    if error.present is not None:
        more["present"] = _shown(error.present, context["view"])
    return problem(
        error.code, request_id=current_request_id(), status=error.status, detail=error.detail(language), **more
    )


def _shown(present: object, view: Any) -> Any:
    if isinstance(present, list):
        return [_shown(one, view) for one in present]
    serializer_class = getattr(view, "present_serializer_class", None)
    if serializer_class is None:
        return view.get_serializer(present).data
    return serializer_class(present, context=view.get_serializer_context()).data


def _field_errors(detail: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Flatten DRF's nested errors; a pointer is an RFC 6901 path into the body that was sent."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            path = pointer if name == "non_field_errors" else f"{pointer}/{_escaped(name)}"
            yield from _field_errors(inner, path)
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            leaf = isinstance(inner, exceptions.ErrorDetail)
            yield from _field_errors(inner, pointer if leaf else f"{pointer}/{position}")
    else:
        yield {"pointer": pointer, "code": getattr(detail, "code", "invalid"), "detail": _printable(detail)}


def _escaped(name: object) -> str:
    """Write a name as a part of a pointer."""
    return _printable(name).replace("~", "~0").replace("/", "~1")


def _printable(given: object) -> str:
    """Repeat what was sent, but what no text can hold: JSON can spell lone surrogates."""
    return str(given).encode(errors="replace").decode()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 where Django itself refuses."""
    return problem_response("malformed", request_id=current_request_id())


def permission_denied(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Answer 403 where Django itself refuses."""
    return problem_response("wrong_role", request_id=current_request_id())


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 for a path that does not exist."""
    return problem_response("not_found", request_id=current_request_id())


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without a word of what happened: that is in the log, under the request's id."""
    return problem_response("internal", request_id=current_request_id())
