"""The right to run something in a data folder, held by one process at a time."""

import fcntl
import os
from pathlib import Path

_LENGTH = 64  # written whole, so that nothing of the last holder remains


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
        self.announce()
        return True

    def announce(self, *what: str) -> None:
        """Tell others, as the holder, what is there to be used."""
        os.pwrite(self._file, " ".join([str(os.getpid()), *what]).ljust(_LENGTH).encode(), 0)

    @property
    def announced(self) -> set[str]:
        """What the holder has announced."""
        return set(self._read()[1:])

    @property
    def holder(self) -> str:
        """The process id of the holder."""
        return next(iter(self._read()), "unknown")

    def close(self) -> None:
        """Give up the right, if held."""
        os.close(self._file)

    def _read(self) -> list[str]:
        return os.pread(self._file, _LENGTH, 0).decode().split()
