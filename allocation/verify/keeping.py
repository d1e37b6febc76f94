"""Guarantees as the verifier reads them, and the places and beds they hold from pass to pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from allocation.verify.facts import Facts, Person

Bed = tuple[str, str]
"""A guarantee and a limit on beds."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A guarantee as the verifier reads it."""

    name: str
    seats: int
    county: str | None
    tag: str | None
    release: bool

    def covers(self, person: Person) -> bool:
        """Whether the person belongs to the group."""
        return person.county == self.county if self.tag is None else self.tag in person.tags


def guarantees(facts: Facts) -> dict[str, list[Kept]]:
    """The guarantees of each programme: floors by county, then reserved places by tag."""
    found: dict[str, list[Kept]] = {}
    for name, raw in facts.programmes.items():
        floors = sorted((raw.get("floors") or {}).items())
        gives_back = not (facts.hard or facts.divided(name))
        rows = [Kept(f"floor/{name}/{county}", int(seats), county, None, gives_back) for county, seats in floors]
        rows += [
            Kept(f"held/{name}/{one['tag']}", int(one["seats"]), None, one["tag"], one.get("release") is not False)
            for one in sorted(raw.get("reserved") or (), key=lambda one: str(one["tag"]))
        ]
        found[name] = [row for row in rows if row.seats]
    return found


class Holding:
    """Places and beds held now, and the most of each that may still be held."""

    def __init__(self, rows: Sequence[Kept]) -> None:
        self.rows = rows
        self.most = {row.name: row.seats for row in rows}
        self.places = {row.name: 0 if row.release else row.seats for row in rows}
        self.beds: Counter[Bed] = Counter()
        self.most_beds: dict[Bed, int] = {}

    def _room(self, name: str, bed: Bed) -> int:
        """How many beds of one limit a guarantee may hold beside its others."""
        others = sum(count for (row, cap), count in self.beds.items() if row == name and (row, cap) != bed)
        return min(self.most[name] - others, self.most_beds.get(bed, self.most[name]))

    def lacks(self, name: str, beds: Sequence[str]) -> bool:
        """Whether a guarantee may still hold one more place, or one more bed of these limits."""
        return self.places[name] < self.most[name] or any(
            self.beds[name, cap] < self._room(name, (name, cap)) for cap in beds
        )

    def grow(self, calls: Counter[str], beds: Counter[Bed], inside: Counter[str], asleep: Counter[Bed]) -> bool:
        """Hold what members inside and members calling need, as far as the seats reach; whether anything grew."""
        before = dict(self.places), +self.beds
        for name, count in calls.items():
            self.places[name] = max(self.places[name], min(self.most[name], inside[name] + count))
        for bed, count in sorted(beds.items()):
            self.beds[bed] = max(self.beds[bed], min(asleep[bed] + count, self._room(bed[0], bed)))
        return before != (self.places, +self.beds)

    def release(self, inside: Counter[str], asleep: Counter[Bed]) -> bool:
        """After a pass without calls: give back what the group left; whether anything was given back."""
        idle = [row.name for row in self.rows if row.release and inside[row.name] < self.places[row.name]]
        for name in idle:
            self.most[name] = self.places[name] = inside[name]
        empty = [bed for bed, count in self.beds.items() if asleep[bed] < count]
        for bed in empty:
            self.most_beds[bed] = self.beds[bed] = asleep[bed]
        return bool(idle or empty)
