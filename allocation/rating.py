"""The figures of many opening sets at once, by the way of walking that fits the round."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allocation import tables
from allocation.held_variants import evaluate_held
from allocation.opening import Rated, better, bits, two_best
from allocation.round import Round, holdable, sharable
from allocation.variants import Count, Mask, evaluate


def rated(round_: Round, undecided: tuple[int, ...], numbers: Sequence[int]) -> list[Rated]:
    """The two best admissible opening sets among those with these numbers."""
    shut = _closings(numbers, len(undecided))
    placed, ranks, admissible = _figures(round_, undecided, shut)
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
    found = []
    for at in leading:
        chosen = bits(undecided, numbers[at])
        value = (int(placed[at]), int(ranks[at]), int(opened[at]))
        found.append((better(undecided, value, chosen), value, chosen))
    return two_best(found)


def _figures(round_: Round, undecided: tuple[int, ...], shut: Mask) -> tuple[Count, Count, Mask]:
    """Placed, sum of ranks and admissibility of every column of ``shut``."""
    if sharable(round_):
        return evaluate(round_, undecided, shut)
    if holdable(round_):
        return evaluate_held(round_, undecided, shut)
    sets = tables.evaluate(round_, undecided, shut)
    return sets.placed, sets.ranks, sets.admissible


def _closings(numbers: Sequence[int], classes: int) -> Mask:
    """One column per opening set, one row per class, true where the class is shut."""
    if isinstance(numbers, range) and classes < 63:
        sets = np.arange(numbers.start, numbers.stop, dtype=np.int64)
        return (sets >> np.arange(classes)[:, None] & 1).astype(np.bool_)
    return np.array([[number >> row & 1 for number in numbers] for row in range(classes)], np.bool_)
