"""Every feasible assignment of a round as a CP-SAT model: limits, eligibility and minima, but no order.

What the published order would do is left aside here; the questions asked of a plan (best values, which
rules contradict each other) need the whole space of assignments.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.instance import Instance
from allocation.limits import named_limits
from allocation.wishes import Hold, Wish, WishBook

Literal = cp_model.IntVar


class OutOfTime(Exception):  # not an error: the answer was not proven within its limit
    """A question could not be answered with proof within its time limit."""


@dataclass(slots=True)
class Clock:
    """What is left of a time limit in seconds; ``None`` is no limit."""

    ends: float | None

    @classmethod
    def of(cls, time_limit_s: float | None) -> Clock:
        """A clock that starts now."""
        return cls(None if time_limit_s is None else time.monotonic() + time_limit_s)

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self.ends is not None and time.monotonic() >= self.ends

    @property
    def left(self) -> float:
        """Seconds left; only asked where there is a limit."""
        return max(0.01, (self.ends or 0.0) - time.monotonic())

    def solve(self, model: cp_model.CpModel) -> cp_model.CpSolver | None:
        """Solve to proof; ``None`` if infeasible, :class:`OutOfTime` if the limit came first."""
        if self.over:
            raise OutOfTime
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        if self.ends is not None:
            solver.parameters.max_time_in_seconds = self.left
        status = solver.solve(model)
        if status == cp_model.OPTIMAL:
            return solver
        if status == cp_model.INFEASIBLE:
            return None
        raise OutOfTime


def _groups(instance: Instance) -> Iterator[Hold]:
    """Every floor and every reserved group of the plan, whatever the rule makes of them."""
    for at, one in enumerate(instance.programmes):
        for county, seats in sorted(one.floors.items()):
            if seats:
                yield Hold(f"floor/{one.id}/{county}", at, seats, True, county, None)
        for kept in one.reserved:
            if kept.seats:
                yield Hold(f"held/{one.id}/{kept.tag}", at, kept.seats, kept.release, None, kept.tag)


class Free:
    """The feasible assignments of an instance.

    Each applicant has one wish that counts, one adjusted place if they agreed, or nothing; nobody taken
    elsewhere takes part.  ``named`` puts every limit, minimum and floor under a switch of its own name
    (``cap/…``, ``cell/…``, ``min/…``, ``floor/…``, ``held/…``): then every class is to open and every
    guarantee to be filled, as far as its switch is on.  Otherwise a class with a minimum may stay empty,
    and then counts as closed.
    """

    def __init__(self, instance: Instance, *, named: bool = False) -> None:
        self.instance = instance
        self.named = named
        self.model = cp_model.CpModel()
        self.limits = named_limits(instance)
        self.switches: dict[str, Literal] = {}
        book = WishBook(instance, self.limits)
        self.holds = [*_groups(instance)]
        self.rows = [[*self._doors(book, at)] for at in range(len(instance.applicants))]
        self.inside: list[list[Literal]] = [[] for _ in instance.programmes]
        self.members: list[list[Literal]] = [[] for _ in self.holds]
        self.counted: list[list[Literal]] = [[] for _ in self.limits]
        for at, row in enumerate(self.rows):
            if len(row) > 1:
                self.model.add_at_most_one([literal for _, literal in row])
            for wish, literal in row:
                self._count(at, wish, literal)
        for at, limit in enumerate(self.limits):
            if len(self.counted[at]) > limit.cap:
                self._demand(limit.name, LinearExpr.sum(self.counted[at]) <= limit.cap)
        self.opens = [self._opening(at) for at in range(len(instance.programmes))]
        self._kept()

    def _doors(self, book: WishBook, at: int) -> Iterator[tuple[Wish, Literal]]:
        applicant = self.instance.applicants[at]
        kept, _ = book.listed(applicant)
        for wish in (*kept, *book.adjusted(applicant, len(kept) + 1)):
            if not wish.returned:
                yield wish, self.model.new_bool_var("")

    def _count(self, at: int, wish: Wish, literal: Literal) -> None:
        self.inside[wish.programme].append(literal)
        for one in wish.counts:
            self.counted[one].append(literal)
        for one, hold in enumerate(self.holds):
            if hold.programme == wish.programme and hold.includes(self.instance.applicants[at]):
                self.members[one].append(literal)

    def _demand(self, name: str, rule: cp_model.BoundedLinearExpression | bool) -> None:
        """State a rule, under the switch of its name where rules are named."""
        constraint = self.model.add(rule)
        if self.named:
            if name not in self.switches:
                self.switches[name] = self.model.new_bool_var(name)
            constraint.only_enforce_if(self.switches[name])

    def _opening(self, at: int) -> Literal | None:
        """A literal for a class that may close: open with its minimum, or empty."""
        programme = self.instance.programmes[at]
        need = programme.min_open - programme.local_enrolled
        if need <= 0:
            return None
        pupils = LinearExpr.sum(self.inside[at])
        if self.named:
            self._demand(f"min/{programme.id}", pupils >= need)
            return None
        opened = self.model.new_bool_var("")
        self.model.add(pupils >= need).only_enforce_if(opened)
        self.model.add(pupils == 0).only_enforce_if(~opened)
        return opened

    def _kept(self) -> None:
        """Places kept for good stay out of reach of others; named guarantees are to be filled."""
        for at, programme in enumerate(self.instance.programmes):
            lasting = [one for one, hold in enumerate(self.holds) if hold.programme == at and not hold.release]
            for some in chain.from_iterable(combinations(lasting, size) for size in range(1, len(lasting) + 1)):
                members = LinearExpr.sum([literal for one in some for literal in self.members[one]])
                seats = sum(self.holds[one].seats for one in some)
                room = LinearExpr.sum(self.inside[at]) + seats - members <= (programme.capacity or 0)
                self._demand(f"cap/{programme.id}", room)
        if self.named:
            for one, hold in enumerate(self.holds):
                self._demand(hold.name, LinearExpr.sum(self.members[one]) >= hold.seats)

    def placed(self) -> LinearExpr:
        """How many are placed."""
        return LinearExpr.sum([literal for row in self.rows for _, literal in row])

    def ranks(self) -> LinearExpr:
        """The sum of the ranks of the places given."""
        doors = [door for row in self.rows for door in row]
        return LinearExpr.weighted_sum([literal for _, literal in doors], [wish.rank for wish, _ in doors])
