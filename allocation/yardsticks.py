"""Figures by which an outcome is measured: placed against the flow bound, ranks, shares by county."""

from __future__ import annotations

from collections import defaultdict, deque

from allocation.canonical import Json
from allocation.opening import Placed
from allocation.round import Round


class _Flow:
    """Applicants flow through county cells into programmes; order, beds and minima are left aside."""

    def __init__(self, round_: Round, placed: Placed) -> None:
        instance = round_.instance
        self.counties = [applicant.county for applicant in instance.applicants]
        self.room = [len(placed) if one.capacity is None else one.capacity for one in instance.programmes]
        self.cells = [dict(one.ceilings) for one in instance.programmes]
        self.doors = [
            tuple(dict.fromkeys(wish.programme for wish in (*listed, *more)))
            for listed, more in zip(round_.wishes, round_.adjust, strict=True)
        ]
        self.at: list[int | None] = [None] * len(placed)
        self.inside: list[dict[str, set[int]]] = [defaultdict(set) for _ in instance.programmes]
        self.full = [0] * len(instance.programmes)
        self.dead: set[tuple[int, str | None]] = set()
        for applicant, wish in enumerate(placed):
            if wish is not None and self._free(applicant, wish.programme):
                self._move(applicant, wish.programme)

    def _free(self, applicant: int, programme: int) -> bool:
        county = self.counties[applicant]
        cell = self.cells[programme].get(county)
        return self.full[programme] < self.room[programme] and (
            cell is None or len(self.inside[programme][county]) < cell
        )

    def _move(self, applicant: int, programme: int) -> None:
        old = self.at[applicant]
        county = self.counties[applicant]
        if old is not None:
            self.inside[old][county].remove(applicant)
            self.full[old] -= 1
        self.inside[programme][county].add(applicant)
        self.full[programme] += 1
        self.at[applicant] = programme

    def _door(self, applicant: int, programme: int) -> tuple[int, str | None]:
        """What is full: the county's cell, or the whole programme (county ``None``)."""
        county = self.counties[applicant]
        cell = self.cells[programme].get(county)
        full = cell is not None and len(self.inside[programme][county]) >= cell
        return programme, county if full else None

    def _holders(self, door: tuple[int, str | None]) -> list[int]:
        """Whose leaving would let somebody through a full door."""
        programme, county = door
        if county is not None:
            return sorted(self.inside[programme][county])
        return sorted(one for holders in self.inside[programme].values() for one in holders)

    def augment(self, start: int) -> None:
        """Place one more applicant by moving others to places they also listed, if any chain does it.

        Doors behind which no chain was found are never tried again: later chains cannot open them.
        """
        came: dict[int, tuple[int, int]] = {}
        tried: set[tuple[int, str | None]] = set()
        queue = deque([start])
        while queue:
            applicant = queue.popleft()
            for programme in self.doors[applicant]:
                if self._free(applicant, programme):
                    self._shift(applicant, programme, came)
                    return
                door = self._door(applicant, programme)
                if door in tried or door in self.dead:
                    continue
                tried.add(door)
                for holder in self._holders(door):
                    if holder not in came and holder != start:
                        came[holder] = (applicant, programme)
                        queue.append(holder)
        self.dead |= tried

    def _shift(self, applicant: int, programme: int, came: dict[int, tuple[int, int]]) -> None:
        self._move(applicant, programme)
        while applicant in came:
            applicant, programme = came[applicant]
            self._move(applicant, programme)

    def most(self) -> int:
        """The most that can be placed at once."""
        for applicant, doors in enumerate(self.doors):
            if doors and self.at[applicant] is None:
                self.augment(applicant)
        return sum(at is not None for at in self.at)


def flow_bound(round_: Round, placed: Placed) -> int:
    """An upper bound on how many could be placed under programme totals and county cells alone."""
    return _Flow(round_, placed).most()


def by_rank(round_: Round, placed: Placed) -> dict[str, dict[str, int]]:
    """Per county: candidates, unplaced, adjusted, returned, and how many got each rank of choice."""
    table: dict[str, dict[str, int]] = {}
    for applicant, wish in zip(round_.instance.applicants, placed, strict=True):
        row = table.setdefault(applicant.county, defaultdict(int))
        row["candidates"] += 1
        if wish is None:
            row["unplaced"] += 1
        elif wish.returned:
            row["returned"] += 1
        else:
            row["adjusted" if wish.choice == 0 else str(wish.rank)] += 1
    return {county: dict(row) for county, row in table.items()}


def measured(round_: Round, placed: Placed, shortfall: int) -> dict[str, Json]:
    """All yardsticks of an outcome."""
    really = [wish for wish in placed if wish is not None and not wish.returned]
    shares: dict[str, Json] = {county: {**row} for county, row in by_rank(round_, placed).items()}
    return {
        "placed": len(really),
        "rank_sum": sum(wish.rank for wish in really),
        "flow_bound": flow_bound(round_, placed),
        "shortfall": shortfall,
        "by_rank": shares,
    }
