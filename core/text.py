"""Words for people, in the languages the app speaks."""

from dataclasses import dataclass
from typing import Literal, get_args

Language = Literal["sv", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def known_language(code: str | None) -> Language:
    """Return the language that a code such as `en-GB` means; Swedish when it means none of ours."""
    return "en" if (code or "").lower().startswith("en") else "sv"


@dataclass(frozen=True)
class Text:
    """The same words in Swedish and English, with {names} for what is filled in."""

    sv: str
    en: str

    def in_language(self, language: Language, **values: object) -> str:
        """Fill the words in; values that are texts themselves are translated too."""
        words = {k: v.in_language(language) if isinstance(v, Text) else v for k, v in values.items()}
        return getattr(self, language).format(**words)  # type: ignore[no-any-return]
