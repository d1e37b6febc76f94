"""The verifier's own walk through the round, by names, one opening set at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from allocation.verify.facts import ORDER, Facts, Person


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
        rows = [
            Kept(f"floor/{name}/{county}", int(seats), county, None, True)
            for county, seats in sorted((raw.get("floors") or {}).items())
        ]
        rows += [
            Kept(f"held/{name}/{one['tag']}", int(one["seats"]), None, one["tag"], one.get("release") is not False)
            for one in sorted(raw.get("reserved") or (), key=lambda one: str(one["tag"]))
        ]
        found[name] = [row for row in rows if row.seats]
    return found


@dataclass(slots=True)
class Scene:
    """What one walk left: who sits where (choice number, programme), counts, refusals."""

    got: dict[str, tuple[int, str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    refused: dict[tuple[str, int], str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    most: dict[str, int] = field(default_factory=dict)


class Replay:
    """Walks the round again; ``idle`` names limits that span counties and can decide nothing between them."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.kept = guarantees(facts)
        self.scenes: dict[frozenset[str], Scene] = {}
        self.adjustments: dict[str, list[str]] = {}
        self.own = facts.rule("across", "own_county") == "own_county"
        self.mixed = self._mixed() if self.own else set()

    def _mixed(self) -> set[str]:
        """Limits that applicants of several counties may count to: no county's result may rest on them."""
        touched: dict[str, set[str]] = {}
        for person in self.facts.people.values():
            for programme in {name for _, name in person.open_to} | set(self.adjustable(person)):
                for cap in self.facts.caps_of(person, programme):
                    touched.setdefault(cap.name, set()).add(person.county)
        return {name for name, counties in touched.items() if len(counties) > 1}

    def adjustable(self, person: Person) -> list[str]:
        """Where adjustment may place the person, in order."""
        if person.id not in self.adjustments:
            self.adjustments[person.id] = self._adjustable(person)
        return self.adjustments[person.id]

    def _adjustable(self, person: Person) -> list[str]:
        facts = self.facts
        rule = facts.rule("adjustment", "off")
        if rule == "off" or not person.raw.get("adjust") or person.id in facts.taken:
            return []
        order: list[str] = list(facts.raw.get("adjust_order") or ())
        filed: list[str] = list(person.raw.get("choices") or ())
        if rule == "same_school":
            listing = order + sorted(set(facts.programmes) - set(order))
            schools = dict.fromkeys(facts.programmes[one].get("school") for one in filed)
            order = [
                one
                for school in schools
                if school is not None
                for one in listing
                if facts.programmes[one].get("school") == school
            ]
        return [one for one in order if one not in filed and facts.why_not(person, one) is None]

    def scene(self, shut: Iterable[str]) -> Scene:
        """The outcome with these classes shut: held places grow only while their group calls for them."""
        closed = frozenset(shut)
        if closed not in self.scenes:
            self.scenes[closed] = self._settled(closed)
        return self.scenes[closed]

    def _settled(self, closed: frozenset[str]) -> Scene:
        rows = [row for kept in self.kept.values() for row in kept]
        most = {row.name: row.seats for row in rows}
        held = {row.name: 0 if row.release else row.seats for row in rows}
        while True:
            scene = self._once(closed, held, most)
            if scene.calls:
                for name, calls in scene.calls.items():
                    held[name] = min(most[name], max(held[name], scene.groups[name]) + calls)
                continue
            idle = [row.name for row in rows if row.release and scene.groups[row.name] < held[row.name]]
            if not idle:
                scene.most = dict(most)
                return scene
            for name in idle:
                most[name] = held[name] = scene.groups[name]

    def _once(self, shut: frozenset[str], held: dict[str, int], most: dict[str, int]) -> Scene:
        scene = Scene()
        for together in self.facts.walk:
            found = [(one, self._choose(scene, one, one.open_to, shut, held, most)) for one in together]
            self._seat(scene, found)
        for together in self.facts.walk:
            left = [one for one in together if one.id not in scene.got]
            found = [
                (one, self._choose(scene, one, [(0, at) for at in self.adjustable(one)], shut, held, most))
                for one in left
            ]
            self._seat(scene, found)
        return scene

    def _choose(
        self,
        scene: Scene,
        person: Person,
        wishes: list[tuple[int, str]],
        shut: frozenset[str],
        held: dict[str, int],
        most: dict[str, int],
    ) -> tuple[int, str] | None:
        for choice, programme in wishes:
            why = "closed" if programme in shut else self._obstacle(scene, person, programme, held)
            if why is None:
                return choice, programme
            if choice:
                scene.refused[person.id, choice] = why
                self._call(scene, person, programme, why, held, most)
        return None

    def _full(self, scene: Scene, person: Person, programme: str) -> list[str]:
        guarded = self.guarded(programme)
        return [
            cap.name
            for cap in self.facts.caps_of(person, programme)
            if cap.name not in self.mixed
            and scene.counts[cap.name] >= cap.cap
            and not (guarded and cap.kind == "cap")
        ]

    def guarded(self, programme: str) -> bool:
        """Whether guarantees bear on the programme's total."""
        return bool(self.kept[programme]) and f"cap/{programme}" not in self.mixed

    def _obstacle(self, scene: Scene, person: Person, programme: str, held: dict[str, int]) -> str | None:
        full = self._full(scene, person, programme)
        kept = self._held(scene, person, programme, held) if self.guarded(programme) else None
        names = full if kept is None else [*full, kept]
        return min(names, key=lambda name: ORDER.index(name.partition("/")[0]), default=None)

    def _held(self, scene: Scene, person: Person, programme: str, held: dict[str, int]) -> str | None:
        total = f"cap/{programme}"
        rows = self.kept[programme]
        owed = {row: max(0, held[row.name] - scene.groups[row.name]) for row in rows}
        free = int(self.facts.programmes[programme]["capacity"]) - scene.counts[total]
        if any(owed[row] for row in rows if row.covers(person)) or sum(owed.values()) < free:
            return None
        lasting = [row for row in rows if owed[row] and not row.release]
        return lasting[0].name if 0 < free <= sum(owed[row] for row in lasting) else total

    def _call(
        self,
        scene: Scene,
        person: Person,
        programme: str,
        why: str,
        held: dict[str, int],
        most: dict[str, int],
    ) -> None:
        """A member refused by nothing but the programme's total calls for a held place."""
        if why == "closed" or not self.guarded(programme) or self._full(scene, person, programme):
            return
        for row in self.kept[programme]:
            if row.covers(person) and held[row.name] < most[row.name]:
                scene.calls[row.name] += 1
                return

    def _seat(self, scene: Scene, found: list[tuple[Person, tuple[int, str] | None]]) -> None:
        for person, wish in found:
            if wish is not None:
                scene.got[person.id] = wish
                for cap in self.facts.caps_of(person, wish[1]):
                    scene.counts[cap.name] += 1
                for row in self.kept[wish[1]]:
                    scene.groups[row.name] += row.covers(person)

    def pupils(self, scene: Scene) -> Counter[str]:
        """How many each programme really gets."""
        people = self.facts.people
        return Counter(at for who, (_, at) in scene.got.items() if at not in people[who].returned_at)

    def weak(self, scene: Scene, shut: Iterable[str]) -> list[str]:
        """Open classes below their minimum, local pupils counted in."""
        pupils = self.pupils(scene)
        return [
            name
            for name, raw in sorted(self.facts.programmes.items())
            if name not in shut and pupils[name] < self.need(raw)
        ]

    @staticmethod
    def need(raw: Any) -> int:
        """Pupils needed besides the local ones."""
        return max(0, int(raw.get("min_open") or 0) - int(raw.get("local_enrolled") or 0))

    def figures(self, scene: Scene) -> tuple[int, int]:
        """Placed and the sum of ranks."""
        people = self.facts.people
        ranks = [
            people[who].rank(choice) for who, (choice, at) in scene.got.items() if at not in people[who].returned_at
        ]
        return len(ranks), sum(ranks)
