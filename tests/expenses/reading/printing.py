"""Receipts made up for tests: as the lines an engine would find, and as pictures."""

import io
import re
from collections.abc import Iterable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from expenses.reading.lines import Line, Point

LETTER, LEADING = 12, 30  # pixels
MARGIN = 60


def lines(text: str, *, confidence: float = 0.95, drop_per_pixel: float = 0.0) -> list[Line]:
    """Return the lines of a printed text, on paper that may lie turned; two spaces part two pieces of a row."""
    return [
        _line(piece, left, LEADING * at, drop_per_pixel, confidence)
        for at, row in enumerate(text.strip("\n").splitlines())
        for piece, left in _pieces(row)
    ]


def _pieces(row: str) -> Iterable[tuple[str, int]]:
    return [(found[0], found.start() * LETTER) for found in re.finditer(r"\S+(?: \S+)*", row)]


def _line(text: str, left: float, top: float, drop: float, confidence: float) -> Line:
    right, bottom = left + len(text) * LETTER, top + LEADING * 0.7
    return Line(text, confidence, _turned(drop, (left, top), (right, top), (right, bottom), (left, bottom)))


def _turned(drop: float, *corners: Point) -> tuple[Point, Point, Point, Point]:
    one, two, three, four = ((x, y + x * drop) for x, y in corners)
    return one, two, three, four


def picture(text: str, *, turned: float = 0.0, noise: int = 0, size: int = 26) -> bytes:
    """Return a JPEG of a printed text, turned by some degrees, with some grain."""
    font = ImageFont.load_default(size)
    rows = text.strip("\n").splitlines()
    across = size * 0.62
    paper = Image.new(
        "L", (round(max(map(len, rows)) * across) + 2 * MARGIN, round(len(rows) * size * 1.5) + 2 * MARGIN), 245
    )
    pen = ImageDraw.Draw(paper)
    for at, row in enumerate(rows):
        for found in re.finditer(r"\S+(?: \S+)*", row):
            left = MARGIN + found.start() * across
            if found.start() and found.end() == max(map(len, rows)):  # prices stand flush right
                left = paper.width - MARGIN - font.getlength(found[0])
            pen.text((left, MARGIN + at * size * 1.5), found[0], font=font, fill=30)
    paper = paper.rotate(turned, expand=True, fillcolor=120, resample=Image.Resampling.BICUBIC)
    if noise:
        grain = Image.frombytes("L", paper.size, Random(1).randbytes(paper.width * paper.height))
        paper = Image.blend(paper, ImageChops.overlay(paper, grain), noise / 100).filter(
            ImageFilter.GaussianBlur(0.8)
        )
    jpeg = io.BytesIO()
    paper.convert("RGB").save(jpeg, "JPEG", quality=70)
    return jpeg.getvalue()
