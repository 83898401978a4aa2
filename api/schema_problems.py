"""The problems of the API in its description: what they look like, and which each operation answers with."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from rest_framework.permissions import AllowAny

from api.problems import FRONT_DOOR, MEDIA_TYPE, all_codes

FIELD_PROBLEM = {
    "type": "object",
    "description": "What is wrong with a part of what was sent.",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "Where in the body (RFC 6901), or `/name` of a parameter."},
        "code": {"type": "string", "description": "Stable; new ones may come."},
        "detail": {"type": "string", "description": "For people, in the caller's language."},
    },
}
PROBLEM = {
    "type": "object",
    "description": "A problem (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people, in the caller's language."},
        "code": {
            "type": "string",
            "description": "Stable; `/api/docs/problems` lists all. New ones may come.",
        },
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldProblem"}},
    },
}
PROBLEM_SCHEMAS = {"Problem": PROBLEM, "FieldProblem": FIELD_PROBLEM}
# With these the object is shown as it is now, if there is one.
SHOWING = (400, 409, 412)
SECONDS = {"schema": {"type": "integer"}, "description": "Seconds to wait."}
HEADERS = {429: {"Retry-After": SECONDS}, 503: {"Retry-After": SECONDS}}
TITLES = {
    400: "Invalid",
    401: "Not signed in",
    403: "Wrong role",
    404: "Not found",
    406: "Not acceptable",
    409: "Conflict",
    410: "Gone",
    411: "Length required",
    412: "Stale version",
    413: "Too large",
    415: "Unsupported media type",
    428: "Version required",
    429: "Too many requests",
    503: "Unavailable",
}


def common_codes(view: Any, method: str, operation: dict[str, Any]) -> set[str]:
    """Return the codes that follow from what kind of call it is. What a view's rules add is in its `problems`."""
    parameters = operation.get("parameters", [])
    places = {parameter["in"] for parameter in parameters}
    conditional = [one.get("required", False) for one in parameters if one["name"] == "If-Match"]
    command = getattr(view, "commands", {}).get(method)
    codes = {"unavailable", "not_acceptable"}
    if not any(isinstance(one, AllowAny) for one in view.get_permissions()):
        codes |= {"not_authenticated", "session_ended", "wrong_role", "too_many_requests"}
    if "path" in places:
        codes |= {"not_found"}
    if "query" in places:
        codes |= {"invalid"}
    if command or "requestBody" in operation:
        codes |= {"invalid", "malformed", "unsupported_media_type", "too_large"}
    if method not in ("GET", "DELETE"):
        codes |= {"length_required"}
    if conditional:
        codes |= {"stale_version", "version_required"} if any(conditional) else {"stale_version"}
    if method == "POST" and command is not None and "id" in command().fields:
        codes |= {"id_conflict"}
    return codes


def problem_answers(codes: Collection[str], *, shown: str | None) -> dict[str, Any]:
    """Return the answers of an operation that may come with these codes, by status.

    `shown` is the name of the problem that shows the object. Raise KeyError for a code that nothing raises.
    """
    known, by_status = all_codes(), defaultdict[int, list[str]](list)
    for code in sorted(codes):
        by_status[known[code][0]].append(code)
    return {
        str(status): _shared(status) if _is_common(status, found) else _answer(status, found, shown)
        for status, found in sorted(by_status.items())
    }


def shared_answers() -> dict[str, Any]:
    """Return the answers that many operations have in common, by name."""
    statuses = sorted({status for status, _ in FRONT_DOOR.values() if status in TITLES})
    return {_name(status): _answer(status, _common(status), None) for status in statuses}


def problem_showing(schema: dict[str, Any], *, many: bool) -> dict[str, Any]:
    """Return the problem that shows an object, or several, as they are now."""
    present = {"type": "array", "items": schema} if many else schema
    return PROBLEM | {
        "description": "A problem (RFC 9457), with what it is about as that is now.",
        "properties": {**PROBLEM["properties"], "present": present},  # type: ignore[dict-item]
    }


def _common(status: int) -> list[str]:
    return sorted(code for code, (of, _) in FRONT_DOOR.items() if of == status)


def _is_common(status: int, codes: list[str]) -> bool:
    return status not in (409, 412) and codes == _common(status)


def _name(status: int) -> str:
    return "".join(word.capitalize() for word in TITLES[status].split())


def _shared(status: int) -> dict[str, Any]:
    return {"$ref": f"#/components/responses/{_name(status)}"}


def _answer(status: int, codes: Iterable[str], shown: str | None) -> dict[str, Any]:
    known = all_codes()
    lines = [f"* `{code}`: {known[code][1].en}" for code in codes]
    name = shown if shown and status in SHOWING else "Problem"
    answer = {
        "description": "\n".join([f"{TITLES[status]}.", "", *lines]),
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{name}"}}},
        "x-problem-codes": list(codes),
    }
    return answer | ({"headers": HEADERS[status]} if status in HEADERS else {})
