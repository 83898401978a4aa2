"""What `make bench-push` runs: servers of its own, a double of FCM, workers; each a process, as in production."""

import contextlib
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from config import embedded
from config.processes import spawn, stop
from tests.doubles.fcm import FcmDouble, Received

ROOT = Path(__file__).parents[1]
WORKER = (sys.executable, "-m", "celery", "-A", "worker", "worker")


class Double:
    """The double of FCM in a process of its own, that counts what came to each phone."""

    def __init__(self, credentials: Path) -> None:
        """Start it, and let it write a service account."""
        context = multiprocessing.get_context("spawn")
        self._line, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, credentials), daemon=True)
        self._process.start()
        self.url: str = self._line.recv()

    def counts(self) -> tuple[int, int]:
        """Return how many messages came, and how many of them had come before; begin to count anew."""
        self._line.send("counts")
        came, repeated = self._line.recv()
        return came, repeated

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.join()


def _serve(line: Connection, credentials: Path) -> None:
    came: Counter[tuple[str, str]] = Counter()

    def count(received: Received) -> None:
        came[received.address, received.message["data"]["notification_id"]] += 1

    with FcmDouble(kept=1, on_message=count) as double:
        double.write_credentials(credentials)
        line.send(double.url)
        while True:
            line.recv()
            line.send((came.total(), came.total() - len(came)))
            came.clear()


class Worker:
    """A worker as it is started in production, with so many processes."""

    def __init__(self, folder: Path, *, processes: int) -> None:
        """Start it, and return when it hears bells."""
        log = folder / "log" / f"{uuid4()}.log"
        self._process = spawn([*WORKER, "--concurrency", str(processes)], log=log, env=os.environ, cwd=ROOT)
        wait_until(lambda: " ready." in log.read_text(), "a worker to be ready")

    def megabytes(self) -> float:
        """Return the memory that its processes hold."""
        return float(sum(process.memory_info().rss for process in self._processes()) / 1024**2)

    def processor_seconds(self) -> float:
        """Return the processor time that its processes have taken."""
        return float(sum(sum(process.cpu_times()[:2]) for process in self._processes()))

    def _processes(self) -> list[psutil.Process]:
        found = psutil.Process(self._process.pid)
        return [found, *found.children(recursive=True)]

    def stop(self) -> None:
        """Let it finish what it has in hand, and end."""
        stop(self._process)


@contextlib.contextmanager
def house() -> Iterator[tuple[Path, Double]]:
    """Run PostgreSQL, Valkey and the double, and set the environment for all who use them."""
    # A short path: it holds sockets.
    with tempfile.TemporaryDirectory(prefix="tf-", dir="/tmp") as name, ExitStack() as stack:
        folder = Path(name)
        stack.enter_context(embedded.servers(folder, share=False))
        double = Double(folder / "account.json")
        stack.callback(double.close)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": embedded.database_url(folder),
            "REDIS_URL": embedded.redis_url(folder),
            "DATA_DIR": str(folder),
            "SECRET_KEY": "a key of the benchmark, which is not secret and long enough to sign with",
            "FIREBASE_CREDENTIALS": str(folder / "account.json"),
            "FCM_ENDPOINT_URL": double.url,
            "QUIET_HOURS": "off",  # the bench is run at night, too
            "NO_PROXY": "*",
        }
        yield folder, double


def wait_until(question: Callable[[], Any], what: str, seconds: float = 120) -> None:
    """Ask until the answer is yes. Raise TimeoutError after so many seconds without any."""
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.1)
