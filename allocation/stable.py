"""All stable assignments of a small instance.

Stable: no limit broken, and every choice an applicant would rather have is refused by a named full limit
whose members all stand above them, or by a guarantee that really is used (or kept for good).  With one
order and limits that count people there is one such assignment; where guarantees meet limits that span
programmes there can be several, and then the procedure of the rule decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.canonical import Json
from allocation.faults import BadInstance, Fault
from allocation.free import Clock
from allocation.instance import Instance
from allocation.round import Round, prepare
from allocation.wishes import Wish

Literal = cp_model.IntVar
MOST = 10_000
"""So many stable assignments are looked for; more are told as "at least"."""


@dataclass(frozen=True, slots=True)
class Stable:
    """The stable assignments with these classes closed; ``complete`` tells that there are no others."""

    closed: tuple[str, ...]
    assignments: tuple[Mapping[str, str | None], ...]
    complete: bool

    def table(self) -> dict[str, Json]:
        """The answer as JSON."""
        return {
            "closed": [*self.closed],
            "count": len(self.assignments),
            "complete": self.complete,
            "assignments": [{**one} for one in self.assignments],
        }


@dataclass(slots=True)
class _Claims:
    """The model: one literal per wish, and a clause per choice somebody would rather have."""

    round: Round
    shut: frozenset[int]
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    rows: list[list[tuple[Wish, Literal]]] = field(default_factory=list)
    slots: dict[int, int] = field(default_factory=dict)
    members: list[list[tuple[int, Literal]]] = field(default_factory=list)
    groups: list[list[tuple[int, Literal]]] = field(default_factory=list)

    def build(self) -> None:
        """State every limit and every claim."""
        self.slots = {one: at for at, group in enumerate(self.round.order.groups) for one in group}
        self.members = [[] for _ in self.round.limits]
        self.groups = [[] for _ in self.round.holds]
        for at, wishes in enumerate(self.round.wishes):
            doors = [(wish, self.model.new_bool_var("")) for wish in wishes if wish.programme not in self.shut]
            self.rows.append(doors)
            if doors:
                self.model.add_at_most_one([literal for _, literal in doors])
            for wish, literal in doors:
                place = self._place(at, wish)
                for one in wish.counts:
                    self.members[one].append((place, literal))
                for one in wish.holds:
                    self.groups[one].append((place, literal))
        for at, limit in enumerate(self.round.limits):
            if not self.round.bends[at]:
                self.model.add(LinearExpr.sum([literal for _, literal in self.members[at]]) <= limit.cap)
        for at, row in enumerate(self.rows):
            self._answered(at, row)

    def _place(self, at: int, wish: Wish) -> int:
        """Where somebody stands: in the order of the round, or of the programme that ranks."""
        return self.round.standings[wish.programme].places[at] if self.round.standings else self.slots[at]

    def _answered(self, at: int, row: list[tuple[Wish, Literal]]) -> None:
        """Either this choice or a better one is held, or something full refuses it; never both."""
        better: list[Literal] = []
        for wish, literal in row:
            refusing = [self._full(at, wish, one) for one in wish.checks]
            self.model.add_bool_or([*better, literal, *refusing])
            for full in refusing:
                self.model.add_implication(full, ~literal)
            better.append(literal)

    def _full(self, at: int, wish: Wish, limit: int) -> Literal:
        """Whether those above fill the limit, kept places counted in where it is the programme's own total."""
        cap = self.round.limits[limit].cap
        place = self._place(at, wish)
        above = self._above(self.members[limit], place)
        holds = self.round.holds_of[wish.programme] if limit == self.round.cap_of[wish.programme] else ()
        owed: list[LinearExpr] = []
        entitled: list[Literal] = []
        for one in holds:
            inside = self._above(self.groups[one], place)
            kept = self._most(0, self._due(one) - inside, self.round.holds[one].seats)
            owed.append(kept)
            if one in wish.holds:
                entitled.append(self._reified(self.round.holds[one].seats - inside, 1))
        full = self._reified(above + LinearExpr.sum(owed), cap)
        if not entitled:
            return full
        refused = self.model.new_bool_var("")
        self.model.add_bool_and([full, *(~one for one in entitled)]).only_enforce_if(refused)
        self.model.add_bool_or([~full, *entitled]).only_enforce_if(~refused)
        return refused

    def _above(self, people: list[tuple[int, Literal]], place: int) -> LinearExpr:
        return LinearExpr.sum([literal for other, literal in people if other < place])

    def _due(self, one: int) -> LinearExpr:
        """The places of a guarantee that are used in the end, or kept for good."""
        hold = self.round.holds[one]
        if not hold.release:
            return LinearExpr.constant(hold.seats)
        due = self.model.new_int_var(0, hold.seats, "")
        everybody = LinearExpr.sum([literal for _, literal in self.groups[one]])
        self.model.add_min_equality(due, [hold.seats, everybody])
        return due

    def _most(self, least: int, amount: LinearExpr, top: int) -> LinearExpr:
        found = self.model.new_int_var(least, top, "")
        self.model.add_max_equality(found, [least, amount])
        return found

    def _reified(self, amount: LinearExpr, least: int) -> Literal:
        """A literal that is true if and only if the amount reaches ``least``."""
        reached = self.model.new_bool_var("")
        self.model.add(amount >= least).only_enforce_if(reached)
        self.model.add(amount < least).only_enforce_if(~reached)
        return reached


class _Every(cp_model.CpSolverSolutionCallback):
    """Keeps every solution up to a number, each once."""

    def __init__(self, claims: _Claims) -> None:
        super().__init__()
        self.claims = claims
        self.found: dict[tuple[str | None, ...], None] = {}

    def on_solution_callback(self) -> None:
        names = [one.id for one in self.claims.round.instance.programmes]
        got = tuple(
            next(
                (names[wish.programme] for wish, held in row if self.boolean_value(held) and not wish.returned), None
            )
            for row in self.claims.rows
        )
        self.found[got] = None
        if len(self.found) >= MOST:
            self.stop_search()


def stable(instance: Instance, closed: frozenset[str], *, time_limit_s: float | None = None) -> Stable:
    """Every stable assignment with these classes closed, the pass by choice only (adjustment left aside).

    Raises :class:`BadInstance` for rules under which stability is not a matter of full limits.
    """
    if instance.rules.floors == "hard":
        rule = "强制保底下的拒绝不由已满的限额决定 / under hard floors a refusal need not rest on a full limit"
        raise BadInstance((Fault("rules.floors", "hard", rule, "guarantee"),))
    clock = Clock.of(time_limit_s)
    round_ = prepare(instance)
    if round_.divisions:
        rule = "名额的分县数尚未确定 / how limits are divided between counties is not settled yet"
        mend = "先求解,再把所定份额写入 shares / solve first, and state the shares it chose as `shares`"
        raise BadInstance((Fault("rules.across", "optimised_shares", rule, mend),))
    if round_.beds:
        rule = "床位随保底保留时,为谁保留由规则逐步决定 / which beds come with a guarantee is decided step by step"
        raise BadInstance((Fault("rules.bed_with_guarantee", "true", rule, "false"),))
    claims = _Claims(round_, frozenset(at for at, one in enumerate(instance.programmes) if one.id in closed))
    claims.build()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.enumerate_all_solutions = True
    if clock.ends is not None:
        solver.parameters.max_time_in_seconds = clock.left
    every = _Every(claims)
    status = solver.solve(claims.model, every)
    people = [one.id for one in instance.applicants]
    rows = sorted(every.found, key=lambda row: [place or "" for place in row])
    return Stable(
        tuple(sorted(closed)),
        tuple(dict(zip(people, row, strict=True)) for row in rows),
        status in (cp_model.OPTIMAL, cp_model.INFEASIBLE),
    )
