"""The pieces of text an engine finds, and the rows of a receipt that they make. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

Point = tuple[float, float]

SAME_ROW = 0.5  # of the lower piece's height: how far apart the middles of neighbours may be


@dataclass(frozen=True, slots=True)
class Line:
    """Hold a piece of text as the engine found it; `box` is its corners in pixels, clockwise from the top left."""

    text: str
    confidence: float
    box: tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold a piece of text on a receipt turned straight: its middle, its ends and its height in pixels."""

    text: str
    confidence: float
    left: float
    right: float
    middle: float
    height: float


@dataclass(frozen=True, slots=True)
class Row:
    """Hold the pieces that stand beside each other, from the left."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """Return the row as a person reads it."""
        return "  ".join(piece.text for piece in self.pieces)

    @property
    def confidence(self) -> float:
        """Return how sure the engine is of the least sure piece."""
        return min(piece.confidence for piece in self.pieces)

    @property
    def height(self) -> float:
        """Return the height of the tallest piece in pixels."""
        return max(piece.height for piece in self.pieces)


def rows_of(lines: Iterable[Line]) -> list[Row]:
    """Return the rows from the top, however the receipt lies; a bent one too, as neighbours are compared."""
    lines = [line for line in lines if line.text.strip()]
    pieces = sorted(_straightened(lines, _skew(lines)), key=lambda piece: piece.left)
    rows: list[list[Piece]] = []
    for piece in pieces:
        row = min(
            (row for row in rows if _continues(row[-1], piece)),
            key=lambda row: _drop(row[-1], piece),
            default=None,
        )
        if row is None:
            rows.append([piece])
        else:
            row.append(piece)
    rows.sort(key=lambda row: sum(piece.middle for piece in row) / len(row))
    return [Row(tuple(row)) for row in rows]


def _skew(lines: Sequence[Line]) -> float:
    """Return how the receipt is turned in radians, by its longer pieces."""
    angles = [
        math.atan2(right[1] - left[1], right[0] - left[0])
        for left, right in ((line.box[0], line.box[1]) for line in lines if len(line.text) >= 5)
    ]
    return median(angles) if angles else 0.0


def _straightened(lines: Iterable[Line], skew: float) -> list[Piece]:
    cos, sin = math.cos(skew), math.sin(skew)
    pieces = []
    for line in lines:
        across = [x * cos + y * sin for x, y in line.box]
        down = [y * cos - x * sin for x, y in line.box]
        height = (down[3] + down[2] - down[0] - down[1]) / 2
        pieces.append(Piece(line.text.strip(), line.confidence, min(across), max(across), sum(down) / 4, height))
    return pieces


def _continues(last: Piece, piece: Piece) -> bool:
    overlap = last.right - piece.left
    return _drop(last, piece) <= SAME_ROW * min(last.height, piece.height) and overlap < 0.5 * min(
        last.right - last.left, piece.right - piece.left
    )


def _drop(last: Piece, piece: Piece) -> float:
    return abs(last.middle - piece.middle)
