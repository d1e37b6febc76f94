"""Engine one under hard floors: CP-SAT down the order, everything decided so far fixed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.clock import Clock
from allocation.completion import solved
from allocation.hard_bound import Bound
from allocation.opening import Found, Placed, Value, better, value
from allocation.round import Round
from allocation.wishes import Wish

Row = list[tuple[Wish, cp_model.IntVar]]

GAP = 0.02
"""How near the best agreement a completion must come: any completion proves what it agrees with."""


class _Whole:
    """Every completion of one opening set as a model over all wishes, fixed further and further."""

    def __init__(self, round_: Round, shut: frozenset[int], *, minima: bool) -> None:
        self.round = round_
        self.shut = shut
        self.model = cp_model.CpModel()
        self.listed = [self._row(row) for row in round_.wishes]
        self.more = [self._row(row) for row in round_.adjust]
        inside: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        members: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        pupils: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for listed, more in zip(self.listed, self.more, strict=True):
            self.model.add_at_most_one([literal for _, literal in (*listed, *more)])
            for wish, literal in (*listed, *more):
                for one in wish.checks:
                    inside[one].append(literal)
                if not wish.returned:
                    members[wish.floor].append(literal)
                    pupils[wish.programme].append(literal)
        for one, literals in inside.items():
            self.model.add(LinearExpr.sum(literals) <= round_.limits[one].cap)
        for at, need in enumerate(round_.needs) if minima else ():
            if at not in shut:
                self.model.add(LinearExpr.sum(pupils[at]) >= need)
        self.missed: list[cp_model.IntVar] = []
        for at, floor in enumerate(round_.floors):
            if floor.programme not in shut:
                short = self.model.new_int_var(0, floor.seats, "")
                self.model.add(LinearExpr.sum([*members[at], short]) >= floor.seats)
                self.missed.append(short)

    def _row(self, wishes: Sequence[Wish]) -> Row:
        return [(wish, self.model.new_bool_var("")) for wish in wishes if wish.programme not in self.shut]

    def least(self, clock: Clock) -> int | None:
        """The least shortfall, kept from here on."""
        total = LinearExpr.sum(self.missed)
        self.model.minimize(total)
        solver = solved(self.model, clock)
        if solver is None:
            return None
        self.model.clear_objective()
        least = round(solver.objective_value)
        self.model.add(total <= least)
        return least

    def fix(self, row: Row, got: Wish | None, model: cp_model.CpModel) -> None:
        """Decide one row: this wish, or none of it."""
        for wish, literal in row:
            model.add(literal == (wish is got))


class _Descent:
    """Down the order, as many at once as one completion lets have what limits alone would leave them."""

    def __init__(self, whole: _Whole, clock: Clock) -> None:
        self.whole = whole
        self.clock = clock
        self.limits = whole.round.limits
        self.used = [0] * len(self.limits)
        self.placed: list[Wish | None] = [None] * len(whole.round.wishes)
        self.struck: set[tuple[int, int]] = set()

    def run(self) -> list[Wish | None]:
        """The choices of everybody, then the adjustment of those left."""
        people = [one for group in self.whole.round.order.groups for one in group]
        self._walk(people, self.whole.listed)
        left = [one for one in people if self.placed[one] is None]
        self._walk([one for one in left if self.whole.more[one]], self.whole.more)
        return self.placed

    def _walk(self, people: list[int], rows: Sequence[Row]) -> None:
        start = 0
        self.struck.clear()
        while start < len(people):
            self.clock.left()
            guess = self._guessed(people[start:], rows)
            agreed = self._agreed(guess, rows)
            if not agreed:
                self._strike(people[start], guess[people[start]])
            for who in agreed:
                wish = guess[who]
                self.whole.fix(rows[who], wish, self.whole.model)
                self.placed[who] = wish or self.placed[who]
                for one in wish.checks if wish is not None else ():
                    self.used[one] += 1
            start += len(agreed)

    def _strike(self, who: int, refused: Wish | None) -> None:
        if refused is None:
            raise LookupError("no completion where one was found before")
        self.struck.add((who, refused.programme))

    def _guessed(self, block: Sequence[int], rows: Sequence[Row]) -> dict[int, Wish | None]:
        """What each would get if limits alone refused anybody."""
        used = [*self.used]
        guess: dict[int, Wish | None] = {}
        for who in block:
            guess[who] = next(
                (
                    wish
                    for wish, _ in rows[who]
                    if (who, wish.programme) not in self.struck
                    and all(used[one] < self.limits[one].cap for one in wish.checks)
                ),
                None,
            )
            got = guess[who]
            for one in got.checks if got is not None else ():
                used[one] += 1
        return guess

    def _agreed(self, guess: dict[int, Wish | None], rows: Sequence[Row]) -> list[int]:
        """Who from the first on can all have their guess at once; nobody if the first cannot.

        One completion proves it for as many as it agrees with; it is asked to agree with many.
        """
        first = next(iter(guess))
        tried = self.whole.model.clone()
        self.whole.fix(rows[first], guess[first], tried)
        granted = [(who, literal) for who, wish in guess.items() for one, literal in rows[who] if one is wish]
        tried.maximize(LinearExpr.weighted_sum([literal for _, literal in granted], list(range(len(granted), 0, -1))))
        solver = solved(tried, self.clock, gap=GAP)
        agreed: list[int] = []
        if solver is None:
            return agreed
        for who, wish in guess.items():
            if any(solver.boolean_value(literal) != (one is wish) for one, literal in rows[who]):
                break
            agreed.append(who)
        return agreed


class HardModel:
    """The CP-SAT engine of a round with hard floors."""

    def __init__(self, round_: Round, clock: Clock) -> None:
        self.round = round_
        self.clock = clock
        self.known: dict[tuple[frozenset[int], bool], tuple[int, Placed] | None] = {}

    def _pass(self, shut: frozenset[int], *, minima: bool) -> tuple[int, Placed] | None:
        """Shortfall and outcome of one opening set."""
        if (shut, minima) not in self.known:
            self.clock.left()
            whole = _Whole(self.round, shut, minima=minima)
            least = whole.least(self.clock)
            self.known[shut, minima] = None if least is None else (least, _Descent(whole, self.clock).run())
        return self.known[shut, minima]

    def place(self, shut: frozenset[int]) -> Placed:
        """The outcome of one opening set, minima left aside."""
        return self._certain(shut, minima=False)

    def opened(self, shut: frozenset[int]) -> Placed:
        """The outcome of an admissible opening set."""
        return self._certain(shut, minima=True)

    def _certain(self, shut: frozenset[int], *, minima: bool) -> Placed:
        found = self._pass(shut, minima=minima)
        if found is None:
            raise LookupError("no completion where one was found before")
        return found[1]

    def optimum(self, undecided: tuple[int, ...]) -> Found | None:
        """The best opening set: what a completion could reach at best bounds every set from above."""
        bound = Bound(self.round, undecided, self.clock)
        if bound.least is None:
            return None
        best: tuple[tuple[int, ...], Value, frozenset[int]] | None = None
        tried = 0
        while True:
            ahead = bound.best()
            if ahead is None or (best is not None and best[0] >= ahead[0]):
                return None if best is None else Found(best[2], True, tried)
            shut = ahead[1]
            tried += 1
            placed = self.opened(shut)
            figures = value(placed, undecided, shut)
            rated = better(undecided, figures, shut), figures, shut
            best = rated if best is None else max(best, rated, key=lambda one: one[0])
            bound.exclude(shut)
