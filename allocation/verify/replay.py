"""The verifier's own walk through the round, by names, one opening set at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from allocation.verify.facts import ORDER, Cap, Facts, Person
from allocation.verify.keeping import Holding, guarantees

Wish = tuple[int, str]
"""The number of a choice (0: adjustment) and its programme."""


@dataclass(slots=True)
class Scene:
    """What one walk left: who sits where (choice number, programme), counts, refusals.

    ``most`` and ``most_beds`` are what each guarantee could keep in the end (``most_beds`` by guarantee and
    bed limit); ``torn`` are full ties that no completion of hard floors keeps together.
    """

    got: dict[str, Wish] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    asleep: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: dict[tuple[str, int], str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    bed_calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    most: dict[str, int] = field(default_factory=dict)
    most_beds: dict[tuple[str, str], int] = field(default_factory=dict)
    torn: list[list[str]] = field(default_factory=list)


class Replay:
    """Walks the round again.

    ``promised`` are all guarantees, ``kept`` those that keep places from others (hard floors and floors under
    county shares do not); ``mixed`` names limits that span counties and can decide nothing between them.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.promised = guarantees(facts)
        self.kept = {name: [] if self._idle(name) else rows for name, rows in self.promised.items()}
        self.scenes: dict[frozenset[str], Scene] = {}
        self.adjustments: dict[str, list[str]] = {}
        self.with_beds = bool(facts.rule("bed_with_guarantee", False))
        self.own = facts.rule("across", "own_county") in ("own_county", "optimised_shares")
        self.mixed = self._mixed() if self.own else set()
        self.scarce_beds = self._scarce_beds() if self.with_beds else set()

    def _idle(self, programme: str) -> bool:
        return self.facts.hard or self.facts.ranked or self.facts.divided(programme)

    def _mixed(self) -> set[str]:
        """Limits that applicants of several counties may count to: no county's result may rest on them."""
        touched: dict[str, set[str]] = {}
        for person in self.facts.people.values():
            for programme in self.doors(person):
                for cap in self.facts.caps_of(person, programme):
                    touched.setdefault(cap.name, set()).add(person.county)
        return {name for name, counties in touched.items() if len(counties) > 1}

    def _scarce_beds(self) -> set[str]:
        """Limits on beds that more people could count to than there are beds."""
        could: Counter[str] = Counter()
        for person in self.facts.people.values():
            touched = {cap.name for name in self.doors(person) for cap in self.facts.caps_of(person, name)}
            could.update(touched)
        caps = (cap for cap in self.facts.caps if cap.kind == "dorm" and cap.name not in self.mixed)
        return {cap.name for cap in caps if could[cap.name] > cap.cap}

    def key(self, person: Person, programme: str) -> tuple[int | str, ...]:
        """Where the person stands in the order of this programme; smaller is better."""
        return person.slot, person.id

    def cut(self, person: Person, programme: str | None) -> tuple[int, object]:
        """The position and the score a cut of this programme tells."""
        return person.position, person.score

    def doors(self, person: Person) -> set[str]:
        """Where the person could be placed, by choice or by adjustment."""
        return {name for _, name in person.open_to} | set(self.adjustable(person))

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
        holding = Holding([row for kept in self.kept.values() for row in kept])
        while True:
            scene = self._once(closed, holding)
            grown = holding.grow(scene.calls, scene.bed_calls, scene.groups, scene.asleep)
            if not grown and not holding.release(scene.groups, scene.asleep):
                scene.most = dict(holding.most)
                scene.most_beds = dict(holding.most_beds)
                return scene

    def _once(self, shut: frozenset[str], holding: Holding) -> Scene:
        scene = Scene()
        for together in self.facts.walk:
            found = [(one, self._choose(scene, one, one.open_to, shut, holding)) for one in together]
            self.seat(scene, found)
        for together in self.facts.walk:
            left = [one for one in together if one.id not in scene.got]
            found = [
                (one, self._choose(scene, one, [(0, at) for at in self.adjustable(one)], shut, holding))
                for one in left
            ]
            self.seat(scene, found)
        return scene

    def _choose(
        self, scene: Scene, person: Person, wishes: Sequence[Wish], shut: frozenset[str], holding: Holding
    ) -> Wish | None:
        for choice, programme in wishes:
            names = ["closed"] if programme in shut else self._obstacles(scene, person, programme, holding)
            if not names:
                return choice, programme
            if choice:
                scene.refused[person.id, choice] = names[0]
                if programme not in shut:
                    self._call(scene, person, programme, names, holding)
        return None

    def full(self, scene: Scene, person: Person, programme: str) -> list[Cap]:
        """The limits of this person in this programme that are full, in naming order."""
        return [
            cap
            for cap in self.facts.caps_of(person, programme)
            if cap.name not in self.mixed and scene.counts[cap.name] >= cap.cap
        ]

    def guarded(self, programme: str) -> bool:
        """Whether guarantees bear on the programme's total."""
        return bool(self.kept[programme]) and f"cap/{programme}" not in self.mixed

    def _obstacles(self, scene: Scene, person: Person, programme: str, holding: Holding) -> list[str]:
        guarded = self.guarded(programme)
        names = [
            cap.name
            for cap in self.full(scene, person, programme)
            if not (guarded and cap.kind == "cap") and not (self.with_beds and cap.kind == "dorm")
        ]
        if guarded and (kept := self._held(scene, person, programme, holding)):
            names.append(kept)
        if self.with_beds:
            names += self._no_bed(scene, person, programme, holding)
        return sorted(names, key=lambda name: ORDER.index(name.partition("/")[0]))

    def _held(self, scene: Scene, person: Person, programme: str, holding: Holding) -> str | None:
        total = f"cap/{programme}"
        rows = self.kept[programme]
        owed = {row: max(0, holding.places[row.name] - scene.groups[row.name]) for row in rows}
        free = int(self.facts.programmes[programme]["capacity"]) - scene.counts[total]
        if any(owed[row] for row in rows if row.covers(person)) or sum(owed.values()) < free:
            return None
        lasting = [row for row in rows if owed[row] and not row.release]
        return lasting[0].name if 0 < free <= sum(owed[row] for row in lasting) else total

    def bed_limits(self, person: Person, programme: str) -> list[Cap]:
        """The limits on beds this person would count to there, where beds can run out."""
        caps = self.facts.caps_of(person, programme)
        return [cap for cap in caps if cap.name in self.scarce_beds]

    def _no_bed(self, scene: Scene, person: Person, programme: str, holding: Holding) -> list[str]:
        found = []
        for cap in self.bed_limits(person, programme):
            owed = {
                row: max(0, holding.beds[row.name, cap.name] - scene.asleep[row.name, cap.name])
                for name in cap.programmes
                for row in self.kept[name]
            }
            mine = any(owed[row] for row in self.kept[programme] if row.covers(person))
            free = cap.cap - scene.counts[cap.name]
            if free <= 0 or (free <= sum(owed.values()) and not mine):
                found.append(cap.name)
        return found

    def _call(self, scene: Scene, person: Person, programme: str, names: list[str], holding: Holding) -> None:
        """A member refused by nothing but the total (or a bed that would come with it) calls for a place."""
        plain = ("cap", "held", "dorm") if self.with_beds else ("cap", "held")
        if not self.guarded(programme) or any(name.partition("/")[0] not in plain for name in names):
            return
        beds = self.bed_limits(person, programme) if self.with_beds else []
        for row in self.kept[programme]:
            if row.covers(person) and holding.lacks(row.name, [cap.name for cap in beds]):
                scene.calls[row.name] += 1
                for cap in beds:
                    scene.bed_calls[row.name, cap.name] += 1
                return

    def seat(self, scene: Scene, found: Iterable[tuple[Person, Wish | None]]) -> None:
        """Count everybody of a group who takes a wish."""
        for person, wish in found:
            if wish is None:
                continue
            scene.got[person.id] = wish
            caps = self.facts.caps_of(person, wish[1])
            for cap in caps:
                scene.counts[cap.name] += 1
            for row in self.kept[wish[1]]:
                if row.covers(person):
                    scene.groups[row.name] += 1
                    for cap in self.bed_limits(person, wish[1]) if self.with_beds else ():
                        scene.asleep[row.name, cap.name] += 1

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

    def first(self) -> Scene:
        """The walk with everything open that tells which classes are undecided."""
        return self.scene(())

    def lacking(self, scene: Scene, shut: frozenset[str]) -> list[str]:
        """Open classes that this walk leaves undecided, or that an order of cancellation would shut."""
        return self.weak(scene, shut)

    def missing(self, shut: frozenset[str]) -> int | None:
        """What an opening set is judged by first: the least shortfall of hard floors (else nothing)."""
        return 0

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
