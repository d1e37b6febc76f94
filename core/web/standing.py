"""What a reader must not forget, on every page: rooms register it, the layout shows it above the content."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.access import Actor


@dataclass(frozen=True, slots=True)
class StandingNote:
    """One reminder: what is still open, until when, and the page where it is done."""

    word: object
    until: str
    label: object
    link: str


NoteSource = Callable[[Actor], Iterable[StandingNote]]
_SOURCES: list[NoteSource] = []


def add_standing_notes(source: NoteSource) -> None:
    """Register a source (idempotent). It is asked at every page of a signed-in person: one query at most."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def standing_notes(actor: Actor) -> tuple[StandingNote, ...]:
    """The reminders of one actor; nobody signed in has none."""
    if actor.account_id is None:
        return ()
    return tuple(note for source in _SOURCES for note in source(actor))
