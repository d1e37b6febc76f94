"""Hard floors: the linear relaxation of a completion, for a witness or for prices that prove there is none."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ortools.linear_solver import pywraplp

from allocation.clock import Clock, NoTime
from allocation.completion import Witness
from allocation.ledger import Ledger
from allocation.prices import WHOLE, Prices
from allocation.round import Round
from allocation.wishes import Wish

NEAR = 1e-6


class Relaxed:
    """The least amount by which orders are missed beyond the target when people may be divided."""

    def __init__(self, ledger: Ledger, target: int, clock: Clock) -> None:
        self.ledger = ledger
        self.solver: Any = pywraplp.Solver.CreateSolver("GLOP")
        self.missing = ledger.missing()
        self.wanting = ledger.wanting()
        self.limits: dict[int, Any] = {}
        self.rows: list[tuple[int, Wish, Any]] = []
        self.floors = {
            at: self.solver.Constraint(count, self.solver.infinity()) for at, count in self.missing.items()
        }
        self.minima = {
            at: self.solver.Constraint(count, self.solver.infinity()) for at, count in self.wanting.items()
        }
        self._people()
        self._misses(target)
        _run(self.solver, clock)
        self.least: float = self.solver.Objective().Value()

    def _people(self) -> None:
        """Whoever may still serve an order, each with one place at most."""
        inside: dict[int, list[Any]] = defaultdict(list)
        for who, options in enumerate(self.ledger.options):
            useful = [wish for wish in options if self._useful(wish)]
            own = self.solver.Constraint(-1, 1) if len(useful) > 1 else None
            for wish in useful:
                literal = self.solver.NumVar(0, 1, "")
                if own is not None:
                    own.SetCoefficient(literal, 1)
                self.rows.append((who, wish, literal))
                for one in wish.checks:
                    inside[one].append(literal)
                for order in (self.floors.get(wish.floor), self.minima.get(wish.programme)):
                    if order is not None:
                        order.SetCoefficient(literal, 1)
        for one, literals in inside.items():
            room = self.ledger.round.limits[one].cap - self.ledger.used[one]
            if len(literals) > room:
                self.limits[one] = self.solver.Constraint(-self.solver.infinity(), room)
                for literal in literals:
                    self.limits[one].SetCoefficient(literal, 1)

    def _useful(self, wish: Wish) -> bool:
        return not wish.returned and (wish.programme in self.wanting or wish.floor in self.missing)

    def _misses(self, target: int) -> None:
        """Minima may miss anything at a price of one each, floors what goes beyond the target together."""
        objective = self.solver.Objective()
        total = self.solver.Constraint(-self.solver.infinity(), target)
        beyond = self.solver.NumVar(0, self.solver.infinity(), "")
        total.SetCoefficient(beyond, -1)
        objective.SetCoefficient(beyond, 1)
        for at, order in self.floors.items():
            short = self.solver.NumVar(0, self.missing[at], "")
            order.SetCoefficient(short, 1)
            total.SetCoefficient(short, 1)
        for order in self.minima.values():
            short = self.solver.NumVar(0, self.solver.infinity(), "")
            order.SetCoefficient(short, 1)
            objective.SetCoefficient(short, 1)
        objective.SetMinimization()

    def prices(self) -> Prices | None:
        """Prices by which the orders cannot be met, if even divided people cannot meet them."""
        if self.least <= NEAR:
            return None
        return Prices(
            {at: price for at, row in self.limits.items() if (price := _whole(-row.dual_value()))},
            {at: price for at, row in self.floors.items() if (price := _whole(row.dual_value()))},
            {at: price for at, row in self.minima.items() if (price := _whole(row.dual_value()))},
        )

    def witness(self) -> Witness | None:
        """The completion, if nobody is divided."""
        if self.least > NEAR:
            return None
        values = [(who, wish, literal.solution_value()) for who, wish, literal in self.rows]
        if any(NEAR < value < 1 - NEAR for _, _, value in values):
            return None
        return {who: wish for who, wish, value in values if value > 0.5}


def _whole(price: float) -> int:
    return max(0, round(price * WHOLE))


def room_prices(round_: Round, clock: Clock) -> dict[int, int]:
    """What a place under each limit is worth when as many as possible are to be placed, everything open.

    Any prices bound how many a set of open classes can place; these bound it best where all are open.
    """
    solver: Any = pywraplp.Solver.CreateSolver("GLOP")
    inside: dict[int, list[Any]] = defaultdict(list)
    objective = solver.Objective()
    for row, more in zip(round_.wishes, round_.adjust, strict=True):
        own = solver.Constraint(-1, 1)
        for wish in (*row, *more):
            if not wish.returned:
                literal = solver.NumVar(0, 1, "")
                objective.SetCoefficient(literal, 1)
                own.SetCoefficient(literal, 1)
                for one in wish.checks:
                    inside[one].append(literal)
    objective.SetMaximization()
    rows = {at: solver.Constraint(-solver.infinity(), round_.limits[at].cap) for at in inside}
    for at, literals in inside.items():
        for literal in literals:
            rows[at].SetCoefficient(literal, 1)
    _run(solver, clock)
    return {at: price for at, row in rows.items() if (price := _whole(row.dual_value()))}


def _run(solver: Any, clock: Clock) -> None:
    left = clock.left()
    if left is not None:
        solver.SetTimeLimit(max(1, int(left * 1000)))
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        raise NoTime
