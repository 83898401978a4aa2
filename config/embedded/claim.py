"""The right to run something in a data folder, held by one process at a time."""

import fcntl
import os
from pathlib import Path


class Claim:
    """A lock file; the kernel releases it with its holder, however that ends."""

    def __init__(self, path: Path) -> None:
        """Take the file that stands for the right. Raises OSError."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> bool:
        """Get the right, if nobody else holds it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self.announce(ready=False)
        return True

    def announce(self, *, ready: bool) -> None:
        """Tell others, as the holder, whether what the right is for can be used."""
        state = "ready" if ready else "not ready"
        os.pwrite(self._file, f"{os.getpid()} {state}\n".ljust(32).encode(), 0)

    @property
    def is_ready(self) -> bool:
        """Whether the holder has announced so."""
        return self._read()[1:] == ["ready"]

    @property
    def holder(self) -> str:
        """The process id of the holder."""
        return next(iter(self._read()), "unknown")

    def close(self) -> None:
        """Give up the right, if held."""
        os.close(self._file)

    def _read(self) -> list[str]:
        return os.pread(self._file, 32, 0).decode().split()
