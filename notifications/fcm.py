"""Hand one push to Firebase Cloud Messaging: the only file that knows firebase-admin.

A sender never raises for what the network or FCM did: it returns an outcome, and the outbox decides
what follows. Retrying is the outbox's work alone, so the client's own retries are switched off here.
"""

import hashlib
import itertools
import logging
import math
import os
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import cache
from threading import Lock
from typing import Any, Protocol
from urllib.parse import urlsplit

import firebase_admin
from django.conf import settings
from firebase_admin import credentials, exceptions, messaging
from google.auth.exceptions import GoogleAuthError, RefreshError
from requests import Response
from requests.adapters import HTTPAdapter

logger = logging.getLogger("notifications.push")

DAY = 24 * 60 * 60
DEFAULT_TTL = DAY  # FCM's own default is four weeks: a reminder would arrive long after the occasion
LONGEST_TTL = 28 * DAY  # FCM refuses more
CONNECTIONS = 100  # kept open for threads that send at once, as firebase-admin itself does
_app_numbers = itertools.count(1)
_building = Lock()


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """Hold all that leaves the house; texts carry no name, place or amount, and reprs no address."""

    notification_id: str
    kind: str
    title: str
    body: str
    collapse_key: str
    expires_at: datetime | None
    urgent: bool
    token: str | None = field(repr=False)
    fid: str | None = field(repr=False)


class Outcome(StrEnum):
    """Say what became of a push, in the words that the outbox acts on."""

    SENT = "sent"
    GONE = "gone"  # the app is no longer installed: the only one that ends a device
    WRONG_SENDER = "wrong_sender"  # the address belongs to another Firebase project
    REFUSED = "refused"  # the address takes nothing, and the same again will be refused again
    OUR_BUG = "our_bug"  # the same message again will fail again
    BRAKE = "brake"  # too fast: the same at once would be refused again
    UNAVAILABLE = "unavailable"  # may have arrived or not; passes by itself
    UNAUTHORISED = "unauthorised"  # our keys: nothing will go through until somebody looks


@dataclass(frozen=True, slots=True)
class SendResult:
    """Tell the outcome; error_code is a short word in capitals, never a text that may hold an address."""

    outcome: Outcome
    provider_message_id: str | None = None
    error_code: str = ""
    retry_after_seconds: float | None = None


class Sender(Protocol):
    def send(self, push: Push, *, now: datetime) -> SendResult:
        """Send one push to one installation and tell what became of it."""


class LogSender:
    """Write pushes to the log, where no Firebase project is set up."""

    def send(self, push: Push, *, now: datetime) -> SendResult:
        """Log id, kind and title, never the address."""
        logger.info("push %s %s %r", push.notification_id, push.kind, push.title)
        return SendResult(Outcome.SENT, f"log:{push.notification_id}")


class FirebaseSender:
    """Send through firebase-admin, with a client of its own in every process that its threads share."""

    def __init__(self, credentials_path: str, endpoint_url: str = "", timeout_seconds: float = 10.0) -> None:
        """Read the service account; raise OSError or ValueError when file or endpoint are unusable."""
        if endpoint_url and not endpoint_url.startswith(("http://", "https://")):
            raise ValueError("The FCM endpoint must be an http(s) URL")
        self._certificate = credentials.Certificate(credentials_path)
        if not self._certificate.project_id:
            raise ValueError("The service account names no project_id")
        self._endpoint_url = endpoint_url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._built: tuple[int, Any] | None = None

    def send(self, push: Push, *, now: datetime) -> SendResult:
        """Send one push; raise RuntimeError only when firebase-admin's insides have moved."""
        try:
            message = build_message(push, now=now)
            str(message)  # encodes: from here on a ValueError is somebody else's
        except ValueError:
            return SendResult(Outcome.OUR_BUG, error_code="INVALID_MESSAGE")
        app = self._app()
        try:
            return SendResult(Outcome.SENT, messaging.send(message, app=app))
        except exceptions.FirebaseError as error:
            return _result_of(error.code, error.http_response, now=now)
        except GoogleAuthError as error:
            return _result_of_oauth(error)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            # firebase-admin and google-auth stumble over answers that are not theirs, such as a proxy's page.
            return SendResult(Outcome.UNAVAILABLE, error_code="UNREADABLE_ANSWER")

    def _app(self) -> Any:
        # A client made before a fork shares its sockets with the parent: answers would go astray.
        with _building:
            if self._built is None or self._built[0] != os.getpid():
                self._built = (os.getpid(), self._new_app())
            return self._built[1]

    def _new_app(self) -> Any:
        # The registry of firebase-admin survives a fork too, hence a name that is new in every process.
        name = f"push-{os.getpid()}-{next(_app_numbers)}"
        app = firebase_admin.initialize_app(self._certificate, {"httpTimeout": self._timeout_seconds}, name)
        _adjust_client(app, self._endpoint_url)
        return app


def _adjust_client(app: Any, endpoint_url: str) -> None:
    """Point the client at another server, if one is given, and take its retries away.

    firebase-admin offers neither as an option. Its client would sleep inside the call on 500 and 503, and
    wait out any Retry-After, while the outbox's claim on the row runs out. Raises RuntimeError when the
    parts used here have moved, rather than sending test pushes to Google.
    """
    try:
        service = messaging._get_messaging_service(app)
        if endpoint_url:
            service._fcm_url = endpoint_url + urlsplit(service._fcm_url).path
        session = service._client.session
        origin = urlsplit(service._fcm_url)._replace(path="").geturl()
        session.mount(endpoint_url or origin, HTTPAdapter(pool_maxsize=CONNECTIONS, max_retries=0))
        session._auth_request.session.mount("https://", HTTPAdapter(max_retries=0))
    except AttributeError as error:
        raise RuntimeError("firebase-admin has changed inside: adjust notifications/fcm.py") from error


def build_message(push: Push, *, now: datetime) -> Any:
    """Make FCM's message from a push; what is wrong with it shows when it is encoded."""
    ttl = _ttl_seconds(push.expires_at, now=now)
    message = messaging.Message(
        fid=push.fid or None,
        notification=messaging.Notification(title=push.title, body=push.body),
        data={"notification_id": push.notification_id, "kind": push.kind},
        android=messaging.AndroidConfig(
            collapse_key=push.collapse_key,
            ttl=ttl,
            priority="high" if push.urgent else "normal",
            notification=messaging.AndroidNotification(tag=push.collapse_key),
        ),
        apns=messaging.APNSConfig(
            headers=_apns_headers(push, ttl, now),
            payload=messaging.APNSPayload(messaging.Aps(sound="default" if push.urgent else None)),
        ),
        webpush=messaging.WebpushConfig(headers=_webpush_headers(push, ttl)),
    )
    if not push.fid:
        # Set afterwards: as an argument it warns of its deprecation, but phones with older apps have no fid,
        # and silencing warnings is not safe between threads.
        message.token = push.token
    return message


def _ttl_seconds(expires_at: datetime | None, *, now: datetime) -> int:
    if expires_at is None:
        return DEFAULT_TTL
    return max(0, min(LONGEST_TTL, math.floor((expires_at - now).total_seconds())))


def _apns_headers(push: Push, ttl: int, now: datetime) -> dict[str, str]:
    key = push.collapse_key
    if not key.isascii() or len(key) > 64:
        key = hashlib.sha256(key.encode()).hexdigest()  # cut off, two long keys could become one
    return {
        "apns-collapse-id": key,
        # To Apple 0 means "now or never", and a moment already past means nothing.
        "apns-expiration": str(math.floor(now.timestamp()) + ttl if ttl else 0),
        "apns-priority": "10" if push.urgent else "5",
    }


def _webpush_headers(push: Push, ttl: int) -> dict[str, str]:
    topic = urlsafe_b64encode(hashlib.sha256(push.collapse_key.encode()).digest()).decode()[:32]
    return {"TTL": str(ttl), "Urgency": "high" if push.urgent else "normal", "Topic": topic}


_BY_CODE = {
    "UNREGISTERED": Outcome.GONE,
    "NOT_FOUND": Outcome.GONE,
    "SENDER_ID_MISMATCH": Outcome.WRONG_SENDER,
    "QUOTA_EXCEEDED": Outcome.BRAKE,
    "THIRD_PARTY_AUTH_ERROR": Outcome.UNAUTHORISED,
    "APNS_AUTH_ERROR": Outcome.UNAUTHORISED,
}
_BY_STATUS = {
    401: Outcome.UNAUTHORISED,
    403: Outcome.UNAUTHORISED,
    404: Outcome.UNAVAILABLE,  # without FCM's own word it is a wrong address of ours, and no device's fault
    408: Outcome.UNAVAILABLE,
    429: Outcome.BRAKE,
}


def _result_of(code: str, response: Response | None, *, now: datetime) -> SendResult:
    if response is None:
        return SendResult(Outcome.UNAVAILABLE, error_code=code)
    code, status = _error_code(response), response.status_code
    fallback = Outcome.OUR_BUG if 400 <= status < 500 else Outcome.UNAVAILABLE
    outcome = _BY_CODE.get(code) or _BY_STATUS.get(status, fallback)
    retry_after = parse_retry_after(response.headers.get("Retry-After"), now=now)
    return SendResult(outcome, error_code=code, retry_after_seconds=retry_after)


def _error_code(response: Response) -> str:
    """Find FCM's own word for the error, else the general one, else the HTTP status."""
    try:
        error = response.json()["error"]
        codes: list[str] = [
            *(detail.get("errorCode") for detail in error.get("details", [])),
            error["status"],
        ]
        return next(code for code in codes if code and re.fullmatch("[A-Z_]{1,40}", code))
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration):
        return f"HTTP_{response.status_code}"


def _result_of_oauth(error: GoogleAuthError) -> SendResult:
    # Only a refusal in OAuth's own form speaks of our key: to google-auth a gateway's page is one as well.
    in_form = any(isinstance(arg, dict) for arg in error.args)
    if isinstance(error, RefreshError) and in_form and not error.retryable:
        return SendResult(Outcome.UNAUTHORISED, error_code="OAUTH_REFUSED")
    return SendResult(Outcome.UNAVAILABLE, error_code="OAUTH_UNAVAILABLE")


def parse_retry_after(value: str | None, *, now: datetime) -> float | None:
    """Read Retry-After, in seconds or as an HTTP date, as seconds from 0 to a day; None if unreadable."""
    try:
        seconds = float(value or "")
    except ValueError:
        try:
            moment = parsedate_to_datetime(value or "")
        except (ValueError, TypeError, OverflowError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    return None if math.isnan(seconds) else min(max(seconds, 0.0), float(DAY))


def get_sender() -> Sender:
    """Return this process's sender as configured; raise OSError or ValueError for unusable credentials."""
    return _sender(settings.FIREBASE_CREDENTIALS, settings.FCM_ENDPOINT_URL)


@cache
def _sender(credentials_path: str, endpoint_url: str) -> Sender:
    return FirebaseSender(credentials_path, endpoint_url) if credentials_path else LogSender()
