"""A worker, a beat and a broker as real processes, against the tests' database. They can be killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from config import embedded
from config.processes import last_lines, spawn, stop

ROOT = Path(__file__).parents[2]
CELERY = (sys.executable, "-m", "celery", "-A", "worker")
SWIFT = ("--without-mingle", "--without-gossip")
CLAIM_SECONDS = 3


class House:
    """What runs, and where it logs."""

    def __init__(self, folder: Path, stack: ExitStack, **env: str) -> None:
        """Take the folder of the broker's data and the logs; `env` is added to that of the processes."""
        self.folder = folder
        self._stack = stack
        self._broker = ExitStack()
        self._servers: list[embedded.Server] = []
        database = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
        self._env = os.environ | {
            "DATABASE_URL": database.geturl(),
            "REDIS_URL": embedded.redis_url(folder),
            "DATA_DIR": str(folder),
            "DELIVERY_CLAIM_SECONDS": str(CLAIM_SECONDS),
            "SWEEP_SECONDS": "2",
            "NO_PROXY": "*",
        }
        self._env.update(env)
        stack.callback(self._broker.close)
        self.start_broker()

    @property
    def broker_url(self) -> str:
        """The broker's address, as Celery writes it."""
        return embedded.redis_url(self.folder).replace("unix://", "redis+socket://")

    def start_broker(self) -> None:
        """Start an empty broker."""
        running = embedded.servers(self.folder, database=False, durable=False, share=False)
        self._servers = self._broker.enter_context(running)

    def kill_broker(self) -> None:
        """Kill it, with all that it held."""
        for server in self._servers:
            assert server.process
            server.process.kill()
            server.process.wait()
        self._broker.close()

    def start_worker(self, *options: str, **env: str) -> subprocess.Popen[bytes]:
        """Start a worker that does two things at a time."""
        return self._start("worker", "--concurrency", "2", *SWIFT, *options, **env)

    def start_beat(self) -> subprocess.Popen[bytes]:
        """Start what asks the periodic questions."""
        return self._start("beat", "--pidfile=")

    def log(self, name: str) -> str:
        """Read the log of worker or beat."""
        path = self.folder / "log" / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def _start(self, name: str, *options: str, **env: str) -> subprocess.Popen[bytes]:
        log = self.folder / "log" / f"{name}.log"
        process = spawn([*CELERY, name, *options], log=log, env=self._env | env, cwd=ROOT)
        self._stack.callback(stop, process, number=signal.SIGKILL)  # nothing of it is needed any more
        return process

    def wait_until(self, question: Callable[[], bool], seconds: float = 60) -> None:
        """Ask until the answer is yes; fail with what was logged last after so many seconds."""
        deadline = time.monotonic() + seconds
        while not question():
            if time.monotonic() > deadline:
                logs = [line for path in self.folder.glob("log/*.log") for line in last_lines(path, 120)]
                raise AssertionError("\n".join([f"Still not after {seconds} s", *logs]))
            time.sleep(0.02)


@contextmanager
def house(**env: str) -> Iterator[House]:
    """Keep a house while the block lasts."""
    # A short path: it holds a socket.
    with tempfile.TemporaryDirectory(prefix="tf-", dir="/tmp") as folder, ExitStack() as stack:
        yield House(Path(folder), stack, **env)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it started, at one blow."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
