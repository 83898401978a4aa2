"""Bytes nobody meant to be a receipt: each becomes a clean picture or a refusal, and nothing else."""

import contextlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from expenses.decoding import decode
from expenses.kinds import HEIC, JPEG, PDF, PNG, ReceiptRefused
from tests.expenses import files

VALID = {
    "jpeg": (JPEG, files.turned("JPEG", 6)),
    "progressive jpeg": (JPEG, files.saved(files.picture(), "JPEG", progressive=True)),
    "png": (PNG, files.saved(files.picture(), "PNG")),
    "heic": (HEIC, files.turned("HEIF", 6)),
    "pdf": (PDF, files.telling_pdf()),
}
MAGIC = {JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n", HEIC: b"\0\0\0\x18ftypheic", PDF: b"%PDF-1.7\n"}


def assert_clean_or_refused(data: bytes, media_type: str) -> None:
    with contextlib.suppress(ReceiptRefused):
        made = dict(decode(data, media_type))
        assert files.SECRET not in b"".join(made.values())
        assert max(Image.open(io.BytesIO(made["preview.webp"])).size) <= 800


@pytest.mark.parametrize("name", VALID)
def test_a_file_cut_off_anywhere_is_cleaned_or_refused(name: str) -> None:
    media_type, data = VALID[name]
    for length in range(0, len(data), max(1, len(data) // 50)):
        assert_clean_or_refused(data[:length], media_type)


@settings(deadline=None)  # a header may claim many pixels
@given(
    name=st.sampled_from(sorted(VALID)),
    at=st.floats(0, 1, exclude_max=True),
    junk=st.binary(min_size=1, max_size=9),
)
def test_a_file_with_junk_written_into_it_is_cleaned_or_refused(name: str, at: float, junk: bytes) -> None:
    media_type, data = VALID[name]
    start = int(at * len(data))
    assert_clean_or_refused(data[:start] + junk + data[start + len(junk) :], media_type)


@settings(deadline=None)
@given(media_type=st.sampled_from(sorted(MAGIC)), junk=st.binary(max_size=300))
def test_junk_that_begins_like_a_receipt_is_cleaned_or_refused(media_type: str, junk: bytes) -> None:
    assert_clean_or_refused(MAGIC[media_type] + junk, media_type)
