"""The one dictionary of status words: how each stored state is called on the page, and its tone."""

from dataclasses import dataclass

from core.i18n import lazy as _l


@dataclass(frozen=True, slots=True)
class StatusWord:
    """A word for people (noun or adjective) and the tone of its tag."""

    word: object
    tone: str = "neutral"


_WORDS: dict[str, dict[str, StatusWord]] = {}


def status_word(kind: str, state: object) -> StatusWord:
    """The word of ``state`` in the dictionary ``kind``; raises KeyError for an unknown one."""
    return _WORDS[kind][str(state)]
