"""What `make bench-api` runs: servers of its own, and databases that are kept for the next run."""

import hashlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from benchmarks.progress import say
from config import embedded
from config.embedded.server import find_strays
from config.processes import spawn, stop

ROOT = Path(__file__).parents[2]
FOLDER = embedded.data_dir() / "bench-api"
SEEDER = ("appointments.py", "loading.py", "months.py", "seed.py")
KEPT_FOR = timedelta(days=14)  # then too much of what is planned has been
BYTES_OF_A_PERSON = 400_000
MOST_MEMORY = 4 * 1024**3
PAGE = 8192
HOST = "127.0.0.1"
Connection = psycopg.Connection[tuple[Any, ...]]
# All into the memory of the machine, what is read most into that of PostgreSQL, as when it has run for a day.
WARM = """
SELECT sum(pg_prewarm(oid, CASE WHEN relname IN ('occasions_occasion', 'occasion_of_assignment') THEN 'buffer'
    ELSE 'read' END))
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
"""


@contextmanager
def house() -> Iterator[None]:
    """Run PostgreSQL and Valkey, and set the environment for all who use them. Raise EmbeddedError."""
    with ExitStack() as stack:
        stack.enter_context(embedded.servers(FOLDER, durable=False))
        if _give_memory():
            stack.close()
            stack.enter_context(embedded.servers(FOLDER, durable=False))
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "benchmarks.api.settings",
            "DATA_DIR": str(FOLDER),
            "REDIS_URL": embedded.redis_url(FOLDER),
            "SECRET_KEY": "a key of the benchmark, which is not secret and long enough to sign with",
        }
        yield


def _give_memory() -> bool:
    """Let PostgreSQL have a quarter of the memory, as its manual says; tell whether it has to start anew."""
    pages = min(psutil.virtual_memory().total // 4, MOST_MEMORY) // PAGE
    with connect() as postgres:
        given = postgres.execute("SELECT setting::int FROM pg_settings WHERE name = 'shared_buffers'").fetchone()
        if given == (pages,):
            return False
        postgres.execute(f"ALTER SYSTEM SET shared_buffers = {pages}")
    return True


def prepare_database(persons: int) -> None:
    """Have a database of so many contact persons: seed it unless one was kept."""
    name, environment = name_of(persons), os.environ | {"DATABASE_URL": url_of(persons)}
    with connect() as postgres:
        kept = postgres.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if not (kept and is_fresh(kept[0] or "") and _keep(persons, environment)):
            _make(postgres, name, persons, environment)
    with connect(name) as made:
        say("Vacuuming and reading all of it")
        made.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        made.execute("VACUUM (ANALYZE)")
        pages = made.execute(WARM).fetchone()
        say(f"{persons} contact persons are {(pages or [0])[0] * PAGE // 1024**2} MB")


def _keep(persons: int, environment: dict[str, str]) -> bool:
    """Bring the tables of a kept database up to date; tell whether that can be done."""
    say(f"Keeping the {persons} contact persons of the last run in {FOLDER}")
    with suppress(subprocess.CalledProcessError):
        run("manage.py", "migrate", "--verbosity", "0", environment=environment)
        return True
    return False


def name_of(persons: int) -> str:
    """Return what a database of so many contact persons is called."""
    return f"api_{persons}"


def url_of(persons: int) -> str:
    """Return its address, whether or not it is there."""
    return f"{embedded.database_url(FOLDER).rpartition('/')[0]}/{name_of(persons)}"


def _make(postgres: Connection, name: str, persons: int, environment: dict[str, str]) -> None:
    """Make a database and fill it; it is stamped last, so that half a one is made again."""
    postgres.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    free, needed = shutil.disk_usage(FOLDER).free, persons * BYTES_OF_A_PERSON
    say(f"Seeding {persons} contact persons: {needed // 1024**2} MB of {free // 1024**2} MB that are free")
    if free < needed + embedded.SPACE_NEEDED:
        raise embedded.EmbeddedError(f"There is no room for {persons} contact persons: say PERSONS=… for fewer.")
    postgres.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    run("manage.py", "migrate", "--verbosity", "0", environment=environment)
    run("-m", "benchmarks.api", "seed", str(persons), environment=environment)
    stamp = sql.SQL("COMMENT ON DATABASE {} IS {}")
    postgres.execute(stamp.format(sql.Identifier(name), sql.Literal(f"{digest()} {date.today()}")))  # noqa: DTZ011


def connect(name: str = "postgres") -> Connection:
    """Open a connection in which each statement stands for itself."""
    socket_dir = embedded.socket_dir(FOLDER)
    return psycopg.connect(host=str(socket_dir), user="postgres", dbname=name, autocommit=True)


def is_fresh(stamp: str) -> bool:
    """Tell whether a database was made by this very seeder, not long ago."""
    made_by, _, on = stamp.partition(" ")
    return made_by == digest() and date.today() - date.fromisoformat(on) < KEPT_FOR  # noqa: DTZ011


def digest() -> str:
    """Return what the seeder's files hold, in few letters."""
    return hashlib.sha256(b"".join((Path(__file__).parent / name).read_bytes() for name in SEEDER)).hexdigest()[
        :16
    ]


def run(*arguments: str, environment: dict[str, str]) -> None:
    """Run a command of the house. Raise CalledProcessError when it fails."""
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True)


@dataclass(frozen=True)
class Web:
    """A web server of a database with so many contact persons."""

    persons: int
    port: int
    pid: int

    def processor_seconds(self) -> float:
        """Return the processor time that it and its database have taken."""
        found = psutil.Process(self.pid).children(recursive=True)
        found += [one for one in find_strays("postgres", FOLDER / "postgres") if self._is_backend(one)]
        return float(sum(sum(process.cpu_times()[:2]) for process in found))

    def _is_backend(self, process: psutil.Process) -> bool:
        """Tell by its title whether a process of PostgreSQL works for this server."""
        return f" {name_of(self.persons)} " in " ".join(process.cmdline())


@contextmanager
def web(persons: int) -> Iterator[Web]:
    """Serve a database with gunicorn as it is configured for production."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    environment = os.environ | {"DATABASE_URL": url_of(persons), "PORT": str(port)}
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "--no-control-socket", "config.wsgi"]
    process = spawn(command, log=FOLDER / "log" / f"web-{port}.log", env=environment, cwd=ROOT)
    try:
        _wait(port)
        yield Web(persons, port, process.pid)
    finally:
        stop(process)


def _wait(port: int, seconds: float = 60) -> None:
    """Wait until the server answers. Raise TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/api/health/live")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        time.sleep(0.1)
    raise TimeoutError(f"the web server does not answer after {seconds} s")
