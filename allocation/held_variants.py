"""Opening sets of a round with guarantees, walked together: held places grow column by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from allocation.held_tables import Calls, Held
from allocation.round import Round
from allocation.variants import Columns, Count, Mask, Tallies, Where, both, minus, needs_of
from allocation.wishes import Wish


class HeldColumns(Columns):
    """One walk of columns with some places held; ``called`` and ``inside`` tell what the next walk holds."""

    def __init__(self, round_: Round, size: int, shut: Mapping[int, Mask], kept: Held) -> None:
        self.owed: list[int | Count] = [_common(row) for row in kept.held]
        self.lacks: list[Where] = [_agreed(held < seats) for held, seats in zip(kept.held, kept.seats, strict=True)]
        self.inside = Tallies(size)
        self.called = Tallies(size)
        super().__init__(round_, size, shut)

    def narrowed(self, wish: Wish, cap: int, granted: Where) -> Where:
        """Where a place is free or owed to the wish; members refused by nothing else call for one."""
        slack = self.room.left[cap]
        own: Where = False
        for one in self.round.holds_of[wish.programme]:
            owed = self.owed[one]
            slack = slack - owed
            if one in wish.holds:
                own = _either(own, owed > 0)
        room = _either(own, slack > 0)
        if wish.choice and wish.holds and room is not True:
            refused = minus(granted, room)
            for one in wish.holds:
                calling = both(refused, self.lacks[one])
                self.called.add(one, calling)
                refused = minus(refused, calling)
        return both(granted, room)

    def count(self, wish: Wish, checks: tuple[int, ...], granted: Where) -> None:
        """Count a wish, and the places of its guarantees that are owed no more."""
        super().count(wish, checks, granted)
        for one in wish.holds:
            self.inside.add(one, granted)
            self.owed[one] = _less(self.owed[one], granted, self.size)

    def calls(self) -> Calls:
        """What the walk left behind, one row per guarantee."""
        rows = range(len(self.round.holds))
        none = np.zeros((0, self.size), np.int32)
        return Calls(_stack(self.inside, rows, self.size), none, _stack(self.called, rows, self.size), none)


def _stack(tallies: Tallies, rows: range, size: int) -> Count:
    return np.array([tallies.get(row) for row in rows], np.int32).reshape(len(rows), size)


def _common(row: Count) -> int | Count:
    first = int(row[0])
    return first if (row == first).all() else row.copy()


def _agreed(mask: Mask) -> Where:
    return True if mask.all() else mask if mask.any() else False


def _either(one: Where, other: Where | np.bool_) -> Where:
    if isinstance(other, np.bool_):
        other = bool(other)
    if one is True or other is False:
        return one
    if other is True or one is False:
        return other
    return one | other


def _less(owed: int | Count, granted: Where, size: int) -> int | Count:
    """One less where granted, never below none."""
    if isinstance(owed, int):
        if owed == 0 or granted is False:
            return owed
        if granted is True:
            return owed - 1
        owed = np.full(size, owed, np.int32)
    taken = owed > 0 if granted is True else both(owed > 0, granted)
    np.subtract(owed, taken, out=owed, casting="unsafe")
    return owed if owed.any() else 0


def evaluate_held(round_: Round, undecided: Sequence[int], shut: Mask) -> tuple[Count, Count, Mask]:
    """Placed, sum of ranks and admissibility of every opening set, as :func:`allocation.variants.evaluate`."""
    size = shut.shape[1]
    placed, ranks = np.zeros(size, np.int32), np.zeros(size, np.int32)
    good = np.ones(size, np.bool_)
    kept = Held.start(round_, size)
    todo = np.arange(size)
    while todo.size:
        now = kept.of(todo)
        columns = HeldColumns(round_, todo.size, {at: shut[row, todo] for row, at in enumerate(undecided)}, now)
        calls = columns.calls()
        grew = now.grow(calls)
        fell = now.fall(calls, ~grew)
        kept.put(todo, now)
        done = ~(grew | fell)
        finished = todo[done]
        figures = columns.figures()
        placed[finished], ranks[finished] = figures[0][done], figures[1][done]
        for below in columns.short(needs_of(round_)).values():
            good[finished] &= ~below[done]
        todo = todo[~done]
    return placed, ranks, good
