"""Lay one picture's ink on another's, so that they can be compared place by place. Pure, and Pillow only.

First flat: scaled, turned and moved as a whole. Then bent, square by square: paper rolls up, and who takes a
picture of it by hand does not hold the phone level.
"""

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image, ImageChops, ImageFilter

INK_WIDTH = 144  # places across: three or four for a figure of a till roll
INK_HEIGHT = 532  # the longer till roll is cut off
INKED = [0] * 128 + [255] * 128


def lay(base: Image.Image, laid: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Return both inks where both are, the second as it lies on the first."""
    place = _where(base, laid)
    covered = _laid(Image.new("L", laid.size, 255), base, place).filter(ImageFilter.MinFilter(5)).point(INKED)
    within = Image.new("L", base.size)
    within.paste(255, (3, 3, base.width - 3, base.height - 3))  # edges are what crops and tables leave
    covered = ImageChops.multiply(covered, within)
    below, over = ImageChops.multiply(base, covered), _laid(laid, base, place)
    for bend in _BENDS:
        over = _bent(below, over, covered, bend)
    return below, ImageChops.multiply(over.point(INKED), covered)


class Place(NamedTuple):
    """Where one ink lies on another: scaled, then turned (radians), then moved; lengths in widths of the ink."""

    scale: float
    right: float
    down: float
    turn: float = 0.0


# Widths at which the place is looked for, the least value of an inked place there, and the first step aside.
_CLOSER = ((32, 60, 0.02), (64, 80, 0.01), (INK_WIDTH, 128, 0.006))
_ROUNDS, _FINER = 5, 1.8  # each with finer steps
_MOST_TRIES = 250
_TRIED_CLOSER = 4  # places: print repeats itself row by row
_SHRUNK_WIDTH = 24  # at which every place is tried
_SCALES = [1.04**step for step in range(-6, 7)]
_MARGIN = 9  # places around, for moving


class _Bits(NamedTuple):
    ink: int
    inside: int


def _where(base: Image.Image, laid: Image.Image) -> Place:
    """Return where one ink lies on the other: look everywhere on small inks, then closer on larger ones."""
    places = _likely_places(base, laid)
    for width, least, step in _CLOSER[:-1]:
        small = _shrunk(base, width), _shrunk(laid, width)
        found = sorted((_closer(*small, place, least, step) for place in places), reverse=True)
        places = [place for _, place in found]
    _, least, step = _CLOSER[-1]
    return _closer(base, laid, places[0], least, step)[1]


def _likely_places(base: Image.Image, laid: Image.Image) -> list[Place]:
    """Try all scales and moves on small inks; return for the best scales where most of the ink agrees."""
    small = _shrunk(base, _SHRUNK_WIDTH)
    stride = small.width + 2 * _MARGIN
    rows = INK_HEIGHT * _SHRUNK_WIDTH // INK_WIDTH + 2 * _MARGIN
    below = _bits(small, stride, rows)
    found = []
    for width in sorted({round(_SHRUNK_WIDTH * scale) for scale in _SCALES}):
        over = _bits(_shrunk(laid, width), stride, rows)
        slack = sorted((0, _SHRUNK_WIDTH - width))
        moves = itertools.product(range(slack[0] - 1, slack[1] + 2), range(-_MARGIN, _MARGIN + 1))
        share, right, down = max(
            (_overlap(below, over, down * stride + right), right, down) for right, down in moves
        )
        found.append((share, Place(*(lengths / _SHRUNK_WIDTH for lengths in (width, right, down)))))
    return [place for _, place in sorted(found, reverse=True)[:_TRIED_CLOSER]]


def _overlap(below: _Bits, over: _Bits, by: int) -> float:
    """Return the share of ink that both have where both are, with one moved by some bits."""
    ink, inside = (bits >> by if by >= 0 else bits << -by for bits in over)
    total = (below.ink & inside).bit_count() + (ink & below.inside).bit_count()
    return 2 * (below.ink & ink).bit_count() / total if total else 0.0


def _bits(small: Image.Image, stride: int, rows: int) -> _Bits:
    """Return the darkest two fifths of a small ink, and where it is, as bits on a sheet with margins."""
    values = sorted(small.tobytes())
    least = values[len(values) * 3 // 5]
    sheet, inside = Image.new("L", (stride, rows)), Image.new("L", (stride, rows))
    sheet.paste(small.point([255 if value > least else 0 for value in range(256)]), (_MARGIN, _MARGIN))
    inside.paste(255, (_MARGIN, _MARGIN, _MARGIN + small.width, min(rows - _MARGIN, _MARGIN + small.height)))
    both = [ImageChops.multiply(sheet, inside), inside]
    return _Bits(*(int(image.tobytes().translate(_DIGITS), 2) for image in both))


_DIGITS = bytes([ord("0")] * 128 + [ord("1")] * 128)


def _shrunk(ink: Image.Image, width: int) -> Image.Image:
    if width == ink.width:
        return ink
    return ink.resize((width, max(2, round(ink.height * width / ink.width))), Image.Resampling.BOX)


def _closer(base: Image.Image, laid: Image.Image, place: Place, least: int, step: float) -> tuple[float, Place]:
    """Move, scale and turn the place a little as long as more ink agrees; return its share, and where."""
    table = [0] * least + [255] * (256 - least)
    inside = Image.new("L", laid.size, 255)
    below = _number(base, table)

    def share(at: Place) -> float:
        over, covered = (_number(_laid(image, base, at), table) for image in (laid, inside))
        total = (below & covered).bit_count() + over.bit_count()
        return 2 * (below & over).bit_count() / total if total else 0.0

    best, tries = share(place), 0
    for _ in range(_ROUNDS):
        moved = True
        while moved and tries < _MOST_TRIES:
            moved = False
            for aside in _asides(place, step, laid.height / laid.width / 2):
                tries += 1
                if (found := share(aside)) > best:
                    best, place, moved = found, aside, True
                    break
        step /= _FINER
    return best, place


def _asides(place: Place, step: float, middle: float) -> Iterator[Place]:
    """Return the places a step away; scaled and turned about the middle of the ink (widths from its top)."""
    scale, right, down, turn = place
    for by in (step, -step):
        yield Place(scale + by, right - by / 2, down - by * middle, turn)
        yield Place(scale, right + by, down, turn)
        yield Place(scale, right, down + by, turn)
        yield Place(scale, right + by / 2 * middle, down - by / 4, turn + by / 2)


def _laid(laid: Image.Image, base: Image.Image, place: Place) -> Image.Image:
    """Return one ink as it lies on the other."""
    across, aslant = math.cos(place.turn) / place.scale, math.sin(place.turn) / place.scale
    right, down = place.right * base.width, place.down * base.width
    back = (across, aslant, -right * across - down * aslant, -aslant, across, right * aslant - down * across)
    return laid.transform(base.size, Image.Transform.AFFINE, back, Image.Resampling.BILINEAR)


def _number(image: Image.Image, table: list[int]) -> int:
    return int.from_bytes(image.point(table, "1").tobytes(), "big")


class _Bend(NamedTuple):
    """How far (places) the squares of a side may lie aside, and the agreement that a place aside has to win."""

    side: int
    reach: int
    least_gain: float


_BENDS = (_Bend(48, 5, 0.008), _Bend(28, 2, 0.012), _Bend(20, 1, 0.01))
_LEAST_IN_SQUARE, _MOST_IN_SQUARE = 16, 80  # of 255: ink in both that says something, and from which it says all
_AROUND = 2  # squares that have a say in how far one lies aside

Aside = tuple[float, float, float]  # weight, right, down


class _Size(NamedTuple):
    across: int
    down: int


def _bent(below: Image.Image, over: Image.Image, covered: Image.Image, bend: _Bend) -> Image.Image:
    """Return the laid ink with each square moved to where most agrees, and what is between them along with it."""
    size = _Size(*(max(1, round(length / bend.side * 2)) for length in below.size))

    def means(image: Image.Image) -> bytes:
        return image.resize(size, Image.Resampling.HAMMING).tobytes()

    inked, under = over.point(INKED), means(below)
    best: list[Aside] = [(-1, 0, 0)] * len(under)
    for right, down in itertools.product(range(-bend.reach, bend.reach + 1), repeat=2):
        moved = ImageChops.multiply(ImageChops.offset(inked, -right, -down), covered)
        above, both = means(moved), means(ImageChops.multiply(below, moved))
        loss = bend.least_gain * math.hypot(right, down)
        for at, ink in enumerate(under):
            total = ink + above[at]
            if total > _LEAST_IN_SQUARE and 2 * both[at] / total - loss > best[at][0]:
                best[at] = (2 * both[at] / total - loss, right, down)
    found = [
        (max(0, share) * min(ink, _MOST_IN_SQUARE), right, down)
        for (share, right, down), ink in zip(best, under, strict=True)
    ]
    return _moved(over, size, _smoothed(size, found))


def _smoothed(size: _Size, asides: list[Aside]) -> list[tuple[float, float]]:
    """Return how far each square lies aside when those around it have a say, the nearest most."""
    across, down = size
    found = []
    for row, column in itertools.product(range(down), range(across)):
        rows = range(max(0, row - _AROUND), min(down, row + _AROUND + 1))
        columns = range(max(0, column - _AROUND), min(across, column + _AROUND + 1))
        votes = [
            (asides[y * across + x][0] / (1 + (x - column) ** 2 + (y - row) ** 2), *asides[y * across + x][1:])
            for y, x in itertools.product(rows, columns)
        ]
        total = sum(weight for weight, *_ in votes) or 1
        found.append(
            (
                sum(weight * right for weight, right, _ in votes) / total,
                sum(weight * by for weight, _, by in votes) / total,
            )
        )
    return found


def _moved(image: Image.Image, size: _Size, asides: list[tuple[float, float]]) -> Image.Image:
    """Return the picture bent: the middle of each square is moved, and what is between them stretched."""
    across, down = size
    lefts = [0, *(round((x + 0.5) * image.width / across) for x in range(across)), image.width]
    tops = [0, *(round((y + 0.5) * image.height / down) for y in range(down)), image.height]

    def source(x: int, y: int) -> tuple[float, float]:
        right, by = asides[min(max(y - 1, 0), down - 1) * across + min(max(x - 1, 0), across - 1)]
        return lefts[x] + right, tops[y] + by

    mesh = [
        (
            (lefts[x], tops[y], lefts[x + 1], tops[y + 1]),
            (*source(x, y), *source(x, y + 1), *source(x + 1, y + 1), *source(x + 1, y)),
        )
        for y, x in itertools.product(range(down + 1), range(across + 1))
    ]
    return image.transform(image.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
