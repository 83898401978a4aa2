"""Decode one upload and encode it anew: the fenced program behind pictures.py.

By hand: `python -m expenses.decoding image/jpeg 15 1024 < receipt.jpg` writes the length of the preview (four
bytes), the preview and the new file, or why not.
"""

import contextlib
import io
import re
import resource
import sys

import pillow_heif
from PIL import ExifTags, Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from expenses import pdfs
from expenses.pictures import HEIC, JPEG, LENGTH, PDF, REFUSED, ReceiptRefused, RefusalCode

MAX_PIXELS = 60_000_000
LONG_SIDE = 3000  # pixels: the small print of a till roll is still readable
QUALITY = 85
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


def decode(data: bytes, media_type: str) -> tuple[bytes, bytes]:
    """Return the new file and its preview, or raise ReceiptRefused and nothing else."""
    try:
        if media_type == PDF:
            pages = pdfs.draw(data)
            return pdfs.bind(pages), preview(JpegImageFile(io.BytesIO(pages[0].jpeg)))
        picture = upright(data, media_type)
        return encoded(picture, QUALITY), preview(picture)
    except ReceiptRefused:
        raise
    except Exception as error:  # hostile bytes make decoders raise nearly anything
        raise ReceiptRefused(RefusalCode.UNREADABLE) from error


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
    """Return a JPEG of less than PREVIEW_BYTES; the last of the steps fits even pure noise."""
    jpeg = b""
    for side in PREVIEW_SIDES:
        small = front.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        for quality in PREVIEW_QUALITIES:
            jpeg = encoded(small, quality)
            if len(jpeg) < PREVIEW_BYTES:
                return jpeg
    return jpeg


def encoded(image: Image.Image, quality: int) -> bytes:
    """Return the picture as JPEG."""
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=quality)
    return jpeg.getvalue()


def _fence(seconds: int, megabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    with contextlib.suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


def main(media_type: str, seconds: str, megabytes: str) -> None:
    """Read an upload, write what decode makes of it; on a refusal write its code and exit with REFUSED."""
    _fence(int(seconds), int(megabytes))
    try:
        file, small = decode(sys.stdin.buffer.read(), media_type)
    except ReceiptRefused as refusal:
        sys.stdout.write(refusal.code)
        sys.exit(REFUSED)
    sys.stdout.buffer.write(len(small).to_bytes(LENGTH, "big") + small + file)


if __name__ == "__main__":
    main(*sys.argv[1:])
