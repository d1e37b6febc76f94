"""Held places and held beds of many opening sets at once: one row per guarantee or bed, one column per set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocation.round import Round

Mask = NDArray[np.bool_]
Count = NDArray[np.int32]
Columns = NDArray[np.int64]


@dataclass(slots=True)
class Calls:
    """What one pass leaves behind: members placed, beds they took, and what they call for."""

    inside: Count
    slept: Count
    places: Count
    beds: Count


@dataclass(slots=True)
class Held:
    """``held`` of ``seats`` places by guarantee, ``beds`` of at most ``most`` by bed."""

    round: Round
    held: Count
    seats: Count
    beds: Count
    most: Count

    @classmethod
    def start(cls, round_: Round, size: int) -> Held:
        """Nothing is held but the places kept for good."""
        seats = _rows([hold.seats for hold in round_.holds], size)
        held = _rows([0 if hold.release else hold.seats for hold in round_.holds], size)
        most = _rows([round_.holds[one].seats for one, _ in round_.beds], size)
        return cls(round_, held, seats, np.zeros_like(most), most)

    def of(self, columns: Columns) -> Held:
        """These columns alone."""
        return Held(
            self.round, self.held[:, columns], self.seats[:, columns], self.beds[:, columns], self.most[:, columns]
        )

    def put(self, columns: Columns, other: Held) -> None:
        """Take these columns from there."""
        self.held[:, columns], self.seats[:, columns] = other.held, other.seats
        self.beds[:, columns], self.most[:, columns] = other.beds, other.most

    def calls(self) -> Calls:
        """No calls yet."""
        return Calls(
            np.zeros_like(self.held), np.zeros_like(self.beds), np.zeros_like(self.held), np.zeros_like(self.beds)
        )

    def spare(self, hold: int) -> Count:
        """How many beds the guarantee may still come to hold by its seats."""
        rows = [row for row, (one, _) in enumerate(self.round.beds) if one == hold]
        left: Count = self.seats[hold] - self.beds[rows].sum(axis=0, dtype=np.int32)
        return left

    def lacks(self, hold: int, row: int | None) -> Mask:
        """Where the guarantee lacks a seat, or a bed of this row."""
        seat: Mask = self.held[hold] < self.seats[hold]
        if row is None:
            return seat
        bed: Mask = (self.beds[row] < self.most[row]) & (self.spare(hold) > 0)
        return seat | bed

    def grow(self, calls: Calls) -> Mask:
        """Hold what members inside and members calling need; tells where anything grew."""
        wanted = np.minimum(self.seats, calls.inside + calls.places)
        held = np.where(calls.places > 0, np.maximum(self.held, wanted), self.held)
        grew: Mask = np.any(held > self.held, axis=0)
        self.held = held
        for row, (hold, _) in enumerate(self.round.beds):
            more = np.minimum(self.most[row], calls.slept[row] + calls.beds[row]) - self.beds[row]
            more = np.where(calls.beds[row] > 0, np.maximum(0, np.minimum(more, self.spare(hold))), 0)
            self.beds[row] += more
            grew = grew | (more > 0)
        return grew

    def fall(self, calls: Calls, among: Mask) -> Mask:
        """Release for good what stays empty in these columns; tells where anything fell."""
        release = np.array([hold.release for hold in self.round.holds], np.bool_)[:, None]
        empty = release & (calls.inside < self.held) & among
        self.held = np.where(empty, calls.inside, self.held)
        self.seats = np.where(empty, calls.inside, self.seats)
        unslept = (calls.slept < self.beds) & among
        self.beds = np.where(unslept, calls.slept, self.beds)
        self.most = np.where(unslept, calls.slept, self.most)
        fell: Mask = np.any(empty, axis=0) | np.any(unslept, axis=0)
        return fell


def _rows(values: list[int], size: int) -> Count:
    return np.array([[value] * size for value in values], np.int32).reshape(len(values), size)
