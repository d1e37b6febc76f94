"""The pass over arrays: long stretches of the order are placed at once, until the next limit is full.

Exact for any limits that count people in one strict order, without guarantees and full ties: while no limit
of a stretch overflows, everybody of it gets the first door that is open, and nobody's choice depends
on another's.  Where one overflows, the stretch ends just before, the limit shuts its doors, and the
rest choose again.  Linear in applicants × choices, plus a stretch for every limit that fills.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Mask = NDArray[np.bool_]

LEAST, MOST = 256, 1 << 15
"""Applicants looked at together: few where limits fill often, many where none does."""

NO_CAP = np.iinfo(np.int64).max // 4


@dataclass(frozen=True, slots=True)
class Doors:
    """What a placement counts to.

    ``limits`` (doors × limits of a door) holds indexes into ``caps``; the last entry of ``caps`` has no
    end and pads short rows.  Door number ``len(limits)`` stands for no choice.
    """

    limits: Ints
    caps: Longs


class Board:
    """How much room every limit has left, and which doors are open."""

    def __init__(self, doors: Doors, shut: Mask | None = None) -> None:
        self.limits = np.vstack([doors.limits, np.full((1, doors.limits.shape[1]), len(doors.caps) - 1, np.int32)])
        self.left = doors.caps.copy()
        self.open: Mask = np.asarray((self.left[self.limits] > 0).all(axis=1))
        self.open[-1] = False
        if shut is not None:
            self.open[:-1] &= ~shut
        flat = self.limits.ravel()
        self.behind = np.argsort(flat, kind="stable") // self.limits.shape[1]
        self.start = np.concatenate([[0], np.cumsum(np.bincount(flat, minlength=len(self.left)))])

    def walk(self, choices: Ints) -> Ints:
        """Place the rows of ``choices`` (doors, best first) one after another.

        Gives for each row the column it got, or -1.
        """
        got = np.full(len(choices), -1, np.int32)
        size, at = LEAST, 0
        while at < len(choices):
            block = choices[at : at + size]
            stretches = self._block(block, got[at : at + size])
            at += size
            if stretches == 1:
                size = min(2 * size, MOST)
            elif stretches > 4:
                size = max(size // 2, LEAST)
        return got

    def _block(self, block: Ints, got: Ints) -> int:
        stretches = 0
        while len(block):
            stretches += 1
            free = self.open[block]
            column = free.argmax(axis=1)
            rows = np.flatnonzero(free[np.arange(len(block)), column])
            wanted = self.limits[block[rows, column[rows]]]
            end = self._end(wanted)
            self._take(wanted[:end])
            got[rows[:end]] = column[rows[:end]]
            if end == len(rows):
                break
            block, got = block[rows[end] :], got[rows[end] :]
        return stretches

    def _end(self, wanted: Ints) -> int:
        """How many of the rows fit before some limit would overflow."""
        counts = np.bincount(wanted.ravel(), minlength=len(self.left))
        end = len(wanted)
        for limit in np.flatnonzero(counts > self.left):
            end = min(
                end, np.flatnonzero((wanted[:end] == limit).any(axis=1))[self.left[limit] :][:1].min(initial=end)
            )
        return end

    def _take(self, wanted: Ints) -> None:
        flat = wanted.ravel()
        counts = np.bincount(flat, minlength=len(self.left))
        self.left -= counts
        for limit in np.flatnonzero((counts > 0) & (self.left == 0)):
            self.open[self.behind[self.start[limit] : self.start[limit + 1]]] = False


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain round: programme totals and county cells, one strict order per county or for all.

    ``choices`` (applicants × choices) are programmes, best first, -1 for none and for choices that do
    not count; ``walk`` the applicants in order, best first; ``county`` a number from 0 per applicant.
    ``capacity`` per programme and ``cells`` (programmes × counties) are -1 where there is no limit.
    """

    choices: Ints
    walk: Ints
    county: Ints
    capacity: Longs
    cells: Longs

    def doors(self) -> Doors:
        """One door per programme and county."""
        programmes, counties = self.cells.shape
        caps = np.concatenate([self.capacity, self.cells.ravel(), [NO_CAP]])
        caps[caps < 0] = NO_CAP
        table = np.empty((programmes * counties, 2), np.int32)
        table[:, 0] = np.repeat(np.arange(programmes), counties)
        table[:, 1] = programmes + np.arange(programmes * counties)
        return Doors(table if (self.cells >= 0).any() else table[:, :1].copy(), caps)


def place(plain: Plain) -> Ints:
    """Per applicant the column of the choice that was granted, or -1."""
    programmes, counties = plain.cells.shape
    listed = plain.choices[plain.walk]
    behind = listed * np.int32(counties) + plain.county[plain.walk][:, None]
    behind[listed < 0] = programmes * counties
    got = np.full(len(plain.choices), -1, np.int32)
    got[plain.walk] = Board(plain.doors()).walk(behind)
    return got


def positions(plain: Plain, one_order: bool) -> Ints:
    """位次 from 1, in the one order or inside each county; 0 for those who are not walked."""
    told = np.zeros(len(plain.choices), np.int32)
    if one_order:
        told[plain.walk] = np.arange(1, len(plain.walk) + 1)
        return told
    county = plain.county[plain.walk]
    for one in range(plain.cells.shape[1]):
        members = plain.walk[county == one]
        told[members] = np.arange(1, len(members) + 1)
    return told


def merit(keys: Sequence[NDArray[np.generic]], county: Ints | None) -> Ints:
    """Applicants in order: ``keys`` smaller first, the first key decides; county by county if given."""
    told: list[NDArray[np.generic]] = [key for key in reversed(keys) if len(key) and (key != key[0]).any()]
    if not told and county is None:
        return np.arange(len(keys[0]), dtype=np.int32)
    return np.lexsort(told if county is None else [*told, county]).astype(np.int32)
