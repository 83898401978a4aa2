"""Plan what shall go wrong at the FCM double: for an address, for the next few, or with a probability."""

import random
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from tests.doubles.fcm_wire import Answer, error_answer, fcm_error, html_answer, json_answer


class FaultKind(StrEnum):
    UNREGISTERED = "unregistered"
    SENDER_MISMATCH = "sender_mismatch"
    INVALID_ARGUMENT = "invalid_argument"
    QUOTA = "quota"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    THIRD_PARTY_AUTH = "third_party_auth"
    HTML = "html"  # a gateway's page or whatever body is given, with the status given
    HANG = "hang"  # answers as if nothing were the matter, the seconds given later
    DROP_BEFORE = "drop_before"  # closes the connection without an answer; the message is lost
    DROP_AFTER = "drop_after"  # the same, but the message was taken


_SENDS: dict[FaultKind, tuple[int, str, str, str]] = {
    FaultKind.UNREGISTERED: (404, "NOT_FOUND", "Requested entity was not found.", "UNREGISTERED"),
    FaultKind.SENDER_MISMATCH: (403, "PERMISSION_DENIED", "SenderId mismatch", "SENDER_ID_MISMATCH"),
    FaultKind.INVALID_ARGUMENT: (
        400,
        "INVALID_ARGUMENT",
        "Not a valid registration token",
        "INVALID_ARGUMENT",
    ),
    FaultKind.QUOTA: (429, "RESOURCE_EXHAUSTED", "Quota exceeded.", "QUOTA_EXCEEDED"),
    FaultKind.UNAVAILABLE: (503, "UNAVAILABLE", "The service is unavailable.", "UNAVAILABLE"),
    FaultKind.INTERNAL: (500, "INTERNAL", "Internal error encountered.", "INTERNAL"),
    FaultKind.UNAUTHORISED: (401, "UNAUTHENTICATED", "Invalid authentication credentials.", ""),
    FaultKind.FORBIDDEN: (403, "PERMISSION_DENIED", "Permission denied on the project.", ""),
    FaultKind.THIRD_PARTY_AUTH: (401, "UNAUTHENTICATED", "Bad APNs certificate.", "THIRD_PARTY_AUTH_ERROR"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Say what goes wrong, where, for whom (None: everybody) and how often (None: until reset)."""

    kind: FaultKind
    at: Literal["send", "token"] = "send"
    address: str | None = None
    times: int | None = None
    probability: float = 1.0
    retry_after: str = ""
    seconds: float = 5.0
    status: int = 502
    body: str = "<!DOCTYPE html><title>Error</title><p>That’s an error."

    def answer(self) -> Answer:
        """Make the answer of a fault that has one; raise KeyError for hang and drop."""
        if self.kind == FaultKind.HTML:
            return html_answer(self.status, self.body)
        status, word, text, code = _SENDS[self.kind]
        if self.at == "token":
            # Google says invalid_grant, with 400, of a key that was deleted or a clock that is off.
            refused = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            return json_answer(400, refused) if status < 500 else json_answer(status, {"error": "backend_error"})
        details = [fcm_error(code)] if code else []
        return error_answer(status, word, text, *details, retry_after=self.retry_after)


class FaultPlan:
    """Hold the faults in the order in which they were asked for; safe between threads."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget the faults and begin the dice anew."""
        with self._lock:
            self._random = random.Random(self._seed)
            self._left: list[tuple[Fault, int | None]] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._left.append((fault, fault.times))

    def take(self, at: str, address: str | None) -> Fault | None:
        """Choose the first fault that fits, and count it down."""
        with self._lock:
            for index, (fault, left) in enumerate(self._left):
                if fault.at != at or left == 0 or fault.address not in (None, address):
                    continue
                if self._random.random() < fault.probability:
                    self._left[index] = (fault, None if left is None else left - 1)
                    return fault
        return None


def parse_fault(value: dict[str, Any]) -> Fault:
    """Read a fault from JSON; raise ValueError or TypeError for what it does not know."""
    return Fault(**{**value, "kind": FaultKind(value.get("kind", ""))})
