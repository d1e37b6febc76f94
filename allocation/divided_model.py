"""Engine one where the solver divides limits: shares and classes are the decisions of one CP-SAT model."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.dividing import Shares, distance
from allocation.model import Model
from allocation.opening import Found, Placed, better, short, value
from allocation.round import divided
from allocation.unrolled import Unrolled

Key = tuple[int | Fraction, ...]


class DividedModel(Model):
    """The CP-SAT engine of a round whose shared limits are divided by the solver."""

    def opened(self, shut: frozenset[int]) -> Placed:
        """The outcome of the opening set that was found, with its shares."""
        return self._concrete(self.best[shut], shut)

    def _concrete(self, shares: Shares, shut: frozenset[int]) -> Placed:
        model = Model(divided(self.round, shares), workers=self.workers, watch=self.watch)
        model.ends = self.ends
        return model.place(shut)

    def optimum(self, undecided: tuple[int, ...]) -> Found | None:
        """The best opening set and shares, finished lexicographically until one answer is left.

        Without guarantees the first answer is the true one; with them it bounds every pair from
        above, and pairs are excluded until none can be better.
        """
        unrolled = Unrolled(self.round, undecided, frozenset(), None, divide=True)
        self.best: dict[frozenset[int], Shares] = {}
        leading: tuple[Key, frozenset[int], Shares] | None = None
        tried = 0
        while True:
            bound = self._levels(unrolled, undecided)
            if bound is None or (leading is not None and leading[0] >= bound[0]):
                break
            _, shut, shares = bound
            tried += 1
            placed = self._concrete(shares, shut)
            if not short(self.round, placed, shut):
                key = self._key(undecided, placed, shut, shares)
                rated = key, shut, shares
                leading = rated if leading is None else max(leading, rated, key=lambda one: one[0])
                if key == bound[0]:
                    break
            self._exclude(unrolled, undecided, shut, shares)
        if leading is None:
            return None
        self.best[leading[1]] = leading[2]
        return Found(leading[1], True, tried, None, leading[2])

    def _key(self, undecided: tuple[int, ...], placed: Placed, shut: frozenset[int], shares: Shares) -> Key:
        figures = better(undecided, value(placed, undecided, shut), shut)
        return *figures, -distance(self.round.divisions, shares), *(share for row in shares for share in row)

    def _exclude(self, unrolled: Unrolled, undecided: tuple[int, ...], shut: frozenset[int], shares: Shares) -> None:
        variables = [unrolled.opens[at] for at in undecided] + [one for row in unrolled.shares for one in row]
        values = [int(at not in shut) for at in undecided] + [one for row in shares for one in row]
        unrolled.model.add_forbidden_assignments(variables, [values])

    def _levels(self, unrolled: Unrolled, undecided: tuple[int, ...]) -> tuple[Key, frozenset[int], Shares] | None:
        """Placed and ranks, open classes in order, distance, then each share: one level after the other."""
        scale = 1 + sum(max((wish.rank for wish, _ in row), default=0) for row in unrolled.taken)
        size = len(undecided)
        opened = [unrolled.opens[at] for at in undecided]
        apart = self._apart(unrolled)
        levels: list[cp_model.LinearExprT] = [
            scale * unrolled.placed() - unrolled.ranks(),
            LinearExpr.weighted_sum(opened, [(1 << size) + (1 << (size - 1 - at)) for at in range(size)]),
            -apart,
            *(share for row in unrolled.shares for share in row[:-1]),
        ]
        model = unrolled.model.clone()
        solver: cp_model.CpSolver | None = None
        for level in levels:
            if isinstance(level, int):
                continue
            model.maximize(level)
            last, solver = solver, self._run(model)
            if solver is None:
                if last is None:
                    return None
                raise LookupError("no solution where one was found before")
            model.add(level == round(solver.objective_value))
            self._keep_hint(model, solver)
        if solver is None:
            return None
        shut = frozenset(at for at in undecided if not solver.boolean_value(unrolled.opens[at]))
        shares = tuple(tuple(solver.value(one) for one in row) for row in unrolled.shares)
        placed = [
            next((wish for wish, literal in row if solver.boolean_value(literal)), None) for row in unrolled.taken
        ]
        return self._key(undecided, placed, shut, shares), shut, shares

    @staticmethod
    def _keep_hint(model: cp_model.CpModel, solver: cp_model.CpSolver) -> None:
        """Start the next level from the solution of this one."""
        model.clear_hints()
        for at, one in enumerate(solver.response_proto.solution):
            model.add_hint(model.get_int_var_from_proto_index(at), one)

    def _apart(self, unrolled: Unrolled) -> cp_model.LinearExprT:
        """The distance of the shares from proportion, times a common denominator."""
        if unrolled.apart is None:
            common = lcm(*(sum(one.demand) or 1 for one in self.round.divisions))
            terms = []
            for division, row in zip(self.round.divisions, unrolled.shares, strict=True):
                total = sum(division.demand)
                for share, count in zip(row, division.demand, strict=True) if total else ():
                    off = unrolled.model.new_int_var(0, division.cap * total, "")
                    unrolled.model.add_abs_equality(off, share * total - division.cap * count)
                    terms.append(off * (common // total))
            unrolled.apart = LinearExpr.sum(terms)
        return unrolled.apart
