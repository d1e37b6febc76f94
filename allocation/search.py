"""Engine two: the pass inside a search over opening sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from allocation.opening import Found, Placed, Value, better, short, value
from allocation.passing import settle
from allocation.round import Round

Watch = Callable[[float, float | None], None]
"""Told how much is done (0 to 1) and the gap to the bound; may raise to stop the run."""

PROVEN_UP_TO = 20
"""Up to this many undecided classes every opening set is tried."""


def subsets(undecided: tuple[int, ...]) -> Iterator[frozenset[int]]:
    """Every non-empty way to shut some of the undecided classes."""
    for count in range(1, len(undecided) + 1):
        for chosen in combinations(undecided, count):
            yield frozenset(chosen)


class Search:
    """The pass engine of one round."""

    def __init__(self, round_: Round, watch: Watch = lambda done, gap: None) -> None:
        self.round = round_
        self.watch = watch

    def place(self, shut: frozenset[int]) -> Placed:
        """The outcome of one opening set by the pass."""
        return settle(self.round, shut).placed

    def optimum(self, undecided: tuple[int, ...]) -> Found | None:
        """Try every opening set."""
        seen: list[tuple[tuple[int, ...], Value, frozenset[int]]] = []
        total = 2 ** len(undecided) - 1
        for number, shut in enumerate(subsets(undecided), start=1):
            placed = self.place(shut)
            if not short(self.round, placed, shut):
                figures = value(placed, undecided, shut)
                seen.append((better(undecided, figures, shut), figures, shut))
                seen = sorted(seen, key=lambda one: one[0], reverse=True)[:2]
            self.watch(number / total, None)
        if not seen:
            return None
        return Found(seen[0][2], True, total, seen[1][1] if len(seen) > 1 else None)
