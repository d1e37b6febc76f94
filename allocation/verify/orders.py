"""An assignment made elsewhere under hard floors: which refusals an order explains, what could have been met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from allocation.verify.completions import Completions
from allocation.verify.facts import Person
from allocation.verify.hard import HardReplay

Claim = tuple[str, str]
"""Applicant and programme."""


class Orders:
    """The rule of hard floors over the given places: at each turn, what those before really have is decided."""

    def __init__(self, replay: HardReplay, given: Mapping[str, str | None], closed: frozenset[str]) -> None:
        self.replay = replay
        self.given = given
        minima = replay.facts.rule("opening", "optimal") == "optimal"
        self.completions = Completions(replay, closed, minima=minima)
        found = self.completions.least()
        self.least = None if found is None else found[0]
        """The least shortfall any assignment has with these classes closed; ``None`` if no class can be filled."""
        if self.least is not None:
            self.completions.aim(self.least)

    def unanswered(self, claims: Iterable[Claim]) -> list[Claim]:
        """The claims no order answers: the choice could be granted, and the orders met by people further down.

        Once the places given so far leave the orders no way to be met, no order is a reason any more.
        """
        left = list(claims)
        wanted: dict[str, list[str]] = {}
        for who, name in left:
            wanted.setdefault(who, []).append(name)
        if self.least is None:
            return left
        met = True
        for group in self.replay.facts.walk:
            asking = [one for one in group if one.id in wanted]
            met = met and (not asking or self.completions.any() is not None)
            if met:
                for one in asking:
                    refused = [name for name in wanted[one.id] if self.completions.with_wish(one, name) is None]
                    left = [claim for claim in left if claim[0] != one.id or claim[1] not in refused]
            for one in group:
                self._decide(one)
        return left

    def _decide(self, person: Person) -> None:
        name = self.given.get(person.id)
        wish = next((one for one in self.completions.wishes[person.id] if one[1] == name), None)
        self.completions.decide(person, wish, last=False)
