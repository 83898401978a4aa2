"""Carry HTTP/1.1 with kept-alive connections between firebase-admin and the FCM double."""

import contextlib
import re
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from tests.doubles.fcm_wire import Answer, html_answer

SEND = re.compile(r"/v1/projects/([^/]+)/messages:send")
LARGEST_BODY = 1_000_000  # bytes


class Double(Protocol):
    """What the server needs of the double; None as an answer drops the connection."""

    def answer_token(self, body: bytes) -> Answer | None: ...
    def answer_send(self, project: str, authorization: str, body: bytes, client_port: int) -> Answer | None: ...
    def answer_control(self, path: str, body: bytes) -> Answer: ...


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = False  # so that closing waits for them, and no socket is left for the garbage collector

    def __init__(self, port: int, double: Double) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.double = double
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def close_all(self) -> None:
        """Cut the connections that clients keep open, and wait for their threads."""
        for request in list(self._open):
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over clients that did not wait for their answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: in two, the second waits 40 ms for an acknowledgement
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY))
        found = SEND.fullmatch(self.path)
        if found:
            authorization = self.headers.get("Authorization", "")
            self._give(self.server.double.answer_send(found[1], authorization, body, self.client_address[1]))
        elif self.path == "/token":
            self._give(self.server.double.answer_token(body))
        elif self.path in ("/control/faults", "/control/reset"):
            self._give(self.server.double.answer_control(self.path, body))
        else:
            self._give(html_answer(404, "<p>Not found"))

    def do_GET(self) -> None:
        if self.path == "/control/messages":
            self._give(self.server.double.answer_control(self.path, b""))
        else:
            self._give(html_answer(404, "<p>Not found"))

    def _give(self, answer: Answer | None) -> None:
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep standard error for what is wrong."""
