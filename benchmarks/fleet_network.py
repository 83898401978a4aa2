"""What lies between a phone and the server: a line that loses calls and answers."""

import http.client
import json
from contextlib import suppress
from random import Random
from typing import Any

SECONDS = 60
UNSENT, LOST = 0.1, 0.3  # of all calls, and of all answers


class Lost(Exception):
    """No answer came: whether the call was made nobody knows."""


class Network:
    """A phone's line to the server, kept open between calls."""

    def __init__(self, port: int, chance: Random, *, is_lossy: bool = True) -> None:
        """Take the server's port on this machine."""
        self.port, self.chance, self.is_lossy = port, chance, is_lossy
        self.calls = self.lost = 0
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)

    def call(self, method: str, path: str, token: str, body: Any = None) -> tuple[int, Any]:
        """Make a call; return its status and JSON. Raise Lost.

        Half of the lost answers are on their way when the line breaks: the repeat may overtake what is being done.
        """
        fate = self.chance.random() if self.is_lossy else 1.0
        if fate < UNSENT:
            self.lost += 1
            raise Lost
        self.calls += 1
        is_lost = fate < UNSENT + (1 - UNSENT) * LOST
        self.lost += is_lost
        answer = self._ask(method, path, token, body, is_cut=is_lost and self.chance.random() < 0.5)
        if is_lost:
            raise Lost
        return answer

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _ask(self, method: str, path: str, token: str, body: Any, *, is_cut: bool) -> tuple[int, Any]:
        content = None if body is None else json.dumps(body)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        for _ in range(2):  # the server has perhaps closed a line that was idle
            with suppress(ConnectionError, http.client.RemoteDisconnected):
                self._line.request(method, path, content, headers)
                if is_cut:
                    self._line.close()
                    raise Lost
                answer = self._line.getresponse()
                text = answer.read()
                return answer.status, json.loads(text) if text else None
            self._line.close()
        raise Lost
