"""Mails over SMTP, with an end: a timeout for each answer alone lets a server drip for hours."""

import smtplib
import socket
from contextlib import suppress
from threading import Timer
from time import monotonic
from typing import Any

from django.core.mail.backends import smtp

DEADLINE_SECONDS = 20.0  # for a whole conversation, well under the time limit of a task


class HurriedSMTP(smtplib.SMTP):
    """Hangs up when the conversation takes too long, whatever it waits for."""

    _hanging_up: Timer | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Connect, and begin to count."""
        self._give_up_at = monotonic() + DEADLINE_SECONDS
        super().__init__(*args, **kwargs)

    def getreply(self) -> tuple[int, bytes]:
        """Read an answer; raise SMTPServerDisconnected when there is no time left for one."""
        if monotonic() > self._give_up_at:  # there is nothing to hang up while names are looked up
            self.close()
            raise smtplib.SMTPServerDisconnected("It took too long")
        return super().getreply()

    def close(self) -> None:
        """Close the connection."""
        if self._hanging_up:
            self._hanging_up.cancel()
        super().close()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        found: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._hanging_up = Timer(self._give_up_at - monotonic(), self._hang_up)
        self._hanging_up.daemon = True
        self._hanging_up.start()
        return found

    def _hang_up(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                # Past TLS, in which another thread is reading: it finds the end, and stops.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class EmailBackend(smtp.EmailBackend):
    """Django's own, with a deadline."""

    connection_class = HurriedSMTP
