"""Engine two where the solver divides limits: the pass over every opening set and every division at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice, product
from math import comb

import numpy as np

from allocation.dividing import Division, Shares, distance
from allocation.opening import Found, Placed, Value, better
from allocation.passing import settle
from allocation.round import Round, divided
from allocation.search import Watch
from allocation.tables import evaluate

DIVISIONS_UP_TO = 1 << 17
"""Up to this many pairs of opening set and shares all are tried; beyond, a climb that is never called proven."""

COLUMNS = 1 << 13
"""Pairs looked at together."""

Pair = tuple[int, Shares]
"""An opening set (bit k shuts the k-th undecided class) and the shares of every divided limit."""


def ways(division: Division) -> int:
    """In how many ways the limit can be divided."""
    spare = division.cap - sum(division.floors)
    return comb(spare + len(division.counties) - 1, spare)


def splits(division: Division) -> Iterator[tuple[int, ...]]:
    """Every way to divide the limit."""

    def parts(spare: int, floors: Sequence[int]) -> Iterator[tuple[int, ...]]:
        if len(floors) == 1:
            yield (floors[0] + spare,)
            return
        for more in range(spare + 1):
            for rest in parts(spare - more, floors[1:]):
                yield (floors[0] + more, *rest)

    return parts(division.cap - sum(division.floors), division.floors)


class _Rated:
    """One pair with its figures, sorted as pairs are compared."""

    def __init__(self, round_: Round, undecided: Sequence[int], pair: Pair, figures: Value) -> None:
        self.shut = frozenset(at for row, at in enumerate(undecided) if pair[0] >> row & 1)
        self.shares = pair[1]
        self.figures = figures
        self.key: tuple[int | Fraction, ...] = (
            *better(undecided, figures, self.shut),
            -distance(round_.divisions, self.shares),
            *(share for row in self.shares for share in row),
        )


class DividedSearch:
    """The pass engine of a round whose shared limits are divided by the solver."""

    def __init__(self, round_: Round, watch: Watch = lambda done, gap: None) -> None:
        self.round = round_
        self.watch = watch
        self.best: dict[frozenset[int], Shares] = {}

    def place(self, shut: frozenset[int]) -> Placed:
        """The outcome of one opening set while every county may fill the whole of each divided limit."""
        return settle(self.round, shut).placed

    def opened(self, shut: frozenset[int]) -> Placed:
        """The outcome of the opening set that was found, with its shares."""
        return settle(divided(self.round, self.best[shut]), shut).placed

    def optimum(self, undecided: tuple[int, ...]) -> Found | None:
        """Try every pair, or climb where they are too many."""
        total = 1 << len(undecided)
        for division in self.round.divisions:
            total *= ways(division)
        if total > DIVISIONS_UP_TO:
            return self._climb(undecided)
        rows = [list(splits(division)) for division in self.round.divisions]
        pairs = product(range(1 << len(undecided)), product(*rows))
        best: list[_Rated] = []
        done = 0
        while block := list(islice(pairs, COLUMNS)):
            best = _two_best(best + self._rated(undecided, block))
            done += len(block)
            self.watch(done / total, None)
        return self._found(best, proven=True, tried=total)

    def _found(self, best: list[_Rated], *, proven: bool, tried: int) -> Found | None:
        if not best:
            return None
        first = best[0]
        self.best[first.shut] = first.shares
        runner_up = best[1].figures if len(best) > 1 else None
        return Found(first.shut, proven, tried, runner_up, first.shares)

    def _rated(self, undecided: Sequence[int], pairs: Sequence[Pair]) -> list[_Rated]:
        """The two best admissible pairs of a block."""
        shut = np.array([[pair[0] >> row & 1 for pair in pairs] for row in range(len(undecided))], np.bool_)
        shut = shut.reshape(len(undecided), len(pairs))
        caps = {
            part: np.array([pair[1][number][place] for pair in pairs], np.int32)
            for number, division in enumerate(self.round.divisions)
            for place, part in enumerate(division.parts)
        }
        sets = evaluate(self.round, undecided, shut, caps)
        good = np.flatnonzero(sets.admissible)
        if not good.size:
            return []
        opened = (~shut).sum(axis=0)
        order = good[np.lexsort((opened[good], -sets.ranks[good], sets.placed[good]))[::-1]]
        rated: list[_Rated] = []
        values = 0
        for at in order.tolist():
            figures = int(sets.placed[at]), int(sets.ranks[at]), int(opened[at])
            if not rated or figures != rated[-1].figures:
                values += 1
                if values == 3:
                    break
            rated.append(_Rated(self.round, undecided, pairs[at], figures))
        return _two_best(rated)

    def _climb(self, undecided: tuple[int, ...]) -> Found | None:
        """From shares in proportion to demand, move one place or change one class while it helps."""
        start: Pair = (0, tuple(_proportional(one) for one in self.round.divisions))
        full: Pair = ((1 << len(undecided)) - 1, start[1])
        seen = {start, full}
        best = _two_best(self._rated(undecided, [start, full]))
        at = start
        while True:
            fresh = [pair for pair in _neighbours(self.round.divisions, len(undecided), at) if pair not in seen]
            seen.update(fresh)
            before = best[0].key if best else None
            for low in range(0, len(fresh), COLUMNS):
                best = _two_best(best + self._rated(undecided, fresh[low : low + COLUMNS]))
            self.watch(0.0, None)
            if not best or best[0].key == before:
                return self._found(best, proven=False, tried=len(seen))
            at = sum(1 << row for row, one in enumerate(undecided) if one in best[0].shut), best[0].shares


def _proportional(division: Division) -> tuple[int, ...]:
    """Floors first, then by largest remainder."""
    total = sum(division.demand) or 1
    shares = [
        max(floor, division.cap * count // total)
        for floor, count in zip(division.floors, division.demand, strict=True)
    ]
    while sum(shares) != division.cap:
        step = 1 if sum(shares) < division.cap else -1
        movable = [at for at, share in enumerate(shares) if step > 0 or share > division.floors[at]]
        at = max(movable, key=lambda one: (step * (division.cap * division.demand[one] - shares[one] * total), -one))
        shares[at] += step
    return tuple(shares)


def _neighbours(divisions: Sequence[Division], classes: int, pair: Pair) -> Iterator[Pair]:
    number, shares = pair
    for row in range(classes):
        yield number ^ (1 << row), shares
    for at, division in enumerate(divisions):
        for one, other in product(range(len(division.counties)), repeat=2):
            if one != other and shares[at][one] > division.floors[one]:
                moved = [*shares[at]]
                moved[one] -= 1
                moved[other] += 1
                yield number, (*shares[:at], tuple(moved), *shares[at + 1 :])


def _two_best(rated: Iterable[_Rated]) -> list[_Rated]:
    return sorted(rated, key=lambda one: one.key, reverse=True)[:2]
