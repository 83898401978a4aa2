"""What is kept of an upload: an upright picture or a new PDF, a small preview, and nothing else."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pypdfium2
import pytest
from PIL import Image

from tests.expenses import files
from tests.expenses.files import BLUE, RED, SECRET, SIZE, WHITE


@dataclass(frozen=True)
class Cleaned:
    """What is made of an upload: what is shown as its file, the preview, and the pictures of its pages."""

    file: bytes
    preview: bytes
    pages: tuple[bytes, ...]


def cleaned(data: bytes) -> Cleaned:
    made = files.cleaned(data)
    preview = made.pop("preview.webp")
    file = made.pop("receipt.pdf", made["large.webp"])
    names = ["large.webp", *(f"page-{number}.webp" for number in range(2, len(made) + 1))]
    return Cleaned(file, preview, tuple(made[name] for name in names))


def opened(webp: bytes) -> Image.Image:
    """Open a WebP and make sure that it is one and nothing more."""
    image = Image.open(io.BytesIO(webp))
    image.load()
    assert image.format == "WEBP"
    assert image.mode == "RGB"
    assert not dict(image.getexif())
    assert {"exif", "xmp", "comment", "icc_profile"}.isdisjoint(image.info)
    assert len(webp) == 8 + int.from_bytes(webp[4:8], "little")
    assert SECRET not in webp
    return image


def is_near(image: Image.Image, at: tuple[float, float], colour: tuple[int, int, int]) -> bool:
    """Ask for a colour, as near as WebP keeps it, at fractions of width and height."""
    pixel = image.getpixel((int(at[0] * image.width), int(at[1] * image.height)))
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 40 for a, b in zip(pixel, colour, strict=True))


def assert_upright(image: Image.Image, size: tuple[int, int] = SIZE) -> None:
    """Check that the red corner is top left, and only there."""
    assert image.size == size
    assert is_near(image, (0.1, 0.1), RED)
    assert all(is_near(image, corner, WHITE) for corner in ((0.9, 0.1), (0.1, 0.9), (0.9, 0.9)))


def pages_of(pdf: bytes) -> list[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=1).to_pil() for page in document]


def test_of_a_picture_a_large_one_and_a_small_one_are_made() -> None:
    receipt = cleaned(files.saved(files.picture(), "PNG"))
    assert_upright(opened(receipt.file))
    assert_upright(opened(receipt.preview))
    assert receipt.pages == (receipt.file,)


def test_the_same_upload_gives_the_same_bytes_also_from_many_threads_at_once() -> None:
    uploads = [files.telling_pdf(), files.telling_jpeg()] * 3
    with ThreadPoolExecutor(max_workers=6) as threads:
        receipts = list(threads.map(cleaned, uploads))
    assert len(set(receipts)) == 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_a_picture_is_kept_upright_however_the_phone_was_held(kind: str, orientation: int) -> None:
    receipt = cleaned(files.turned(kind, orientation))
    assert_upright(opened(receipt.file))
    assert_upright(opened(receipt.preview))


def test_a_png_too_is_turned_by_its_exif() -> None:
    assert_upright(opened(cleaned(files.turned("PNG", 6)).file))


def test_the_place_and_all_other_metadata_are_gone_from_a_jpeg() -> None:
    assert SECRET in files.telling_jpeg()
    receipt = cleaned(files.telling_jpeg())
    opened(receipt.file)
    opened(receipt.preview)


@pytest.mark.parametrize("tail", [b"PK\x03\x04" + SECRET, b"\n<script>" + SECRET, b"\n#!/bin/sh\n" + SECRET])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_what_follows_a_picture_does_not_survive(kind: str, tail: bytes) -> None:
    assert_upright(opened(cleaned(files.saved(files.picture(), kind) + tail).file))


def test_text_in_a_png_does_not_survive() -> None:
    data = files.png((b"tEXt", b"Comment\0" + SECRET), (b"prIv", SECRET))
    assert SECRET not in cleaned(data).file


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_every_kind_of_png_keeps_light_and_dark(mode: str) -> None:
    sheet = files.picture("L").convert("I").point(lambda value: value * 257) if mode == "I;16" else files.picture()
    receipt = cleaned(files.saved(sheet.convert(mode), "PNG"))
    image = opened(receipt.file).convert("L")
    dark, light = image.getpixel((9, 5)), image.getpixel((90, 40))
    assert isinstance(dark, int)
    assert isinstance(light, int)
    assert dark < 150 < 240 < light


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_becomes_white(mode: str) -> None:
    receipt = cleaned(files.saved(Image.new("RGBA", SIZE, (0, 0, 0, 0)).convert(mode), "PNG"))
    assert is_near(opened(receipt.file), (0.5, 0.5), WHITE)


@pytest.mark.parametrize(("mode", "key"), [("RGB", RED), ("P", 0), ("L", 0)])
def test_a_transparent_colour_becomes_white(mode: str, key: object) -> None:
    sheet = Image.new("RGB", SIZE, RED) if mode == "RGB" else Image.new(mode, SIZE, 0)
    receipt = cleaned(files.saved(sheet, "PNG", transparency=key))
    assert is_near(opened(receipt.file), (0.5, 0.5), WHITE)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_is_read(mode: str, progressive: bool) -> None:
    image = opened(cleaned(files.saved(files.picture(mode), "JPEG", progressive=progressive, quality=95)).file)
    assert is_near(image, (0.9, 0.9), WHITE)
    assert is_near(image, (0.1, 0.1), (76, 76, 76) if mode == "L" else RED)


def test_of_a_jpeg_with_many_frames_the_first_is_kept() -> None:
    data = files.saved(files.picture(), "MPO", save_all=True, append_images=[Image.new("RGB", (300, 300))])
    assert_upright(opened(cleaned(data).file))


def test_colours_are_converted_from_the_profile_of_the_picture() -> None:
    data = files.saved(Image.new("RGB", SIZE, RED), "JPEG", icc_profile=files.swapping_profile())
    assert is_near(opened(cleaned(data).file), (0.5, 0.5), BLUE)


@pytest.mark.parametrize("profile", [b"not a profile", files.swapping_profile()[:300]], ids=["none", "cut off"])
def test_a_broken_profile_is_no_reason_to_refuse(profile: bytes) -> None:
    assert_upright(opened(cleaned(files.saved(files.picture(), "JPEG", icc_profile=profile)).file))


def test_broken_exif_is_no_reason_to_refuse() -> None:
    assert_upright(opened(cleaned(files.saved(files.picture(), "JPEG", exif=b"Exif\0\0II*\0" + b"\xff" * 9)).file))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_a_large_picture_is_kept_at_three_thousand_pixels_at_most(kind: str) -> None:
    receipt = cleaned(files.saved(files.picture(size=(6200, 310)), kind))
    assert_upright(opened(receipt.file), (3000, 150))
    assert_upright(opened(receipt.preview), (800, 40))


def test_the_preview_of_noise_is_still_small() -> None:
    noise = Image.effect_noise((1500, 1500), 255).convert("RGB")
    preview = cleaned(files.saved(noise, "JPEG", quality=95)).preview
    assert len(preview) < 150_000
    assert max(opened(preview).size) >= 320


def test_of_a_pdf_only_what_its_pages_show_is_kept() -> None:
    receipt = cleaned(files.telling_pdf())
    (page,) = pages_of(receipt.file)
    assert page.size == pytest.approx((300, 200), abs=1)
    assert is_near(page, (0.5, 0.5), RED)
    assert is_near(opened(receipt.preview), (0.5, 0.5), RED)
    for trace in (SECRET, b"JavaScript", b"OpenAction", b"EmbeddedFile", b"Annot", b"/Info", b"/ID", b"Date"):
        assert trace not in receipt.file


def test_a_pdf_may_have_twenty_pages_and_each_becomes_a_picture() -> None:
    receipt = cleaned(files.pdf(pages=20))
    assert len(pages_of(receipt.file)) == len(receipt.pages) == 20
    assert all(is_near(opened(page), (0.5, 0.5), RED) for page in receipt.pages)


def test_a_filled_form_keeps_what_was_filled_in() -> None:
    (page,) = pages_of(cleaned(files.filled_form()).file)
    assert is_near(page, (0.5, 0.5), RED)


@pytest.mark.parametrize(
    "box",
    [
        "[0 0 0 0]",
        "[0 0 0.001 0.001]",
        "[0 0 14400 14400]",
        "[0 0 999999999 1]",
        "[0 0 -99 -99]",
        "[0 0 9 9]/UserUnit 9999",
    ],
)
def test_a_page_of_any_size_becomes_a_picture_of_bearable_size(box: str) -> None:
    (page,) = pages_of(cleaned(files.pdf(page=b"/MediaBox" + box.encode())).file)
    assert page.width * page.height < 2_000_000
