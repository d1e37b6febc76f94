"""A sentence or label in the two languages of the product.

Pure rooms (identity, calendar, codes, policy) know no request and no catalogue; what they have to say
travels as `Words` and the page picks the language.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The same statement in Chinese (the source language) and English."""

    zh: str
    en: str

    def text(self, language: str = "zh") -> str:
        """The statement in `language`: English for any tag beginning with "en", else Chinese."""
        return self.en if language.lower().startswith("en") else self.zh

    def __str__(self) -> str:
        return self.zh
