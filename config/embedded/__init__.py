"""A private PostgreSQL and Valkey from wheels, with their data in DATA_DIR: nothing to install or configure.

A claim (a lock that the kernel releases with its holder) tells servers that somebody looks after, which are
shared, from those whose owner was killed, which are stopped and started anew.
"""

import errno
import hashlib
import os
import re
import shutil
import stat
import string
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from config.embedded import accounts
from config.embedded.claim import Claim
from config.embedded.postgres import DATABASE, Postgres
from config.embedded.server import EmbeddedError, Server
from config.embedded.valkey import Valkey

__all__ = [
    "EmbeddedError",
    "Server",
    "data_dir",
    "database_url",
    "prepare",
    "redis_url",
    "servers",
    "socket_dir",
]

SPACE_NEEDED = 200 * 1024**2
_LONGEST_SOCKET = 100  # of the 104 (macOS) and 108 (Linux) bytes that the kernel takes
_START_SECONDS = 60  # after a crash, PostgreSQL first replays what it had logged


def data_dir() -> Path:
    """Name the folder of everything kept: DATA_DIR, or .data beside the code."""
    return Path(os.environ.get("DATA_DIR") or Path(__file__).parents[2] / ".data").resolve()


def socket_dir(data_dir: Path) -> Path:
    """Name the folder of the sockets: in data_dir, unless the kernel or a URL cannot hold that path."""
    inside = data_dir.resolve() / "run"
    fits = len(os.fsencode(inside / ".s.PGSQL.5432")) <= _LONGEST_SOCKET
    if fits and re.fullmatch(r"[\w./-]+", str(inside), re.ASCII):
        return inside
    digest = hashlib.sha256(os.fsencode(inside)).hexdigest()[:16]
    return Path(tempfile.gettempdir()).resolve() / f"tillfalle-{os.geteuid()}-{digest}"


def database_url(data_dir: Path) -> str:
    """Write the address of the embedded database, whether or not it runs."""
    # Parsers of URLs turn a host to lower case, so that capitals are escaped too.
    kept = set((string.ascii_lowercase + string.digits + "-_.").encode())
    host = "".join(chr(byte) if byte in kept else f"%{byte:02X}" for byte in os.fsencode(socket_dir(data_dir)))
    return f"postgres://postgres@{host}/{DATABASE}"


def redis_url(data_dir: Path) -> str:
    """Write the address of the embedded broker, whether or not it runs."""
    return f"unix://{quote(str(socket_dir(data_dir) / 'valkey.sock'))}"


def prepare(data_dir: Path) -> None:
    """Make the data folder. Raises EmbeddedError when it cannot be written to or its disk is full."""
    with _told_in_one_line(data_dir):
        # Receipts are kept here too: nobody else has any business in it.
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data_dir / "log").mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir):
            pass
        free = shutil.disk_usage(data_dir).free
    if free < SPACE_NEEDED:
        needed = SPACE_NEEDED // 1024**2
        raise EmbeddedError(
            f"The disk of {data_dir} is full: {free // 1024**2} MB are free, {needed} MB are needed."
        )


@contextmanager
def servers(
    data_dir: Path, *, database: bool = True, broker: bool = True, durable: bool = True, share: bool = True
) -> Iterator[list[Server]]:
    """Run the servers while the block lasts; if another process runs them, use those and leave them running.

    Without `share` such are refused; without `durable`, for tests, a crash may lose data. Raises EmbeddedError.
    """
    data_dir = data_dir.resolve()
    kinds: list[type[Server]] = [Valkey] * broker + [Postgres] * database
    prepare(data_dir)
    with ExitStack() as stack:
        running = []
        with _told_in_one_line(data_dir):
            claim = stack.enter_context(closing(Claim(data_dir / "servers.lock")))
            if _is_ours(claim, {kind.name for kind in kinds}, share=share):
                sockets = _make_socket_dir(data_dir)
                running = [stack.enter_context(kind(data_dir, sockets, durable=durable)) for kind in kinds]
                for server in running:
                    server.start()
                for server in running:
                    server.wait(_START_SECONDS)
                claim.announce(*(server.name for server in running))
                stack.callback(claim.announce)  # that there is nothing any more, before they are stopped
        yield running


def _is_ours(claim: Claim, needed: set[str], *, share: bool) -> bool:
    """Whether it is for us to run the servers. Waits for who starts or stops them. Raises EmbeddedError."""
    deadline = time.monotonic() + _START_SECONDS
    while not claim.take():
        there = claim.announced
        if share and needed <= there:
            return False
        if not share or there or time.monotonic() > deadline:
            raise EmbeddedError(f"Process {claim.holder} uses this DATA_DIR: end it first, or choose another one.")
        time.sleep(0.02)
    return True


def _make_socket_dir(data_dir: Path) -> Path:
    folder = socket_dir(data_dir)
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    account = accounts.existing(data_dir / Postgres.name) if os.geteuid() == 0 else None
    trusted = {os.geteuid(), account.uid if account else os.geteuid()}
    # Beside those of others, in the folder for temporary files, somebody else may have made it first.
    if not stat.S_ISDIR(state.st_mode) or state.st_mode & 0o077 or state.st_uid not in trusted:
        raise EmbeddedError(f"{folder} is not a private folder of yours: remove it.")
    return folder


@contextmanager
def _told_in_one_line(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except accounts.AccountError as error:
        raise EmbeddedError(str(error)) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise EmbeddedError(f"The disk of {data_dir} is full.") from error
        reason = f"{error.strerror} ({error.filename})" if error.filename else str(error)
        raise EmbeddedError(f"DATA_DIR {data_dir} cannot be written to: {reason}.") from error
