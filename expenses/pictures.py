"""Turn what a phone uploaded into pictures that are safe to show.

Pictures are decoded and encoded anew, the pages of a PDF are drawn and bound into a new one. So no place, no
script and no second file hidden behind the first survives.

The decoding is a program of its own (decoding.py), fenced in time, memory and disk. Two kilobytes of PDF can
ask for more memory than any machine has and 15 MB of JPEG for an hour, and their decoders can't be told to
stop. What they do to that program they do to nobody else, and a flaw in one of them finds no settings, no
database and no other receipt there. It reads and writes files without a name, of which nothing is left
whoever is killed.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from expenses.kinds import CHUNK, ReceiptRefused, RefusalCode
from expenses.likeness import is_likeness

MAX_SECONDS = 15  # of processor time; 48 megapixels of HEIC take 4
MAX_MEGABYTES = 1024
LONGEST_WAIT_SECONDS = 30  # on the clock; less than a task may take

LARGE, PREVIEW, BOUND = "large.webp", "preview.webp", "receipt.pdf"
LIKENESS = "likeness"  # not a file: numbers, as JSON
LONGEST_LIKENESS = 64 * 1024  # bytes; the longest till roll takes 25 000

REFUSED = 3  # exit code; Python's own 1 is a fault of ours

_PROGRAM = [sys.executable, "-s", "-m", "expenses.decoding"]
_ROOT = Path(__file__).parents[1]


class DecoderBusyError(Exception):
    """The decoder did not come to an end: the machine has too much to do, and the file may be good."""


@dataclass(frozen=True, slots=True)
class Made:
    """One file that was made of an upload: its name, and where its bytes stand in the decoder's output."""

    name: str
    start: int
    size: int

    def read(self, output: BinaryIO) -> Iterator[bytes]:
        """Yield its bytes in chunks."""
        output.seek(self.start)
        left = self.size
        while left and (chunk := output.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def likeness_in(made: Sequence[Made], output: BinaryIO) -> list[int]:
    """Return what the first page looks like; nothing when that can't be: a file may have fooled the decoder."""
    for one in made:
        if one.name == LIKENESS and one.size <= LONGEST_LIKENESS:
            with suppress(ValueError, RecursionError):
                numbers = json.loads(b"".join(one.read(output)))
                return numbers if is_likeness(numbers) else []
    return []


def page_name(number: int) -> str:
    """Return what the picture of a page is called, counted from 1."""
    return LARGE if number == 1 else f"page-{number}.webp"


def clean(original: BinaryIO, output: BinaryIO, *, media_type: str) -> Sequence[Made]:
    """Write what to show of `original` to `output`, and return what stands where in it.

    Both are real files. There are LARGE, PREVIEW and LIKENESS, and of a PDF BOUND and the pictures of its
    further pages. Raise ReceiptRefused, or DecoderBusyError when it is worth another try.
    """
    os.lseek(original.fileno(), 0, os.SEEK_SET)
    target = output.fileno()
    try:
        program = subprocess.run(
            [*_PROGRAM, media_type, str(target), str(MAX_SECONDS), str(MAX_MEGABYTES)],
            cwd=_ROOT,
            env={},  # it is told no secrets
            stdin=original,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # decoders quote what they read
            pass_fds=[target],
            timeout=LONGEST_WAIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        # A bad file runs into its limit of processor time first.
        raise DecoderBusyError from error
    if program.returncode == REFUSED:
        raise ReceiptRefused(RefusalCode(program.stdout.decode()))
    if program.returncode < 0:  # a limit stopped it, or it crashed
        raise ReceiptRefused(RefusalCode.UNREADABLE)
    program.check_returncode()
    return [Made(**one) for one in json.loads(program.stdout)]
