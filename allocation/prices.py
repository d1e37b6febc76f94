"""Hard floors: prices that prove a placement impossible, so that one proof answers many refusals.

A price on every limit, floor and minimum makes one inequality of all of them: whatever a completion
uses beyond the rooms, or lacks of the orders, costs; a completion costs nothing or less.  Each undecided
person alone may be given the cheapest option, so the least cost is a plain sum, and a placement
that brings it above nothing has no completion.  Any prices at all give a true proof; good ones come from the linear
relaxation (Lagrange duality), and stay good for many people, and for other sets of closed classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocation.ledger import Ledger
from allocation.repair import Members
from allocation.round import Round

Costs = NDArray[np.int64]

WHOLE = 240
"""Prices are whole numbers of this part: sums are exact, and halves, thirds and fifths stay exact too."""

KEPT = 48
"""Price lists kept for the next set of closed classes: the latest ones serve best."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a place under each limit costs, and a place in each floor and each programme brings."""

    limits: Mapping[int, int]
    floors: Mapping[int, int]
    programmes: Mapping[int, int]


class Listing:
    """Every wish of a round as arrays: whose it is, what it uses, which orders it serves."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.number: dict[tuple[int, int], int] = {}
        owners: list[int] = []
        programmes: list[int] = []
        floors: list[int] = []
        uses: list[int] = []
        used: list[int] = []
        listed: list[bool] = []
        for who, (row, more) in enumerate(zip(round_.wishes, round_.adjust, strict=True)):
            for wish in (*row, *more):
                at = len(owners)
                self.number[who, wish.programme] = at
                owners.append(who)
                programmes.append(-1 if wish.returned else wish.programme)
                floors.append(-1 if wish.returned else wish.floor)
                listed.append(wish.choice > 0)
                uses += [at] * len(wish.checks)
                used += wish.checks
        self.owners = np.array(owners, np.int64)
        self.programmes = np.array(programmes, np.int64)
        self.floors = np.array(floors, np.int64)
        self.listed = np.array(listed, np.bool_)
        self.uses = np.array(uses, np.int64)
        self.used = np.array(used, np.int64)
        self.caps = np.array([limit.cap for limit in round_.limits], np.int64)

    def costs(self, prices: Prices) -> Costs:
        """The cost of each wish: what it uses, less what it brings."""
        limits = _spread(prices.limits, len(self.round.limits))
        floors = _spread(prices.floors, len(self.round.floors) + 1)
        programmes = _spread(prices.programmes, len(self.round.needs) + 1)
        uses = np.bincount(self.uses, limits[self.used], len(self.owners)).astype(np.int64)
        return np.asarray(uses - floors[self.floors] - programmes[self.programmes])

    def least(self, costs: Costs, some: NDArray[np.bool_]) -> Costs:
        """The cheapest of these wishes of each person; nothing at all costs nothing."""
        least = np.zeros(len(self.round.wishes), np.int64)
        np.minimum.at(least, self.owners[some], costs[some])
        return least


def _spread(prices: Mapping[int, int], size: int) -> Costs:
    """Prices by index; the last one stands for what is none."""
    table = np.zeros(size, np.int64)
    for at, price in prices.items():
        table[at] = price
    return table


class Pool:
    """The price lists known for a round, shared by its look-ahead passes."""

    def __init__(self, round_: Round) -> None:
        self.listing = Listing(round_)
        self.members = Members(round_)
        self.known: list[Prices] = []
        self.roots: list[Prices] = []

    def keep(self, prices: Prices) -> None:
        """Remember a price list for passes to come."""
        self.known = [*self.known[1 - KEPT :], prices]


class Proofs:
    """The least cost under each price list, kept up to date along one pass."""

    def __init__(self, pool: Pool, ledger: Ledger, target: int) -> None:
        self.pool = pool
        self.ledger = ledger
        self.target = target
        size, people = len(pool.listing.owners), len(ledger.options)
        self.open = ~np.isin(pool.listing.programmes, [-1, *ledger.shut])
        self.base = np.zeros(0, np.int64)
        self.cost = np.zeros((size, 0), np.int64)
        self.now = np.zeros((people, 0), np.int64)
        self.later = np.zeros((people, 0), np.int64)
        for prices in pool.known:
            self._add(prices)

    def add(self, prices: Prices) -> None:
        """Use a new price list from here on."""
        self.pool.keep(prices)
        self._add(prices)

    def _add(self, prices: Prices) -> None:
        ledger, listing = self.ledger, self.pool.listing
        missing, wanted = ledger.missing(), ledger.wanting()
        floors = {at: price for at, price in prices.floors.items() if at in missing}
        programmes = {at: price for at, price in prices.programmes.items() if at in wanted}
        prices = Prices(prices.limits, floors, programmes)
        cost = listing.costs(prices)
        later = listing.least(cost, self.open & ~listing.listed)
        now = np.minimum(listing.least(cost, self.open & listing.listed), later)
        decided = np.array([not options for options in ledger.options], np.bool_)
        waiting = np.array([bool(options) and not options[0].choice for options in ledger.options], np.bool_)
        now = np.where(decided, 0, np.where(waiting, later, now))
        base = sum(price * (ledger.used[at] - int(listing.caps[at])) for at, price in prices.limits.items())
        base += sum(price * missing[at] for at, price in floors.items())
        base += sum(price * wanted[at] for at, price in programmes.items())
        base -= max(floors.values(), default=0) * self.target
        self.base = np.append(self.base, base + int(now.sum()))
        self.cost = np.column_stack([self.cost, cost])
        self.now = np.column_stack([self.now, now])
        self.later = np.column_stack([self.later, later])

    def hopeless(self) -> bool:
        """Whether some price list proves that nothing completes what is decided."""
        return bool((self.base > 0).any())

    def impossible(self, who: int, programme: int) -> bool:
        """Whether some price list proves that nothing completes this placement."""
        number = self.pool.listing.number[who, programme]
        return bool((self.base - self.now[who] + self.cost[number] > 0).any())

    def decide(self, who: int, programme: int | None, options: Sequence[object]) -> None:
        """Somebody has this place now, or none and these options left."""
        if programme is not None:
            after = self.cost[self.pool.listing.number[who, programme]]
            left = np.zeros_like(self.base)
        else:
            after = left = self.later[who].copy() if options else np.zeros_like(self.base)
        self.base = self.base + after - self.now[who]
        self.now[who] = left
