"""Every stable `code` that an answer can carry, and the RFC 9457 answer itself."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from core.errors import DomainError
from core.text import Text, known_language

MEDIA_TYPE = "application/problem+json"

# Codes of the front door itself: status and words. Those of the domain stand beside the rules that raise
# them, as DomainErrors; `all_codes` lists both.
FRONT_DOOR: dict[str, tuple[int, Text]] = {
    "invalid": (
        400,
        Text(sv="Något i det du skickade går inte att använda.", en="Something you sent can't be used."),
    ),
    "malformed": (400, Text(sv="Det går inte att läsa det du skickade.", en="What you sent can't be read.")),
    "not_authenticated": (401, Text(sv="Logga in först.", en="Sign in first.")),
    "session_ended": (401, Text(sv="Inloggningen gäller inte längre.", en="The sign-in is no longer valid.")),
    "wrong_role": (403, Text(sv="Din roll får inte göra det här.", en="Your role may not do this.")),
    "not_found": (404, Text(sv="Det finns inte.", en="It does not exist.")),
    "method_not_allowed": (
        405,
        Text(sv="Så kan den här adressen inte användas.", en="This path can't be used so."),
    ),
    "not_acceptable": (406, Text(sv="Svaret finns bara som JSON.", en="The answer exists only as JSON.")),
    "too_large": (413, Text(sv="Det du skickade är för stort.", en="What you sent is too large.")),
    "unsupported_media_type": (
        415,
        Text(sv="Innehållstypen stöds inte här.", en="The content type is not supported here."),
    ),
    "length_required": (
        411,
        Text(
            sv="Skicka Content-Length: annars går texten förlorad.",
            en="Send Content-Length: without it nothing is read.",
        ),
    ),
    "too_many_requests": (429, Text(sv="För många anrop. Vänta lite.", en="Too many calls. Wait a little.")),
    "internal": (500, Text(sv="Något gick fel hos oss.", en="Something went wrong on our side.")),
    "unavailable": (
        503,
        Text(
            sv="Tjänsten är inte tillgänglig just nu. Försök igen snart.",
            en="Not available now. Try again soon.",
        ),
    ),
}


def problem(code: str, *, request_id: str, status: int, detail: str, **more: Any) -> dict[str, Any]:
    """Return the body of a problem; `more` are its extension members."""
    return {
        "type": f"/api/docs/problems#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
    } | more


def front_door_problem(code: str, *, request_id: str, **more: Any) -> dict[str, Any]:
    """Return the body of one of the front door's own problems, in the active language."""
    status, text = FRONT_DOOR[code]
    detail = text.in_language(known_language(get_language()))
    return problem(code, request_id=request_id, status=status, detail=detail, **more)


def problem_response(code: str, *, request_id: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a plain Django answer, for where no view is involved."""
    body = front_door_problem(code, request_id=request_id)
    return HttpResponse(
        json.dumps(body), content_type=MEDIA_TYPE, status=body["status"], headers=dict(headers or {})
    )


def domain_errors(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """Yield every loaded DomainError that carries a code."""
    for error in base.__subclasses__():
        if "code" in vars(error):
            yield error
        yield from domain_errors(error)


def all_codes() -> dict[str, tuple[int, Text]]:
    """Return every code with its status and words: what docs/problems.md lists."""
    domain = {error.code: (error.status, error.text) for error in domain_errors()}
    return dict(sorted((FRONT_DOOR | domain).items()))


def as_markdown() -> str:
    """Return docs/problems.md: every code with its status and words."""
    rows = [f"| `{code}` | {status} | {text.en} | {text.sv} |" for code, (status, text) in all_codes().items()]
    head = [
        "# Problem codes",
        "",
        "Every `code` that an answer can carry. Written by `manage.py list_problems`.",
        "",
    ]
    return "\n".join([*head, "| Code | Status | English | Swedish |", "| --- | --- | --- | --- |", *rows, ""])


@csrf_exempt
@require_safe
def list_problems(request: HttpRequest) -> HttpResponse:
    """Show the list that the `type` of every problem points to."""
    return HttpResponse(as_markdown(), content_type="text/markdown; charset=utf-8")
