"""Engine two under hard floors: look-ahead passes inside a search over opening sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocation.clock import Clock, NoTime
from allocation.least import least_shortfall
from allocation.ledger import Ahead
from allocation.lookahead import LookAhead
from allocation.opening import Found, Placed, Value, better, bits, cancelled, value
from allocation.passing import settle
from allocation.prices import Pool, Prices
from allocation.round import Round
from allocation.search import COLUMNS, PROVEN_UP_TO, Watch
from allocation.set_bounds import SetBounds
from allocation.tables import evaluate

LOOKS = 300
"""Opening sets looked ahead in at most: where more remain the opening is not proven by this engine."""


ENDLESS = Clock()


@dataclass(frozen=True, slots=True)
class _Best:
    """Sorts by shortfall, least first, then as opening sets are compared."""

    key: tuple[int, ...]
    figures: Value
    shut: frozenset[int]


class HardSearch:
    """The pass engine of a round with hard floors."""

    def __init__(
        self,
        round_: Round,
        clock: Clock,
        watch: Watch = lambda done, gap: None,
        *,
        last: Clock = ENDLESS,
    ) -> None:
        """``clock`` bounds the search over opening sets, ``last`` what is needed to answer at all."""
        self.round = round_
        self.clock = clock
        self.last = last
        self.watch = watch
        self.known: dict[tuple[frozenset[int], bool], Ahead | None] = {}
        self.pool = Pool(round_)
        self.plain: set[frozenset[int]] = set()

    def ahead(self, shut: frozenset[int], *, minima: bool, least: int | None = None) -> Ahead | None:
        """The look-ahead pass of one opening set; ``None`` if it misses more than ``least``."""
        if (shut, minima) not in self.known:
            clock = self.clock if minima else self.last
            ahead = LookAhead(self.round, shut, minima=minima, clock=clock, most=least, pool=self.pool)
            self.known[shut, minima] = ahead.run()
        return self.known[shut, minima]

    def place(self, shut: frozenset[int]) -> Placed:
        """The outcome of one opening set, minima left aside."""
        return self._certain(shut, minima=False)

    def opened(self, shut: frozenset[int]) -> Placed:
        """The outcome of an admissible opening set; the plain pass gives it where it meets every order."""
        if (shut, True) not in self.known and shut in self.plain:
            return settle(self.round, shut).placed
        return self._certain(shut, minima=True)

    def _certain(self, shut: frozenset[int], *, minima: bool) -> Placed:
        found = self.ahead(shut, minima=minima)
        if found is None:
            raise LookupError("no completion where one was found before")
        return found.placed

    def optimum(self, undecided: tuple[int, ...]) -> Found | None:
        """Sets in which the plain pass meets every order need no look-ahead; the others are tried by promise."""
        if len(undecided) > PROVEN_UP_TO:
            return self._greedy(undecided)
        try:
            least = least_shortfall(self.round, undecided, self.clock)
            if least is None:
                return None
            bounds = SetBounds(self.pool.listing, undecided, least, self.clock)
            best, promising = self._walked(undecided, bounds)
        except NoTime:
            return self._greedy(undecided)
        self.plain = {one.shut for one in best}
        return self._tried(undecided, best, promising, bounds)

    def _walked(self, undecided: tuple[int, ...], bounds: SetBounds) -> tuple[list[_Best], list[tuple[int, int]]]:
        """The two best sets whose plain pass meets every order; the others by promise, everything open first.

        Whatever is found is then no worse than everything open.
        """
        best: list[_Best] = []
        promising: list[tuple[int, int]] = []
        total = 1 << len(undecided)
        for start in range(0, total, COLUMNS):
            self.clock.left()
            numbers = range(start, min(total, start + COLUMNS))
            met, rest = self._sorted(undecided, numbers, bounds)
            best = _two_best(best + met)
            promising += rest
            self.watch(numbers.stop / total, None)
        return best, sorted(promising, key=lambda one: (one[1] != 0, -one[0], -one[1]))

    def _tried(
        self, undecided: tuple[int, ...], best: list[_Best], promising: list[tuple[int, int]], bounds: SetBounds
    ) -> Found | None:
        """Look ahead in one set after the other; what proves one of them hopeless may prove many."""
        total = 1 << len(undecided)
        tried = total - len(promising)
        looks, roots = 0, 0
        proven = True
        while promising:
            promising = [one for one in promising if not best or one[0] >= best[0].figures[0]]
            for prices in self.pool.roots[roots:]:
                promising = _hopeful(promising, bounds, prices)
            roots = len(self.pool.roots)
            if not promising:
                break
            shut = bits(undecided, -promising.pop(0)[1])
            try:
                ahead = self._looked(looks, shut, bounds.least)
            except NoTime:
                proven = False
                break
            looks += 1
            if ahead is not None:
                best = _two_best([*best, _rated(undecided, shut, ahead)])
            self.watch(0.0, None)
        if not proven:
            return self._greedy(undecided, best, tried + looks)
        if not best:
            return None
        return Found(best[0].shut, True, total, best[1].figures if len(best) > 1 else None)

    def _looked(self, looks: int, shut: frozenset[int], least: int) -> Ahead | None:
        if looks >= LOOKS:
            raise NoTime
        return self.ahead(shut, minima=True, least=least)

    def _sorted(
        self, undecided: tuple[int, ...], numbers: Sequence[int], bounds: SetBounds
    ) -> tuple[list[_Best], list[tuple[int, int]]]:
        """The sets whose plain pass meets every order, rated; the others with what they could place at most."""
        shut = np.array([[number >> row & 1 for number in numbers] for row in range(len(undecided))], np.bool_)
        sets = evaluate(self.round, undecided, shut)
        met = sets.admissible & (sets.missing == bounds.least)
        opened = (~shut).sum(axis=0)
        rated = []
        for at in np.flatnonzero(met).tolist():
            figures = int(sets.placed[at]), int(sets.ranks[at]), int(opened[at])
            chosen = bits(undecided, numbers[at])
            rated.append(_Best((-bounds.least, *better(undecided, figures, chosen)), figures, chosen))
        most = np.minimum(self._most(undecided, shut), bounds.most(shut))
        return _two_best(rated), [(int(most[at]), -numbers[at]) for at in np.flatnonzero(~met).tolist()]

    def _most(self, undecided: tuple[int, ...], shut: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many have any open programme at all, set by set: no outcome places more."""
        row = {at: number for number, at in enumerate(undecided)}
        most = np.zeros(shut.shape[1], np.int64)
        for listed, more in zip(self.round.wishes, self.round.adjust, strict=True):
            doors = {wish.programme for wish in (*listed, *more) if not wish.returned}
            if doors and all(at in row for at in doors):
                most += ~shut[[row[at] for at in sorted(doors)]].all(axis=0)
            else:
                most += bool(doors)
        return most

    def _greedy(self, undecided: tuple[int, ...], best: Sequence[_Best] = (), tried: int = 0) -> Found | None:
        """Too many sets to look at, or no time: no worse than everything open and the greedy closing."""
        self.clock = self.last
        self.known = {key: found for key, found in self.known.items() if found is not None}
        rated = {one.shut: one for one in best}
        try:
            self._rate(undecided, frozenset(), rated)
            shut, _ = cancelled(self.round, self.place)
            if shut <= set(undecided):
                self._rate(undecided, shut, rated)
        except NoTime:
            if not rated:
                raise
        if not rated:
            raise NoTime
        two = _two_best([*rated.values()])
        return Found(two[0].shut, False, max(tried, len(rated)), two[1].figures if len(two) > 1 else None)

    def _rate(self, undecided: tuple[int, ...], shut: frozenset[int], rated: dict[frozenset[int], _Best]) -> None:
        ahead = None if shut in rated else self.ahead(shut, minima=True)
        if ahead is not None:
            rated[shut] = _rated(undecided, shut, ahead)


def _hopeful(promising: list[tuple[int, int]], bounds: SetBounds, prices: Prices) -> list[tuple[int, int]]:
    """The sets of which these prices do not prove that no completion meets every order."""
    if not promising:
        return promising
    kept: list[tuple[int, int]] = []
    for start in range(0, len(promising), COLUMNS):
        part = promising[start : start + COLUMNS]
        numbers = np.array([-number for _, number in part], np.int64)
        shut = (numbers >> np.arange(len(bounds.row))[:, None] & 1).astype(np.bool_)
        lost = bounds.hopeless(prices, shut)
        kept += [one for one, out in zip(part, lost.tolist(), strict=True) if not out]
    return kept


def _rated(undecided: tuple[int, ...], shut: frozenset[int], ahead: Ahead) -> _Best:
    figures = value(ahead.placed, undecided, shut)
    return _Best((-ahead.target, *better(undecided, figures, shut)), figures, shut)


def _two_best(rated: list[_Best]) -> list[_Best]:
    return sorted(rated, key=lambda one: one.key, reverse=True)[:2]
