"""Phones that ask and ask again: as many connections as there are threads, and little work for each answer."""

import re
import socket
import threading
import time
from collections.abc import Callable
from itertools import count

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
REQUEST = (
    "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nAccept-Encoding: gzip\r\n\r\n"
)


class Phone:
    """A connection that is kept."""

    def __init__(self, port: int) -> None:
        """Connect. Raise OSError."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)

    def ask(self, request: bytes) -> bytes:
        """Send a request and return the whole answer. Raise RuntimeError for any but a 200."""
        self._socket.sendall(request)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._receive()
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(answer[:400])
        length = LENGTH.search(answer, 0, end)
        whole = end + 4 + int(length[1]) if length else 0
        while len(answer) < whole:
            answer += self._receive()
        return answer

    def _receive(self) -> bytes:
        if not (received := self._socket.recv(1 << 18)):
            raise RuntimeError("the server closed the connection")
        return received

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def request_of(path: str, token: str) -> bytes:
    """Return what a phone sends."""
    return REQUEST.format(path=path, token=token).encode()


def ask_for(seconds: float, port: int, request: Callable[[int], bytes], *, phones: int) -> tuple[int, float]:
    """Let so many phones ask for so long; `request` makes the n-th. Return the number of answers, and the seconds
    until the last was there.
    """
    numbers, failures, done = count(), list[BaseException](), [0] * phones
    began = time.perf_counter()

    def go_on(phone: int) -> None:
        try:
            line = Phone(port)
            while time.perf_counter() - began < seconds:
                line.ask(request(next(numbers)))
                done[phone] += 1
            line.close()
        except BaseException as error:  # raised below, in the thread that waits
            failures.append(error)

    threads = [threading.Thread(target=go_on, args=(phone,)) for phone in range(phones)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(done), time.perf_counter() - began
