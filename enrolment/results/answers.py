"""What later rooms put on the result page: the family's answer, the letter, the arrival."""

from collections.abc import Callable
from dataclasses import dataclass

from core.access import Actor
from enrolment.results.models import Placement


@dataclass(frozen=True, slots=True)
class ResultAction:
    """A link or a button on the result page; ``post`` buttons change something, links only lead."""

    label: object
    url: str
    post: bool = False
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """How the place stands: a word with its tone, sentences, and what can be done now."""

    word: object
    tone: str
    sentences: tuple[object, ...]
    actions: tuple[ResultAction, ...]


Source = Callable[[Actor, Placement], Answer]
NoteSource = Callable[[Placement], tuple[object, ...]]
_SOURCES: list[Source] = []
_NOTES: list[NoteSource] = []


def add_answers(source: Source) -> None:
    """Register the room that knows the answers (the last one registered speaks)."""
    _SOURCES[:] = [source]


def answer_of(actor: Actor, placement: Placement) -> Answer | None:
    """How a place stands for this reader; None for an unplaced pupil."""
    if placement.programme_id is None or not _SOURCES:
        return None
    return _SOURCES[0](actor, placement)


def add_notes(source: NoteSource) -> None:
    """Register a room that has something to say above a result (idempotent)."""
    if source not in _NOTES:
        _NOTES.append(source)


def notes_of(placement: Placement) -> tuple[object, ...]:
    """Sentences that stand above a result: that it was corrected, when and why."""
    return tuple(sentence for source in _NOTES for sentence in source(placement))
