"""The pass over many variants of a round at once: one column per variant, whatever all share counted once.

A variant shuts some classes and may change caps.  As long as every column does the same, plain numbers
count; only where columns part do numpy arrays take over.  For rounds of one strict order without
guarantees, whose order, choices and limits all variants share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from allocation.round import Round
from allocation.wishes import Wish

Mask = NDArray[np.bool_]
Count = NDArray[np.int32]
Where = Mask | bool
"""True or False where every column agrees."""


class Tallies:
    """Counts per column: a common part and, once columns part, an array."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.common: dict[int, int] = {}
        self.apart: dict[int, Count] = {}

    def add(self, key: int, where: Where) -> None:
        """One more under ``key`` where the columns say so."""
        if isinstance(where, bool):
            self.common[key] = self.common.get(key, 0) + where
            return
        if key not in self.apart:
            self.apart[key] = np.zeros(self.size, np.int32)
        np.add(self.apart[key], where, out=self.apart[key], casting="unsafe")

    def get(self, key: int) -> Count:
        """The counts of a key, one per column."""
        told = np.full(self.size, self.common.get(key, 0), np.int32)
        return told + self.apart[key] if key in self.apart else told

    def __iter__(self) -> Iterator[int]:
        """Everything that was counted."""
        return iter(sorted({*self.common, *self.apart}))


class Room:
    """What is left of each limit, and where it still has room."""

    def __init__(self, round_: Round, size: int, caps: Mapping[int, Count]) -> None:
        self.size = size
        self.left: list[int | Count] = [limit.cap for limit in round_.limits]
        for at, column in caps.items():
            self.left[at] = column.astype(np.int32)
        self.least = [one if isinstance(one, int) else int(one.min()) for one in self.left]
        self.room: list[Where] = [True] * len(self.left)
        for at, least in enumerate(self.least):
            if least <= 0:
                self._look(at)

    def _look(self, at: int) -> None:
        left = self.left[at]
        if isinstance(left, int):
            self.room[at] = left > 0
            return
        mask = left > 0
        some = mask.any()
        self.room[at] = mask if some else False
        if some and mask.all():
            self.least[at] = int(left.min())
            self.room[at] = True

    def take(self, at: int, where: Where) -> None:
        """One place less where the columns say so."""
        left = self.left[at]
        self.least[at] -= 1
        if isinstance(where, bool):
            if isinstance(left, int):
                self.left[at] = left - 1
            else:
                left -= 1
        else:
            if isinstance(left, int):
                left = self.left[at] = np.full(self.size, left, np.int32)
            np.subtract(left, where, out=left, casting="unsafe")
        if self.least[at] <= 0:
            self._look(at)


class Columns:
    """One walk of all columns; ``shut`` and ``caps`` give the columns of classes and limits that differ.

    Limits with ``caps`` are looked at although no engine would need to: variants may make them bind.
    Pupils are counted in the classes of ``needing`` besides those that have a minimum.
    """

    def __init__(
        self,
        round_: Round,
        size: int,
        shut: Mapping[int, Mask],
        caps: Mapping[int, Count] | None = None,
        needing: frozenset[int] = frozenset(),
    ) -> None:
        self.round = round_
        self.size = size
        self.open = {at: _plain(~mask) for at, mask in shut.items()}
        self.watched = frozenset(caps or ())
        self.needing = needing | {at for at, need in enumerate(round_.needs) if need}
        self.room = Room(round_, size, caps or {})
        self.guarded = [cap if holds else -1 for cap, holds in zip(round_.cap_of, round_.holds_of, strict=True)]
        self.heads = Tallies(size)
        self.by_rank = Tallies(size)
        self.adjusted = Tallies(size)
        self.doors: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[int, ...]] = {}
        self._figures: tuple[Count, Count, Count] | None = None
        self._run()

    def _run(self) -> None:
        left: list[tuple[int, Where]] = []
        order = [group[0] for group in self.round.order.groups]
        adjusts = self.round.adjust
        for applicant in order:
            free = self._walk(self.round.wishes[applicant], True)
            if adjusts[applicant] and free is not False:
                left.append((applicant, free))
        for applicant, free in left:
            self._walk(adjusts[applicant], free)

    def _checks(self, wish: Wish) -> tuple[int, ...]:
        if not self.watched:
            return wish.checks
        key = wish.counts, wish.checks
        if key not in self.doors:
            checks = set(wish.checks)
            self.doors[key] = tuple(at for at in wish.counts if at in checks or at in self.watched)
        return self.doors[key]

    def _walk(self, wishes: Iterable[Wish], free: Where) -> Where:
        room = self.room.room
        for wish in wishes:
            checks = self._checks(wish)
            cap = self.guarded[wish.programme]
            granted = free
            if wish.programme in self.open:
                granted = both(granted, self.open[wish.programme])
            for at in checks:
                if room[at] is not True and at != cap:
                    granted = both(granted, room[at])
                if granted is False:
                    break
            if cap >= 0 and granted is not False:
                granted = self.narrowed(wish, cap, granted)
            if granted is False or (granted is not True and not granted.any()):
                continue
            self.count(wish, checks, granted)
            free = minus(free, granted)
            if free is False:
                return False
        return free

    def narrowed(self, wish: Wish, cap: int, granted: Where) -> Where:
        """Where no guarantee keeps the place; here nothing is guaranteed."""
        return granted

    def count(self, wish: Wish, checks: tuple[int, ...], granted: Where) -> None:
        """Count a wish where it is granted."""
        for at in checks:
            self.room.take(at, granted)
        if wish.returned:
            return
        self.by_rank.add(wish.rank, granted)
        if wish.programme in self.needing:
            self.heads.add(wish.programme, granted)
        if not wish.choice:
            self.adjusted.add(wish.rank, granted)

    def figures(self) -> tuple[Count, Count, Count]:
        """Per column: placed, the sum of their ranks, and how many have the first rank by choice."""
        if self._figures is None:
            nothing = np.zeros(self.size, np.int32)
            placed = sum((self.by_rank.get(rank) for rank in self.by_rank), nothing)
            ranks = sum((rank * self.by_rank.get(rank) for rank in self.by_rank), nothing)
            self._figures = placed, ranks, self.by_rank.get(1) - self.adjusted.get(1)
        return self._figures

    def short(self, needs: Mapping[int, Count | int]) -> dict[int, Mask]:
        """Where each class that is open stays below the pupils it needs; only classes that do somewhere."""
        found: dict[int, Mask] = {}
        for at, need in needs.items():
            below: Mask = self.heads.get(at) < need
            if at in self.open:
                below = below & self.open[at]
            if below.any():
                found[at] = below
        return found


def _plain(mask: Mask) -> Where:
    """A mask that says the same everywhere as a plain truth value."""
    if mask.all():
        return True
    return mask if mask.any() else False


def both(one: Where, other: Where) -> Where:
    """Where both say so."""
    if one is True:
        return other
    if other is True or one is False:
        return one
    return False if other is False else one & other


def minus(free: Where, granted: Where) -> Where:
    """Where the first says so and the second does not."""
    if granted is True or free is False:
        return False
    if granted is False:
        return free
    rest: Mask = ~granted if free is True else np.greater(free, granted)
    return rest if rest.any() else False


def needs_of(round_: Round) -> dict[int, Count | int]:
    """The pupils each class with a minimum still needs."""
    return {at: need for at, need in enumerate(round_.needs) if need}


def evaluate(round_: Round, undecided: Sequence[int], shut: Mask) -> tuple[Count, Count, Mask]:
    """Placed, sum of ranks and admissibility of every opening set (undecided classes × sets, true where shut)."""
    size = shut.shape[1]
    columns = Columns(round_, size, {at: shut[row] for row, at in enumerate(undecided)})
    good = np.ones(size, np.bool_)
    for below in columns.short(needs_of(round_)).values():
        good &= ~below
    placed, ranks, _ = columns.figures()
    return placed, ranks, good
