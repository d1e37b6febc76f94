"""Which known label somebody may have meant by an unknown one."""

import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

from core.names import search_keys
from core.words import Words

_LIKELY = 0.6
_SOUND_WEIGHT = 0.95  # the same spelling outranks the same sound
_SHOWN_CHARACTERS = 20


def plain(text: str) -> str:
    """The text without spaces, half-width, in small letters: how labels and codes are compared."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def nearest(text: str, labels: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The labels most like `text`, best first; a wrong character with the right sound counts as near."""
    return _nearest(text, tuple(labels), count)


@lru_cache(maxsize=1024)  # a wrong word stands in every row of a sheet
def _nearest(text: str, labels: tuple[str, ...], count: int) -> tuple[str, ...]:
    scored = sorted(((_likeness(text, label), label) for label in dict.fromkeys(labels)), key=_best_first)
    return tuple(label for score, label in scored if score >= _LIKELY)[:count]


def not_recognised(subject: Words, text: str, zh: Iterable[str], en: Iterable[str]) -> Words:
    """The sentence for an unknown label, offering the near ones in both languages."""
    shown = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    offered_zh = "或".join(f"“{label}”" for label in zh)
    offered_en = " or ".join(f"“{label}”" for label in en)
    if not offered_zh:
        return Words(
            f"{subject.zh}“{shown}”没有认出来，请从列表中选择",
            f"The {subject.en} “{shown}” was not recognised; please choose from the list",
        )
    return Words(
        f"{subject.zh}“{shown}”没有认出来，是否就是{offered_zh}？",
        f"The {subject.en} “{shown}” was not recognised; is it {offered_en}?",
    )


def _best_first(scored: tuple[float, str]) -> tuple[float, str]:
    return (-scored[0], scored[1])


def _likeness(text: str, label: str) -> float:
    spelling = SequenceMatcher(None, text, label, autojunk=False).ratio()
    sound = SequenceMatcher(None, _sound(text), _sound(label), autojunk=False).ratio()
    contained = 0.8 if text and (text in label or label in text) else 0.0
    return max(spelling, sound * _SOUND_WEIGHT, contained)


@lru_cache(maxsize=4096)
def _sound(text: str) -> str:
    return search_keys(text)[-2] if len(search_keys(text)) > 1 else text
