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
from typing import TypeGuard

from PIL import Image, ImageChops, ImageFilter

from expenses.laying import INK_HEIGHT, INK_WIDTH, lay

OUTLINE_NUMBERS = 32  # two for the whole, then two for each crop
OUTLINES_APART = 41  # bits of 128; two pictures of one receipt are nearer

_LEAST_SIDE = 100  # pixels
_READ_WIDTH = 480  # pixels across, at which print becomes ink
_SKEWS = [step / 2 for step in range(-6, 7)]  # degrees
_LIMIT = 1 << 63
_CROPS = (0.0, 0.08)  # of a side
_ACROSS, _DOWN = 8, 16  # waves of an outline


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
    return 0 < height <= INK_HEIGHT and len(numbers) == OUTLINE_NUMBERS + 1 + -(-INK_WIDTH // 8 * height // 8)


def outline_of(likeness: Sequence[int]) -> list[int]:
    """Return the part of a likeness by which others worth a closer look are found."""
    return list(likeness[:OUTLINE_NUMBERS])


def _ink_of(likeness: Sequence[int]) -> Image.Image:
    height, *words = likeness[OUTLINE_NUMBERS:]
    packed = struct.pack(f">{len(words)}q", *words)
    return Image.frombytes("1", (INK_WIDTH, height), packed[: INK_WIDTH // 8 * height]).convert("L")


def _ink(picture: Image.Image) -> Image.Image:
    """Return where there is print: 255 or 0 for each place, the rows level."""
    grey = picture.convert("L")
    grey = grey.crop((0, 0, grey.width, min(grey.height, grey.width * INK_HEIGHT // INK_WIDTH)))
    grey = grey.resize((_READ_WIDTH, max(16, round(grey.height * _READ_WIDTH / grey.width))), Image.Resampling.BOX)
    around = grey.filter(ImageFilter.BoxBlur(12))
    dark = ImageChops.subtract(around, grey)  # than the paper around it
    level = dark.rotate(_skew(dark), Image.Resampling.BILINEAR)
    height = max(16, min(INK_HEIGHT, round(level.height * INK_WIDTH / _READ_WIDTH)))
    places = level.resize((INK_WIDTH, height), Image.Resampling.BOX)
    least = _noise(ImageChops.subtract(grey, around)) + max(3, sum(places.tobytes()) / (INK_WIDTH * height) / 2)
    near = places.filter(ImageFilter.BoxBlur(3)).point([max(value, round(least)) for value in range(256)])
    return ImageChops.subtract(places, near).point([0] + [255] * 255)


def _noise(bright: Image.Image) -> int:
    """Return what three quarters of the paper are at most brighter than what is around: print is never."""
    counts = itertools.accumulate(bright.histogram())
    return next(value for value, count in enumerate(counts) if count >= 0.75 * bright.width * bright.height)


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
    agreed, worst = _agreement(*lay(_ink_of(one), _ink_of(other)))
    return agreed - worst >= _ALIKE


_ALIKE = 0.25  # measured: two receipts of one shop reach 0.23, more than 97 % of pictures of one receipt do
_WINDOW = 0.12  # of the width
_LEAST_INK = 38  # of 255, for a window to be looked at
_WORST = 0.03  # of the windows may differ as they like


def _agreement(below: Image.Image, over: Image.Image) -> tuple[float, float]:
    """Return which share of the ink agrees in all, and which does not where it is worst: there figures differ."""
    differs, inked = ImageChops.difference(below, over), ImageChops.add(below, over, 2)
    total = 2 * sum(inked.tobytes())
    if not total:
        return 0.0, 1.0
    windows = [_windows(image) for image in (differs, inked)]
    shares = sorted(one / (2 * ink) for one, ink in zip(*windows, strict=True) if ink > _LEAST_INK)
    worst = min(1.0, shares[-1 - int(len(shares) * _WORST)]) if shares else 1.0
    return 1 - sum(differs.tobytes()) / total, worst


def _windows(image: Image.Image) -> bytes:
    """Return the means of windows that overlap by half."""
    across = round(image.width * _WINDOW)
    size = (round(image.width / across * 2), max(1, round(image.height / (across * 0.6) * 2)))
    return image.resize(size, Image.Resampling.HAMMING).tobytes()
