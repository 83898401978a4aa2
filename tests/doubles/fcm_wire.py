"""Know FCM's HTTP v1 on the wire: what a send request may hold and what the refusals look like.

Written from Google's reference of projects.messages.send, and stricter than needed where the real one
is strict: a field that it does not know is refused, so a typing error shows here and not in production.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Check = Callable[[str, Any], None]  # the field's path, its value; raises RefusedError

TARGETS = ("token", "fid", "topic", "condition")
LARGEST_MESSAGE = 4096  # bytes
LONGEST_TTL = 28 * 24 * 60 * 60  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """A field that FCM would not take."""

    def __init__(self, path: str, description: str) -> None:
        super().__init__(f"{path}: {description}")
        self.path = path
        self.description = description


def check_request(body: bytes) -> tuple[str, dict[str, Any]]:
    """Return the address and the message of a send request; raise RefusedError."""
    try:
        request = json.loads(body)
    except ValueError as error:
        raise RefusedError("", "Invalid JSON payload received.") from error
    _REQUEST("", request)
    message: dict[str, Any] = request.get("message") or {}
    targets = [message[name] for name in TARGETS if message.get(name)]
    if len(targets) != 1:
        raise RefusedError("message", "Exactly one of token, fid, topic and condition must be set.")
    if len(json.dumps(message).encode()) > LARGEST_MESSAGE:
        raise RefusedError("message", "Message is too big.")
    return targets[0], message


def json_answer(status: int, value: object, **headers: str) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


def html_answer(status: int, page: str) -> Answer:
    """Make an answer that is not FCM's own; surrogates in the page become bytes that are no UTF-8."""
    body = page.encode(errors="surrogateescape")
    return Answer(status, body, {"Content-Type": "text/html; charset=UTF-8"})


def error_answer(status: int, word: str, text: str, *details: dict[str, Any], retry_after: str = "") -> Answer:
    """Make an error in Google's form; retry_after goes out as it is given."""
    error = {"code": status, "message": text, "status": word, "details": list(details)}
    headers = {"Retry-After": retry_after} if retry_after else {}
    return json_answer(status, {"error": error}, **headers)


def refusal(refused: RefusedError) -> Answer:
    violation = {"field": refused.path, "description": refused.description}
    bad_request = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    return error_answer(400, "INVALID_ARGUMENT", refused.description, bad_request)


def fcm_error(code: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}


def _object(fields: Mapping[str, Check]) -> Check:
    def check(path: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise RefusedError(path, f"Invalid value at '{path}' (not an object).")
        for name, inner in value.items():
            if name not in fields:
                raise RefusedError(path, f"Invalid JSON payload received. Unknown name {name!r} at '{path}'.")
            fields[name](f"{path}.{name}".lstrip("."), inner)

    return check


def _texts(fields: Mapping[str, Check] | None = None) -> Check:
    """Check a map of strings, some of whose keys have rules of their own."""

    def check(path: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise RefusedError(path, f"Invalid value at '{path}' (not a map).")
        for name, inner in value.items():
            _text(f"{path}.{name}", inner)
            (fields or {}).get(name, _text)(f"{path}.{name}", inner)

    return check


def _text(path: str, value: Any) -> None:
    if not isinstance(value, str):
        raise RefusedError(path, f"Invalid value at '{path}' (TYPE_STRING), {value!r}")


def _flag(path: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise RefusedError(path, f"Invalid value at '{path}' (TYPE_BOOL), {value!r}")


def _anything(path: str, value: Any) -> None:
    """Leave it to the phone."""


def _like(pattern: str, largest: float | None = None) -> Check:
    def check(path: str, value: Any) -> None:
        _text(path, value)
        found = re.fullmatch(pattern, value)
        if not found or (largest is not None and float(found[1]) > largest):
            raise RefusedError(path, f"Invalid value at '{path}', {value!r}")

    return check


def _data(path: str, value: Any) -> None:
    _texts()(path, value)
    for name in value:
        if name in ("from", "message_type") or name.startswith(("google", "gcm")):
            raise RefusedError(path, f"Invalid data payload key: {name}")


_FCM_OPTIONS = _object({"analytics_label": _text})
_ANDROID_NOTIFICATION = _object(
    dict.fromkeys(("title", "body", "icon", "color", "sound", "tag", "click_action", "image", "ticker"), _text)
    | dict.fromkeys(("body_loc_key", "title_loc_key", "channel_id", "notification_priority"), _text)
    | dict.fromkeys(("visibility", "event_time", "proxy"), _text)
    | dict.fromkeys(("sticky", "local_only", "default_sound", "default_vibrate_timings"), _flag)
    | dict.fromkeys(("body_loc_args", "title_loc_args", "vibrate_timings", "notification_count"), _anything)
    | {"default_light_settings": _flag, "light_settings": _anything}
)
_ANDROID = _object(
    {
        "collapse_key": _text,
        "priority": _like("(?i:normal|high)"),
        "ttl": _like(r"(\d+(?:\.\d{1,9})?)s", LONGEST_TTL),
        "restricted_package_name": _text,
        "data": _data,
        "notification": _ANDROID_NOTIFICATION,
        "fcm_options": _FCM_OPTIONS,
    }
    | dict.fromkeys(("direct_boot_ok", "bandwidth_constrained_ok", "restricted_satellite_ok"), _flag)
)
_APNS_HEADERS = {
    "apns-collapse-id": _like(r"[!-~]{1,64}"),
    "apns-expiration": _like(r"\d+"),
    "apns-priority": _like(r"1|5|10"),
}
_WEBPUSH_HEADERS = {
    "TTL": _like(r"(\d+)", LONGEST_TTL),
    "Urgency": _like("very-low|low|normal|high"),
    "Topic": _like(r"[A-Za-z0-9_-]{1,32}"),
}
_MESSAGE = _object(
    {
        "name": _text,
        "data": _data,
        "notification": _object({"title": _text, "body": _text, "image": _text}),
        "android": _ANDROID,
        "webpush": _object(
            {
                "headers": _texts(_WEBPUSH_HEADERS),
                "data": _data,
                "notification": _anything,
                "fcm_options": _object({"link": _text, "analytics_label": _text}),
            }
        ),
        "apns": _object(
            {
                "headers": _texts(_APNS_HEADERS),
                "payload": _anything,
                "fcm_options": _object({"analytics_label": _text, "image": _text}),
                "live_activity_token": _text,
            }
        ),
        "fcm_options": _FCM_OPTIONS,
    }
    | dict.fromkeys(TARGETS, _text)
)
_REQUEST = _object({"message": _MESSAGE, "validate_only": _flag})
