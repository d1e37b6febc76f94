"""The order of a round unrolled into CP-SAT: one literal per wish, running counters per limit.

Once the opening set and the held places are fixed, every literal follows by propagation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr
from ortools.sat.python.cp_model_helper import Literal as Door

from allocation.dividing import Division
from allocation.gates import Amount, Counter, Cut, Gate, Literal
from allocation.order import Group
from allocation.ranges import Ranges
from allocation.round import Bed, Round
from allocation.wishes import Wish


class Unrolled:
    """The constraints of one round.

    ``opens`` holds a literal per undecided programme; programmes in ``shut`` are closed.  ``held``
    fixes the held places of each guarantee, or leaves them free from none to all where ``None``; so
    does ``beds`` with the held beds.  With ``divide`` the shares of divided limits are variables.
    """

    def __init__(
        self,
        round_: Round,
        undecided: Sequence[int],
        shut: frozenset[int],
        held: Sequence[int] | None,
        beds: Mapping[Bed, int] | None = None,
        *,
        divide: bool = False,
    ) -> None:
        self.round = round_
        self.shut = shut
        self.model = cp_model.CpModel()
        self.opens: dict[int, Literal] = {at: self.model.new_bool_var("") for at in undecided}
        exact = bool(round_.holds) or any(len(group) > 1 for group in round_.order.groups)
        self.totals = {
            cap: Counter(self.model, round_.limits[cap].cap)
            for cap, holds in zip(round_.cap_of, round_.holds_of, strict=True)
            if cap >= 0 and holds
        }
        form = Counter if exact else Cut
        self.gates: list[Gate] = [
            self.totals.get(at) or form(self.model, limit.cap) for at, limit in enumerate(round_.limits)
        ]
        self.ranges = Ranges(round_)
        self.apart: LinearExpr | int | None = None
        self.shares = [self._divide(one, form) for one in round_.divisions] if divide else []
        self.inside = [Counter(self.model, hold.seats) for hold in round_.holds]
        self.held: list[Amount] = [
            self.model.new_int_var(0 if hold.release else hold.seats, hold.seats, "") if held is None else held[at]
            for at, hold in enumerate(round_.holds)
        ]
        self.slept = {bed: Counter(self.model, round_.holds[bed[0]].seats) for bed in round_.beds}
        self.beds: dict[Bed, Amount] = {
            bed: self.model.new_int_var(0, round_.holds[bed[0]].seats, "")
            if held is None
            else (beds or {}).get(bed, 0)
            for bed in round_.beds
        }
        self.settled: set[int] = set()
        self.taken: list[list[tuple[Wish, Literal]]] = [[] for _ in round_.wishes]
        self.only_kept: list[tuple[Wish, Literal]] = []
        for group in round_.order.groups:
            self._group(group, round_.wishes)
        for group in round_.order.groups:
            self._group(tuple(one for one in group if round_.adjust[one]), round_.adjust)
        for gate in self.gates:
            gate.close()
        self._minima()

    def _divide(self, division: Division, form: type[Counter] | type[Cut]) -> list[Literal]:
        """One share per county, from its floor up, that add up to the cap."""
        shares = [self.model.new_int_var(floor, division.cap, "") for floor in division.floors]
        self.model.add(LinearExpr.sum(shares) == division.cap)
        for part, share, floor in zip(division.parts, shares, division.floors, strict=True):
            self.gates[part] = form(self.model, share, floor)
            self.ranges.free(part, floor)
        return shares

    def _group(self, group: Group, wishes: Sequence[Sequence[Wish]]) -> None:
        """Equals are all looked at before any of them is counted."""
        chosen = [(applicant, self._row(applicant, wishes[applicant])) for applicant in group]
        for applicant, row in chosen:
            for wish, literal in row:
                self._count(wish, literal)
            if row:
                self.taken[applicant] += row
                possible = [wish for wish, _ in self.taken[applicant]]
                self.ranges.count(applicant, possible, sure=applicant in self.settled)

    def _row(self, applicant: int, wishes: Sequence[Wish]) -> list[tuple[Wish, Literal]]:
        """The wishes that somebody may get, up to one that nothing can refuse."""
        row: list[tuple[Wish, Literal]] = []
        earlier = [literal for _, literal in self.taken[applicant]]
        for wish in wishes:
            if applicant in self.settled:
                break
            doors = self._doors(wish, earlier)
            if doors is None:
                continue
            literal = self._all(doors, earlier)
            if earlier:
                self.model.add_at_most_one([*earlier, literal])
            earlier.append(literal)
            row.append((wish, literal))
            if not doors:
                self.settled.add(applicant)
        return row

    def _count(self, wish: Wish, literal: Literal) -> None:
        for one in wish.checks:
            self.gates[one].add(literal)
        bed = self.round.bed(wish)
        for one in wish.holds:
            self.inside[one].add(literal)
            if bed >= 0:
                self.slept[one, bed].add(literal)

    def _doors(self, wish: Wish, earlier: Sequence[Literal]) -> list[Door] | None:
        """What must be open for the wish to be granted; ``None`` if something is shut in any case."""
        if wish.programme in self.shut:
            return None
        cap = self.round.cap_of[wish.programme] if self.round.holds_of[wish.programme] else -1
        bed = self.round.bed(wish)
        plain = [one for one in wish.checks if one not in (cap, bed)]
        if any(self.ranges.full(one) for one in plain):
            return None
        doors: list[Door] = [self.opens[wish.programme]] if wish.programme in self.opens else []
        gates = [self.gates[one].full() for one in plain if not self.ranges.open(one)]
        doors.extend(~full for full in gates if full is not None)
        rooms = [room for room in (self._room(wish, cap), self._bed(wish, bed)) if room is not None]
        if rooms and wish.choice and wish.holds:
            missed = [*doors, self._some_shut(rooms), *(~one for one in earlier)]
            self.only_kept.append((wish, self._all(missed, ())))
        return [*doors, *rooms]

    def _all(self, doors: Sequence[Door], earlier: Sequence[Literal]) -> Literal:
        """True if every door is open, unless something earlier was got."""
        literal = self.model.new_bool_var("")
        for door in doors:
            self.model.add_implication(literal, door)
        self.model.add_bool_or([literal, *(~door for door in doors), *earlier])
        return literal

    def _room(self, wish: Wish, cap: int) -> Door | None:
        """Whether the programme's own total has a place that no guarantee keeps from this wish."""
        if cap < 0:
            return None
        owed = {one: self._owed(one) for one in self.round.holds_of[wish.programme]}
        free = self._below(self.totals[cap].count() + LinearExpr.sum(list(owed.values())), self.round.limits[cap].cap)
        own = [self._some(owed[one]) for one in wish.holds]
        room = self.model.new_bool_var("")
        self.model.add_max_equality(room, [free, *own])
        return room

    def _some_shut(self, rooms: Sequence[Door]) -> Door:
        """True if and only if one of these doors is shut."""
        if len(rooms) == 1:
            return ~rooms[0]
        shut = self.model.new_bool_var("")
        self.model.add_bool_or([~shut, *(~room for room in rooms)])
        for room in rooms:
            self.model.add_implication(~room, shut)
        return shut

    def _bed(self, wish: Wish, bed: int) -> Door | None:
        """Whether a bed is free that no guarantee keeps from this wish."""
        if bed < 0:
            return None
        counter = self.gates[bed]
        if not isinstance(counter, Counter):
            raise TypeError("beds of guarantees need exact counts")
        cap = self.round.limits[bed].cap
        owed = {one: self._left(self.beds[one, bed], self.slept[one, bed], one) for one in self.round.owing(bed)}
        free = self._below(counter.count() + LinearExpr.sum(list(owed.values())), cap)
        some = self._below(counter.count(), cap)
        ways = [free]
        for one in wish.holds:
            own = self.model.new_bool_var("")
            mine = self._some(owed[one])
            self.model.add_multiplication_equality(own, [some, mine])
            ways.append(own)
        room = self.model.new_bool_var("")
        self.model.add_max_equality(room, ways)
        return room

    def _below(self, amount: Amount, cap: int) -> Literal:
        below = self.model.new_bool_var("")
        self.model.add(amount < cap).only_enforce_if(below)
        self.model.add(amount >= cap).only_enforce_if(~below)
        return below

    def _owed(self, hold: int) -> Literal:
        """How many places the guarantee still keeps at this step."""
        return self._left(self.held[hold], self.inside[hold], hold)

    def _left(self, kept: Amount, counter: Counter, hold: int) -> Literal:
        rest = self.model.new_int_var(0, self.round.holds[hold].seats, "")
        self.model.add_max_equality(rest, [0, kept - counter.count()])
        return rest

    def _some(self, count: Literal) -> Literal:
        some = self.model.new_bool_var("")
        self.model.add(count >= 1).only_enforce_if(some)
        self.model.add(count == 0).only_enforce_if(~some)
        return some

    def _minima(self) -> None:
        """Every undecided class that opens reaches its minimum; decided ones must keep theirs."""
        if not self.opens and not self.shares:
            return
        pupils: list[list[Literal]] = [[] for _ in self.round.needs]
        for row in self.taken:
            for wish, literal in row:
                if not wish.returned:
                    pupils[wish.programme].append(literal)
        for at, need in enumerate(self.round.needs):
            if need and at not in self.shut:
                enough = self.model.add(sum(pupils[at]) >= need)
                if at in self.opens:
                    enough.only_enforce_if(self.opens[at])

    def placed(self) -> LinearExpr:
        """How many are really placed."""
        return LinearExpr.sum([lit for row in self.taken for wish, lit in row if not wish.returned])

    def ranks(self) -> LinearExpr:
        """The sum of the ranks of those really placed."""
        really = [(wish, lit) for row in self.taken for wish, lit in row if not wish.returned]
        return LinearExpr.weighted_sum([lit for _, lit in really], [wish.rank for wish, _ in really])
