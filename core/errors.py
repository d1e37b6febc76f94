"""The answers an operation may give instead of doing its work.

Every sentence is written for the person who asked: what is wrong and how to mend it.
"""

from dataclasses import dataclass


class DomainError(Exception):
    """Base of all expected refusals; ``sentence`` is shown to the user as it is."""

    def __init__(self, sentence: object, *, field: str | None = None) -> None:
        super().__init__(str(type(self).__name__))
        self.sentence = sentence
        self.field = field


class Refused(DomainError):
    """The rules forbid this step (422); the sentence names the rule and the way out."""

    status = 422


class NotVisible(DomainError):
    """The object does not exist for this actor (404), whether or not it exists at all."""

    def __init__(self, sentence: object = "", *, field: str | None = None) -> None:
        super().__init__(sentence, field=field)


class NotAllowed(DomainError):
    """The actor sees the object but may not do this (403); the sentence says who may."""


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field in the two versions that met: the label, ours, theirs."""

    label: object
    yours: str
    saved: str


class Conflict(DomainError):
    """Somebody else saved first (409); ``differences`` show both versions side by side."""

    def __init__(self, sentence: object, *, differences: tuple[FieldDifference, ...] = ()) -> None:
        super().__init__(sentence)
        self.differences = differences
