"""Helpers for tests about processes: start them, talk with them, and see what is left of them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psutil

ROOT = Path(__file__).parents[2]


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """Tell only where the data goes, and leave the rest to be embedded."""
    dropped = {"DATABASE_URL", "REDIS_URL", "DATABASE_POOL", "MAKELEVEL"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {"DATA_DIR": str(data_dir)} | more


class Running:
    """A command that runs in the project's folder."""

    def __init__(self, *command: str | Path, env: dict[str, str]) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        self.pid, self.stdin, self.stdout = self._process.pid, self._process.stdin, self._process.stdout

    def line(self) -> str:
        """Wait for its next line."""
        return self.stdout.readline().strip()

    def read(self, until: str = "\0") -> str:
        """Read until a line holds these words, or to the end."""
        lines = []
        while (line := self.stdout.readline()) and until not in line:
            lines.append(line)
        return "".join([*lines, line])

    def send(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """Kill it, and see it gone."""
        self._process.kill()
        self._process.wait()

    def end(self) -> int:
        """Close its input and wait for its exit code."""
        self.stdin.close()
        return self._process.wait(90)

    def close(self) -> None:
        """Let nothing of it outlive the test."""
        try:
            self.end()
        finally:
            self._process.kill()
            self._process.wait()
            self.stdout.close()


class Start(Protocol):
    """Starts a command on a data folder."""

    def __call__(self, data_dir: Path, *options: str, **env: str) -> Running: ...


def working_in(data_dir: Path) -> list[str]:
    """Name the processes that work in a data folder, or were told to."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
                continue
            folder, told = Path(process.cwd()), process.environ().get("DATA_DIR")
            if folder.is_relative_to(data_dir) or told == str(data_dir):
                found.append(" ".join(process.cmdline()))
        except (psutil.Error, OSError):
            continue
    return found


def eventually(question: Callable[[], bool], seconds: float = 15) -> bool:
    """Ask until the answer is yes, or so many seconds have passed."""
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def python(*arguments: str | Path, env: dict[str, str]) -> Running:
    """Start our Python."""
    return Running(sys.executable, *arguments, env=env)
