"""Runs the embedded servers until its input is closed: `python -m tests.config.owner DATA_DIR [option …]`."""

import os
import sys
from pathlib import Path

from config import embedded, processes

NOBODY = 65534


def run(data_dir: Path, options: list[str]) -> None:
    """Print who is started, or "shared", then wait. Raises EmbeddedError."""
    if "without-the-kernels-help" in options:
        processes._libc = None
    if "with-a-full-disk" in options:
        embedded.SPACE_NEEDED = 0  # find out the hard way
    if "as-nobody" in options:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    with embedded.servers(data_dir, share="alone" not in options) as running:
        sys.stdout.write(f"{[server.process.pid for server in running if server.process] or 'shared'}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    try:
        run(Path(sys.argv[1]), sys.argv[2:])
    except embedded.EmbeddedError as error:
        sys.exit(str(error))
