"""A server as a child of ours."""

import re
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Self

import psutil

from config.processes import last_lines, stop

_SMALLEST_SPACE = 16 * 1024**2  # what PostgreSQL takes at a time


class EmbeddedError(Exception):
    """Say in one line, to a human, what keeps a server from running."""


def installed(name: str) -> Path:
    """Find an installed package without importing it, which would cost time. Raises EmbeddedError."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"{name} is not installed: set DATABASE_URL and REDIS_URL, or install it.")
    return Path(spec.origin).parent


class Server(ABC):
    """A server of a data folder, for as long as a block lasts."""

    name: ClassVar[str]
    label: ClassVar[str]
    program: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, data_dir: Path, sockets: Path, *, durable: bool) -> None:
        """Take the folders of data and of sockets."""
        self.data_dir, self.sockets, self.durable = data_dir, sockets, durable
        self.folder = data_dir / self.name
        self.log = data_dir / "log" / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server."""
        if self.process is not None:
            stop(self.process, number=self.stop_signal)

    def start(self) -> None:
        """Start the server, after what a killed owner left of it. Raises EmbeddedError, OSError."""
        left = [path for path in self._left_behind() if path.exists()]
        if left:
            stop_strays(self.program, self.folder, self.stop_signal)
        for path in left:
            path.unlink(missing_ok=True)
        self.log.unlink(missing_ok=True)
        self.process = self._launch()

    def wait(self, seconds: float) -> None:
        """Wait until the server can be used. Raises EmbeddedError."""
        deadline = time.monotonic() + seconds
        while not self._answers():
            self.check()
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{self.label} does not answer after {seconds} s: {self._reason()}")
            time.sleep(0.01)
        self._complete()

    def check(self) -> None:
        """Look that the server still runs. Raises EmbeddedError."""
        if self.process is not None and self.process.poll() is not None:
            raise EmbeddedError(f"{self.label} has stopped: {self._reason()}")

    def _reason(self) -> str:
        lines = last_lines(self.log, 200)
        # A log on the full disk may not say so itself.
        full = shutil.disk_usage(self.data_dir).free < _SMALLEST_SPACE
        if full or any("No space left on device" in line for line in lines):
            return f"the disk of {self.data_dir} is full."
        telling = [line for line in lines if re.search(r"FATAL|PANIC|[Ee]rror:", line)] or lines
        return telling[-1] if telling else f"{self.log} is empty."

    @abstractmethod
    def _left_behind(self) -> list[Path]:
        """Name the files that only a running, or killed, server has."""

    @abstractmethod
    def _launch(self) -> subprocess.Popen[bytes]:
        """Start the child."""

    @abstractmethod
    def _answers(self) -> bool:
        """Ask the server whether it is up."""

    def _complete(self) -> None:
        """Make what the users of a new server expect to find."""
        return


def stop_strays(program: str, folder: Path, number: int, patience: float = 15) -> None:
    """Stop what runs in a folder though its owner is gone; after so many seconds kill it."""
    strays = find_strays(program, folder)
    for process in strays:
        with suppress(psutil.Error):
            if process.ppid() not in {other.pid for other in strays}:  # the others follow it
                process.send_signal(number)
    deadline = time.monotonic() + patience
    while strays := find_strays(program, folder):
        for process in strays if time.monotonic() > deadline else ():
            with suppress(psutil.Error):
                process.kill()
        if time.monotonic() > deadline + patience:
            return  # the new server will say what is in its way
        time.sleep(0.02)


def find_strays(program: str, folder: Path) -> list[psutil.Process]:
    """Find the processes of a program that run in a folder; one that has ended has none, even if unburied."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() == program and Path(process.cwd()) == folder:
                found.append(process)
    return found
