"""Hard floors: keep a completion valid by small moves, so that most steps need no solver."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from allocation.completion import Order, Witness
from allocation.ledger import Ledger
from allocation.round import Round
from allocation.wishes import Wish

DEPTH = 3
"""How many people one after another may change their place to let somebody else serve an order."""


STEPS = 600
"""Tries in one mending: beyond, the linear relaxation is quicker."""


class Members:
    """Who could serve each floor and each minimum, by any wish of theirs."""

    def __init__(self, round_: Round) -> None:
        self.of: dict[Order, list[tuple[int, Wish]]] = defaultdict(list)
        for who, (row, more) in enumerate(zip(round_.wishes, round_.adjust, strict=True)):
            for wish in (*row, *more):
                if not wish.returned:
                    self.of["floor", wish.floor].append((who, wish))
                    self.of["min", wish.programme].append((who, wish))


class Repair:
    """A witness that is mended after somebody was decided; gives up where a search is needed.

    A mended witness proves that a completion exists; finding none proves nothing.
    """

    def __init__(self, ledger: Ledger, members: Members, witness: Witness) -> None:
        self.ledger = ledger
        self.members = members
        self.witness: Witness = {}
        self.inside: dict[int, set[int]] = defaultdict(set)
        self.floors: dict[int, int] = defaultdict(int)
        self.pupils: dict[int, int] = defaultdict(int)
        self.log: list[tuple[int, Wish | None]] = []
        self.tried: set[int] = set()
        self.steps = 0
        for who, wish in witness.items():
            self._move(who, wish)
        self.missing: dict[int, int] = {}
        self.wanting: dict[int, int] = {}

    def without(self, people: Iterable[int]) -> Repair:
        """The same witness, to be mended apart, without these people."""
        other = Repair(self.ledger, self.members, {})
        other.witness = dict(self.witness)
        other.inside = defaultdict(set, {one: set(people) for one, people in self.inside.items() if people})
        other.floors, other.pupils = self.floors.copy(), self.pupils.copy()
        for who in people:
            other.drop(who)
        return other

    def drop(self, who: int) -> None:
        """Somebody is decided: no part of what is left to complete."""
        self._move(who, None)

    def _move(self, who: int, wish: Wish | None) -> None:
        old = self.witness.pop(who, None)
        self.log.append((who, old))
        if old is not None:
            self.floors[old.floor] -= 1
            self.pupils[old.programme] -= 1
            for one in old.checks:
                self.inside[one].discard(who)
        if wish is not None:
            self.witness[who] = wish
            self.floors[wish.floor] += 1
            self.pupils[wish.programme] += 1
            for one in wish.checks:
                self.inside[one].add(who)

    def _undo(self, mark: int) -> None:
        while len(self.log) > mark:
            who, old = self.log.pop()
            self._move(who, old)
            self.log.pop()

    def _room(self, one: int) -> int:
        return self.ledger.round.limits[one].cap - self.ledger.used[one] - len(self.inside[one])

    def _lost(self, wish: Wish) -> list[Order]:
        """The orders that would lack this placement."""
        lost: list[Order] = []
        if self.floors[wish.floor] <= self.missing.get(wish.floor, -1):
            lost.append(("floor", wish.floor))
        if self.pupils[wish.programme] <= self.wanting.get(wish.programme, -1):
            lost.append(("min", wish.programme))
        return lost

    def _lacks(self, order: Order) -> bool:
        kind, at = order
        if kind == "floor":
            return self.floors[at] < self.missing.get(at, 0)
        return self.pupils[at] < self.wanting.get(at, 0)

    def _shed(self) -> None:
        """Nobody of the witness beyond a cap: first those whom no order needs."""
        for one in [one for one in self.inside if self._room(one) < 0]:
            for who in sorted(self.inside[one], key=lambda who: (len(self._lost(self.witness[who])), who)):
                if self._room(one) >= 0:
                    break
                self._move(who, None)

    def _serve(self, order: Order, depth: int) -> bool:
        """One more for this order: somebody free or unneeded, else in exchange for somebody else."""
        kind, at = order
        if not self._lacks(order):
            return True
        for who, wish in self.members.of[order]:
            options = self.ledger.options[who]
            if not options or who in self.tried or (wish.choice and not options[0].choice):
                continue
            old = self.witness.get(who)
            if old is not None and (old.floor if kind == "floor" else old.programme) == at:
                continue
            self.steps += 1
            if self.steps > STEPS:
                return False
            mark = len(self.log)
            if self._enter(who, wish, depth):
                return True
            self._undo(mark)
        return False

    def _enter(self, who: int, wish: Wish, depth: int) -> bool:
        """Put somebody here; whoever must leave for it, and was needed, is replaced."""
        lost = self._leave(who, depth)
        for one in wish.checks:
            if lost is not None and self._room(one) <= 0:
                more = self._displaced(one, depth)
                lost = None if more is None else [*lost, *more]
        if lost is None:
            return False
        self._move(who, wish)
        self.tried.add(who)
        return all(self._serve(order, depth - 1) for order in lost)

    def _leave(self, who: int, depth: int) -> list[Order] | None:
        old = self.witness.get(who)
        lost = [] if old is None else self._lost(old)
        if lost and not depth:
            return None
        self._move(who, None)
        return lost

    def _displaced(self, one: int, depth: int) -> list[Order] | None:
        """Make room under a limit; ``None`` if nobody can go."""
        inside = [who for who in self.inside[one] if who not in self.tried]
        unneeded = (who for who in inside if not self._lost(self.witness[who]))
        best = next(unneeded, inside[0] if inside and depth else None)
        return None if best is None else self._leave(best, depth)

    def mended(self, target: int) -> bool:
        """Whether the witness is valid again and within the target; if not, these moves do not reach it."""
        self.missing, self.wanting = self.ledger.missing(), self.ledger.wanting()
        self._shed()
        self.steps = 0
        spare = target
        for at, count in self.missing.items():
            while self.floors[at] + max(0, spare) < count and self._again(("floor", at)):
                pass
            spare -= max(0, count - self.floors[at])
        for at, count in self.wanting.items():
            while self.pupils[at] < count:
                if not self._again(("min", at)):
                    return False
        return sum(max(0, count - self.floors[at]) for at, count in self.missing.items()) <= target

    def _again(self, order: Order) -> bool:
        self.tried.clear()
        self.log.clear()
        return self._serve(order, DEPTH)
