"""Stand in for a mail server over a real socket, with refusals on demand."""

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import Message
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class SmtpDouble:
    """Take mails, and answer with what is asked for: at `MAIL`, at `RCPT` or after the `DATA`."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.answers: dict[str, str] = {}

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Answer to who sends."""
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Answer to whom it goes."""
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take it, or not."""
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content))
        return answer


@contextmanager
def mail_server() -> Iterator[tuple[SmtpDouble, int]]:
    """Serve while the block lasts; yield the double and its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    double = SmtpDouble()
    controller = Controller(
        double,
        hostname="127.0.0.1",
        port=port,
        auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=False, handled=False),  # nobody has an account
    )
    controller.start()
    try:
        yield double, port
    finally:
        controller.stop()


@contextmanager
def lines_server(say: Callable[[], Iterable[str]]) -> Iterator[int]:
    """Say the same to the first who calls, until they hang up; yield the port."""

    def answer() -> None:
        with suppress(OSError):
            caller, _ = server.accept()
            with caller:
                for text in say():
                    caller.sendall(text.encode())
                caller.recv(100)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join()
