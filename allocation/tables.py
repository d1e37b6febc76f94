"""The pass over many opening sets at once: one numpy column per set, one row per limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from allocation.held_tables import Count, Held, Mask
from allocation.round import Round
from allocation.wishes import Wish


@dataclass(slots=True)
class Sets:
    """What each column leads to.

    ``placed``, the sum of ``ranks``, whether every minimum is reached (``admissible``), what is
    ``missing`` of resting floors, and the ``heads`` of each programme with pupils still needed.
    """

    placed: Count
    ranks: Count
    admissible: Mask
    missing: Count
    heads: dict[int, Count]


class _Columns:
    """One pass over the columns; ``shut`` maps a programme to the columns that shut it.

    ``caps`` gives some limits a cap of their own in every column.
    """

    def __init__(
        self, round_: Round, shut: Mapping[int, Mask], kept: Held, size: int, caps: Mapping[int, Count]
    ) -> None:
        self.round = round_
        self.size = size
        self.open = {at: ~mask for at, mask in shut.items()}
        self.kept = kept
        self.calls = kept.calls()
        self.bed_row = {bed: row for row, bed in enumerate(round_.beds)}
        self.caps = caps
        self.used: dict[int, Count] = {}
        self.reach = [0] * len(round_.limits)
        nowhere = np.zeros(self.size, dtype=np.bool_)
        self.room: dict[int, Mask] = {at: nowhere for at, one in enumerate(round_.limits) if one.cap == 0}
        self.room |= {at: cap > 0 for at, cap in caps.items()}
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
            cap = self.round.cap_of[wish.programme] if self.round.holds_of[wish.programme] else -1
            bed = self.round.bed(wish)
            for one in wish.checks:
                if one in self.room and one not in (cap, bed):
                    granted &= self.room[one]
            if cap >= 0 or bed >= 0:
                self._guarantee(wish, cap, bed, granted)
            if granted.any():
                free &= ~granted
                got.append((wish, granted))
                if not free.any():
                    break
        return got

    def _guarantee(self, wish: Wish, cap: int, bed: int, granted: Mask) -> None:
        """Narrow ``granted`` to where no guarantee keeps place or bed; note members refused by nothing else."""
        room = np.ones(self.size, dtype=np.bool_)
        if cap >= 0:
            own, slack = self._owed_places(wish, cap)
            room &= own | (slack > 0)
        if bed >= 0:
            own, slack = self._owed_beds(wish, bed)
            room &= (slack > 0) | (own & (self._free(bed) > 0))
        if wish.choice:
            refused = granted & ~room
            for one in wish.holds:
                row = self.bed_row.get((one, bed))
                calling = refused & self.kept.lacks(one, row)
                self.calls.places[one] += calling
                if row is not None:
                    self.calls.beds[row] += calling
                refused &= ~calling
        granted &= room

    def _owed_places(self, wish: Wish, cap: int) -> tuple[Mask, Count]:
        """Where a place is owed to the wish, and the places owed to nobody."""
        slack = self._free(cap)
        own = np.zeros(self.size, dtype=np.bool_)
        for one in self.round.holds_of[wish.programme]:
            owed = np.maximum(0, self.kept.held[one] - self.calls.inside[one])
            slack = slack - owed
            if one in wish.holds:
                own |= owed > 0
        return own, slack

    def _owed_beds(self, wish: Wish, bed: int) -> tuple[Mask, Count]:
        """Where a bed is owed to the wish, and the beds owed to nobody."""
        slack = self._free(bed)
        own = np.zeros(self.size, dtype=np.bool_)
        for one in self.round.owing(bed):
            row = self.bed_row[one, bed]
            owed = np.maximum(0, self.kept.beds[row] - self.calls.slept[row])
            slack = slack - owed
            if one in wish.holds:
                own |= owed > 0
        return own, slack

    def _free(self, limit: int) -> Count:
        free = np.full(self.size, self.round.limits[limit].cap, dtype=np.int32)
        return free - self.used[limit] if limit in self.used else free

    def _count(self, got: list[tuple[Wish, Mask]]) -> None:
        for wish, granted in got:
            for one in wish.checks:
                self._use(one, granted)
            bed = self.round.bed(wish)
            for one in wish.holds:
                self.calls.inside[one] += granted
                if bed >= 0:
                    self.calls.slept[self.bed_row[one, bed]] += granted
            if not wish.returned:
                self._tally(self.by_rank, wish.rank, granted)
                if wish.floor >= 0:
                    self._tally(self.floors, wish.floor, granted)
                if self.round.needs[wish.programme]:
                    self._tally(self.heads, wish.programme, granted)

    def _use(self, limit: int, granted: Mask) -> None:
        self._tally(self.used, limit, granted)
        self.reach[limit] += 1
        if limit in self.caps:
            self.room[limit] = self.used[limit] < self.caps[limit]
            return
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


def evaluate(round_: Round, undecided: Sequence[int], shut: Mask, caps: Mapping[int, Count] | None = None) -> Sets:
    """Every opening set of ``shut`` (undecided classes × sets, true where shut) to its end.

    Held places grow column by column until no guarantee calls for more, as in the single pass.
    ``caps`` gives some limits another cap in every column.
    """
    size = shut.shape[1]
    heads = {at: np.zeros(size, np.int32) for at, need in enumerate(round_.needs) if need}
    placed, ranks, missing = (np.zeros(size, np.int32) for _ in range(3))
    sets = Sets(placed, ranks, np.zeros(size, np.bool_), missing, heads)
    kept = Held.start(round_, size)
    todo = np.arange(size)
    while todo.size:
        masks = {at: shut[row, todo] for row, at in enumerate(undecided)}
        now = kept.of(todo)
        columns = _Columns(round_, masks, now, todo.size, {at: cap[todo] for at, cap in (caps or {}).items()})
        columns.run()
        grew = now.grow(columns.calls)
        fell = now.fall(columns.calls, ~grew)
        kept.put(todo, now)
        done = ~(grew | fell)
        finished = todo[done]
        for rank, tally in columns.by_rank.items():
            sets.placed[finished] += tally[done]
            sets.ranks[finished] += rank * tally[done]
        sets.admissible[finished] = columns.admissible()[done]
        sets.missing[finished] = columns.missing()[done]
        for at, tally in columns.heads.items():
            sets.heads[at][finished] = tally[done]
        todo = todo[~done]
    return sets
