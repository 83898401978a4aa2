"""Read one receipt: the fenced program behind reader.py. What it reads is not kept; only the suggestion comes out.

By hand: `python -m expenses.reading.program 2026-11-24 30 2048 < receipt.jpg` writes the suggestion as JSON, or
null when there is no text.
"""

import contextlib
import io
import json
import resource
import sys
from datetime import date

from PIL import Image

from expenses.reading.engine import lines_in
from expenses.reading.interpreting import interpret

FORMATS = ("JPEG", "PNG", "WEBP")


def _fence(seconds: int, megabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    # Data and not the address space, of which the engine reserves a gigabyte that it never fills.
    with contextlib.suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))


def main(today: str, seconds: str, megabytes: str) -> None:
    """Read a picture, write what it says."""
    _fence(int(seconds), int(megabytes))
    picture = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=FORMATS)
    lines = lines_in(picture)
    suggestion = interpret(lines, today=date.fromisoformat(today)).as_json() if lines else None
    sys.stdout.write(json.dumps(suggestion))


if __name__ == "__main__":
    main(*sys.argv[1:])
