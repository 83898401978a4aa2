"""Find amounts of money in a piece of text. Pure."""

import re
from decimal import Decimal
from typing import NamedTuple

MOST = Decimal(1_000_000)  # more is a number of something else

# What engines read for digits; only where the rest looks like an amount.
_DIGITS = str.maketrans("OolISB", "001158")
_AMOUNT = re.compile(
    r"""(?<![\d.,:/\w-])
    (?P<before>-\s?)?(?i:(?:RM|MYR|SEK|KR|US\$|S\$|[$€£])[\s:]?|(?<!\w)S(?=\d))?(?P<inside>-\s?)?
    (?:(?P<whole>\d{1,3}(?:[,.'\s]\d{3})+|[\dOolI]{1,6}|)\s?(?P<point>[.,])\s?(?P<cents>[\dOolISB]{2})
      (?![\d%]|[.,:/-]\d|\s?%|\s?(?i:kg|g|l|ml|cm|mm)\b)
      |(?P<even>\d{1,3}(?:\s\d{3})*|\d{1,6})\s?(?i::-|[.,]-|kr\b|SEK\b))
    (?P<after>-(?!\d))?""",
    re.VERBOSE | re.ASCII,
)
_GLUED = re.compile(
    r"""(?<=[^\W\d_]{3})(?=(?:RM|SEK|MYR)\s?-?\d*[.,]\d) | (?<=[^\W\d_]{3})(?<!RM[IlO])(?=\d+[.,]\d\d\b)
    | (?<=[^\W\d_\s])?:(?=-?(?:RM|SEK|[$€£])?-?[\d.]*[.,]\d\d\b) | (?<=[%)])(?=-?\d+[.,]\d\d\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_LONE = re.compile(r"(?:RM|SEK|KR|[$€£])?\s?(\d{1,6})(?:\s?(?:kr|sek))?", re.IGNORECASE)


class Amount(NamedTuple):
    """Hold an amount and where in the text it stands."""

    value: Decimal
    start: int
    end: int


def amounts_in(text: str) -> list[Amount]:
    """Return the amounts with two decimals (12.50, 1 234,50, RM9.00, -.02) or a mark (129:-, 129 kr)."""
    # A currency glued to a word stands free first: TOTALRM12.50, KONTANT129,00.
    text = _unglued(text)
    return [
        Amount(value, *found.span()) for found in _AMOUNT.finditer(text) if (value := _value(found)) is not None
    ]


def whole_in(text: str) -> Decimal | None:
    """Return the amount of a text that is a whole number and nothing else."""
    found = _LONE.fullmatch(text.strip())
    return Decimal(found[1]).quantize(Decimal("0.01")) if found else None


def without_amounts(text: str) -> str:
    """Return what else the text says."""
    text = _unglued(text)
    for amount in reversed(amounts_in(text)):
        text = f"{text[: amount.start]} {text[amount.end :]}"
    return text


def _unglued(text: str) -> str:
    # Spaces already there stay: unglued twice is the same.
    return _GLUED.sub(" ", text)


def _value(found: re.Match[str]) -> Decimal | None:
    if found["even"]:
        value = Decimal(re.sub(r"\s", "", found["even"]))
    else:
        whole = found["whole"]
        if re.search(r"\s", whole) and "," not in found["point"]:
            whole = whole.split()[-1]  # 2 100.00 is two of something; 2 100,00 is written so in Swedish
        if sum(sign.isdigit() for sign in found["whole"] + found["cents"]) < 2:
            return None
        whole = re.sub(r"\D", "", whole.translate(_DIGITS)) or "0"
        value = Decimal(f"{whole}.{found['cents'].translate(_DIGITS)}")
    if value >= MOST:
        return None
    negative = found["before"] or found["inside"] or found["after"]
    return (-value if negative else value).quantize(Decimal("0.01"))
