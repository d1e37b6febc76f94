"""Engine two: the pass inside a search over opening sets."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from allocation import tables
from allocation.array_round import ArrayRound
from allocation.held_variants import evaluate_held, holdable
from allocation.opening import Found, Placed, Value, better, cancelled
from allocation.passing import settle
from allocation.round import Round
from allocation.variants import Count, Mask, evaluate, sharable

Watch = Callable[[float, float | None], None]
"""Told how much is done (0 to 1) and the gap to the bound; may raise to stop the run."""

PROVEN_UP_TO = 20
"""Up to this many undecided classes every opening set is tried."""

COLUMNS = 1 << 14
"""Opening sets looked at together: enough to make numpy worth while, few enough to stay in cache."""

STEP = 512
"""Opening sets a climb looks at between two looks at the clock."""

LARGE = 2000
"""From this many applicants on the single pass runs over arrays."""

Rated = tuple[tuple[int, ...], Value, frozenset[int]]


def bits(undecided: Sequence[int], number: int) -> frozenset[int]:
    """The opening set with this number: bit k shuts the k-th undecided class."""
    return frozenset(at for row, at in enumerate(undecided) if number >> row & 1)


class Search:
    """The pass engine of one round."""

    def __init__(
        self,
        round_: Round,
        watch: Watch = lambda done, gap: None,
        time_limit_s: float | None = None,
    ) -> None:
        self.round = round_
        self.watch = watch
        self.ends = None if time_limit_s is None else time.monotonic() + time_limit_s
        self.shared = sharable(round_)
        self.quick: ArrayRound | None = None

    def place(self, shut: frozenset[int]) -> Placed:
        """The outcome of one opening set by the pass, over arrays where the round is large."""
        if not self.shared or len(self.round.wishes) < LARGE:
            return settle(self.round, shut).placed
        if self.quick is None:
            self.quick = ArrayRound(self.round)
        return self.quick.place(shut)

    def opened(self, shut: frozenset[int]) -> Placed:
        """The outcome of an admissible opening set: the same, as nothing looks ahead."""
        return self.place(shut)

    def optimum(self, undecided: tuple[int, ...]) -> Found | None:
        """Try every opening set; beyond :data:`PROVEN_UP_TO` classes climb from the greedy closing."""
        if len(undecided) > PROVEN_UP_TO:
            return self._climb(undecided)
        total = 1 << len(undecided)
        best: list[Rated] = []
        for start in range(0, total, COLUMNS):
            numbers = range(start, min(total, start + COLUMNS))
            best = _two_best(best + self._rated(undecided, numbers))
            self.watch(numbers.stop / total, None)
        if not best:
            return None
        return Found(best[0][2], True, total, best[1][1] if len(best) > 1 else None)

    def _figures(self, undecided: tuple[int, ...], shut: Mask) -> tuple[Count, Count, Mask]:
        """Placed, sum of ranks and admissibility of every column of ``shut``."""
        if self.shared:
            return evaluate(self.round, undecided, shut)
        if holdable(self.round):
            return evaluate_held(self.round, undecided, shut)
        sets = tables.evaluate(self.round, undecided, shut)
        return sets.placed, sets.ranks, sets.admissible

    def _rated(self, undecided: tuple[int, ...], numbers: Sequence[int]) -> list[Rated]:
        """The two best admissible opening sets among those with these numbers."""
        shut = _closings(numbers, len(undecided))
        placed, ranks, admissible = self._figures(undecided, shut)
        good = np.flatnonzero(admissible)
        opened = (~shut).sum(axis=0)
        order = np.lexsort((opened[good], -ranks[good], placed[good]))[::-1]
        leading = [good[order[0]]] if good.size else []
        ahead = 0
        for at in good[order[1:]]:
            figures = (placed[at], ranks[at], opened[at])
            before = leading[-1]
            if figures != (placed[before], ranks[before], opened[before]):
                ahead += 1
                if ahead == 2:
                    break
            leading.append(at)
        rated = []
        for at in leading:
            chosen = bits(undecided, numbers[at])
            value = (int(placed[at]), int(ranks[at]), int(opened[at]))
            rated.append((better(undecided, value, chosen), value, chosen))
        return _two_best(rated)

    def _climb(self, undecided: tuple[int, ...]) -> Found | None:
        """From the greedy closing and from closing all, change one class, else swap two, while it helps.

        Ends where nothing helps or the time is over, and never below either start that is admissible.
        """
        greedy, _ = cancelled(self.round, self.place)
        seen = {sum(1 << row for row, at in enumerate(undecided) if at in greedy), (1 << len(undecided)) - 1}
        best = _two_best(self._rated(undecided, sorted(seen)))
        singles = [1 << row for row in range(len(undecided))]
        pairs = [one | other for one, other in combinations(singles, 2)]
        going = bool(best)
        while going:
            number = sum(1 << row for row, at in enumerate(undecided) if at in best[0][2])
            before = best[0]
            for flips in (singles, pairs):
                best = self._tried(undecided, sorted({number ^ flip for flip in flips} - seen), seen, best)
                if best[0] != before:
                    break
            going = best[0] != before and not self._late()
        if not best:
            return None
        return Found(best[0][2], False, len(seen), best[1][1] if len(best) > 1 else None)

    def _tried(self, undecided: tuple[int, ...], fresh: list[int], seen: set[int], best: list[Rated]) -> list[Rated]:
        for at in range(0, len(fresh), STEP):
            if self._late():
                break
            block = fresh[at : at + STEP]
            seen.update(block)
            best = _two_best(best + self._rated(undecided, block))
            self.watch(0.0, None)
        return best

    def _late(self) -> bool:
        return self.ends is not None and time.monotonic() > self.ends


def _closings(numbers: Sequence[int], classes: int) -> Mask:
    """One column per opening set, one row per class, true where the class is shut."""
    if isinstance(numbers, range) and classes < 63:
        sets = np.arange(numbers.start, numbers.stop, dtype=np.int64)
        return (sets >> np.arange(classes)[:, None] & 1).astype(np.bool_)
    return np.array([[number >> row & 1 for number in numbers] for row in range(classes)], np.bool_)


def _two_best(rated: list[Rated]) -> list[Rated]:
    return sorted(rated, key=lambda one: one[0], reverse=True)[:2]
