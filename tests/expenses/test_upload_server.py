"""Uploads through a real server and a real socket, where an answer can get lost."""

import hashlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from expenses.kinds import MAX_BYTES
from expenses.models import Receipt
from expenses.processing_services import process_receipt
from people.models import User
from tests.expenses import files
from tests.expenses.calls import MULTIPART, RECEIPTS, jpeg, part

ROOT = Path(__file__).parents[2]
PASSWORD = "tickets and coffee"
END = b"--edge--\r\n"
AT_ONCE = 20
MOST_MEGABYTES = 200
pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("server"),
]


@dataclass
class Server:
    """Gunicorn on the test's database, with folders of its own."""

    folder: Path
    port: int = 0
    token: str = ""
    pid: int = 0
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / "log"

    def kept_files(self) -> list[Path]:
        """Name all files of receipts and uploads."""
        found = [*self.folder.glob("media/**/*"), *self.folder.glob("uploads/**/*")]
        return [path for path in found if path.is_file()]

    def keeps(self, count: int) -> bool:
        """Tell whether so many files remain: what was kept meanwhile goes just after the answer went."""
        return eventually(lambda: len(self.kept_files()) == count, seconds=5)

    def call(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send a request all at once, as a phone does, and read the answer only then."""
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as link:
            link.request(method, path, body, given | {name.replace("_", "-"): v for name, v in headers.items()})
            answer = link.getresponse()
            return answer.status, answer.headers, answer.read()

    def upload(self, data: bytes, content_type: str = MULTIPART, **headers: str) -> tuple[int, Any]:
        """Send a file, and read the JSON of the answer."""
        body = part(data, b'name="file"; filename="Karin Svensson.jpg"') + END
        status, _, answer = self.call("POST", RECEIPTS, body, Content_Type=content_type, **headers)
        return status, json.loads(answer)

    def most_megabytes(self) -> int:
        """Tell how much memory one of its processes had at most."""
        family = [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]
        told = [Path(f"/proc/{process.pid}/status").read_text() for process in family]
        return max(int(re.findall(r"VmHWM:\s*(\d+) kB", text)[0]) for text in told) // 1024

    def sign_in(self, user: User) -> None:
        """Get a token."""
        self.token = ""
        user.password = hashed()
        user.save()
        body = json.dumps({"email": user.email, "password": PASSWORD}).encode()
        _, _, answer = self.call("POST", "/_allauth/app/v1/auth/login", body, Content_Type="application/json")
        self.token = json.loads(answer)["meta"]["access_token"]

    def is_up(self) -> bool:
        """Ask whether it answers."""
        with suppress(OSError):
            return self.call("GET", "/api/health/live")[0] == 200
        return False


@cache
def hashed() -> str:
    """Hash the password once, as the server does."""
    return make_password(PASSWORD, hasher=PBKDF2PasswordHasher())


def eventually(question: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def environment(server: Server) -> dict[str, str]:
    database = connection.settings_dict
    socket_or_host = str(database["HOST"]).replace("/", "%2F")
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    port = f":{database['PORT']}" if database["PORT"] else ""
    return os.environ | {
        "DATABASE_URL": f"postgres://{database['USER']}{secret}@{socket_or_host}{port}/{database['NAME']}",
        "DATA_DIR": str(server.folder),
        "UPLOAD_TEMP_DIR": str(server.folder / "uploads"),
        "PASSWORD_LOGIN": "true",
        "PORT": str(server.port),
        "WEB_PROCESSES": "1",
        "WEB_THREADS": str(AT_ONCE),
    }


@pytest.fixture(scope="module")
def gunicorn(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Server]:
    """Serve as in production."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = Server(tmp_path_factory.mktemp("server"), port=probe.getsockname()[1])
    (server.folder / "uploads").mkdir()
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
    with server.log.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(server), stdout=log, stderr=log)
    server.pid = process.pid
    try:
        assert eventually(server.is_up), server.log.read_text()
        yield server
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def server(gunicorn: Server) -> Iterator[Server]:
    """Find the server with nothing in its folders, and see that it has nobody's name in its log."""
    for path in gunicorn.kept_files():
        path.unlink()
    gunicorn.token = ""
    yield gunicorn
    log = gunicorn.log.read_text()
    assert "Traceback" not in log
    assert "Karin" not in log


def test_fifteen_megabytes_come_in_and_are_shown(server: Server, karin: User, settings: Settings) -> None:
    server.sign_in(karin)
    status, receipt = server.upload(jpeg().ljust(MAX_BYTES, b"\0"))
    assert (status, receipt["status"]) == (201, "processing")
    assert server.keeps(1)
    settings.MEDIA_ROOT = server.folder / "media"
    process_receipt(UUID(receipt["id"]), timezone.now())
    status, headers, content = server.call("GET", f"{RECEIPTS}/{receipt['id']}/preview", Accept="image/*")
    assert (status, content[:4], headers["Content-Type"]) == (200, b"RIFF", "image/webp")
    assert headers["Cache-Control"] == "private, no-store"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells how much memory a process ever had")
def test_twenty_times_fifteen_megabytes_at_once_take_little_memory(server: Server, karin: User) -> None:
    server.sign_in(karin)
    large = jpeg().ljust(MAX_BYTES, b"\0")
    with ThreadPoolExecutor(AT_ONCE) as phones:
        answers = list(phones.map(lambda _: server.upload(large), range(AT_ONCE)))
    assert {status for status, _ in answers} == {201}
    assert {receipt["sha256"] for _, receipt in answers} == {hashlib.sha256(large).hexdigest()}
    assert server.keeps(AT_ONCE)
    most = server.most_megabytes()
    sys.stdout.write(f"\nat most {most} MB in a web process\n")
    assert most < MOST_MEGABYTES


@pytest.mark.parametrize("megabytes", [16, 30, 39])
@pytest.mark.parametrize("link", ["keep-alive", "close"])
def test_the_refusal_of_what_is_too_large_arrives(server: Server, karin: User, megabytes: int, link: str) -> None:
    server.sign_in(karin)
    status, problem = server.upload(bytes(megabytes * 1024 * 1024), Connection=link)
    assert (status, problem["code"]) == (413, "receipt_too_large")
    assert server.keeps(0)


@pytest.mark.parametrize("link", ["keep-alive", "close"])
def test_a_refusal_before_the_file_is_read_arrives(server: Server, karin: User, inger: User, link: str) -> None:
    large = bytes(10 * 1024 * 1024)
    status, problem = server.upload(large, Connection=link)
    assert (status, problem["code"]) == (401, "not_authenticated")
    server.sign_in(inger)
    status, problem = server.upload(large, Connection=link)
    assert (status, problem["code"]) == (403, "wrong_role")
    server.sign_in(karin)
    status, problem = server.upload(large, "application/json", Connection=link)
    assert (status, problem["code"]) == (415, "unsupported_media_type")
    assert server.keeps(0)


@pytest.mark.parametrize("sent", [0, 1000, 4_000_000])
def test_a_phone_that_goes_away_leaves_nothing_behind(server: Server, karin: User, sent: int) -> None:
    server.sign_in(karin)
    head = (
        f"POST {RECEIPTS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token}\r\n"
        f"Content-Type: {MULTIPART}\r\nContent-Length: 5000000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as link:
        link.sendall(head.encode() + part(bytes(5_000_000))[:sent])
        time.sleep(0.3)
    assert server.keeps(0)
    status, _ = server.upload(files.saved(files.picture(), "PNG"))
    assert status == 201
    assert Receipt.objects.count() == 1
