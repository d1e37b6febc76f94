"""Deferred acceptance a second way: stable assignments as a CP-SAT model, the best of them for the applicants.

For one opening set all stable assignments fill every programme to the same number, and the one that
deferred acceptance finds gives everybody the best rank that any of them gives.  So the least sum of
ranks over the stable assignments is what the queue must find.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import product

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.deferred import adjusted
from allocation.gates import Cut, Literal
from allocation.model import OutOfTime
from allocation.opening import Found, Placed, Value, better, short, value
from allocation.round import Round
from allocation.wishes import Wish

Rated = tuple[tuple[int, ...], Value, frozenset[int]]


class _Stable:
    """The stable assignments of every opening set of some undecided classes.

    A programme with guarantees is several rows of seats: one per guarantee, then the open one; whoever
    fits into an earlier row sits there.  A gate tells from which place on a row, or a limit inside the
    programme, is full of people above.
    """

    def __init__(self, round_: Round, undecided: Sequence[int], shut: frozenset[int]) -> None:
        self.round = round_
        self.model = cp_model.CpModel()
        self.opens: dict[int, Literal] = {at: self.model.new_bool_var("") for at in undecided}
        self.seats: dict[tuple[int, int], list[Literal]] = {}
        self.answers: dict[tuple[int, int], list[list[Literal]]] = {}
        for programme in range(len(round_.needs)):
            if programme not in shut:
                self._programme(programme)
        self.wishes = [[wish for wish in wishes if wish.programme not in shut] for wishes in round_.wishes]
        for applicant, wishes in enumerate(self.wishes):
            self._applicant(applicant, wishes)
        self._minima(shut)

    def _asking(self, programme: int) -> list[tuple[int, Wish]]:
        """Who may ask, best first."""
        places = self.round.standings[programme].places
        rows = [
            (places[one], one, wish)
            for one, wishes in enumerate(self.round.wishes)
            for wish in wishes
            if wish.programme == programme
        ]
        return [(one, wish) for _, one, wish in sorted(rows, key=lambda row: row[0])]

    def _programme(self, programme: int) -> None:
        asking = self._asking(programme)
        total = self.round.cap_of[programme]
        holds = self.round.holds_of[programme]
        inner = {at for _, wish in asking for at in wish.checks if at != total}
        cuts = {at: Cut(self.model, self.round.limits[at].cap) for at in sorted(inner)}
        rows = {at: Cut(self.model, self.round.holds[at].seats) for at in holds}
        literals = [
            [(at, self.model.new_bool_var("")) for at in (*(at for at in holds if at in wish.holds), -1)]
            for _, wish in asking
        ]
        kept = sum(self.round.holds[at].seats for at in holds if not self.round.holds[at].release)
        rows[-1] = Cut(self.model, len(asking) if total < 0 else self.round.limits[total].cap - kept)
        for at, literal in (pair for row in literals for pair in row):
            if at >= 0 and self.round.holds[at].release:
                rows[-1].add(literal)
        for (one, wish), row in zip(asking, literals, strict=True):
            inside = [cuts[at] for at in wish.checks if at != total]
            self._person((one, programme), row, rows, inside)
        for cut in (*cuts.values(), *rows.values()):
            cut.close()

    def _person(
        self,
        key: tuple[int, int],
        row: Sequence[tuple[int, Literal]],
        rows: dict[int, Cut],
        inside: Sequence[Cut],
    ) -> None:
        """One who may ask: seats stay empty behind a full gate and in a class that is closed."""
        self.seats[key] = [literal for _, literal in row]
        inner = [cut.full() for cut in inside]
        self.answers[key] = [
            [gate for gate in (rows[at].full(), *(inner if at < 0 else ())) if gate is not None] for at, _ in row
        ]
        for (at, literal), gates in zip(row, self.answers[key], strict=True):
            for gate in gates:
                self.model.add_implication(literal, ~gate)
            if key[1] in self.opens:
                self.model.add_implication(literal, self.opens[key[1]])
            for cut in (rows[at], *inside):
                cut.add(literal)

    def _applicant(self, applicant: int, wishes: Sequence[Wish]) -> None:
        """At most one seat; every seat not got is closed, full of people above, or no longer wanted."""
        before: list[Literal] = []
        for wish in wishes:
            key = applicant, wish.programme
            shut = [~self.opens[wish.programme]] if wish.programme in self.opens else []
            for literal, gates in zip(self.seats[key], self.answers[key], strict=True):
                before.append(literal)
                self.model.add_bool_or([*before, *gates, *shut])
        if before:
            self.model.add_at_most_one(before)

    def _minima(self, shut: frozenset[int]) -> None:
        if not self.opens:
            return
        for at, need in enumerate(self.round.needs):
            if need and at not in shut:
                enough = self.model.add(
                    LinearExpr.sum([lit for wish, lit in self.pupils() if wish.programme == at]) >= need
                )
                if at in self.opens:
                    enough.only_enforce_if(self.opens[at])

    def pupils(self) -> Iterator[tuple[Wish, Literal]]:
        """Every seat with its wish."""
        for applicant, wishes in enumerate(self.wishes):
            for wish in wishes:
                for literal in self.seats[applicant, wish.programme]:
                    yield wish, literal


class Acceptance:
    """The CP-SAT engine of rounds with rankings."""

    def __init__(
        self,
        round_: Round,
        *,
        time_limit_s: float | None = None,
        workers: int = 1,
        watch: Callable[[float, float | None], None] = lambda done, gap: None,
    ) -> None:
        self.round = round_
        self.workers = workers
        self.watch = watch
        self.ends = None if time_limit_s is None else time.monotonic() + time_limit_s
        self.known: dict[frozenset[int], Placed] = {}

    def place(self, shut: frozenset[int]) -> Placed:
        """The stable assignment of one opening set that is best for everybody who chooses."""
        if shut not in self.known:
            stable = _Stable(self.round, (), shut)
            stable.model.minimize(LinearExpr.weighted_sum(*self._ranks(stable)) if any(stable.wishes) else 0)
            solver = self._run(stable.model)
            if solver is None:
                raise LookupError("no stable assignment where one always exists")
            self.known[shut] = adjusted(
                self.round, shut, [self._got(stable, solver, at) for at in range(len(stable.wishes))]
            )
        return self.known[shut]

    @staticmethod
    def _ranks(stable: _Stable) -> tuple[list[Literal], list[int]]:
        """Seats and what they cost; nobody's place in a list costs more than having none gains."""
        most = 1 + max(len(wishes) for wishes in stable.wishes)
        rows = list(stable.pupils())
        return [literal for _, literal in rows], [wish.rank - most for wish, _ in rows]

    @staticmethod
    def _got(stable: _Stable, solver: cp_model.CpSolver, applicant: int) -> Wish | None:
        for wish in stable.wishes[applicant]:
            if any(solver.boolean_value(one) for one in stable.seats[applicant, wish.programme]):
                return wish
        return None

    def opened(self, shut: frozenset[int]) -> Placed:
        """The outcome of an admissible opening set: the same, as nothing looks ahead to minima."""
        return self.place(shut)

    def optimum(self, undecided: tuple[int, ...]) -> Found | None:
        """The best opening set: jointly in one model, or set by set where files return or people are adjusted."""
        returns = any(wish.returned for wishes in self.round.wishes for wish in wishes)
        if returns or any(self.round.adjust):
            sets = product((False, True), repeat=len(undecided))
            closings = (frozenset(at for at, closed in zip(undecided, row, strict=True) if closed) for row in sets)
            rated = [one for one in (self._rated(undecided, shut) for shut in closings) if one is not None]
            best = max(rated, key=lambda one: one[0], default=None)
            return None if best is None else Found(best[2], True, 1 << len(undecided))
        return self._joint(undecided)

    def _rated(self, undecided: Sequence[int], shut: frozenset[int]) -> Rated | None:
        placed = self.place(shut)
        if short(self.round, placed, shut):
            return None
        figures = value(placed, undecided, shut)
        return better(undecided, figures, shut), figures, shut

    def _joint(self, undecided: tuple[int, ...]) -> Found | None:
        stable = _Stable(self.round, undecided, frozenset())
        rows = list(stable.pupils())
        scale = 1 + sum(max((wish.rank for wish in wishes), default=0) for wishes in stable.wishes)
        worth = LinearExpr.weighted_sum([literal for _, literal in rows], [scale - wish.rank for wish, _ in rows])
        stable.model.maximize(worth)
        solver = self._run(stable.model)
        if solver is None:
            return None
        stable.model.add(worth == round(solver.objective_value))
        size = len(undecided)
        opened = [stable.opens[at] for at in undecided]
        stable.model.maximize(sum(((1 << size) + (1 << (size - 1 - at))) * one for at, one in enumerate(opened)))
        solver = self._run(stable.model)
        if solver is None:
            raise LookupError("no solution where one was found")
        return Found(frozenset(at for at in undecided if not solver.boolean_value(stable.opens[at])), True, 1)

    def _run(self, model: cp_model.CpModel) -> cp_model.CpSolver | None:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = self.workers
        if self.ends is not None:
            left = self.ends - time.monotonic()
            if left <= 0:
                raise OutOfTime
            solver.parameters.max_time_in_seconds = left
        self.watch(0.0, None)
        status = solver.solve(model)
        if status == cp_model.OPTIMAL:
            return solver
        if status == cp_model.INFEASIBLE:
            return None
        raise OutOfTime
