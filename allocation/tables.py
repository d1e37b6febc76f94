"""The pass over many opening sets at once: one numpy column per set, one row per limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocation.round import Round
from allocation.wishes import Wish

Mask = NDArray[np.bool_]
Count = NDArray[np.int32]


@dataclass(slots=True)
class Sets:
    """What each opening set leads to: placed, sum of ranks, whether every minimum is reached, floors missed."""

    placed: Count
    ranks: Count
    admissible: Mask
    missing: Count


class _Columns:
    """One pass over the columns; ``shut`` maps an undecided programme to the columns that shut it."""

    def __init__(self, round_: Round, shut: dict[int, Mask], held: Count, seats: Count) -> None:
        self.round = round_
        self.size = held.shape[1] if held.size else next(iter(shut.values())).size
        self.open = {at: ~mask for at, mask in shut.items()}
        self.held, self.seats = held, seats
        self.used: dict[int, Count] = {}
        self.reach = [0] * len(round_.limits)
        nowhere = np.zeros(self.size, dtype=np.bool_)
        self.room: dict[int, Mask] = {at: nowhere for at, one in enumerate(round_.limits) if one.cap == 0}
        self.inside = np.zeros_like(held)
        self.demand = np.zeros_like(held)
        self.heads: dict[int, Count] = {}
        self.floors: dict[int, Count] = {}
        self.by_rank: dict[int, Count] = {}
        self.left: dict[int, Mask] = {}

    def run(self) -> None:
        """Walk the choices, then the adjustment, as the pass does."""
        everywhere = np.ones(self.size, dtype=np.bool_)
        for group in self.round.order.groups:
            got = []
            for applicant in group:
                free = everywhere.copy()
                got += self._choose(free, self.round.wishes[applicant])
                if self.round.adjust[applicant]:
                    self.left[applicant] = free
            self._count(got)
        if self.left:
            for group in self.round.order.groups:
                got = []
                for applicant in group:
                    if applicant in self.left:
                        got += self._choose(self.left[applicant], self.round.adjust[applicant])
                self._count(got)

    def _choose(self, free: Mask, wishes: Sequence[Wish]) -> list[tuple[Wish, Mask]]:
        """Where each wish is granted; ``free`` keeps the columns where none was."""
        got = []
        for wish in wishes:
            granted = free & self.open[wish.programme] if wish.programme in self.open else free.copy()
            cap = self.round.cap_of[wish.programme]
            kept = cap >= 0 and bool(self.round.holds_of[wish.programme])
            for one in wish.checks:
                if one in self.room and not (kept and one == cap):
                    granted &= self.room[one]
            if kept:
                self._guarantee(wish, cap, granted)
            if granted.any():
                free &= ~granted
                got.append((wish, granted))
                if not free.any():
                    break
        return got

    def _guarantee(self, wish: Wish, cap: int, granted: Mask) -> None:
        """Narrow ``granted`` to where no guarantee keeps the place; note members refused by nothing else."""
        slack = np.full(self.size, self.round.limits[cap].cap, dtype=np.int32)
        if cap in self.used:
            slack -= self.used[cap]
        own = np.zeros(self.size, dtype=np.bool_)
        for one in self.round.holds_of[wish.programme]:
            owed = np.maximum(0, self.held[one] - self.inside[one])
            slack -= owed
            if one in wish.holds:
                own |= owed > 0
        room = own | (slack > 0)
        if wish.choice:
            refused = granted & ~room
            for one in wish.holds:
                calling = refused & (self.held[one] < self.seats[one])
                self.demand[one] += calling
                refused &= ~calling
        granted &= room

    def _count(self, got: list[tuple[Wish, Mask]]) -> None:
        for wish, granted in got:
            for one in wish.checks:
                self._use(one, granted)
            for one in wish.holds:
                self.inside[one] += granted
            if not wish.returned:
                self._tally(self.by_rank, wish.rank, granted)
                if wish.floor >= 0:
                    self._tally(self.floors, wish.floor, granted)
                if self.round.needs[wish.programme]:
                    self._tally(self.heads, wish.programme, granted)

    def _use(self, limit: int, granted: Mask) -> None:
        self._tally(self.used, limit, granted)
        self.reach[limit] += 1
        cap = self.round.limits[limit].cap
        if self.reach[limit] >= cap:
            self.room[limit] = self.used[limit] < cap

    def _tally(self, table: dict[int, Count], key: int, granted: Mask) -> None:
        if key not in table:
            table[key] = np.zeros(self.size, dtype=np.int32)
        table[key] += granted

    def admissible(self) -> Mask:
        """Where every open class reaches its minimum."""
        good = np.ones(self.size, dtype=np.bool_)
        for at, need in enumerate(self.round.needs):
            if need:
                reached = self.heads[at] >= need if at in self.heads else np.zeros(self.size, dtype=np.bool_)
                good &= reached | ~self.open[at] if at in self.open else reached
        return good

    def missing(self) -> Count:
        """What is missing of the floors of open programmes."""
        total = np.zeros(self.size, dtype=np.int32)
        for at, floor in enumerate(self.round.floors):
            short = np.maximum(0, floor.seats - self.floors.get(at, 0))
            total += np.where(self.open[floor.programme], short, 0) if floor.programme in self.open else short
        return total


def evaluate(round_: Round, undecided: Sequence[int], shut: Mask) -> Sets:
    """Every opening set of ``shut`` (undecided classes × sets, true where shut) to its end.

    Held places grow column by column until no guarantee calls for more, as in the single pass.
    """
    size = shut.shape[1]
    sets = Sets(
        np.zeros(size, np.int32), np.zeros(size, np.int32), np.zeros(size, np.bool_), np.zeros(size, np.int32)
    )
    count = len(round_.holds)
    seats = np.array([[hold.seats] * size for hold in round_.holds], np.int32).reshape(count, size)
    fixed = [[0 if hold.release else hold.seats] * size for hold in round_.holds]
    held = np.array(fixed, np.int32).reshape(count, size)
    release = np.array([[hold.release] for hold in round_.holds], np.bool_).reshape(count, 1)
    todo = np.arange(size)
    while todo.size:
        masks = {at: shut[row, todo] for row, at in enumerate(undecided)}
        columns = _Columns(round_, masks, held[:, todo], seats[:, todo])
        columns.run()
        calling = columns.demand > 0
        grown = np.minimum(columns.seats, np.maximum(columns.held, columns.inside) + columns.demand)
        empty = release & (columns.inside < columns.held) & ~calling.any(axis=0)
        held[:, todo] = np.where(calling, grown, np.where(empty, columns.inside, columns.held))
        seats[:, todo] = np.where(empty, columns.inside, columns.seats)
        done = ~(calling.any(axis=0) | empty.any(axis=0))
        finished = todo[done]
        for rank, tally in columns.by_rank.items():
            sets.placed[finished] += tally[done]
            sets.ranks[finished] += rank * tally[done]
        sets.admissible[finished] = columns.admissible()[done]
        sets.missing[finished] = columns.missing()[done]
        todo = todo[~done]
    return sets
