"""Throw-away servers for a test run: the engines of production, started before Django reads its settings."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config import embedded

_cleanup = ExitStack()
_started: set[str] = set()


def _start() -> None:
    # A short path: it holds sockets.
    data_dir = Path(tempfile.mkdtemp(prefix="tf-", dir="/tmp"))
    _cleanup.callback(shutil.rmtree, data_dir, ignore_errors=True)
    database, broker = (not os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL"))
    if database or broker:
        running = embedded.servers(data_dir, database=database, broker=broker, durable=False, share=False)
        _cleanup.enter_context(running)
    if database:
        os.environ["DATABASE_URL"] = embedded.database_url(data_dir)
        _started.add("DATABASE_URL")
    if broker:
        os.environ["REDIS_URL"] = embedded.redis_url(data_dir)
    os.environ["DATA_DIR"] = str(data_dir)
    os.environ["SECRET_KEY"] = "a key of tests, which is not secret and long enough to sign with"
    # The clock that processes see is the real one, and the tests run at night too.
    os.environ["QUIET_HOURS"] = "off"
    # A pool would hold connections that outlive the tests, and keep the test database from being dropped.
    os.environ.setdefault("DATABASE_POOL", "0")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Migrate the database that was started once, for each worker to begin with a copy."""
    if "DATABASE_URL" in _started:
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=Path(__file__).parents[1], check=True)
        os.environ["TEST_TEMPLATE"] = urlsplit(os.environ["DATABASE_URL"]).path.removeprefix("/")


def pytest_unconfigure() -> None:
    """Stop them once the workers, too, have ended."""
    _cleanup.close()


def _own_database(url: str, number: int) -> str:
    """Give each worker a broker and cache of its own: clearing one must not empty another's."""
    if url.startswith("unix:"):
        return f"{url}?db={number}"
    return urlsplit(url)._replace(path=f"/{number}").geturl()


if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # gw0, gw1 …: it inherits the addresses from who started it
    os.environ["REDIS_URL"] = _own_database(os.environ["REDIS_URL"], int(worker[2:]) + 1)
else:
    atexit.register(_cleanup.close)
    _start()
