"""Hard floors: keep a completion valid by small moves, so that most steps need no solver."""

from __future__ import annotations

from collections import defaultdict

from allocation.completion import Witness
from allocation.ledger import Ledger
from allocation.wishes import Wish


class Repair:
    """Mends a witness after somebody was decided; gives up where a search is needed.

    A mended witness proves that a completion exists; finding none proves nothing.
    """

    def __init__(self, ledger: Ledger, witness: Witness) -> None:
        self.ledger = ledger
        self.witness = dict(witness)
        self.used: dict[int, int] = defaultdict(int)
        self.members: dict[int, int] = defaultdict(int)
        self.pupils: dict[int, int] = defaultdict(int)
        for wish in witness.values():
            self._count(wish, 1)
        self.missing = ledger.missing()
        self.wanting = ledger.wanting()

    def _count(self, wish: Wish, count: int) -> None:
        for one in wish.checks:
            self.used[one] += count
        self.members[wish.floor] += count
        self.pupils[wish.programme] += count

    def _drop(self, applicant: int) -> Wish:
        wish = self.witness.pop(applicant)
        self._count(wish, -1)
        return wish

    def _put(self, applicant: int, wish: Wish) -> None:
        self.witness[applicant] = wish
        self._count(wish, 1)

    def _over(self, one: int) -> bool:
        return self.ledger.used[one] + self.used[one] > self.ledger.round.limits[one].cap

    def _room(self, wish: Wish) -> bool:
        limits = self.ledger.round.limits
        return all(self.ledger.used[one] + self.used[one] < limits[one].cap for one in wish.checks)

    def _needed(self, wish: Wish) -> bool:
        """Whether an order would lack this placement."""
        return self.members[wish.floor] <= self.missing.get(wish.floor, -1) or self.pupils[
            wish.programme
        ] <= self.wanting.get(wish.programme, -1)

    def _lacks(self, wish: Wish) -> bool:
        """Whether this placement would bring an order nearer."""
        return not wish.returned and (
            self.members[wish.floor] < self.missing.get(wish.floor, 0)
            or self.pupils[wish.programme] < self.wanting.get(wish.programme, 0)
        )

    def _shed(self) -> None:
        """Nobody of the witness beyond a cap: first those whom no order needs."""
        over = {one for one in self.used if self._over(one)}
        if not over:
            return
        for who in sorted(self.witness, key=lambda who: (self._needed(self.witness[who]), who)):
            if any(self._over(one) for one in self.witness[who].checks):
                self._drop(who)

    def _fill(self) -> None:
        """Whoever is free, or not needed where they are, goes where an order lacks somebody."""
        for who, options in enumerate(self.ledger.options):
            if not options:
                continue
            old = self.witness.get(who)
            if old is None:
                self._first(who)
            elif not self._needed(old):
                self._drop(who)
                if not self._first(who):
                    self._put(who, old)

    def _first(self, who: int) -> bool:
        for wish in self.ledger.options[who]:
            if self._lacks(wish) and self._room(wish):
                self._put(who, wish)
                return True
        return False

    def mended(self, target: int) -> Witness | None:
        """The witness, valid again and within the target; ``None`` if these moves do not reach it."""
        self._shed()
        if not self._good(target):
            self._fill()
        return self.witness if self._good(target) else None

    def _good(self, target: int) -> bool:
        lack = sum(max(0, count - self.members[at]) for at, count in self.missing.items())
        return lack <= target and all(self.pupils[at] >= count for at, count in self.wanting.items())
