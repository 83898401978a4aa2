"""Child processes that end with their parent, and a group of them that is watched."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple, Self

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Account(NamedTuple):
    """The system user that a child runs as."""

    uid: int
    gid: int


class ProcessEndedError(Exception):
    """Say which child ended by itself, and the last it logged."""


def end_when_told() -> None:
    """Leave through SystemExit on Ctrl-C, SIGTERM and a closed terminal: blocks are left in order."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, _told)


def raise_if_told_to_end() -> None:
    """Raise SystemExit again, for the case that somebody's `except` or `__del__` swallowed the first."""
    if _told.already:
        raise SystemExit(0)


class _Told:
    already = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if not self.already:  # an impatient second Ctrl-C must not interrupt the stopping
            self.already = True
            raise SystemExit(0)


_told = _Told()


def die_with_parent(number: int) -> None:
    """Ask the kernel for this signal when the thread that started this process ends; Linux only."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, number)


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    death_signal: int = signal.SIGTERM,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child that appends to a log and ends with us. Raises OSError."""
    uid, gid = account or (None, None)
    with log.open("ab") as output, warnings.catch_warnings():
        # Python 3.12 warns of forking beside other threads; the child does nothing but prctl before its exec.
        warnings.simplefilter("ignore", DeprecationWarning)
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            user=uid,
            group=gid,
            extra_groups=[] if account else None,
            # Ctrl-C in a terminal goes to its whole group; the order of stopping is ours to choose.
            start_new_session=True,
            preexec_fn=_child_setup(death_signal),
        )


def _child_setup(death_signal: int) -> Callable[[], None]:
    parent = os.getpid()

    def setup() -> None:
        die_with_parent(death_signal)
        if os.getppid() != parent:  # it was gone before the kernel was told
            os._exit(1)

    return setup


def stop(process: subprocess.Popen[bytes], *, number: int = signal.SIGTERM, patience: float = 15) -> None:
    """Ask a child to end, wait so many seconds, then kill it and what is left of its group."""
    process.send_signal(number)
    await_end(process, patience)


def await_end(process: subprocess.Popen[bytes], patience: float) -> None:
    """Wait so many seconds for a child to end, then kill it and what is left of its group."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def last_lines(log: Path, count: int) -> list[str]:
    """Read the end of a log; a log that is not there has no lines."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 20_000))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    return [line for line in lines if line.strip()][-count:]


class Processes:
    """Children that stand or fall together; leaving the block asks them to end, in the order of their start."""

    def __init__(self, cwd: Path, log_dir: Path) -> None:
        """Take the folder to run them in, and that of their logs."""
        self._cwd = cwd
        self._log_dir = log_dir
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        """Start with none."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all of them."""
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            await_end(process, patience=15)

    def start(self, name: str, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> None:
        """Start a child with a log of its own, that of the last run overwritten. Raises OSError."""
        log = self.log(name)
        log.unlink(missing_ok=True)
        self._running[name] = spawn(command, log=log, env=env, cwd=self._cwd)

    def log(self, name: str) -> Path:
        """Name the log of a child."""
        return self._log_dir / f"{name}.log"

    def check(self) -> None:
        """Look that every child still runs. Raises ProcessEndedError."""
        for name, process in self._running.items():
            if (code := process.poll()) is not None:
                tail = "".join(f"\n  {line}" for line in last_lines(self.log(name), 12))
                raise ProcessEndedError(f"{name} ended by itself (exit code {code}); the end of its log:{tail}")
