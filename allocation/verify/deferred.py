"""Programmes that rank for themselves, run again: people propose, programmes hold whom they may hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from allocation.verify.facts import Cap, Facts, Person
from allocation.verify.replay import Replay, Scene

Key = tuple[Any, ...]


class DeferredReplay(Replay):
    """Scenes by applicant-proposing deferred acceptance."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.kept = {name: [] if facts.divided(name) else rows for name, rows in self.promised.items()}
        own = {name for name, raw in facts.programmes.items() if raw.get("ranking") is not None}
        self.mixed = {cap.name for cap in facts.caps if cap.name in self.mixed and not cap.programmes <= own}
        self.places = {name: self._placed_by(name) for name in own}

    def _placed_by(self, programme: str) -> dict[str, int]:
        """The place of everybody not taken in the programme's own order."""
        ranking = self.facts.programmes[programme]["ranking"]
        inside = [self.facts.people[who] for who in ranking if who in self.facts.people]
        ranked = sorted(
            (one for one in inside if one.slot >= 0),
            key=lambda one: (-Decimal(str(ranking[one.id])), self.facts.lot(one)),
        )
        return {one.id: at for at, one in enumerate(ranked, start=1)}

    def key(self, person: Person, programme: str) -> Key:
        """Where the person stands in the programme's order; smaller is better."""
        places = self.places.get(programme)
        if places is None:
            return person.slot, person.id
        return (places.get(person.id, len(places) + 1),)  # who is not ranked stands behind everybody

    def cut(self, person: Person, programme: str | None) -> tuple[int, Any]:
        """The place in the programme's own order, and the priority."""
        if programme not in self.places:
            return super().cut(person, programme)
        return self.places[programme][person.id], self.facts.programmes[programme]["ranking"][person.id]

    def _limits(self, person: Person, programme: str) -> list[Cap]:
        return [cap for cap in self.facts.caps_of(person, programme) if cap.name not in self.mixed]

    def held(self, programme: str, asking: Iterable[Person]) -> list[Person]:
        """Whom the programme holds of all who ask: its guarantees first, then the best that still fit."""
        ranked = sorted(asking, key=lambda one: self.key(one, programme))
        counts: Counter[str] = Counter()
        chosen: list[Person] = []
        empty = 0

        def take(person: Person) -> None:
            chosen.append(person)
            counts.update(cap.name for cap in self._limits(person, programme))

        for row in self.kept[programme]:
            group = [one for one in ranked if row.covers(one) and one not in chosen][: row.seats]
            for one in group:
                take(one)
            empty += 0 if row.release else row.seats - len(group)
        for one in ranked:
            if one not in chosen and self._fits(one, programme, counts, empty):
                take(one)
        return chosen

    def takes(self, person: Person, programme: str, holders: Iterable[Person]) -> bool:
        """Whether the programme would take the person beside or instead of its holders."""
        return person in self.held(programme, [*holders, person])

    def _fits(self, person: Person, programme: str, counts: Counter[str], empty: int) -> bool:
        limits = self._limits(person, programme)
        return all(counts[cap.name] + (empty if cap.kind == "cap" else 0) < cap.cap for cap in limits)

    def _settled(self, closed: frozenset[str]) -> Scene:
        people = [one for group in self.facts.walk for one in group]
        wishes = {one.id: [name for _, name in one.open_to if name not in closed] for one in people}
        at = dict.fromkeys(wishes, 0)
        holding: dict[str, list[Person]] = {name: [] for name in self.facts.programmes}
        waiting = people[::-1]
        while waiting:
            person = waiting.pop()
            if at[person.id] == len(wishes[person.id]):
                continue
            name = wishes[person.id][at[person.id]]
            asking = [*holding[name], person]
            holding[name] = self.held(name, asking)
            for one in asking:
                if one not in holding[name]:
                    at[one.id] += 1
                    waiting.append(one)
        scene = Scene()
        for person in people:
            seat = next((wish for wish in person.open_to if person in holding[wish[1]]), None)
            self.seat(scene, [(person, seat)])
        self._refusals(scene, closed, holding)
        self._adjust(scene, closed, holding)
        return scene

    def _refusals(self, scene: Scene, closed: frozenset[str], holding: dict[str, list[Person]]) -> None:
        for group in self.facts.walk:
            for person in group:
                for choice, name in person.open_to:
                    if scene.got.get(person.id) == (choice, name):
                        break
                    why = "closed" if name in closed else self._why(person, name, holding[name])
                    scene.refused[person.id, choice] = why

    def _why(self, person: Person, programme: str, holders: list[Person]) -> str:
        mine = self.key(person, programme)
        kept = self.kept[programme]
        for cap in self._limits(person, programme):
            inside = [one for one in holders if cap.holds(one, programme, self.facts.bed(one, programme))]
            above = all(self.key(one, programme) < mine for one in inside)
            if len(inside) >= cap.cap and (above or (cap.kind == "cap" and kept)):
                return cap.name
        return self._empty(programme, holders)

    def _empty(self, programme: str, holders: list[Person]) -> str:
        """The first guarantee with places that stay empty for good, beside those its own earlier ones hold."""
        ranked = sorted(holders, key=lambda one: self.key(one, programme))
        for row in self.kept[programme]:
            group = [one for one in ranked if row.covers(one)][: row.seats]
            if not row.release and len(group) < row.seats:
                return row.name
            ranked = [one for one in ranked if one not in group]
        return "held/?"  # nothing refuses: the check of claims says so

    def _adjust(self, scene: Scene, closed: frozenset[str], holding: dict[str, list[Person]]) -> None:
        """In the order of the round, into places that are left over."""
        for group in self.facts.walk:
            for person in group:
                for name in self.adjustable(person) if person.id not in scene.got else ():
                    asking = [*holding[name], person]
                    if name not in closed and len(self.held(name, asking)) == len(asking):
                        holding[name] = asking
                        self.seat(scene, [(person, (0, name))])
                        break
