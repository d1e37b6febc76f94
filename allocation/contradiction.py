"""The smallest set of named limits, minima and guarantees that contradict each other.

Every rule of the plan stands under a switch of its name (assumptions of CP-SAT).  The smallest set is found
by hitting sets: any contradiction must meet the rules left out by every way to keep as many as possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.canonical import Json
from allocation.finishing import finished
from allocation.flexible import Flexible
from allocation.free import Clock, Free, OutOfTime
from allocation.instance import Instance
from allocation.naming import Namer
from allocation.opening import short
from allocation.passing import settle
from allocation.round import prepare
from allocation.trial import plain
from allocation.wording import Lang

Literal = cp_model.IntVar


@dataclass(frozen=True, slots=True)
class Contradiction:
    """``names`` cannot all hold: dropping any one of them resolves it; ``smallest`` tells that none is smaller.

    ``whose`` says what was asked: ``plan`` (could any assignment open every class and fill every guarantee)
    or ``rule`` (does the published rule lead to any outcome).  No names: nothing contradicts.
    """

    whose: str
    names: tuple[str, ...]
    smallest: bool
    words: Namer

    @property
    def proven(self) -> bool:
        """Whether the answer is proven."""
        return self.smallest

    def table(self) -> dict[str, Json]:
        """The answer as JSON."""
        return {"ask": "contradiction", "whose": self.whose, "names": [*self.names], "smallest": self.smallest}

    def sentences(self, lang: Lang) -> Iterator[str]:
        """The answer in words."""
        zh = lang == "zh"
        if not self.names:
            yield (
                "没有互相矛盾的规定:所有班级可以同时开班,所有保底可以同时满足。"
                if zh
                else "Nothing contradicts: every class can open and every guarantee be filled at once."
            )
            return
        said = self.words.join(self.names, lang)
        if len(self.names) == 1:
            yield (
                f"{said}按现有的志愿和条件不能满足。"
                if zh
                else f"With the choices and conditions as they are this cannot be met: {said}."
            )
            return
        yield (
            f"以下规定不能同时满足,放宽其中任何一项即可:{said}。"
            if zh
            else f"These cannot all be met; relaxing any one of them is enough: {said}."
        )
        if not self.smallest:
            yield "时限内没有证明这是最小的一组。" if zh else "Not proven to be the smallest set in the time limit."


def _names_off(
    model: cp_model.CpModel, switches: Mapping[str, Literal], on: Sequence[str], clock: Clock
) -> list[str] | None:
    """With these rules on, the fewest others that have to be off; ``None`` if these alone contradict."""
    asked = model.clone()
    for name in on:
        asked.add(switches[name] == 1)
    asked.maximize(LinearExpr.sum(list(switches.values())))
    solver = clock.solve(asked)
    if solver is None:
        return None
    return [name for name, switch in switches.items() if not solver.boolean_value(switch)]


def _hitting(corrections: Sequence[Sequence[str]], order: Sequence[str], clock: Clock) -> list[str]:
    """The smallest set of names that meets every correction, the earliest names among equals."""
    names = [name for name in order if any(name in one for one in corrections)]
    model = cp_model.CpModel()
    chosen = {name: model.new_bool_var(name) for name in names}
    for one in corrections:
        model.add_bool_or([chosen[name] for name in one])
    found = finished(model, [(False, LinearExpr.sum(list(chosen.values())))], list(chosen.values()), 1, clock)
    if found is None:
        raise LookupError("every correction names something")
    return [name for name, on in zip(names, found[1], strict=True) if on]


def _core(model: cp_model.CpModel, switches: Mapping[str, Literal], clock: Clock) -> list[str]:
    """Some contradiction, by assumptions, shrunk until every one of its rules is needed."""
    asked = model.clone()
    asked.add_assumptions(list(switches.values()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if clock.ends is not None:
        solver.parameters.max_time_in_seconds = clock.left
    if solver.solve(asked) != cp_model.INFEASIBLE:
        raise OutOfTime
    by_index = {switch.index: name for name, switch in switches.items()}
    core = [by_index[at] for at in solver.sufficient_assumptions_for_infeasibility()]
    for name in [*core]:
        rest = [one for one in core if one != name]
        if _names_off(model, switches, rest, clock) is None:
            core = rest
    return core


def smallest(model: cp_model.CpModel, switches: Mapping[str, Literal], clock: Clock) -> tuple[tuple[str, ...], bool]:
    """The smallest contradicting set (empty if there is none), and whether it is proven to be the smallest.

    Among equally small ones the one whose names are listed earlier.  Raises :class:`OutOfTime` if not even
    one contradiction could be found.
    """
    order = list(switches)
    off = _names_off(model, switches, (), clock)
    if off is None:
        raise LookupError("with every rule off anything goes")
    if not off:
        return (), True
    corrections = [off]
    try:
        while True:
            candidate = _hitting(corrections, order, clock)
            off = _names_off(model, switches, candidate, clock)
            if off is None:
                return tuple(candidate), True
            corrections.append(off)
    except OutOfTime:
        return tuple(_core(model, switches, Clock.of(10.0))), False


def in_plan(instance: Instance, *, time_limit_s: float | None = None) -> Contradiction:
    """What keeps every class from opening and every guarantee from being filled at once, by any assignment."""
    free = Free(instance, named=True)
    names, proven = smallest(free.model, free.switches, Clock.of(time_limit_s))
    return Contradiction("plan", names, proven, Namer(instance))


def in_rule(instance: Instance, *, time_limit_s: float | None = None) -> Contradiction | None:
    """Why the published rule leads to no outcome; ``None`` where it is not the limits and minima that do it.

    Classes that have their minimum with everything open must stay open; a rule that is off may refuse or
    not as it likes, so what is named contradicts whatever the other limits do.
    """
    if not plain(instance):
        return None
    round_ = prepare(instance)
    undecided = short(round_, settle(round_, frozenset()).placed, frozenset())
    model = cp_model.CpModel()
    pass_ = Flexible(round_, model, undecided=undecided, named=True)
    names, proven = smallest(model, pass_.switches, Clock.of(time_limit_s))
    return Contradiction("rule", names, proven, Namer(instance)) if names else None


def explained(instance: Instance, message: str, *, time_limit_s: float = 20.0) -> str:
    """The message of a run without outcome, followed by the smallest contradicting set in both languages."""
    try:
        found = in_rule(instance, time_limit_s=time_limit_s)
    except OutOfTime:
        return message
    if found is None:
        return message
    both = (" / ".join(pair) for pair in zip(found.sentences("zh"), found.sentences("en"), strict=True))
    return "\n".join([message, *both])
