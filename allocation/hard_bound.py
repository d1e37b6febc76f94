"""Hard floors: what any opening set could reach at best, from a relaxation of the look-ahead pass.

In the outcome of a look-ahead pass, whoever was refused a choice and would now like to move there
meets a limit full of people before them, or moving would break an order: they sit in a place an
order needs, or people who sit in such places fill the limit.  Everything else would be a completion
that the pass must have taken.  These conditions are necessary, so the optimum under them is a bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr
from ortools.sat.python.cp_model_helper import Literal as Door

from allocation.clock import Clock, NoTime
from allocation.gates import Cut, Literal
from allocation.least import least_shortfall
from allocation.opening import Placed, better
from allocation.round import Round
from allocation.wishes import Wish

Row = list[tuple[Wish, Literal]]
Cell = tuple[int, str]
"""A programme and a source county."""


class Bound:
    """The relaxation of one round; ``least`` is the least shortfall over all opening sets, if any is admissible."""

    def __init__(self, round_: Round, undecided: tuple[int, ...], clock: Clock) -> None:
        self.round = round_
        self.undecided = undecided
        self.clock = clock
        clock.left()
        self.model = cp_model.CpModel()
        self.opens: dict[int, Literal] = {at: self.model.new_bool_var("") for at in undecided}
        self.counties = [one.county for one in round_.instance.applicants]
        self.inside: dict[int, list[Literal]] = defaultdict(list)
        self.cells: dict[Cell, list[Literal]] = defaultdict(list)
        self.pupils: dict[int, list[Literal]] = defaultdict(list)
        self.met: dict[int, set[Cell]] = defaultdict(set)
        self.listed = [self._row(who, row) for who, row in enumerate(round_.wishes)]
        self.more = [self._row(who, row) for who, row in enumerate(round_.adjust)]
        self.spare = 1 + max((len(wish.checks) for row in round_.wishes for wish in row), default=0)
        self.tight: dict[Cell, Literal | None] = {}
        self.excuses: dict[tuple[Cell, tuple[int, ...]], Literal | None] = {}
        self.final: dict[int, Literal] = {}
        for listed, more in zip(self.listed, self.more, strict=True):
            self.model.add_at_most_one([literal for _, literal in (*listed, *more)])
        self._orders()
        self.gates = [Cut(self.model, limit.cap) for limit in round_.limits]
        self._walk()
        self.least = least_shortfall(round_, undecided, clock)
        if self.least is not None:
            self.model.add(LinearExpr.sum(self.missed) <= self.least)

    def _row(self, who: int, wishes: Sequence[Wish]) -> Row:
        row = []
        for wish in wishes:
            literal = self.model.new_bool_var("")
            row.append((wish, literal))
            cell = wish.programme, self.counties[who]
            for one in wish.checks:
                self.inside[one].append(literal)
                self.met[one].add(cell)
            if not wish.returned:
                self.cells[cell].append(literal)
                self.pupils[wish.programme].append(literal)
            if wish.programme in self.opens:
                self.model.add_implication(literal, self.opens[wish.programme])
        return row

    def _orders(self) -> None:
        """Minima and floors, with what is missing of the floors to be minimised first."""
        for at, need in enumerate(self.round.needs):
            if need:
                self.model.add(LinearExpr.sum(self.pupils[at]) >= need * self.opens.get(at, 1))
        self.missed = []
        for floor in self.round.floors:
            short = self.model.new_int_var(0, floor.seats, "")
            held = [*self.cells[floor.programme, floor.county or ""], short]
            self.model.add(LinearExpr.sum(held) >= floor.seats * self.opens.get(floor.programme, 1))
            self.missed.append(short)

    def _walk(self) -> None:
        people = [one for group in self.round.order.groups for one in group]
        for rows, groups in ((self.listed, self.round.order.groups), (self.more, ((one,) for one in people))):
            for group in groups:
                self.clock.left()
                for who in group:
                    self._claims(who, rows[who])
                for who in group:
                    for wish, literal in rows[who]:
                        for one in wish.checks:
                            self.gates[one].add(literal)
        for gate in self.gates:
            gate.close()

    def _claims(self, who: int, row: Row) -> None:
        """Every choice that was not granted has its answer."""
        after = [*row, *(self.more[who] if row is self.listed[who] else ())]
        anything: list[Door] = [literal for _, literal in (*self.listed[who], *self.more[who])]
        for number, (wish, literal) in enumerate(row):
            full = [door for door in (self.gates[one].full() for one in wish.checks) if door is not None]
            for door in full:
                self.model.add_implication(literal, ~door)
            answers: list[Door] = [*full]
            if wish.programme in self.opens:
                answers.append(~self.opens[wish.programme])
            excuse = self._excuse((wish.programme, self.counties[who]), wish.checks)
            if excuse is not None:
                answers.append(excuse)
            self.model.add_bool_or([*anything, *answers])
            for other, got in after[number + 1 :]:
                tight = self._tight((other.programme, self.counties[who]))
                self.model.add_bool_or([~got, *answers, *([] if tight is None or other.returned else [tight])])

    def _tight(self, cell: Cell) -> Literal | None:
        """An order may need everybody of this cell; ``None`` where no order asks for any."""
        if cell not in self.tight:
            programme, county = cell
            ways = [self._floor_tight(cell)]
            if self.round.needs[programme]:
                few = self.model.new_bool_var("")
                total = LinearExpr.sum(self.pupils[programme])
                self.model.add(total <= self.round.needs[programme] + self.spare).only_enforce_if(few)
                ways.append(few)
            self.tight[cell] = self._any([way for way in ways if way is not None])
        return self.tight[cell]

    def _floor_tight(self, cell: Cell) -> Literal | None:
        programme, county = cell
        seats = next((one.seats for one in self.round.floors if (one.programme, one.county) == cell), 0)
        if not seats:
            return None
        few = self.model.new_bool_var("")
        self.model.add(LinearExpr.sum(self.cells[cell]) <= seats + self.spare).only_enforce_if(few)
        return few

    def _excuse(self, cell: Cell, checks: tuple[int, ...]) -> Literal | None:
        """A limit of the choice ends full, and an order may need some who fill it."""
        key = cell, checks
        if key not in self.excuses:
            ways = [way for way in (self._filled(cell, one) for one in checks) if way is not None]
            self.excuses[key] = self._any(ways)
        return self.excuses[key]

    def _filled(self, cell: Cell, one: int) -> Literal | None:
        others = []
        for other in sorted(self.met[one] - {cell}):
            same = other[0] == cell[0]
            others.append(self._floor_tight(other) if same else self._tight(other))
        needed = self._any([literal for literal in others if literal is not None])
        if needed is None:
            return None
        if one not in self.final:
            self.final[one] = self.model.new_bool_var("")
            total = LinearExpr.sum(self.inside[one])
            self.model.add(total >= self.round.limits[one].cap).only_enforce_if(self.final[one])
        both = self.model.new_bool_var("")
        self.model.add_implication(both, self.final[one])
        self.model.add_implication(both, needed)
        return both

    def _any(self, ways: Sequence[Literal]) -> Literal | None:
        """A literal that may be true only where one of the ways is."""
        if len(ways) < 2:
            return ways[0] if ways else None
        some = self.model.new_bool_var("")
        self.model.add_bool_or([~some, *ways])
        return some

    def _run(self, model: cp_model.CpModel) -> cp_model.CpSolver | None:
        """Solve as the unrolled order is best solved: presolved once, without linear relaxation."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 0
        solver.parameters.max_presolve_iterations = 1
        left = self.clock.left()
        if left is not None:
            solver.parameters.max_time_in_seconds = left
        status = solver.solve(model)
        if status == cp_model.OPTIMAL:
            return solver
        if status == cp_model.INFEASIBLE:
            return None
        raise NoTime

    def _really(self) -> Row:
        return [(wish, literal) for row in (*self.listed, *self.more) for wish, literal in row if not wish.returned]

    def best(self) -> tuple[tuple[int, ...], frozenset[int]] | None:
        """The best sort key any opening set not yet excluded could have, and a set that would have it."""
        really = self._really()
        literals = [literal for _, literal in really]
        scale = 1 + sum(max((wish.rank for wish, _ in row), default=0) for row in self.listed) + len(self.more)
        size = len(self.undecided)
        opened = [self.opens[at] for at in self.undecided]
        order = LinearExpr.weighted_sum(opened, [(1 << size) + (1 << (size - 1 - at)) for at in range(size)])
        first = LinearExpr.weighted_sum(literals, [scale - wish.rank for wish, _ in really])
        self.model.maximize(first * (1 + ((size + 1) << size)) + order)
        solver = self._run(self.model)
        if solver is None:
            return None
        shut = frozenset(at for at in self.undecided if not solver.boolean_value(self.opens[at]))
        got = [wish for wish, literal in really if solver.boolean_value(literal)]
        figures = len(got), sum(wish.rank for wish in got), size - len(shut)
        return better(self.undecided, figures, shut), shut

    def hint(self, shut: frozenset[int], placed: Placed) -> None:
        """Start the next search from a true outcome."""
        self.model.clear_hints()
        for at, literal in self.opens.items():
            self.model.add_hint(literal, at not in shut)
        for listed, more, got in zip(self.listed, self.more, placed, strict=True):
            for wish, literal in (*listed, *more):
                self.model.add_hint(literal, wish is got)

    def exclude(self, shut: frozenset[int]) -> None:
        """This set's true outcome is known: ask for another."""
        self.model.add_bool_or([self.opens[at] if at in shut else ~self.opens[at] for at in self.undecided])
