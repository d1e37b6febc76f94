"""What the public timetable says about the rules of a round; the room that knows the plan tells it."""

import uuid
from collections.abc import Callable

from core.words import Words

Source = Callable[[uuid.UUID], tuple[Words, ...]]
_SOURCES: list[Source] = []


def add_rule_notes(source: Source) -> None:
    """Register the room that knows the rules (the last one registered speaks)."""
    _SOURCES[:] = [source]


def rule_notes(round_id: uuid.UUID) -> tuple[Words, ...]:
    """The rules of a round in words; nothing while no plan is in force."""
    return _SOURCES[0](round_id) if _SOURCES else ()
