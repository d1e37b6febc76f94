"""The one dictionary of status words: how each stored state is called on the page, and its tone."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatusWord:
    """A word for people (noun or adjective) and the tone of its tag."""

    word: object
    tone: str = "neutral"


_WORDS: dict[str, dict[str, StatusWord]] = {}


def add_status_words(kind: str, words: Mapping[str, StatusWord]) -> None:
    """Register the words of a room's states (the same kind again replaces the earlier words)."""
    _WORDS[kind] = {str(state): word for state, word in words.items()}


def status_word(kind: str, state: object) -> StatusWord:
    """The word of ``state`` in the dictionary ``kind``; raises KeyError for an unknown one."""
    return _WORDS[kind][str(state)]
