"""Tell pictures of one receipt from pictures of two. Pure, and Pillow only.

Receipts are all alike: rows of print on white paper, and those of one shop differ in a few figures. So a
likeness has two parts. The outline, some coarse hashes of the whole and of crops of it, is quick to compare and
finds the few that are worth a closer look. The ink, a map of where there is print, is laid over the other's,
moved, scaled and turned until it fits best, and then compared place by place.
"""

import itertools
import math
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeGuard

from PIL import Image, ImageChops, ImageFilter

OUTLINE_NUMBERS = 32  # two for the whole, then two for each crop
OUTLINES_APART = 39  # bits of 128; two pictures of one receipt are nearer

_LEAST_SIDE = 100  # pixels
_READ_WIDTH = 480  # pixels across, at which print becomes ink
_INK_WIDTH = 144  # places across: three or four for a figure of a till roll
_INK_HEIGHT = 532  # the longer till roll is cut off
_SKEWS = [step / 2 for step in range(-6, 7)]  # degrees
_LIMIT = 1 << 63
_CROPS = (0.0, 0.08)  # of a side
_ACROSS, _DOWN = 8, 16  # waves of an outline
_INKED = [0] * 128 + [255] * 128


def describe(picture: Image.Image) -> list[int]:
    """Return the likeness of a picture as signed 64-bit integers: its outline, the height of its ink, its ink.

    One too small to have readable rows has none.
    """
    if min(picture.size) < _LEAST_SIDE:
        return []
    ink = _ink(picture)
    packed = ink.convert("1").tobytes()
    words = packed + bytes(-len(packed) % 8)
    return [*_outline(ink), ink.height, *struct.unpack(f">{len(words) // 8}q", words)]


def is_likeness(numbers: object) -> TypeGuard[list[int]]:
    """Tell whether it is something that `describe` returns: what a fenced program says may be anything."""
    if not isinstance(numbers, list) or not all(type(one) is int and -_LIMIT <= one < _LIMIT for one in numbers):
        return False
    if not numbers:
        return True
    height = numbers[OUTLINE_NUMBERS] if len(numbers) > OUTLINE_NUMBERS else 0
    return 0 < height <= _INK_HEIGHT and len(numbers) == OUTLINE_NUMBERS + 1 + -(-_INK_WIDTH // 8 * height // 8)


def outline_of(likeness: Sequence[int]) -> list[int]:
    """Return the part of a likeness by which others worth a closer look are found."""
    return list(likeness[:OUTLINE_NUMBERS])


def _ink_of(likeness: Sequence[int]) -> Image.Image:
    height, *words = likeness[OUTLINE_NUMBERS:]
    packed = struct.pack(f">{len(words)}q", *words)
    return Image.frombytes("1", (_INK_WIDTH, height), packed[: _INK_WIDTH // 8 * height]).convert("L")


def _ink(picture: Image.Image) -> Image.Image:
    """Return where there is print: 255 or 0 for each place, the rows level."""
    grey = picture.convert("L")
    grey = grey.crop((0, 0, grey.width, min(grey.height, grey.width * _INK_HEIGHT // _INK_WIDTH)))
    grey = grey.resize((_READ_WIDTH, max(16, round(grey.height * _READ_WIDTH / grey.width))), Image.Resampling.BOX)
    dark = ImageChops.subtract(grey.filter(ImageFilter.BoxBlur(12)), grey)  # than the paper around it
    level = dark.rotate(_skew(dark), Image.Resampling.BILINEAR)
    height = max(16, min(_INK_HEIGHT, round(level.height * _INK_WIDTH / _READ_WIDTH)))
    places = level.resize((_INK_WIDTH, height), Image.Resampling.BOX)
    least = max(3, sum(places.tobytes()) / (_INK_WIDTH * height) / 2)
    around = places.filter(ImageFilter.BoxBlur(3)).point([max(value, round(least)) for value in range(256)])
    return ImageChops.subtract(places, around).point([0] + [255] * 255)


def _skew(dark: Image.Image) -> float:
    """Return by how many degrees to turn it for its rows to be level: then rows and gaps differ most."""
    small = dark.resize((240, max(8, round(dark.height * 240 / dark.width))), Image.Resampling.BOX)

    def steps(degrees: float) -> int:
        turned = small.rotate(degrees, Image.Resampling.BILINEAR)
        width, height = turned.size
        inner = turned.crop((width // 10, height // 20, width - width // 10, height - height // 20))
        rows = inner.resize((1, inner.height), Image.Resampling.BOX).tobytes()
        return sum((one - next_one) ** 2 for one, next_one in itertools.pairwise(rows))

    about = max(_SKEWS, key=steps)
    return max((about + step / 8 for step in (-2, -1, 0, 1, 2)), key=steps)


def _waves(count: int, samples: int) -> list[list[float]]:
    return [
        [math.cos(math.pi * (2 * at + 1) * wave / (2 * samples)) for at in range(samples)] for wave in range(count)
    ]


_WAVES_ACROSS, _WAVES_DOWN = _waves(_ACROSS, 2 * _ACROSS), _waves(_DOWN + 1, 2 * _DOWN)


def _outline(ink: Image.Image) -> Iterator[int]:
    """Return two numbers for the whole and for each crop: the signs of its longest waves (a DCT)."""
    width, height = ink.size
    for left, top, right, bottom in itertools.product(_CROPS, repeat=4):
        box = (width * left, height * top, width * (1 - right), height * (1 - bottom))
        size = (2 * _ACROSS, 2 * _DOWN)
        values = list(map(float, ink.resize(size, Image.Resampling.BOX, box=box).tobytes()))
        rows = [values[at : at + size[0]] for at in range(0, len(values), size[0])]
        columns = [[_dot(row, wave) for row in rows] for wave in _WAVES_ACROSS]
        signs = [_dot(column, wave) > 0 for wave in _WAVES_DOWN[1:] for column in columns]
        bits = sum(sign << at for at, sign in enumerate(signs))
        yield from struct.unpack(">2q", bits.to_bytes(16, "big"))


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(map(float.__mul__, one, other))


def is_alike(one: Sequence[int], other: Sequence[int]) -> bool:
    """Tell whether two likenesses are of pictures of the same receipt."""
    if not one or not other:
        return False
    base, laid = _ink_of(one), _ink_of(other)
    agreed, worst = _agreement(base, laid, _where(base, laid))
    return agreed - worst >= _ALIKE


class Place(NamedTuple):
    """Where one ink lies on another: scaled, then turned (radians), then moved; lengths in widths of the ink."""

    scale: float
    right: float
    down: float
    turn: float = 0.0


# Widths at which the place is looked for, the least value of an inked place there, and the first step aside.
_CLOSER = ((32, 60, 0.02), (64, 80, 0.01), (_INK_WIDTH, 128, 0.006))
_ROUNDS, _FINER = 5, 1.8  # each with finer steps
_MOST_TRIES = 250
_TRIED_CLOSER = 4  # places: print repeats itself row by row
_ALIKE = 0.27  # measured: two receipts of one shop reach 0.25, 98 % of pictures of one receipt more than 0.27
_WINDOW = 0.12  # of the width
_LEAST_INK = 38  # of 255, for a window to be looked at
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
    rows = _INK_HEIGHT * _SHRUNK_WIDTH // _INK_WIDTH + 2 * _MARGIN
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


def _agreement(base: Image.Image, laid: Image.Image, place: Place) -> tuple[float, float]:
    """Return which share of the ink agrees in all, and which does not where it is worst: there figures differ."""
    covered = _laid(Image.new("L", laid.size, 255), base, place).filter(ImageFilter.MinFilter(5)).point(_INKED)
    within = Image.new("L", base.size)
    within.paste(255, (3, 3, base.width - 3, base.height - 3))  # edges are what crops and tables leave
    covered = ImageChops.multiply(covered, within)
    below = ImageChops.multiply(base, covered)
    over = ImageChops.multiply(_laid(laid, base, place).point(_INKED), covered)
    differs, inked = ImageChops.difference(below, over), ImageChops.add(below, over, 2)
    total = 2 * sum(inked.tobytes())
    if not total:
        return 0.0, 1.0
    windows = [_windows(image) for image in (differs, inked)]
    shares = sorted(one / (2 * ink) for one, ink in zip(*windows, strict=True) if ink > _LEAST_INK)
    worst = min(1.0, shares[-1 - len(shares) * 3 // 100]) if shares else 1.0
    return 1 - sum(differs.tobytes()) / total, worst


def _windows(image: Image.Image) -> bytes:
    """Return the means of windows that overlap by half."""
    across = round(image.width * _WINDOW)
    size = (round(image.width / across * 2), max(1, round(image.height / (across * 0.6) * 2)))
    return image.resize(size, Image.Resampling.HAMMING).tobytes()
