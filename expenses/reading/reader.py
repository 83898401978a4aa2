"""Read a receipt in a program of its own, fenced in time and memory like the decoding of uploads."""

import importlib.util
import json
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import BinaryIO

from expenses.reading.suggestion import Suggestion

MAX_SECONDS = 30  # of processor time; a usual receipt takes 3
MAX_MEGABYTES = 2048
LONGEST_WAIT_SECONDS = 60

_PROGRAM = [sys.executable, "-s", "-m", "expenses.reading.program"]
_ROOT = Path(__file__).parents[2]

# Each takes two processors.
_one_at_a_time = threading.Lock()


class ReadingFailed(Exception):
    """The program crashed, or took too long or too much. It has no cause, which could quote the receipt."""


def is_installed() -> bool:
    """Tell whether receipts can be read here: requirements-reading.txt is optional."""
    return importlib.util.find_spec("rapidocr") is not None


def read(picture: Path | BinaryIO | bytes, *, today: date) -> Suggestion | None:
    """Return what an upright JPEG, PNG or WebP says, or None if there is no text on it.

    A file is read from where it stands. Raises ReadingFailed, also where nothing is installed to read with.
    """
    if not isinstance(picture, bytes):
        picture = picture.read_bytes() if isinstance(picture, Path) else picture.read()
    answer = _answer(picture, today)
    try:
        plain = json.loads(answer)
        return None if plain is None else Suggestion.from_json(plain)
    except (ValueError, KeyError, TypeError, ArithmeticError):
        raise ReadingFailed from None


def _answer(picture: bytes, today: date) -> bytes:
    try:
        with _one_at_a_time:
            return subprocess.run(
                [*_PROGRAM, today.isoformat(), str(MAX_SECONDS), str(MAX_MEGABYTES)],
                cwd=_ROOT,
                env={},  # it is told no secrets
                input=picture,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # engines quote what they read
                timeout=LONGEST_WAIT_SECONDS,
                check=True,
            ).stdout
    except subprocess.SubprocessError:
        raise ReadingFailed from None
