"""Hard floors, walked again: the look-ahead pass with a completion kept as witness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile

from allocation.verify.completions import Completions, shortfall
from allocation.verify.facts import Facts, Person
from allocation.verify.replay import Replay, Scene, Wish


class Broken(Exception):
    """No completion of an opening set meets every minimum."""


class HardReplay(Replay):
    """Scenes under hard floors.

    ``hint`` is an assignment worth trying first as a completion, ``blamed`` a reason worth trying first; both
    only save questions: nothing is taken over that was not found true.  What is to blame for a refusal is asked
    only with the classes of ``final`` closed (everywhere, if it is not given).
    """

    def __init__(
        self,
        facts: Facts,
        hint: Mapping[str, str | None] | None = None,
        blamed: Mapping[tuple[str, int], str] | None = None,
        final: frozenset[str] | None = None,
    ) -> None:
        super().__init__(facts)
        self.hint = {who: name for who, name in (hint or {}).items() if name is not None}
        self.blamed = blamed or {}
        self.final = final
        self.aims: dict[tuple[frozenset[str], bool], tuple[int, Scene] | None] = {}

    def scene(self, shut: Iterable[str]) -> Scene:
        """The outcome with these classes shut: with minima under ``optimal``, without them else."""
        return self._left(frozenset(shut), minima=self.facts.rule("opening", "optimal") == "optimal")

    def first(self) -> Scene:
        """The pass with everything open, minima left aside."""
        return self._left(frozenset(), minima=False)

    def _left(self, shut: frozenset[str], *, minima: bool) -> Scene:
        """What the look-ahead pass leaves; raises :class:`Broken` where it cannot even begin."""
        result = self.aimed(shut, minima=minima)
        if result is None:
            raise Broken("no completion meets every minimum")
        return result[1]

    def aimed(self, shut: frozenset[str], *, minima: bool) -> tuple[int, Scene] | None:
        """The least shortfall of these closed classes and the look-ahead pass that aims at it."""
        if (shut, minima) not in self.aims:
            self.aims[shut, minima] = self._aimed(shut, minima=minima)
        return self.aims[shut, minima]

    def _aimed(self, shut: frozenset[str], *, minima: bool) -> tuple[int, Scene] | None:
        plain = self._settled(shut)
        swollen = any(plain.counts[cap.name] > cap.cap for cap in self.facts.caps)  # by a full tie
        kept = not swollen and not (minima and self.weak(plain, shut))
        missing = shortfall(self, plain, shut)
        if kept and not missing:
            return 0, plain
        walk = _Walk(self, shut, minima=minima)
        found = walk.completions.least()
        if found is None:
            return None
        target, witness = found
        return target, plain if kept and missing == target else walk.run(target, witness)

    def missing(self, shut: frozenset[str]) -> int | None:
        """The least shortfall of these closed classes; ``None`` if no completion meets every minimum."""
        result = self.aimed(shut, minima=True)
        return None if result is None else result[0]

    def lacking(self, scene: Scene, shut: frozenset[str]) -> list[str]:
        """Open classes with pupils still needed that stay below their minimum or short of a floor."""
        people = self.facts.people
        below = set(self.weak(scene, shut))
        for name, rows in self.promised.items():
            for row in rows:
                inside = sum(
                    at == name and at not in people[who].returned_at and row.covers(people[who])
                    for who, (_, at) in scene.got.items()
                )
                if inside < row.seats:
                    below.add(name)
        return sorted(name for name in below - shut if self.need(self.facts.programmes[name]))


class _Walk:
    """One look-ahead pass."""

    def __init__(self, replay: HardReplay, shut: frozenset[str], *, minima: bool) -> None:
        self.replay = replay
        self.shut = shut
        self.scene = Scene()
        self.completions = Completions(replay, shut, minima=minima)
        self.minima = minima
        self.witness: Mapping[str, str] = {}

    def run(self, target: int, witness: Mapping[str, str]) -> Scene:
        """Walk everybody."""
        self.completions.aim(target)
        self.witness = self.replay.hint if self._serves(target) else witness
        for together in self.replay.facts.walk:
            self._decide(together, {one.id: one.open_to for one in together}, last=False)
        for together in self.replay.facts.walk:
            waiting = [one for one in together if one.id not in self.scene.got]
            self._decide(
                waiting, {one.id: [(0, at) for at in self.replay.adjustable(one)] for one in waiting}, last=True
            )
        return self.scene

    def _serves(self, target: int) -> bool:
        """Whether the outcome's own assignment is a completion that reaches the target."""
        scene = Scene()
        for person in self.replay.facts.people.values():
            name = self.replay.hint.get(person.id)
            if name is None:
                continue
            wish = next((one for one in self.completions.wishes.get(person.id, ()) if one[1] == name), None)
            if wish is None or self.replay.full(scene, person, name):
                return False
            self.replay.seat(scene, [(person, wish)])
        kept = not self.minima or not self.replay.weak(scene, self.shut)
        return kept and shortfall(self.replay, scene, self.shut) <= target

    def _decide(self, group: list[Person], wishes: Mapping[str, list[Wish]], *, last: bool) -> None:
        """Decide for a full tie together; one by one where no completion keeps all of them."""
        found = [(one, self._first(one, wishes[one.id])) for one in group]
        before = self.completions.bounds(group)
        for person, wish in found:
            self.completions.decide(person, wish, last=last)
        if any(not self._agrees(person, wish, last=last) for person, wish in found):
            witness = self.completions.any()
            if witness is None:
                self.scene.torn.append([person.id for person in group])
                self.completions.restore(before)
                for one in group:
                    self._decide([one], wishes, last=last)
                return
            self.witness = witness
        self.replay.seat(self.scene, found)

    def _agrees(self, person: Person, wish: Wish | None, *, last: bool) -> bool:
        """Whether the witness keeps the decision."""
        at = self.witness.get(person.id)
        if wish is not None:
            return at == wish[1]
        return at is None or (not last and at in self.replay.adjustable(person))

    def _first(self, person: Person, wishes: list[Wish]) -> Wish | None:
        for choice, name in wishes:
            why = self._refusal(person, name, choice)
            if why is None:
                return choice, name
            if choice:
                self.scene.refused[person.id, choice] = why
        return None

    def _refusal(self, person: Person, name: str, choice: int) -> str | None:
        if name in self.shut:
            return "closed"
        full = self.replay.full(self.scene, person, name)
        if full:
            return full[0].name
        if self.witness.get(person.id) == name:
            return None
        told = choice and self.replay.final in (None, self.shut)
        stated = self.replay.blamed.get((person.id, choice), "")
        if told and self._confirmed(person, name, stated):
            return stated
        witness = self.completions.with_wish(person, name)
        if witness is not None:
            self.witness = witness
            return None
        return self._blame(person, name) if told else "hard/*"

    def _confirmed(self, person: Person, name: str, stated: str) -> bool:
        """Whether what the outcome blames is the first that would help alone (where nothing may be missing)."""
        listed = self.completions.waivable()
        before = [waived for _, waived in takewhile(lambda one: one[0] != stated, listed)]
        if self.completions.aimed or (stated != "hard/*" and len(before) == len(listed)):
            return False
        if self.completions.spared_one(person, name, before):
            return False
        return len(before) == len(listed) or self.completions.without(person, name, listed[len(before)][1])

    def _blame(self, person: Person, name: str) -> str:
        """The first floor or minimum whose removal alone would make the choice possible."""
        for why, waived in self.completions.waivable():
            if self.completions.without(person, name, waived):
                return why
        return "hard/*"
