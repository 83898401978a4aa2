"""What `make bench-sync` runs: PostgreSQL, Valkey and gunicorn of its own, and the people of a municipality."""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.push_house import ROOT, wait_until
from config import embedded
from config.processes import spawn, stop

GUNICORN = (sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi")
RATE = "100000/min"  # three coordinators decide for all


@contextmanager
def servers() -> Iterator[Path]:
    """Run PostgreSQL and Valkey, and set the environment for all who use them."""
    # A short path: it holds sockets.
    with tempfile.TemporaryDirectory(prefix="tf-", dir="/tmp") as name:
        folder = Path(name)
        with embedded.servers(folder, durable=False, share=False):
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "DATABASE_URL": embedded.database_url(folder),
                "REDIS_URL": embedded.redis_url(folder),
                "DATA_DIR": str(folder),
                "SECRET_KEY": "a key of the benchmark, which is not secret and long enough to sign with",
                "NO_PROXY": "*",
            }
            yield folder


@contextmanager
def web(log: Path, **env: str) -> Iterator[int]:
    """Serve as in production; yield the port. `env` is added to the environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with ExitStack() as stack:
        process = spawn(GUNICORN, log=log, env=os.environ | env | {"PORT": str(port), "USER_RATE": RATE}, cwd=ROOT)
        stack.callback(stop, process)
        wait_until(lambda: _listens(port), "gunicorn")
        yield port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
