"""Mending of typing faults that change nothing about which number is meant."""

import unicodedata
from enum import StrEnum

from core.words import Words

_LOOKALIKES_OF_X = frozenset("×✕✖хХχΧ")
_QUOTES = "'‘’`"


class Repair(StrEnum):
    """One mending that was done; the page tells the person so."""

    INVISIBLE = "invisible"
    FULL_WIDTH = "full_width"
    SPACES = "spaces"
    QUOTE = "quote"
    SEPARATORS = "separators"
    UPPER_CASE = "upper_case"
    LOOKALIKE_X = "lookalike_x"

    @property
    def words(self) -> Words:
        return _WORDS[self]


_WORDS = {
    Repair.INVISIBLE: Words("已去掉看不见的字符", "Invisible characters were removed"),
    Repair.FULL_WIDTH: Words("已把全角字符改为半角", "Full-width characters were made half-width"),
    Repair.SPACES: Words("已去掉空格", "Spaces were removed"),
    Repair.QUOTE: Words("已去掉号码前的引号", "The quotation mark before the number was removed"),
    Repair.SEPARATORS: Words("已去掉连字符和括号", "Hyphens and brackets were removed"),
    Repair.UPPER_CASE: Words("已把小写字母改为大写", "Small letters were made capital"),
    Repair.LOOKALIKE_X: Words("已把形似 X 的字符改为 X", "A character that looks like X was made X"),
}


def _is_separator(character: str) -> bool:
    return unicodedata.category(character) == "Pd" or character in "−()"


def tidy(raw: str, *, keep_separators: bool = False) -> tuple[str, tuple[Repair, ...]]:
    """The number meant by `raw` and the repairs that were needed, in the order they were made.

    `keep_separators` leaves hyphens and brackets alone, for cards whose numbers contain them.
    """
    repairs: list[Repair] = []

    def note(before: str, after: str, repair: Repair) -> str:
        if before != after:
            repairs.append(repair)
        return after

    outer = raw.strip()
    text = "".join(c for c in outer if c.isspace() or unicodedata.category(c) not in {"Cf", "Cc"})
    note(outer, text, Repair.INVISIBLE)
    text = note(text, "".join(text.split()), Repair.SPACES)
    text = note(text, unicodedata.normalize("NFKC", text), Repair.FULL_WIDTH)
    text = "".join(text.split())  # compatibility forms can decompose into spaces
    if not keep_separators:
        text = note(text, "".join(c for c in text if not _is_separator(c)), Repair.SEPARATORS)
    text = note(text, text.lstrip(_QUOTES), Repair.QUOTE)
    if text and text[-1] in _LOOKALIKES_OF_X:
        text = note(text, text[:-1] + "X", Repair.LOOKALIKE_X)
    text = note(text, text.upper(), Repair.UPPER_CASE)
    return unicodedata.normalize("NFKC", text), tuple(repairs)
