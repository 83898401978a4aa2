"""What a policy says of caps: amounts by a category's code."""

from typing import Any

import pytest

from assignments.rules import parse_category_caps


@pytest.mark.parametrize(
    ("caps", "read"),
    [
        ({}, {}),
        ({"meal": 150, "ticket": "99.9"}, {"meal": "150.00", "ticket": "99.90"}),
        ({"meal": 0.1, "coffee": "9999999.99"}, {"meal": "0.10", "coffee": "9999999.99"}),
    ],
)
def test_caps_are_read_to_the_öre(caps: Any, read: dict[str, str]) -> None:
    assert {code: str(cap) for code, cap in parse_category_caps(caps).items()} == read


@pytest.mark.parametrize(
    "amount",
    [0, -1, "0.00", "0.001", 10_000_000, "1e30", "NaN", "sNaN", "Infinity", "", "much", None, True, [], {}, 1e-9],
    ids=repr,
)
def test_what_is_no_cap_is_refused(amount: Any) -> None:
    with pytest.raises(ValueError, match="a cap is an amount"):
        parse_category_caps({"meal": amount})
    with pytest.raises(ValueError, match="caps are amounts"):
        parse_category_caps([["meal", 150]])
