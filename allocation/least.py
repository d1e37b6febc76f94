"""Hard floors: the least shortfall over every way to close some of the undecided classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.clock import Clock
from allocation.completion import solved
from allocation.gates import Literal
from allocation.round import Round
from allocation.wishes import Wish


def least_shortfall(round_: Round, undecided: Sequence[int], clock: Clock) -> int | None:
    """The least shortfall of any completion that meets every minimum; ``None`` if there is none."""
    clock.left()
    model = cp_model.CpModel()
    opens = {at: model.new_bool_var("") for at in undecided}
    inside: dict[int, list[Literal]] = defaultdict(list)
    members: dict[int, list[Literal]] = defaultdict(list)
    pupils: dict[int, list[Literal]] = defaultdict(list)
    for listed, more in zip(round_.wishes, round_.adjust, strict=True):
        useful = [wish for wish in (*listed, *more) if _useful(round_, wish)]
        literals = [model.new_bool_var("") for _ in useful]
        model.add_at_most_one(literals)
        for wish, literal in zip(useful, literals, strict=True):
            pupils[wish.programme].append(literal)
            members[wish.floor].append(literal)
            for one in wish.checks:
                inside[one].append(literal)
            if wish.programme in opens:
                model.add_implication(literal, opens[wish.programme])
    for one, inner in inside.items():
        model.add(LinearExpr.sum(inner) <= round_.limits[one].cap)
    for at, need in enumerate(round_.needs):
        model.add(LinearExpr.sum(pupils[at]) >= need * opens.get(at, 1))
    missed = []
    for at, floor in enumerate(round_.floors):
        short = model.new_int_var(0, floor.seats, "")
        model.add(LinearExpr.sum([*members[at], short]) >= floor.seats * opens.get(floor.programme, 1))
        missed.append(short)
    model.minimize(LinearExpr.sum(missed))
    solver = solved(model, clock, presolve=True)
    return None if solver is None else round(solver.objective_value)


def _useful(round_: Round, wish: Wish) -> bool:
    """Only what a floor or a minimum asks for: anybody may be left with nothing."""
    return not wish.returned and (wish.floor >= 0 or round_.needs[wish.programme] > 0)
