"""Whether a list of choices is risky, from places and first choices only. Pure; never a probability."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Demand:
    """Of one programme, for one county: the places, and how many put it first so far in this round."""

    seats: int
    first_choices: int

    @property
    def over_subscribed(self) -> bool:
        """More people put it first than there are places."""
        return self.first_choices > self.seats


@dataclass(frozen=True, slots=True)
class ListWarning:
    """A list whose every choice is over-subscribed: how many more fit, and what still has places."""

    room: int
    suggestions: tuple[uuid.UUID, ...]


def warning_on(
    chosen: Sequence[uuid.UUID],
    demand: Mapping[uuid.UUID, Demand],
    *,
    most: int,
    open_to_pupil: Sequence[uuid.UUID],
) -> ListWarning | None:
    """The warning a list deserves: all its programmes are over-subscribed; None otherwise.

    Suggested are programmes open to the pupil with the most places left after the first choices, in the
    order of that number, then as listed.
    """
    if not chosen or not all(_over(demand.get(one)) for one in chosen):
        return None
    spare = [
        (demand[one].first_choices - demand[one].seats, place, one)
        for place, one in enumerate(open_to_pupil)
        if one in demand and one not in chosen and not demand[one].over_subscribed
    ]
    suggestions = tuple(one for _spare, _place, one in sorted(spare)[:SUGGESTIONS])
    return ListWarning(room=max(0, most - len(chosen)), suggestions=suggestions)


def _over(demand: Demand | None) -> bool:
    return demand is not None and demand.over_subscribed
