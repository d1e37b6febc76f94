"""The order of a round unrolled into CP-SAT: one literal per wish, running counters per limit.

Once the opening set and the held places are fixed, every literal follows by propagation.
"""

from __future__ import annotations

from collections import defaultdict
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

Kind = tuple[int, tuple[int, ...], bool]
"""Programme, the limits a placement counts to, and whether the file is returned."""


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
        self.swollen = any(len(group) > 1 for group in round_.order.groups)
        form = Counter if self.swollen else Cut
        self.kept = {
            cap: holds for cap, holds in zip(round_.cap_of, round_.holds_of, strict=True) if cap >= 0 and holds
        }
        self.counted = self._stepwise()
        self.gates = [self._gate(at, limit.cap, form) for at, limit in enumerate(round_.limits)]
        self.ranges = Ranges(round_)
        self.apart: LinearExpr | int | None = None
        self.shares = [self._divide(one, form) for one in round_.divisions] if divide else []
        self.inside = [Counter(self.model, hold.seats) for hold in round_.holds]
        self.bounds = [
            (0 if hold.release else hold.seats, hold.seats) if held is None else (held[at], held[at])
            for at, hold in enumerate(round_.holds)
        ]
        self.held: list[Amount] = [
            low if low == high else self.model.new_int_var(low, high, "") for low, high in self.bounds
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
        self._walk()
        self.kinds = self._kinds()
        self.pupils = self._pupils()
        self._close()
        self._minima()

    def _gate(self, at: int, cap: int, form: type[Counter] | type[Cut]) -> Gate:
        """A total with guarantees is counted with what is owed; what must be exact is counted step by step."""
        if at in self.counted or any(bed == at for _, bed in self.round.beds):
            return Counter(self.model, cap)
        if at in self.kept:
            return Cut(self.model, cap, max(0, cap - self._seats(at)))
        return form(self.model, cap)

    def _walk(self) -> None:
        for group in self.round.order.groups:
            self._group(group, self.round.wishes)
        for group in self.round.order.groups:
            self._group(tuple(one for one in group if self.round.adjust[one]), self.round.adjust)

    def _close(self) -> None:
        for cap in self.kept.keys() - self.counted:
            self.gates[cap].owe(LinearExpr.sum([self._owed(one) for one in self.kept[cap]]))
        for at, gate in enumerate(self.gates):
            gate.close(LinearExpr.sum([count for kind, count in self.kinds.items() if at in kind[1]]))

    def _seats(self, cap: int) -> int:
        return sum(self.round.holds[one].seats for one in self.kept[cap])

    def _stepwise(self) -> frozenset[int]:
        """Totals that must be counted step by step: more is promised than there is, or somebody is promised twice.

        Elsewhere the places taken and those still owed only grow, and never pass the total; full ties may swell it.
        """
        if self.swollen:
            return frozenset(self.kept)
        double = {
            self.round.cap_of[wish.programme]
            for rows in (self.round.wishes, self.round.adjust)
            for row in rows
            for wish in row
            if len(wish.holds) > 1
        }
        return frozenset(cap for cap in self.kept if cap in double or self._seats(cap) > self.round.limits[cap].cap)

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
            earlier.append(literal)
            row.append((wish, literal))
            if not doors:
                self.settled.add(applicant)
        if row and len(earlier) > 1:
            self.model.add_at_most_one(earlier)
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
        bed = bed if self.round.owing(bed) else -1
        plain = [one for one in wish.checks if one not in (cap, bed)]
        if any(self.ranges.full(one) for one in plain):
            return None
        doors: list[Door] = [self.opens[wish.programme]] if wish.programme in self.opens else []
        gates = [self.gates[one].full() for one in plain if not self.ranges.open(one)]
        doors.extend(~full for full in gates if full is not None)
        if cap >= 0:
            least, most = self._owed_between(wish.programme)
            own = [one for one in wish.holds if most[one]]
            if not own and self.ranges.low[cap] + sum(least.values()) >= self.round.limits[cap].cap:
                return None
            perhaps = self.ranges.high[cap] + sum(most.values()) >= self.round.limits[cap].cap
            room = self._room(wish, cap) if perhaps and not any(least[one] for one in own) else None
            doors += [] if room is None else [room]
        if bed >= 0:
            doors.append(self._bed(wish, bed))
        return doors

    def _owed_between(self, programme: int) -> tuple[dict[int, int], dict[int, int]]:
        """The least and the most places each guarantee of a programme can still keep at this step."""
        holds = self.round.holds_of[programme]
        least = {one: max(0, self.bounds[one][0] - self.ranges.inside_high[one]) for one in holds}
        most = {one: max(0, self.bounds[one][1] - self.ranges.inside_low[one]) for one in holds}
        return least, most

    def _all(self, doors: Sequence[Door], earlier: Sequence[Literal]) -> Literal:
        """True if every door is open, unless something earlier was got."""
        literal = self.model.new_bool_var("")
        for door in doors:
            self.model.add_implication(literal, door)
        self.model.add_bool_or([literal, *(~door for door in doors), *earlier])
        return literal

    def _room(self, wish: Wish, cap: int) -> Door | None:
        """Whether the programme's own total has a place that no guarantee keeps from this wish."""
        gate = self.gates[cap]
        if isinstance(gate, Counter):
            owed = LinearExpr.sum([self._owed(one) for one in self.kept[cap]])
            free: Door = self._below(gate.count() + owed, self.round.limits[cap].cap)
        else:
            full = gate.full()
            if full is None:
                return None
            free = ~full
        if not wish.holds:
            return free
        own = [self._below(self.inside[one].count() - self.held[one], 0) for one in wish.holds]
        room = self.model.new_bool_var("")
        self.model.add_max_equality(room, [free, *own])
        return room

    def _bed(self, wish: Wish, bed: int) -> Door:
        """Whether a bed is free that no guarantee keeps from this wish."""
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

    def _kinds(self) -> dict[Kind, Literal]:
        """How many are placed of each kind: few short sums, in which the solver sees early that a cap is used up."""
        rows: dict[Kind, list[Literal]] = defaultdict(list)
        for row in self.taken:
            for wish, literal in row:
                rows[wish.programme, wish.checks, wish.returned].append(literal)
        kinds = {}
        for kind, literals in rows.items():
            caps = [] if self.swollen else [self.round.limits[one].cap for one in kind[1]]
            kinds[kind] = self.model.new_int_var(0, min([len(literals), *caps]), "")
            self.model.add(kinds[kind] == LinearExpr.sum(literals))
        return kinds

    def _pupils(self) -> dict[int, Literal]:
        """How many each programme really gets."""
        pupils = {}
        for at in {kind[0] for kind in self.kinds}:
            counts = [count for kind, count in self.kinds.items() if kind[0] == at and not kind[2]]
            pupils[at] = self.model.new_int_var(0, len(self.round.wishes), "")
            self.model.add(pupils[at] == LinearExpr.sum(counts))
        return pupils

    def _minima(self) -> None:
        """Every undecided class that opens reaches its minimum; decided ones must keep theirs."""
        if not self.opens and not self.shares:
            return
        for at, need in enumerate(self.round.needs):
            if need and at not in self.shut:
                enough = self.model.add(self.pupils.get(at, 0) >= need)
                if at in self.opens:
                    enough.only_enforce_if(self.opens[at])
        for at, opened in self.opens.items():
            if at in self.pupils:
                self.model.add(self.pupils[at] == 0).only_enforce_if(~opened)

    def placed(self) -> LinearExpr:
        """How many are really placed."""
        return LinearExpr.sum([*self.pupils.values()])

    def ranks(self) -> LinearExpr:
        """The sum of the ranks of those really placed: one for each, and what is beyond it."""
        beyond = [(wish.rank - 1, lit) for row in self.taken for wish, lit in row if not wish.returned]
        return self.placed() + LinearExpr.weighted_sum([lit for _, lit in beyond], [more for more, _ in beyond])
