"""The best values of listed objectives over every feasible assignment and opening set, and how many reach them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.canonical import Json
from allocation.faults import BadInstance, Fault
from allocation.free import Clock, Free, OutOfTime
from allocation.instance import Instance

MOST_LISTED = 1000
"""So many optimal assignments are kept; all of them are counted."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """Best values in the order asked for; ``optima`` assignments reach them, the first are listed.

    ``proven`` is False where the time limit came first: then ``optima`` counts those found so far.
    """

    values: Mapping[str, int]
    optima: int
    proven: bool
    assignments: tuple[Mapping[str, str | None], ...]

    def table(self) -> dict[str, Json]:
        """The answer as JSON."""
        return {
            "values": {**self.values},
            "optima": self.optima,
            "proven": self.proven,
            "assignments": [{**one} for one in self.assignments],
        }


def _shortfall(free: Free) -> LinearExpr:
    """What open programmes miss of the floors of their counties."""
    missing: list[cp_model.IntVar] = []
    for at, hold in enumerate(free.holds):
        if hold.tag is not None:
            continue
        opened = free.opens[hold.programme]
        seats = hold.seats if opened is None else hold.seats * opened
        short = free.model.new_int_var(0, hold.seats, "")
        free.model.add_max_equality(short, [0, seats - LinearExpr.sum(free.members[at])])
        missing.append(short)
    return LinearExpr.sum(missing)


def _first(free: Free) -> LinearExpr:
    return LinearExpr.sum([literal for row in free.rows for wish, literal in row if wish.choice and wish.rank == 1])


def _adjusted(free: Free) -> LinearExpr:
    return LinearExpr.sum([literal for row in free.rows for wish, literal in row if not wish.choice])


def _open(free: Free) -> LinearExpr:
    may_close = [one for one in free.opens if one is not None]
    return LinearExpr.sum(may_close) + (len(free.opens) - len(may_close))


def _candidates(free: Free) -> int:
    return len(free.rows) - len(free.instance.taken)


OBJECTIVES: Mapping[str, tuple[bool, Callable[[Free], LinearExpr]]] = {
    "shortfall": (False, _shortfall),
    "placed": (True, Free.placed),
    "unplaced": (False, lambda free: _candidates(free) - free.placed()),
    "rank_sum": (False, Free.ranks),
    "first_choices": (True, _first),
    "adjusted": (False, _adjusted),
    "open": (True, _open),
    "closed": (False, lambda free: len(free.opens) - _open(free)),
}
"""What can be asked for: whether more is better, and how it is counted."""


class _Collector(cp_model.CpSolverSolutionCallback):
    """Counts every solution and keeps the first."""

    def __init__(self, free: Free) -> None:
        super().__init__()
        self.free = free
        self.count = 0
        self.kept: list[dict[str, str | None]] = []

    def on_solution_callback(self) -> None:
        self.count += 1
        if self.count <= MOST_LISTED:
            names = [one.id for one in self.free.instance.programmes]
            self.kept.append(
                {
                    person.id: next((names[wish.programme] for wish, got in row if self.boolean_value(got)), None)
                    for person, row in zip(self.free.instance.applicants, self.free.rows, strict=True)
                }
            )


def optimum(instance: Instance, objectives: Sequence[str], *, time_limit_s: float | None = None) -> Optimum:
    """The best values, one objective after the other, and the number of assignments that reach all of them.

    Raises :class:`BadInstance` for an objective nobody knows and :class:`OutOfTime` if not even the best
    values could be proven.
    """
    faults = [
        Fault(f"objective[{at}]", name, "没有这个目标 / no such objective", " | ".join(OBJECTIVES))
        for at, name in enumerate(objectives)
        if name not in OBJECTIVES
    ]
    if faults:
        raise BadInstance(tuple(faults))
    clock = Clock.of(time_limit_s)
    free = Free(instance)
    values: dict[str, int] = {}
    for name in dict.fromkeys(objectives):
        more, counted = OBJECTIVES[name]
        amount = counted(free)
        asked = free.model.clone()
        (asked.maximize if more else asked.minimize)(amount)
        solver = clock.solve(asked)
        if solver is None:
            raise LookupError("nobody placed is always feasible")
        values[name] = round(solver.objective_value)
        free.model.add(amount == values[name])
    collector, proven = _all_optima(free, clock)
    listed = sorted(collector.kept, key=lambda one: [place or "" for place in one.values()])
    return Optimum(values, collector.count, proven, tuple(listed))


def _all_optima(free: Free, clock: Clock) -> tuple[_Collector, bool]:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.enumerate_all_solutions = True
    if clock.ends is not None:
        if clock.over:
            raise OutOfTime
        solver.parameters.max_time_in_seconds = clock.left
    collector = _Collector(free)
    status = solver.solve(free.model, collector)
    return collector, status == cp_model.OPTIMAL
