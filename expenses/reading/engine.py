"""Find the text in a picture, with RapidOCR and the models in its wheel; nothing is fetched."""

import math
from pathlib import Path

import cv2
import numpy as np
import rapidocr
from PIL import Image
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

from expenses.reading.lines import Line, Point

THREADS = 2
LONG_SIDE = 3000  # pixels: as large as receipts are kept
# Text is looked for in a smaller picture and read in the full one; looking takes time by the pixel.
SEARCHED_SIDE, SEARCHED_PIXELS = 1280, 800_000

_MODELS = Path(rapidocr.__file__).parent / "models"


def lines_in(picture: Image.Image) -> list[Line]:
    """Return the pieces of text in an upright picture."""
    pixels = np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])
    found = _engine(*picture.size)(pixels, use_cls=False)  # only text upside down would need to be turned
    if not isinstance(found, RapidOCROutput) or found.boxes is None:
        return []
    return [
        Line(text, float(score), _corners(box))
        for text, score, box in zip(found.txts or (), found.scores or (), found.boxes, strict=True)
    ]


def _corners(box: np.ndarray) -> tuple[Point, Point, Point, Point]:
    one, two, three, four = ((float(x), float(y)) for x, y in box)
    return one, two, three, four


def _engine(width: int, height: int) -> RapidOCR:
    cv2.setNumThreads(THREADS)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": LONG_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            # By path, or it would look for them elsewhere if they were missing.
            "Det.model_path": str(_MODELS / "PP-OCRv6_det_small.onnx"),
            "Rec.model_path": str(_MODELS / "PP-OCRv6_rec_small.onnx"),
            "Det.limit_type": "max",
            "Det.limit_side_len": _searched_side(width, height),
            "Rec.rec_img_shape": [3, 48, 160],  # wide enough for a price; anything longer gets its width
        }
    )


def _searched_side(width: int, height: int) -> int:
    """Return how long the searched picture is: longer for a narrow roll, whose letters would get too small."""
    by_area = max(width, height) * math.sqrt(SEARCHED_PIXELS / (width * height))
    return max(SEARCHED_SIDE, round(by_area))
