"""The demo: start everything, tell how far it is, and look after it until told to end."""

import errno
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections

from config import embedded
from config.embedded.claim import Claim
from config.processes import Processes, die_with_parent, raise_if_told_to_end

HOST = "127.0.0.1"
MARK = "TILLFALLE_DEMO"  # in the environment of all that a demo starts: its data folder
PASSWORD = "tillfalle-demo"  # noqa: S105
READY_SECONDS = 90
INSTRUCTIONS = """
Tillfälle runs at {url}

  API, to read and try    {url}/api/docs
  Back office             {url}/admin/
  Health                  {url}/api/health/ready
  Logs and data           {data_dir}

Accounts, each at kalix.example and at leksand.example; the password is {password}

  kontaktperson1@  kontaktperson2@    plan, log and claim
  samordnare@                         approves and follows up
  handlaggare@                        decides what is granted
  lon@                                pays
  admin@                              looks after the municipality

Try

  token=$(curl -s {url}/_allauth/app/v1/auth/login -H 'Content-Type: application/json' \\
    -d '{{"email": "kontaktperson1@kalix.example", "password": "{password}"}}' \\
    | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')
  curl -s {url}/api/v1/home -H "Authorization: Bearer $token"
  tail -f {data_dir}/log/worker.log     # reminders, and the pushes a phone would get

Ctrl-C stops everything; the data stays."""


class DemoError(Exception):
    """Say in one line what is in the way."""


def say(text: str) -> None:
    """Print at once, also into a pipe; whether anybody still reads is not what decides if the demo runs."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(text: str) -> None:
    """Print how far it is, after how many seconds."""
    say(f"{time.time() - psutil.Process().create_time():5.1f} s  {text}")


def wanted_port() -> int:
    """Read PORT, and look that nobody listens there. Raises DemoError."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise DemoError(f"PORT is {text!r}: choose a number, as in PORT=8001 make demo")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server does
        try:
            probe.bind((HOST, int(text)))
        except OSError as error:
            reason = "is in use: stop what listens there or" if error.errno == errno.EADDRINUSE else f"({error}):"
            raise DemoError(f"Port {text} {reason} choose another: PORT=8001 make demo") from error
    return int(text)


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Keep a second demo from the same data. Raises DemoError."""
    claim = Claim(data_dir / "demo.lock")
    try:
        if not claim.take():
            who = f"process {claim.holder}"
            raise DemoError(f"A demo of {data_dir} runs already ({who}): stop it or choose another DATA_DIR.")
        yield
    finally:
        claim.close()


def end_leftovers(data_dir: Path) -> None:
    """Kill what a killed demo of this data left: it may take a moment to end, and holds the port meanwhile."""
    deadline = time.monotonic() + 5
    while (found := leftovers(data_dir)) and time.monotonic() < deadline:
        for process in found:
            with suppress(psutil.Error):
                process.kill()
        time.sleep(0.05)


def leftovers(data_dir: Path) -> list[psutil.Process]:
    """Find web servers, workers and beats by what their environment says."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == str(data_dir):
                found.append(process)
    return found


@contextmanager
def needed_servers(data_dir: Path) -> Iterator[list[embedded.Server]]:
    """Run the embedded servers that no address is given for. Raises EmbeddedError."""
    database, broker = (not os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL"))
    if not (database or broker):
        tell("Using DATABASE_URL and REDIS_URL")
        yield []
        return
    labels = " and ".join(label for label, used in (("PostgreSQL", database), ("Valkey", broker)) if used)
    tell(f"Starting {labels} in {data_dir}")
    # Shared servers would stop under us when the command that runs them ends.
    with embedded.servers(data_dir, database=database, broker=broker, share=False) as running:
        yield running


def start(processes: Processes, port: int, data_dir: Path) -> None:
    """Start web, beat and worker (they stop in this order: who makes work before who does it), and meanwhile make
    the tables and what is in them. Raises OSError.
    """
    # Whoever tries the demo at night wants to see what it tells.
    environment = (
        {"PASSWORD_LOGIN": "true", "PYTHONUNBUFFERED": "1", "QUIET_HOURS": "off"}
        | os.environ
        | {MARK: str(data_dir)}
    )
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
    here = ["--preload", "--no-control-socket", "--graceful-timeout", "5", "--bind", f"{HOST}:{port}"]
    celery = [sys.executable, "-m", "celery", "-A", "worker"]
    swift = ["--concurrency", "2", "--without-mingle", "--without-gossip", "--loglevel", "INFO"]

    tell("Bringing the tables up to date")
    processes.start("web", [*gunicorn, *here], env=environment)  # it loads its code while tables are made
    # Two commands need no pool, and what is started beside its threads may hang.
    connections[DEFAULT_DB_ALIAS].settings_dict["OPTIONS"].pop("pool", None)
    call_command("migrate", verbosity=0)
    tell("Making up two municipalities, unless they are there")
    call_command("seed_demo", verbosity=0)
    # Not before: nothing is ready without them, and nobody shall be told so before everybody is there.
    processes.start("beat", [*celery, "beat", "--pidfile="], env=environment)
    processes.start("worker", [*celery, "worker", *swift], env=environment)
    connections.close_all()


def wait_until_ready(processes: Processes, port: int) -> None:
    """Wait until the health check says that all of it works. Raises DemoError, ProcessEndedError."""
    tell("Waiting for the web server, the worker and beat")
    deadline = time.monotonic() + READY_SECONDS
    answer = "no answer"
    while time.monotonic() < deadline:
        processes.check()
        raise_if_told_to_end()
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/api/health/ready")
            response = connection.getresponse()
            answer = response.read().decode()
            connection.close()
            if response.status == http.HTTPStatus.OK:
                return
        time.sleep(0.2)
    raise DemoError(f"Not ready after {READY_SECONDS} s: {answer}")


def run(base_dir: Path, data_dir: Path) -> None:
    """Run until told to end. Raises SystemExit then, and DemoError, EmbeddedError, ProcessEndedError."""
    parent = os.getppid()
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)
    with only_one(data_dir):
        end_leftovers(data_dir)
        port = wanted_port()
        with needed_servers(data_dir) as servers, Processes(base_dir, data_dir / "log") as processes:
            try:
                start(processes, port, data_dir)
                wait_until_ready(processes, port)
                tell("Ready")
                say(INSTRUCTIONS.format(url=f"http://{HOST}:{port}", data_dir=data_dir, password=PASSWORD))
                while os.getppid() == parent or "MAKELEVEL" not in os.environ:
                    raise_if_told_to_end()
                    processes.check()
                    for server in servers:
                        server.check()
                    time.sleep(0.2)
            finally:
                say("Stopping")
