"""Hard floors: whether what is decided can still be completed, by CP-SAT over what is left.

Anybody may be left with nothing, so only places that a floor or a minimum still needs matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.clock import Clock, NoTime
from allocation.ledger import Ledger
from allocation.wishes import Wish

Witness = dict[int, Wish]
"""Whom a completion places where; everybody else undecided has nothing."""

Order = tuple[str, int]
"""A floor (``floor``, index) or a minimum (``min``, programme)."""


def solved(
    model: cp_model.CpModel, clock: Clock, *, presolve: bool = False, gap: float = 0.0
) -> cp_model.CpSolver | None:
    """Solve to the proven end, or as near to it as the relative ``gap``.

    ``None`` if infeasible, :class:`NoTime` if the limit came first.

    Whether people fit is nearly a flow: its linear relaxation answers faster than presolve takes.
    """
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.cp_model_presolve = presolve
    solver.parameters.linearization_level = 2
    solver.parameters.relative_gap_limit = gap
    left = clock.left()
    if left is not None:
        solver.parameters.max_time_in_seconds = left
    status = solver.solve(model)
    if status == cp_model.OPTIMAL:
        return solver
    if status == cp_model.INFEASIBLE:
        return None
    raise NoTime


class Completion:
    """The completions of one ledger; ``orders`` may be set aside one at a time."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self.ledger = ledger
        self.clock = clock
        self.model = cp_model.CpModel()
        self.rows: list[tuple[int, Wish, cp_model.IntVar]] = []
        self.missing = ledger.missing()
        self.wanting = ledger.wanting()
        self.aside: dict[Order, cp_model.IntVar] = {}
        self.miss: dict[int, cp_model.IntVar] = {}
        self._people()
        self._limits()
        self._orders()

    def _people(self) -> None:
        ledger = self.ledger
        for applicant, options in enumerate(ledger.options):
            useful = [
                wish
                for wish in options
                if not wish.returned
                and (wish.programme in self.wanting or wish.floor in self.missing)
                and ledger.full(wish) is None
            ]
            literals = [self.model.new_bool_var("") for _ in useful]
            if len(literals) > 1:
                self.model.add_at_most_one(literals)
            self.rows += [(applicant, wish, literal) for wish, literal in zip(useful, literals, strict=True)]

    def _limits(self) -> None:
        inside: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for _, wish, literal in self.rows:
            for one in wish.checks:
                inside[one].append(literal)
        for one, literals in inside.items():
            room = self.ledger.round.limits[one].cap - self.ledger.used[one]
            if len(literals) > room:
                self.model.add(LinearExpr.sum(literals) <= room)

    def _orders(self) -> None:
        members: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        pupils: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for _, wish, literal in self.rows:
            if wish.floor >= 0:
                members[wish.floor].append(literal)
            pupils[wish.programme].append(literal)
        for at, count in self.missing.items():
            self.miss[at] = self.model.new_int_var(0, count, "")
            self.aside["floor", at] = self.model.new_bool_var("")
            self._at_least([*members[at], self.miss[at]], count, self.aside["floor", at])
        for at, count in self.wanting.items():
            self.aside["min", at] = self.model.new_bool_var("")
            self._at_least(pupils[at], count, self.aside["min", at])

    def _at_least(self, literals: list[cp_model.IntVar], count: int, aside: cp_model.IntVar) -> None:
        self.model.add(LinearExpr.sum(literals) + count * aside >= count)

    def _witness(self, solver: cp_model.CpSolver) -> Witness:
        return {applicant: wish for applicant, wish, literal in self.rows if solver.boolean_value(literal)}

    def _keep(self, *aside: Order) -> None:
        for order, literal in self.aside.items():
            self.model.add(literal == (order in aside))

    def within(self, target: int) -> Witness | None:
        """A completion whose shortfall is at most ``target``, if there is one."""
        self._keep()
        self.model.add(LinearExpr.sum(list(self.miss.values())) <= target)
        solver = solved(self.model, self.clock)
        return None if solver is None else self._witness(solver)

    def least(self, *aside: Order) -> tuple[int, Witness] | None:
        """The least shortfall, what is set ``aside`` left out; ``None`` if minima cannot be met."""
        self._keep(*aside)
        self.model.minimize(LinearExpr.sum(list(self.miss.values())))
        solver = solved(self.model, self.clock)
        return None if solver is None else (round(solver.objective_value), self._witness(solver))

    def first_aside(self, target: int, targets: Mapping[Order, int]) -> Order | None:
        """The first order of ``targets`` without which a completion has no more shortfall than it says."""
        chosen = [self.aside[order] for order in targets]
        for order, literal in self.aside.items():
            if order not in targets:
                self.model.add(literal == 0)
        self.model.add_exactly_one(chosen)
        eased = [target - one for one in targets.values()]
        self.model.add(LinearExpr.sum(list(self.miss.values())) + LinearExpr.weighted_sum(chosen, eased) <= target)
        self.model.minimize(LinearExpr.weighted_sum(chosen, list(range(len(chosen)))))
        solver = solved(self.model, self.clock)
        return None if solver is None else [*targets][round(solver.objective_value)]
