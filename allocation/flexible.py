"""The pass with caps that may grow: a CP-SAT model that holds every outcome the rule could reach.

It is a relaxation on purpose.  Any class with a minimum may open or close as long as an open one has its
minimum, and kept places may refuse somebody whenever the guarantee still has places: so the true outcome of
every change is among its solutions, and its best value bounds them all.  What it proposes is always tried
with the real rule before it is believed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr
from ortools.sat.python.cp_model_helper import Literal as Door

from allocation.gates import Cut
from allocation.order import Group
from allocation.round import Round
from allocation.unrolled import Kind
from allocation.wishes import Wish

Literal = cp_model.IntVar
Amount = LinearExpr | int


@dataclass(slots=True)
class _Running:
    """How many count to a limit so far, and whether it is full; ``least`` is the cap before any change.

    Under a ``switch`` the limit says what it says only while the switch is on.
    """

    model: cp_model.CpModel
    cap: Amount
    least: int
    switch: Literal | None = None
    possible: int = 0
    total: Amount = 0
    since: list[Literal] = field(default_factory=list)
    last: Literal | None = None

    def add(self, literal: Literal) -> None:
        """Count one more from here on."""
        self.since.append(literal)
        self.possible += 1
        self.last = None

    def count(self) -> Amount:
        """The running count."""
        if self.since:
            fresh = self.model.new_int_var(0, self.possible, "")
            self.model.add(fresh == self.total + LinearExpr.sum(self.since))
            self.total, self.since = fresh, []
        return self.total

    def full(self) -> Literal | None:
        """A literal that is true where the limit has no place left; ``None`` while that cannot be."""
        if self.possible < self.least:
            return None
        if self.last is None:
            self.last = self.reached(self.count())
        return self.last

    def reached(self, amount: Amount) -> Literal:
        """Whether the amount reaches the cap."""
        full = self.model.new_bool_var("")
        on = [] if self.switch is None else [self.switch]
        self.model.add(amount >= self.cap).only_enforce_if([full, *on])
        self.model.add(amount < self.cap).only_enforce_if([~full, *on])
        return full


def mixed_limits(round_: Round) -> frozenset[int]:
    """Limits that span counties whose scores are not compared: they refuse nobody where a round is settled."""
    if round_.instance.rules.across != "own_county":
        return frozenset()
    seen: dict[int, set[str]] = {}
    for applicant, row, more in zip(round_.instance.applicants, round_.wishes, round_.adjust, strict=True):
        for wish in (*row, *more):
            for one in wish.counts:
                seen.setdefault(one, set()).add(applicant.county)
    return frozenset(one for one, counties in seen.items() if len(counties) > 1)


class Flexible:
    """The constraints of one round in a model given.

    ``raises`` adds an amount to the cap of a limit (by index), ``lowers`` takes from the pupils a programme
    needs; ``undecided`` are the classes that may close (``None``: all that still need pupils).  ``named``
    puts every limit and every minimum under a switch of its name.
    """

    def __init__(
        self,
        round_: Round,
        model: cp_model.CpModel,
        *,
        raises: Mapping[int, Amount] | None = None,
        lowers: Mapping[int, Amount] | None = None,
        undecided: Collection[int] | None = None,
        named: bool = False,
    ) -> None:
        self.round = round_
        self.model = model
        self.named = named
        self.lowers = lowers or {}
        self.switches: dict[str, Literal] = {}
        may_close = [at for at, need in enumerate(round_.needs) if need] if undecided is None else sorted(undecided)
        self.opens = {at: model.new_bool_var("") for at in may_close}
        self.single = all(len(group) == 1 for group in round_.order.groups)
        mixed = mixed_limits(round_)
        self.own = {limit.programmes: at for at, limit in enumerate(round_.limits) if limit.kind == "cap"}
        self.running = {
            at: self._limit(at, (raises or {}).get(at, 0)) for at in range(len(round_.limits)) if at not in mixed
        }
        self.inside = [_Running(model, hold.seats, hold.seats) for hold in round_.holds]
        self.rows: list[list[tuple[Wish, Literal]]] = [[] for _ in round_.wishes]
        for group in round_.order.groups:
            self._group(group, round_.wishes)
        for group in round_.order.groups:
            self._group(tuple(one for one in group if round_.adjust[one]), round_.adjust)
        self.kinds = self._kinds()
        for at, gate in self.running.items():
            if isinstance(gate, Cut):
                gate.close(LinearExpr.sum([count for kind, count in self.kinds.items() if at in kind[1]]))
        self._minima()

    def _switch(self, name: str) -> Literal | None:
        if not self.named:
            return None
        if name not in self.switches:
            self.switches[name] = self.model.new_bool_var(name)
        return self.switches[name]

    def _limit(self, at: int, more: Amount) -> _Running | Cut:
        """A limit is told by one sum (:class:`Cut`) unless it may be switched off, swollen, or kept for a group."""
        limit = self.round.limits[at]
        kept = any(
            holds and self.own.get(frozenset({one.id})) == at
            for one, holds in zip(self.round.instance.programmes, self.round.holds_of, strict=True)
        )
        if self.single and not self.named and not kept:
            return Cut(self.model, limit.cap + more, limit.cap)
        return _Running(self.model, limit.cap + more, limit.cap, self._switch(limit.name))

    def _group(self, group: Group, wishes: Sequence[Sequence[Wish]]) -> None:
        """Equals are all looked at before any of them is counted."""
        chosen: list[tuple[int, Wish, Literal]] = []
        for applicant in group:
            earlier = [literal for _, literal in self.rows[applicant]]
            for wish in wishes[applicant]:
                literal = self._wish(wish, earlier)
                earlier.append(literal)
                chosen.append((applicant, wish, literal))
        for applicant, wish, literal in chosen:
            self.rows[applicant].append((wish, literal))
            for one in wish.counts:
                if one in self.running:
                    self.running[one].add(literal)
            for one in wish.holds:
                self.inside[one].add(literal)

    def _wish(self, wish: Wish, earlier: Sequence[Literal]) -> Literal:
        """A wish is granted where nothing earlier was and every door is open, and only there."""
        programme = self.round.instance.programmes[wish.programme].id
        own = self.own.get(frozenset({programme}), -1) if self.round.holds_of[wish.programme] else -1
        doors: list[Door] = [self.opens[wish.programme]] if wish.programme in self.opens else []
        for one in wish.counts:
            full = self.running[one].full() if one in self.running and one != own else None
            if full is not None:
                doors.append(~full)
        literal = self.model.new_bool_var("")
        kept: list[Door] = []
        if own in self.running:
            kept.append(self._kept(wish, self.running[own], literal))
        for door in doors:
            self.model.add_implication(literal, door)
        self.model.add_bool_or([literal, *(~door for door in doors), *earlier, *kept])
        if earlier:
            self.model.add_at_most_one([*earlier, literal])
        return literal

    def _kept(self, wish: Wish, running: _Running | Cut, literal: Literal) -> Literal:
        """Whether the total may refuse the wish: full, or what is free could all be kept for guarantees."""
        if isinstance(running, Cut):
            raise TypeError("kept places need running counts")
        owed: list[Amount] = [running.count()]
        for one in self.round.holds_of[wish.programme]:
            seats = self.round.holds[one].seats
            rest = self.model.new_int_var(0, seats, "")
            self.model.add_max_equality(rest, [0, seats - self.inside[one].count()])
            owed.append(rest)
        full = running.full()
        if full is not None and self.single:
            self.model.add_implication(literal, ~full)
        return running.reached(LinearExpr.sum(owed))

    def _kinds(self) -> dict[Kind, Literal]:
        """How many are placed of each kind: few short sums, in which the solver sees early that a cap is used up."""
        rows: dict[Kind, list[Literal]] = defaultdict(list)
        for row in self.rows:
            for wish, literal in row:
                rows[wish.programme, wish.counts, wish.returned].append(literal)
        kinds = {}
        for kind, literals in rows.items():
            kinds[kind] = self.model.new_int_var(0, len(literals), "")
            self.model.add(kinds[kind] == LinearExpr.sum(literals))
        return kinds

    def _minima(self) -> None:
        for at, need in enumerate(self.round.needs):
            pupils = LinearExpr.sum([n for kind, n in self.kinds.items() if kind[0] == at and not kind[2]])
            opened = self.opens.get(at)
            if need:
                switch = self._switch(f"min/{self.round.instance.programmes[at].id}")
                on = [one for one in (switch, opened) if one is not None]
                enough = self.model.add(pupils >= need - self.lowers.get(at, 0))
                if on:
                    enough.only_enforce_if(on)
            if opened is not None:
                self.model.add(pupils == 0).only_enforce_if(~opened)

    def placed(self) -> LinearExpr:
        """How many are really placed."""
        return LinearExpr.sum([count for kind, count in self.kinds.items() if not kind[2]])

    def ranks(self) -> LinearExpr:
        """The sum of the ranks of those really placed: one for each, and what is beyond it."""
        beyond = [(wish.rank - 1, one) for row in self.rows for wish, one in row if not wish.returned]
        return self.placed() + LinearExpr.weighted_sum([one for _, one in beyond], [more for more, _ in beyond])

    def hint(self, placed: Sequence[Wish | None]) -> None:
        """Start from an outcome."""
        for row, got in zip(self.rows, placed, strict=True):
            for wish, literal in row:
                self.model.add_hint(literal, wish is got)
