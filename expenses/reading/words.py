"""Make printed words comparable: without case, accents, gaps and what engines mix up. Pure."""

import re
import unicodedata
from collections.abc import Sequence

_MIXED_UP = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "!": "l", "5": "s"})


def folded(text: str) -> str:
    """Return the text in lower case without accents: Öresavrundning becomes oresavrundning."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def squeezed(text: str) -> str:
    """Return the letters alone, without numbers and those that engines mix up made one: TOTAL: 1 is T0TAI."""
    words = re.sub(r"\b\d+\b", "", folded(text))
    return re.sub(r"[^a-z]", "", words.translate(_MIXED_UP))


def any_of(words: str) -> re.Pattern[str]:
    """Return the pattern that finds any of the words (or patterns) of a list in a squeezed text."""
    return re.compile("|".join(words.split()).replace("i", "l"))


def mended(text: str, vocabulary: Sequence[str]) -> str:
    """Return the text with each longer word that is one letter off a word of the vocabulary set right."""
    return re.sub(r"[^\W\d_]{5,}", lambda found: _nearest(found[0], vocabulary), text)


def _nearest(word: str, vocabulary: Sequence[str]) -> str:
    plain = folded(word)
    return word if plain in vocabulary else next((known for known in vocabulary if _one_off(plain, known)), word)


def _one_off(word: str, known: str) -> bool:
    """Tell whether one letter is other, missing or too many."""
    if abs(len(word) - len(known)) > 1:
        return False
    short, long = sorted((word, known), key=len)
    start = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    return short[start + (len(short) == len(long)) :] == long[start + 1 :]
