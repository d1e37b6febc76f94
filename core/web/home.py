"""Cards of the home page: rooms register a function that counts what waits for an actor."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.access import Actor


@dataclass(frozen=True, slots=True)
class HomeCard:
    """One number with its words and the list it opens."""

    label: object
    count: int
    link: str
    definition: object
    urgent: bool = False


CardSource = Callable[[Actor], Iterable[HomeCard]]
_SOURCES: list[CardSource] = []


def add_home_cards(source: CardSource) -> None:
    """Register a source of cards (idempotent)."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def home_cards(actor: Actor) -> tuple[HomeCard, ...]:
    """The cards of one actor; nobody signed in has none."""
    if actor.account_id is None:
        return ()
    return tuple(card for source in _SOURCES for card in source(actor))
