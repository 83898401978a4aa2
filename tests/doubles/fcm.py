"""Stand in for Firebase Cloud Messaging over a real socket, with faults on demand.

In a test: ``with FcmDouble() as fcm: ...``. On its own: ``python -m tests.doubles.fcm --port 9099
--credentials OUT.json --faults '[{"kind": "unavailable", "probability": 0.1}]'``; it prints its address
and then every message that it takes, one JSON object a line. FCM has /token and /v1/projects/...; what
steers the double lives apart from it: POST /control/faults, GET /control/messages, POST /control/reset.
"""

import argparse
import base64
import contextlib
import json
import signal
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.doubles.fcm_faults import Fault, FaultKind, FaultPlan, parse_fault
from tests.doubles.fcm_server import Server
from tests.doubles.fcm_wire import Answer, RefusedError, check_request, error_answer, json_answer, refusal

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPES = {"firebase.messaging", "firebase", "cloud-platform"}  # any of them allows sending


@dataclass(frozen=True, slots=True)
class Received:
    """A message that was taken; client_port tells connections apart."""

    name: str
    address: str
    message: dict[str, Any]
    client_port: int
    unix_time: float


class FcmDouble:
    """Serve FCM's HTTP v1 and remember the latest messages, 10 000 unless told otherwise."""

    def __init__(
        self,
        *,
        port: int = 0,
        seed: int = 0,
        kept: int = 10_000,
        on_message: Callable[[Received], None] | None = None,
    ) -> None:
        self.faults = FaultPlan(seed)
        self._messages: deque[Received] = deque(maxlen=kept)
        self._tokens: deque[str] = deque(maxlen=1_000)
        self._on_message = on_message
        self._news = threading.Condition()
        self._stopping = threading.Event()
        self._server = Server(port, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="fcm-double")
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._zero()

    def _zero(self) -> None:
        self.sends = 0  # requests that came, refused and dropped ones too
        self.token_requests = 0
        self.received = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.close_all()
        self._thread.join()

    @property
    def messages(self) -> list[Received]:
        """The messages taken, oldest first."""
        with self._news:
            return list(self._messages)

    def for_address(self, address: str) -> list[Received]:
        return [received for received in self.messages if received.address == address]

    def wait_for(self, count: int, timeout: float = 5.0) -> list[Received]:
        """Return the messages once count have come; raise TimeoutError after timeout seconds."""
        with self._news:
            if not self._news.wait_for(lambda: self.received >= count, timeout):
                raise TimeoutError(f"{self.received} of {count} messages after {timeout} s")
        return self.messages

    def fail(self, kind: str, **options: Any) -> None:
        """Make something go wrong; the options are the fields of Fault."""
        self.faults.add(parse_fault({"kind": kind, **options}))

    def reset(self) -> None:
        """Forget faults, messages and counts; tokens stay good, as a client may hold one."""
        self.faults.clear()
        with self._news:
            self._messages.clear()
            self._zero()

    def write_credentials(self, path: Path, project_id: str = "tillfalle-test") -> Path:
        """Write a service account with a fresh key, whose token endpoint is this double."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        account = {
            "type": "service_account",
            "project_id": project_id,
            "private_key_id": uuid.uuid4().hex,
            "private_key": key.decode(),
            "client_email": f"push@{project_id}.iam.gserviceaccount.example",
            "token_uri": f"{self.url}/token",
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(account))
        return path

    def answer_token(self, body: bytes) -> Answer | None:
        """Give an access token for a JWT assertion; None drops the connection."""
        with self._news:
            self.token_requests += 1
        form = parse_qs(body.decode(errors="replace"))
        if form.get("grant_type") != [JWT_GRANT] or not self._is_assertion(form.get("assertion", [""])[0]):
            return json_answer(400, {"error": "invalid_grant", "error_description": "Not a JWT for us."})
        fault = self.faults.take("token", None)
        if fault:
            return self._go_wrong(fault, self._new_token)
        return self._new_token()

    def _is_assertion(self, assertion: str) -> bool:
        """Look at the claims only: the signature is google-auth's affair."""
        try:
            _header, claims, _signature = assertion.split(".")
            claim = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
            scopes = {scope.rpartition("/")[2] for scope in claim["scope"].split()}
            return bool(claim["iss"] and claim["aud"] and scopes & SCOPES)
        except (ValueError, LookupError, TypeError, AttributeError):
            return False

    def _new_token(self) -> Answer:
        token = f"double-{uuid.uuid4().hex}"
        self._tokens.append(token)
        return json_answer(200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def answer_send(self, project: str, authorization: str, body: bytes, client_port: int) -> Answer | None:
        """Take or refuse a message; None drops the connection."""
        with self._news:
            self.sends += 1
        if authorization.removeprefix("Bearer ") not in self._tokens:
            return error_answer(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        try:
            address, message = check_request(body)
        except RefusedError as refused:
            return refusal(refused)

        def accept() -> Answer:
            name = f"projects/{project}/messages/{uuid.uuid4()}"
            self._record(Received(name, address, message, client_port, time.time()))
            return json_answer(200, {"name": name})

        fault = self.faults.take("send", address)
        return self._go_wrong(fault, accept) if fault else accept()

    def _go_wrong(self, fault: Fault, accept: Callable[[], Answer]) -> Answer | None:
        if fault.kind == FaultKind.HANG:
            return None if self._stopping.wait(fault.seconds) else accept()
        if fault.kind == FaultKind.DROP_AFTER:
            accept()
        if fault.kind in (FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER):
            return None
        return fault.answer()

    def _record(self, received: Received) -> None:
        with self._news:
            self._messages.append(received)
            self.received += 1
            if self._on_message:
                self._on_message(received)
            self._news.notify_all()

    def answer_control(self, path: str, body: bytes) -> Answer:
        """Steer the double from another process."""
        if path == "/control/messages":
            messages = [asdict(received) for received in self.messages]
            counts = {"received": self.received, "sends": self.sends, "token_requests": self.token_requests}
            return json_answer(200, {**counts, "messages": messages})
        if path == "/control/reset":
            self.reset()
            return json_answer(200, {})
        if path == "/control/faults":
            try:
                faults = [parse_fault(value) for value in json.loads(body)]
            except (ValueError, TypeError, AttributeError) as error:
                return json_answer(400, {"error": str(error)})
            for fault in faults:
                self.faults.add(fault)
            return json_answer(200, {"added": len(faults)})
        return json_answer(404, {"error": "The double has faults, messages and reset."})


def _print_line(value: object) -> None:
    with contextlib.suppress(BrokenPipeError):  # whoever read us may have had enough
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tests.doubles.fcm", description="A double of FCM's HTTP v1")
    parser.add_argument("--port", type=int, default=9099)
    parser.add_argument("--credentials", type=Path, help="write a service account for this double here")
    parser.add_argument("--faults", default="[]", help="a JSON list, as for POST /control/faults")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    double = FcmDouble(port=options.port, seed=options.seed, on_message=lambda one: _print_line(asdict(one)))
    for value in json.loads(options.faults):
        double.faults.add(parse_fault(value))
    if options.credentials:
        double.write_credentials(options.credentials)
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with double:
        _print_line({"url": double.url})
        done.wait()


if __name__ == "__main__":
    main()
