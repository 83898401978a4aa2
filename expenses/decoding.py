"""Decode one upload and encode it anew: the fenced program behind pictures.py.

By hand: `python -m expenses.decoding image/jpeg 3 15 1024 < receipt.jpg 3> made` writes what is made of it, one
file after the other, and prints what stands where, or why not.
"""

import contextlib
import io
import json
import re
import resource
import sys
from collections.abc import Iterator

import pillow_heif
from PIL import ExifTags, Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from expenses import likeness, pdfs
from expenses.kinds import HEIC, JPEG, PDF, ReceiptRefused, RefusalCode
from expenses.pictures import BOUND, LARGE, LIKENESS, PREVIEW, REFUSED, page_name

MAX_PIXELS = 60_000_000
LONG_SIDE = 3000  # pixels: the small print of a till roll is still readable
QUALITY = 85
METHOD = 2  # of WebP's encoder: half the time of the usual 4, and files of nearly the same size
MAX_OUTPUT_MEGABYTES = 256  # twenty pages of noise have half of that
PREVIEW_SIDES = (800, 640, 480, 320)
PREVIEW_QUALITIES = (75, 60, 45)
PREVIEW_BYTES = 150_000

# An image's size before it is cropped, which is what libheif decodes at most; the size it reports is the cropped.
_HEIC_SIZE = re.compile(rb"ispe\0.{3}(.{4})(.{4})", re.DOTALL)

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(data: bytes, media_type: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file that is made of an upload, or raise ReceiptRefused and nothing else."""
    try:
        yield from _of_pdf(data) if media_type == PDF else _of_picture(data, media_type)
    except ReceiptRefused:
        raise
    except Exception as error:  # hostile bytes make decoders raise nearly anything
        raise ReceiptRefused(RefusalCode.UNREADABLE) from error


def _of_picture(data: bytes, media_type: str) -> Iterator[tuple[str, bytes]]:
    picture = upright(data, media_type)
    yield LARGE, encoded(picture, QUALITY)
    yield from _of_front(picture)


def _of_front(picture: Image.Image) -> Iterator[tuple[str, bytes]]:
    yield PREVIEW, preview(picture)
    yield LIKENESS, json.dumps(likeness.describe(picture)).encode()


def _of_pdf(data: bytes) -> Iterator[tuple[str, bytes]]:
    pages = []
    for number, picture in enumerate(pdfs.draw(data), start=1):
        yield page_name(number), encoded(picture, QUALITY)
        if number == 1:
            yield from _of_front(picture)
        pages.append(pdfs.page_of(picture))
    yield BOUND, pdfs.bind(pages)


def upright(data: bytes, media_type: str) -> Image.Image:
    """Return the picture as RGB, the right way up, at most LONG_SIDE pixels long, with nothing else in it."""
    image = _opened(data, media_type)
    turn = _TURNS.get(_orientation(image))
    profile = image.info.get("icc_profile")
    image = _in_srgb(_on_white(_shrunk(image)), profile)
    if turn is not None:
        image = image.transpose(turn)
    image.info = {}  # Pillow would write a comment it finds here
    return image


def _opened(data: bytes, media_type: str) -> Image.Image:
    # Readers by name: Image.open tries others, and follows a JPEG into the further frames it claims.
    if media_type == HEIC:
        for width, height in _HEIC_SIZE.findall(data):
            _refuse_many_pixels((int.from_bytes(width, "big"), int.from_bytes(height, "big")))
        heif = pillow_heif.open_heif(data)
        return heif[heif.primary_index].to_pillow()  # upright, and its EXIF orientation set to 1
    image = (JpegImageFile if media_type == JPEG else PngImageFile)(io.BytesIO(data))
    _refuse_many_pixels(image.size)
    return image


def _refuse_many_pixels(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise ReceiptRefused(RefusalCode.TOO_MANY_PIXELS)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # broken EXIF is common, and no reason to lose the picture
        return 1


def _shrunk(image: Image.Image) -> Image.Image:
    """Return the picture in L, LA, RGB, RGBA or CMYK, its long side at most LONG_SIDE."""
    scale = min(1, LONG_SIDE / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image.draft(None, size)  # a JPEG decodes straight to a half, a quarter or an eighth
    if image.mode.startswith("I"):  # 16 bits; a plain convert cuts off at 255
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    elif image.has_transparency_data and image.mode not in {"LA", "RGBA"}:
        image = image.convert("RGBA")
    elif image.mode in {"1", "P"}:
        image = image.convert("RGB")
    if image.size == size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in {"LA", "RGBA"}:
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return white


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        # A broken profile, or one for other channels: the colours as they are will do.
        with contextlib.suppress(ImageCms.PyCMSError, OSError):
            embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, embedded, srgb, outputMode="RGB")
            if converted is not None:
                return converted
    return image.convert("RGB")


def preview(front: Image.Image) -> bytes:
    """Return a WebP of less than PREVIEW_BYTES; the last of the steps fits even pure noise."""
    webp = b""
    for side in PREVIEW_SIDES:
        small = front.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        for quality in PREVIEW_QUALITIES:
            webp = encoded(small, quality)
            if len(webp) < PREVIEW_BYTES:
                return webp
    return webp


def encoded(image: Image.Image, quality: int) -> bytes:
    """Return the picture as WebP."""
    webp = io.BytesIO()
    image.save(webp, "WEBP", quality=quality, method=METHOD)
    return webp.getvalue()


def _fence(seconds: int, megabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_OUTPUT_MEGABYTES << 20, MAX_OUTPUT_MEGABYTES << 20))
    with contextlib.suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


def main(media_type: str, target: str, seconds: str, megabytes: str) -> None:
    """Read an upload, write what decode makes of it; on a refusal print its code and exit with REFUSED."""
    _fence(int(seconds), int(megabytes))
    made = []
    try:
        with open(int(target), "wb") as output:  # noqa: PTH123 (a descriptor)
            for name, content in decode(sys.stdin.buffer.read(), media_type):
                made.append({"name": name, "start": output.tell(), "size": len(content)})
                output.write(content)
    except ReceiptRefused as refusal:
        sys.stdout.write(refusal.code)
        sys.exit(REFUSED)
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
