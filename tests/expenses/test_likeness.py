"""Pictures of one receipt are told from pictures of two; measured on real ones, and held to it on drawn ones."""

from typing import Any

import pytest
from PIL import Image, ImageEnhance

from expenses.likeness import OUTLINE_NUMBERS, OUTLINES_APART, describe, is_alike, is_likeness, outline_of
from tests.expenses.slips import slip, taken_again

LIKENESS = describe(slip(1))


@pytest.mark.parametrize(
    "how",
    [
        {"crop": 0.1, "turn": 0, "scale": 1},
        {"crop": 0, "turn": -2, "scale": 1},
        {"crop": 0, "turn": 0, "scale": 0.5},
        {"crop": 0, "turn": 0, "scale": 1.7, "quality": 30},
        {"crop": 0.08, "turn": 1.5, "scale": 0.8, "quality": 40},
    ],
)
def test_a_picture_is_known_again_cropped_scaled_turned_and_encoded_anew(how: dict[str, Any]) -> None:
    assert is_alike(describe(taken_again(slip(1), **how)), LIKENESS)


@pytest.mark.parametrize("factor", [0.6, 1.3])
def test_brightness_and_contrast_do_not_matter(factor: float) -> None:
    brighter = ImageEnhance.Brightness(slip(1)).enhance(factor)
    assert is_alike(LIKENESS, describe(ImageEnhance.Contrast(brighter).enhance(factor)))


def test_a_phone_held_at_a_slant_does_not_matter() -> None:
    width, height = slip(1).size
    corners = (width * 0.04, 0, 0, height, width, height, width * 0.96, 0)
    slanted = slip(1).transform((width, height), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    assert is_alike(LIKENESS, describe(slanted))
    assert not is_alike(LIKENESS, describe(slip(2).transform((width, height), Image.Transform.QUAD, corners)))


def test_the_noise_of_a_dark_room_does_not_matter() -> None:
    noise = Image.merge("RGB", [Image.effect_noise(slip(1).size, 50)] * 3)
    assert is_alike(LIKENESS, describe(Image.blend(slip(1), noise, 0.25)))


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_two_receipts_of_one_shop_are_two(seed: int) -> None:
    assert not is_alike(LIKENESS, describe(slip(seed)))
    assert not is_alike(LIKENESS, describe(taken_again(slip(seed))))


def test_a_longer_purchase_in_the_same_shop_is_another() -> None:
    assert not is_alike(LIKENESS, describe(slip(1, goods=12)))


def test_a_likeness_fits_into_the_table() -> None:
    assert all(-(2**63) <= number < 2**63 for number in LIKENESS)
    assert len(outline_of(LIKENESS)) == OUTLINE_NUMBERS
    assert describe(slip(1)) == LIKENESS


def test_the_outlines_of_two_pictures_are_near() -> None:
    again = outline_of(describe(taken_again(slip(1))))
    mask = 2**64 - 1
    apart = [
        sum(((LIKENESS[at] ^ again[crop + at]) & mask).bit_count() for at in (0, 1))
        for crop in range(0, OUTLINE_NUMBERS, 2)
    ]
    assert min(apart) <= OUTLINES_APART


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (99, 400)])
def test_a_picture_too_small_to_read_is_like_nothing(size: tuple[int, int]) -> None:
    assert describe(Image.new("RGB", size)) == []
    assert not is_alike([], [])


@pytest.mark.parametrize("size", [(100, 3000), (3000, 100), (600, 600)])
def test_blank_sheets_are_not_alike_whatever_their_shape(size: tuple[int, int]) -> None:
    blank = describe(Image.new("RGB", size, "white"))
    assert not is_alike(blank, blank)
    assert not is_alike(blank, LIKENESS)


def test_what_is_described_is_a_likeness() -> None:
    assert is_likeness(LIKENESS)
    assert is_likeness([])


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        [0],
        LIKENESS[:-1],
        [*LIKENESS, 0],
        [*LIKENESS[:-1], 2**63],
        [*LIKENESS[:-1], True],
        [*LIKENESS[:-1], 0.5],
        [*LIKENESS[:OUTLINE_NUMBERS], 10**9, *LIKENESS[OUTLINE_NUMBERS + 1 :]],
        [*LIKENESS[:OUTLINE_NUMBERS], 0],
    ],
)
def test_what_a_fooled_program_says_is_none(said: object) -> None:
    assert not is_likeness(said)
