"""The home page: rooms register what waits for an actor (cards) and the dates everybody asks for."""

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


@dataclass(frozen=True, slots=True)
class HomeDate:
    """One line of the public calendar. ``state`` is done, now or ahead; ``note`` holds the dates in words."""

    label: object
    note: object
    state: str


DateSource = Callable[[], Iterable[HomeDate]]
CardSource = Callable[[Actor], Iterable[HomeCard]]
_SOURCES: list[CardSource] = []
_CALENDARS: list[DateSource] = []


def add_home_cards(source: CardSource) -> None:
    """Register a source of cards (idempotent)."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def home_cards(actor: Actor) -> tuple[HomeCard, ...]:
    """The cards of one actor; nobody signed in has none."""
    if actor.account_id is None:
        return ()
    return tuple(card for source in _SOURCES for card in source(actor))


def add_home_dates(source: DateSource) -> None:
    """Register a source of public dates (idempotent)."""
    if source not in _CALENDARS:
        _CALENDARS.append(source)


def home_dates() -> tuple[HomeDate, ...]:
    """The public dates, in the order of their sources."""
    return tuple(date for source in _CALENDARS for date in source())
