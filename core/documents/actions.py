"""What staff can do with a paper they have just verified: rooms register it, the verification page shows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.access import Actor
from core.documents.models import IssuedDocument


@dataclass(frozen=True, slots=True)
class DocumentAction:
    """A button that posts ``fields`` to ``url``; ``note`` says what it will do."""

    label: object
    url: str
    fields: Mapping[str, str]
    note: object


Source = Callable[[Actor, IssuedDocument], DocumentAction | None]
_SOURCES: list[Source] = []


def add_document_action(source: Source) -> None:
    """Register a source (idempotent); it answers None for actors and papers it has nothing for."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def document_actions(actor: Actor, document: IssuedDocument) -> tuple[DocumentAction, ...]:
    """What this actor may do with the paper now; nothing for strangers and families."""
    if not actor.is_staff:
        return ()
    return tuple(found for source in _SOURCES if (found := source(actor, document)) is not None)
