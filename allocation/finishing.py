"""Finish an objective until one answer is left, and exclude answers that turned out false."""

from __future__ import annotations

from collections.abc import Sequence

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.free import Clock

Goal = tuple[bool, LinearExpr | int]
"""Whether more is better, and what is counted."""

ROOM = 1 << 24
"""The largest weight of a weighted sum: larger ones make the solver slow."""


def finished(
    model: cp_model.CpModel, goals: Sequence[Goal], listed: Sequence[cp_model.IntVar], top: int, clock: Clock
) -> tuple[list[int], list[int]] | None:
    """The best values of the goals, one after the other, then each of ``listed`` as large as it can be.

    ``top`` bounds every one of ``listed``.  Gives the goals' values and those of ``listed``, or ``None`` if
    nothing is feasible; the model itself stays as it was.  Raises :class:`allocation.free.OutOfTime`.
    """
    asked = model.clone()
    values: list[int] = []
    for more, amount in goals:
        (asked.maximize if more else asked.minimize)(amount)
        solver = clock.solve(asked)
        if solver is None:
            return None
        values.append(solver.value(amount) if not isinstance(amount, int) else amount)
        asked.add(amount == values[-1])
    return values, _listed(asked, listed, top, clock)


def _listed(asked: cp_model.CpModel, listed: Sequence[cp_model.IntVar], top: int, clock: Clock) -> list[int]:
    base = max(2, top + 1)
    size = 1
    while base ** (size + 1) < ROOM:
        size += 1
    found: list[int] = []
    for start in range(0, len(listed), size):
        part = listed[start : start + size]
        weights = [base**power for power in reversed(range(len(part)))]
        asked.maximize(LinearExpr.weighted_sum(part, weights))
        solver = clock.solve(asked)
        if solver is None:
            raise LookupError("no solution where the last one is one")
        for one in part:
            found.append(solver.value(one))
            asked.add(one == found[-1])
    return found


def exclude(model: cp_model.CpModel, listed: Sequence[cp_model.IntVar], values: Sequence[int]) -> None:
    """Never again exactly these values."""
    differs: list[cp_model.IntVar] = []
    for one, value in zip(listed, values, strict=True):
        other = model.new_bool_var("")
        model.add(one != value).only_enforce_if(other)
        differs.append(other)
    model.add_bool_or(differs)
