"""Hard floors: what prices say about many opening sets at once: which are hopeless, how many each could place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allocation.clock import Clock
from allocation.prices import WHOLE, Costs, Listing, Prices
from allocation.relaxed import room_prices

Sets = NDArray[np.bool_]
"""One column per opening set, one row per undecided class, true where it is shut."""

Pattern = tuple[int, tuple[tuple[int, int], ...]]


class SetBounds:
    """Bounds over the sets of these undecided classes; ``least`` is the shortfall that may remain."""

    def __init__(self, listing: Listing, undecided: Sequence[int], least: int, clock: Clock) -> None:
        self.listing = listing
        self.round = listing.round
        self.row = {at: number for number, at in enumerate(undecided)}
        self.least = least
        self.rooms = room_prices(listing.round, clock)

    def most(self, shut: Sets) -> Costs:
        """How many any assignment within the limits could place, set by set."""
        costs = self.listing.costs(Prices(self.rooms, {}, {})) - WHOLE
        rooms = sum(price * self.round.limits[at].cap for at, price in self.rooms.items())
        return np.asarray((rooms - self._cheapest(costs, shut)) // WHOLE)

    def hopeless(self, prices: Prices, shut: Sets) -> Sets:
        """The sets of which the prices prove that no completion meets every order."""
        base = np.full(shut.shape[1], -max(prices.floors.values(), default=0) * self.least, np.int64)
        base -= sum(price * self.round.limits[at].cap for at, price in prices.limits.items())
        for at, price in prices.floors.items():
            floor = self.round.floors[at]
            base += price * floor.seats * self._open(floor.programme, shut)
        for at, price in prices.programmes.items():
            base += price * self.round.needs[at] * self._open(at, shut)
        return np.asarray(base + self._cheapest(self.listing.costs(prices), shut) > 0)

    def _open(self, programme: int, shut: Sets) -> NDArray[np.int64]:
        if programme not in self.row:
            return np.ones(shut.shape[1], np.int64)
        return np.asarray(~shut[self.row[programme]], np.int64)

    def _cheapest(self, costs: Costs, shut: Sets) -> Costs:
        """The sum over everybody of their cheapest open wish, or nothing."""
        total = np.zeros(shut.shape[1], np.int64)
        for (always, some), count in self._patterns(costs).items():
            value = np.full(shut.shape[1], always, np.int64)
            for cost, row in some:
                value = np.where(shut[row], value, cost)
            total += count * value
        return total

    def _patterns(self, costs: Costs) -> Counter[Pattern]:
        """People by what their wishes cost: the cheapest that is always open, and cheaper ones, dearest first."""
        rows: list[list[tuple[int, int]]] = [[] for _ in self.round.wishes]
        always = [0] * len(rows)
        programmes = self.listing.programmes.tolist()
        owners = self.listing.owners.tolist()
        for at in np.flatnonzero((costs < 0) & (self.listing.programmes >= 0)).tolist():
            who, cost, row = owners[at], int(costs[at]), self.row.get(programmes[at], -1)
            if row < 0:
                always[who] = min(always[who], cost)
            else:
                rows[who].append((cost, row))
        return Counter(
            (sure, tuple(sorted((one for one in some if one[0] < sure), reverse=True)))
            for sure, some in zip(always, rows, strict=True)
            if sure or some
        )
