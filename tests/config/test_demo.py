"""The demo, as whoever types `make demo` meets it: started, killed and started again."""

import http.client
import json
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from config import embedded
from tests.config.processes import Running, Start, environment, eventually, python, working_in

pytestmark = pytest.mark.xdist_group("demos")


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start_demo(port: int) -> Iterator[Start]:
    """Start demos, and end them with the test."""
    with ExitStack() as started:

        def start(data_dir: Path, *before: str, **env: str) -> Running:
            told = environment(data_dir, **{"PORT": str(port)} | env)
            demo = python(*before, "manage.py", "demo", env=told)
            started.callback(demo.close)
            started.callback(demo.send, signal.SIGTERM)
            return demo

        yield start


def ask(port: int, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    connection.request(method, path, json.dumps(body), headers)
    response = connection.getresponse()
    try:
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def sign_in(port: int, email: str) -> str:
    body = {"email": email, "password": "tillfalle-demo"}
    status, answer = ask(port, "POST", "/_allauth/app/v1/auth/login", body)
    assert status == 200, answer
    return str(answer["meta"]["access_token"])


def occasions(port: int) -> set[str]:
    """Ask for the ids of what is planned, which the seed invents anew in every database."""
    status, page = ask(port, "GET", "/api/v1/occasions", token=sign_in(port, "kontaktperson1@kalix.example"))
    assert status == 200, page
    return {occasion["id"] for occasion in page["results"]}


# What make is to the demo: a parent that waits for it.
MAKE = "import subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]])"


def test_it_tells_how_far_it_is_lets_the_accounts_in_and_keeps_its_data_however_it_ends(
    data_dir: Path, fresh_dir: Path, start_owner: Start, start_demo: Start, port: int
) -> None:
    make = start_demo(data_dir, "-c", MAKE, MAKELEVEL="1")
    steps = [line.split(" s  ")[1] for line in make.read(until="Ready").splitlines() if " s  " in line]
    assert [step.split()[0] for step in steps] == ["Starting", "Bringing", "Making", "Waiting", "Ready"]
    instructions = make.read(until="Ctrl-C")
    assert f"http://127.0.0.1:{port}" in instructions
    assert "kontaktperson1@" in instructions
    assert ask(port, "GET", "/api/health/ready")[0] == 200
    for account in ("kontaktperson1", "kontaktperson2", "samordnare", "handlaggare", "lon", "admin"):
        sign_in(port, f"{account}@kalix.example")
    planned = occasions(port)
    make.kill()
    assert eventually(lambda: working_in(data_dir) == [], 60), working_in(data_dir)

    killed = start_demo(data_dir)
    killed.read(until="Ready")
    killed.kill()

    again = start_demo(data_dir)
    again.read(until="Ready")
    assert occasions(port) == planned != set()
    second = start_demo(data_dir)
    message = f"A demo of {data_dir} runs already (process {again.pid}): stop it or choose another DATA_DIR.\n"
    assert (second.read(), second.end()) == (message, 1)
    again.send(signal.SIGTERM)
    assert again.end() == 0
    assert working_in(data_dir) == []

    start_owner(data_dir).line()
    it_uses_the_servers_it_is_given_and_tells_which_process_died(data_dir, fresh_dir, start_demo)


def it_uses_the_servers_it_is_given_and_tells_which_process_died(
    data_dir: Path, fresh_dir: Path, start_demo: Start
) -> None:
    urls = {"DATABASE_URL": embedded.database_url(data_dir), "REDIS_URL": embedded.redis_url(data_dir)}
    demo = start_demo(fresh_dir, **urls)
    demo.read(until="Ready")
    assert {path.name for path in fresh_dir.iterdir()} <= {"demo.lock", "log", "media", "secret_key"}
    (beat,) = (child for child in psutil.Process(demo.pid).children() if "beat" in child.cmdline())
    beat.kill()
    assert "beat ended by itself (exit code -9)" in demo.read()
    assert demo.end() == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_told_to_end_while_it_makes_its_database(
    fresh_dir: Path, start_demo: Start, number: int
) -> None:
    demo = start_demo(fresh_dir)
    assert "Starting PostgreSQL and Valkey" in demo.line()
    demo.send(number)
    assert demo.end() == 0
    # One that was just being started is ended by the kernel, a moment after the demo.
    assert eventually(lambda: working_in(fresh_dir) == [], 5)


def test_a_port_in_use_is_told_in_one_line(data_dir: Path, start_demo: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = start_demo(data_dir, PORT=str(port))
        message = f"Port {port} is in use: stop what listens there or choose another: PORT=8001 make demo\n"
        assert (demo.read(), demo.end()) == (message, 1)


def test_a_port_that_is_none_is_told_in_one_line(data_dir: Path, start_demo: Start) -> None:
    demo = start_demo(data_dir, PORT="http")
    assert (demo.read(), demo.end()) == ("PORT is 'http': choose a number, as in PORT=8001 make demo\n", 1)


def test_an_unwritable_data_folder_is_told_in_one_line(fresh_dir: Path, start_demo: Start) -> None:
    fresh_dir.touch()
    demo = start_demo(fresh_dir)
    message = f"DATA_DIR {fresh_dir} cannot be written to: File exists ({fresh_dir}).\n"
    assert (demo.read(), demo.end()) == (message, 1)
