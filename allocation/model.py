"""Engine one: CP-SAT over the whole round; the opening set is its decision, all else follows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.faults import Stopped
from allocation.keeping import Keeping
from allocation.opening import Found, Placed, Value, better, short, value
from allocation.round import Bed, Round
from allocation.unrolled import Unrolled
from allocation.wishes import Wish

Watch = Callable[[float, float | None], None]


class OutOfTime(Exception):  # not an error: the model may fail to finish in its limit
    """The model could not finish within its time limit."""


class _Gap(cp_model.CpSolverSolutionCallback):
    """Reports the gap at each solution and stops the search when the watcher asks for it."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch
        self.stopped = False

    def on_solution_callback(self) -> None:
        value, bound = self.objective_value, self.best_objective_bound
        try:
            self.watch(0.0, abs(bound - value) / max(1.0, abs(value)))
        except Stopped:
            self.stopped = True
            self.stop_search()


class Model:
    """The CP-SAT engine of one round; ``time_limit_s`` bounds all its solves together."""

    def __init__(
        self,
        round_: Round,
        *,
        time_limit_s: float | None = None,
        workers: int = 1,
        watch: Watch = lambda done, gap: None,
    ) -> None:
        self.round = round_
        self.watch = watch
        self.workers = workers
        self.ends = None if time_limit_s is None else time.monotonic() + time_limit_s
        self.known: dict[frozenset[int], Placed] = {}

    def place(self, shut: frozenset[int]) -> Placed:
        """The outcome of one opening set: held places grow until no group is refused for want of one."""
        if shut not in self.known:
            self.known[shut] = self._settled(shut)
        return self.known[shut]

    opened = place

    def _settled(self, shut: frozenset[int]) -> Placed:
        round_ = self.round
        keeping = Keeping(round_)
        while True:
            unrolled = Unrolled(round_, (), shut, keeping.held, keeping.beds)
            solver = self._certain(unrolled.model)
            placed = [
                next((wish for wish, literal in row if solver.boolean_value(literal)), None) for row in unrolled.taken
            ]
            got = [wish for wish in placed if wish is not None]
            inside = [sum(at in wish.holds for wish in got) for at in range(len(round_.holds))]
            slept = {
                bed: sum(bed[0] in wish.holds and round_.bed(wish) == bed[1] for wish in got) for bed in round_.beds
            }
            calls, sleepers = self._wanted(placed, shut, keeping)
            if keeping.grow(inside, slept, calls, sleepers):
                continue
            if not keeping.fall(inside, slept):
                return placed

    def _wanted(
        self, placed: Placed, shut: frozenset[int], keeping: Keeping
    ) -> tuple[dict[int, int], dict[Bed, int]]:
        """How many members each guarantee calls for: refused by nothing but the programme's total or the beds."""
        calls: Counter[int] = Counter()
        sleepers: Counter[Bed] = Counter()
        used = [0] * len(self.round.limits)
        for group in self.round.order.groups if self.round.holds else ():
            for one in group:
                for wish in self._refused(one, placed[one], shut, used):
                    bed = self.round.bed(wish)
                    caller = keeping.caller(wish.holds, bed)
                    if caller is not None:
                        calls[caller] += 1
                        sleepers[caller, bed] += bed >= 0
            for got in (placed[one] for one in group):
                for at in got.counts if got is not None and got.choice else ():
                    used[at] += 1
        return calls, sleepers

    def _refused(self, one: int, got: Wish | None, shut: frozenset[int], used: Sequence[int]) -> Iterator[Wish]:
        """Choices of a member before the one that was got, past every door but those of the guarantee."""
        for wish in takewhile(lambda wish: wish is not got, self.round.wishes[one]):
            own = self.round.cap_of[wish.programme], self.round.bed(wish)
            full = any(used[at] >= self.round.limits[at].cap for at in wish.checks if at not in own)
            if wish.holds and wish.programme not in shut and not full:
                yield wish

    def optimum(self, undecided: tuple[int, ...]) -> Found | None:
        """The best opening set, finished lexicographically until one answer is left.

        With guarantees the held places are left free, which bounds every opening set from above;
        sets whose true outcome falls short of the bound are excluded until none can be better.
        """
        unrolled = Unrolled(self.round, undecided, frozenset(), None)
        self._hint(unrolled, undecided)
        best: tuple[tuple[int, ...], Value, frozenset[int]] | None = None
        tried = 0
        while True:
            bound = self._lexicographic(unrolled, undecided)
            if bound is None or (best is not None and best[0] >= bound[0]):
                return None if best is None else Found(best[2], True, tried)
            shut = bound[1]
            tried += 1
            placed = self.place(shut)
            if not short(self.round, placed, shut):
                figures = value(placed, undecided, shut)
                key = better(undecided, figures, shut)
                rated = key, figures, shut
                best = rated if best is None else max(best, rated, key=lambda one: one[0])
                if key == bound[0]:
                    return Found(best[2], True, tried)
            unrolled.model.add_bool_or(
                [unrolled.opens[at] if at in shut else ~unrolled.opens[at] for at in undecided]
            )

    def _lexicographic(
        self, unrolled: Unrolled, undecided: tuple[int, ...]
    ) -> tuple[tuple[int, ...], frozenset[int]] | None:
        """Placed and ranks first, then open classes in order: one objective, weighted to keep them apart."""
        model = unrolled.model
        scale = 1 + sum(max((wish.rank for wish, _ in row), default=0) for row in unrolled.taken)
        size = len(undecided)
        opened = [unrolled.opens[at] for at in undecided]
        order = LinearExpr.weighted_sum(opened, [(1 << size) + (1 << (size - 1 - at)) for at in range(size)])
        most = (size + 1) << size
        model.maximize((scale * unrolled.placed() - unrolled.ranks()) * (1 + most) + order)
        solver = self._run(model)
        if solver is None:
            return None
        shut = frozenset(at for at in undecided if not solver.boolean_value(unrolled.opens[at]))
        placed = sum(solver.boolean_value(lit) for row in unrolled.taken for wish, lit in row if not wish.returned)
        rank_sum = sum(
            wish.rank
            for row in unrolled.taken
            for wish, lit in row
            if not wish.returned and solver.boolean_value(lit)
        )
        return better(undecided, (placed, rank_sum, size - len(shut)), shut), shut

    def _hint(self, unrolled: Unrolled, undecided: tuple[int, ...]) -> None:
        """Start from the pass with every undecided class shut: a whole solution, usually admissible."""
        placed: list[Wish | None] = list(self.place(frozenset(undecided)))
        for at in undecided:
            unrolled.model.add_hint(unrolled.opens[at], 0)
        for row, got in zip(unrolled.taken, placed, strict=True):
            for wish, literal in row:
                unrolled.model.add_hint(literal, wish is got)

    def _certain(self, model: cp_model.CpModel) -> cp_model.CpSolver:
        """Solve what has a solution by construction: every literal follows from the doors before it."""
        solver = self._run(model)
        if solver is None:
            raise LookupError("no solution where one exists by construction")
        return solver

    def _run(self, model: cp_model.CpModel) -> cp_model.CpSolver | None:
        """Solve to proven optimality; ``None`` if infeasible, :class:`OutOfTime` if the limit came first."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = self.workers
        solver.parameters.linearization_level = 0  # all follows from few decisions: rows only slow it down
        solver.parameters.max_presolve_iterations = 1
        if self.ends is not None:
            left = self.ends - time.monotonic()
            if left <= 0:
                raise OutOfTime
            solver.parameters.max_time_in_seconds = left
        self.watch(0.0, None)
        gap = _Gap(self.watch)
        status = solver.solve(model, gap)
        if gap.stopped:
            raise Stopped
        if status == cp_model.OPTIMAL:
            return solver
        if status == cp_model.INFEASIBLE:
            return None
        raise OutOfTime
