"""A prepared round as arrays, for one opening set after another: the pass without reasons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allocation.arrays import NO_CAP, Board, Doors, Ints
from allocation.opening import Placed
from allocation.round import Round
from allocation.wishes import Wish

Key = tuple[int, tuple[int, ...]]


class ArrayRound:
    """The wishes of a round as doors; for rounds whose variants can be shared (``variants.sharable``)."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.order = np.array([group[0] for group in round_.order.groups], np.int32)
        self.keys: dict[Key, int] = {}
        wishes = self._numbered(round_.wishes, self.order)
        self.agreed = np.array([one for one in self.order.tolist() if round_.adjust[one]], np.int32)
        adjust = self._numbered(round_.adjust, self.agreed)
        self.wishes, self.adjust = self._padded(wishes), self._padded(adjust)
        self.programme = np.array([programme for programme, _ in self.keys], np.int32)
        wide = max((len(checks) for _, checks in self.keys), default=0) or 1
        table = np.full((len(self.keys), wide), len(round_.limits), np.int32)
        for row, (_, checks) in enumerate(self.keys):
            table[row, : len(checks)] = checks
        caps = np.array([*(limit.cap for limit in round_.limits), NO_CAP], np.int64)
        self.doors = Doors(table, caps)

    def _numbered(self, wishes: Sequence[Sequence[Wish]], order: Ints) -> list[list[int]]:
        keys = self.keys
        return [
            [keys.setdefault((wish.programme, wish.checks), len(keys)) for wish in wishes[one]]
            for one in order.tolist()
        ]

    def _padded(self, rows: list[list[int]]) -> Ints:
        matrix = np.full((len(rows), max(map(len, rows), default=0) or 1), len(self.keys), np.int32)
        for at, row in enumerate(rows):
            matrix[at, : len(row)] = row
        return matrix

    def place(self, shut: frozenset[int]) -> Placed:
        """The outcome of one opening set."""
        board = Board(self.doors, np.isin(self.programme, sorted(shut)))
        placed: list[Wish | None] = [None] * len(self.round.wishes)
        got = board.walk(self.wishes)
        for one, column in zip(self.order.tolist(), got.tolist(), strict=True):
            if column >= 0:
                placed[one] = self.round.wishes[one][column]
        left = [row for row, one in enumerate(self.agreed.tolist()) if placed[one] is None]
        again = board.walk(self.adjust[left])
        for row, column in zip(left, again.tolist(), strict=True):
            if column >= 0:
                one = int(self.agreed[row])
                placed[one] = self.round.adjust[one][column]
        return placed
