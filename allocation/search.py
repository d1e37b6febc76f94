"""Engine two: the pass inside a search over opening sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from allocation.opening import Found, Placed, Value, better, cancelled
from allocation.passing import settle
from allocation.round import Round

Watch = Callable[[float, float | None], None]
"""Told how much is done (0 to 1) and the gap to the bound; may raise to stop the run."""

PROVEN_UP_TO = 20
"""Up to this many undecided classes every opening set is tried."""

COLUMNS = 1 << 14
"""Opening sets looked at together: enough to make numpy worth while, few enough to stay in cache."""

Rated = tuple[tuple[int, ...], Value, frozenset[int]]


def bits(undecided: Sequence[int], number: int) -> frozenset[int]:
    """The opening set with this number: bit k shuts the k-th undecided class."""
    return frozenset(at for row, at in enumerate(undecided) if number >> row & 1)


class Search:
    """The pass engine of one round."""

    def __init__(self, round_: Round, watch: Watch = lambda done, gap: None) -> None:
        self.round = round_
        self.watch = watch

    def place(self, shut: frozenset[int]) -> Placed:
        """The outcome of one opening set by the pass."""
        return settle(self.round, shut).placed

    opened = place

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

    def _rated(self, undecided: tuple[int, ...], numbers: Sequence[int]) -> list[Rated]:
        """The two best admissible opening sets among those with these numbers."""
        import numpy as np

        from allocation.tables import evaluate

        shut = np.array([[number >> row & 1 for number in numbers] for row in range(len(undecided))], np.bool_)
        sets = evaluate(self.round, undecided, shut)
        good = np.flatnonzero(sets.admissible)
        opened = (~shut).sum(axis=0)
        order = np.lexsort((opened[good], -sets.ranks[good], sets.placed[good]))[::-1]
        leading = [good[order[0]]] if good.size else []
        ahead = 0
        for at in good[order[1:]]:
            figures = (sets.placed[at], sets.ranks[at], opened[at])
            before = leading[-1]
            if figures != (sets.placed[before], sets.ranks[before], opened[before]):
                ahead += 1
                if ahead == 2:
                    break
            leading.append(at)
        rated = []
        for at in leading:
            chosen = bits(undecided, numbers[at])
            value = (int(sets.placed[at]), int(sets.ranks[at]), int(opened[at]))
            rated.append((better(undecided, value, chosen), value, chosen))
        return _two_best(rated)

    def _climb(self, undecided: tuple[int, ...]) -> Found | None:
        """From the greedy closing and from closing all, change one class or swap two while it helps."""
        full = (1 << len(undecided)) - 1
        greedy, _ = cancelled(self.round, self.place)
        start = sum(1 << row for row, at in enumerate(undecided) if at in greedy)
        seen = {start, full}
        best = _two_best(self._rated(undecided, sorted(seen)))
        flips = [1 << row for row in range(len(undecided))]
        flips += [one | other for one, other in combinations(flips, 2)]
        number = start
        while True:
            fresh = sorted({number ^ flip for flip in flips} - seen)
            seen.update(fresh)
            before = best[:1]
            for at in range(0, len(fresh), COLUMNS):
                best = _two_best(best + self._rated(undecided, fresh[at : at + COLUMNS]))
            self.watch(0.0, None)
            if best[:1] == before:
                break
            number = sum(1 << row for row, at in enumerate(undecided) if at in best[0][2])
        if not best:
            return None
        return Found(best[0][2], False, len(seen), best[1][1] if len(best) > 1 else None)


def _two_best(rated: list[Rated]) -> list[Rated]:
    return sorted(rated, key=lambda one: one[0], reverse=True)[:2]
