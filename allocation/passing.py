"""The pass: walk down the order, each applicant takes the first choice that is open and breaks no limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from allocation.order import Group
from allocation.round import Round
from allocation.wishes import Wish

CLOSED = "closed"


@dataclass(slots=True)
class Walk:
    """One pass in one opening set, and what it left behind.

    ``placed`` gives each applicant's wish (also when returned), ``used`` each limit's count,
    ``heads`` the pupils each programme really gets, ``inside`` the members of each guarantee placed.
    ``demand`` counts members of a guarantee refused by nothing but their programme's total, and
    ``conflicts`` the full ties that would break a limit that must not bend.
    """

    round: Round
    shut: frozenset[int]
    held: Sequence[int]
    seats: Sequence[int]
    placed: list[Wish | None] = field(init=False)
    used: list[int] = field(init=False)
    heads: list[int] = field(init=False)
    inside: list[int] = field(init=False)
    demand: dict[int, int] = field(default_factory=dict)
    conflicts: list[tuple[str, Group]] = field(default_factory=list)
    refusals: dict[tuple[int, int], str] = field(default_factory=dict)
    caps: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.placed = [None] * len(self.round.wishes)
        self.used = [0] * len(self.round.limits)
        self.heads = [0] * len(self.round.needs)
        self.inside = [0] * len(self.round.holds)
        self.caps = [limit.cap for limit in self.round.limits]

    def run(self) -> None:
        """Walk the choices of everybody, then adjust those left over who agreed to it."""
        for group in self.round.order.groups:
            self._send(group, self.round.wishes)
        if any(self.round.adjust):
            for group in self.round.order.groups:
                left = tuple(one for one in group if self.placed[one] is None and self.round.adjust[one])
                if left:
                    self._send(left, self.round.adjust)
        self._swollen()

    def _send(self, group: Group, wishes: Sequence[Sequence[Wish]]) -> None:
        """Everybody of the group chooses before any of them is counted: equals do not displace equals."""
        chosen = [(one, self._first(one, wishes[one])) for one in group]
        for applicant, wish in chosen:
            if wish is not None:
                self.take(applicant, wish)
        if len(group) > 1:
            self._over(group, [wish for _, wish in chosen if wish is not None])

    def _first(self, applicant: int, wishes: Sequence[Wish]) -> Wish | None:
        for wish in wishes:
            if wish.programme in self.shut:
                self.refusals[applicant, wish.choice] = CLOSED
                continue
            why = self._refused(wish)
            if why is None:
                return wish
            self.refusals[applicant, wish.choice] = why
        return None

    def _refused(self, wish: Wish) -> str | None:
        """The name of the first full limit, or ``None`` if there is room."""
        cap = self.round.cap_of[wish.programme]
        if cap < 0 or not self.round.holds_of[wish.programme]:
            full = next((one for one in wish.checks if self.used[one] >= self.caps[one]), None)
            return None if full is None else self.round.limits[full].name
        kept = self._kept(wish, cap)
        others = [one for one in wish.checks if one != cap and self.used[one] >= self.caps[one]]
        if kept and not others and wish.choice:
            self._demand(wish)
        names = [self.round.limits[one].name for one in others]
        cells = [name for name in names if name.startswith("cell/")]
        total = self.round.limits[cap].name
        return next(iter([kept] if kept == total else cells), None) or kept or next(iter(names), None)

    def _kept(self, wish: Wish, cap: int) -> str | None:
        """What keeps the free places of the total from this wish: the total itself, or a lasting guarantee.

        A member takes a place of their own guarantee even where a full tie has swollen the total.
        """
        owed = {one: max(0, self.held[one] - self.inside[one]) for one in self.round.holds_of[wish.programme]}
        free = self.caps[cap] - self.used[cap]
        if free > sum(owed.values()) or any(owed[one] for one in wish.holds):
            return None
        lasting = {one: count for one, count in owed.items() if count and not self.round.holds[one].release}
        if 0 < free <= sum(lasting.values()):
            return self.round.holds[next(iter(lasting))].name
        return self.round.limits[cap].name

    def _demand(self, wish: Wish) -> None:
        for one in wish.holds:
            if self.held[one] < self.seats[one]:
                self.demand[one] = self.demand.get(one, 0) + 1
                return

    def take(self, applicant: int, wish: Wish) -> None:
        """Count the applicant to everything the wish counts to."""
        self.placed[applicant] = wish
        for one in wish.counts:
            self.used[one] += 1
        for one in wish.holds:
            self.inside[one] += 1
        if not wish.returned:
            self.heads[wish.programme] += 1

    def _over(self, group: Group, wishes: list[Wish]) -> None:
        for one in sorted({one for wish in wishes for one in wish.counts}):
            if self.used[one] > self.caps[one] and not self.round.bends[one]:
                self.conflicts.append((self.round.limits[one].name, group))

    def _swollen(self) -> None:
        """Limits nobody looked at because cells kept them out of reach, until ties swelled the cells."""
        named = {name for name, _ in self.conflicts}
        for at, limit in enumerate(self.round.limits):
            if self.used[at] > limit.cap and not self.round.bends[at] and limit.name not in named:
                inside = {one for one, wish in enumerate(self.placed) if wish is not None and at in wish.counts}
                ties = [group for group in self.round.order.groups if len(inside.intersection(group)) > 1]
                self.conflicts.append((limit.name, tuple(one for group in ties for one in group)))


def settle(round_: Round, shut: frozenset[int]) -> Walk:
    """The outcome of one opening set: the pass with just as many held places as their groups want.

    Held places grow from none until no member of a group is refused for want of one, so a
    guarantee is out of reach of others only while somebody of the group wants it.  Where crossing
    limits would leave a held place empty for good, it is released and the pass starts afresh.
    """
    seats = [hold.seats for hold in round_.holds]
    held = [0 if hold.release else hold.seats for hold in round_.holds]
    while True:
        walk = Walk(round_, shut, tuple(held), tuple(seats))
        walk.run()
        if walk.demand:
            for one, count in walk.demand.items():
                held[one] = min(seats[one], max(held[one], walk.inside[one]) + count)
            continue
        empty = [one for one, hold in enumerate(round_.holds) if hold.release and walk.inside[one] < held[one]]
        if not empty:
            return walk
        for one in empty:
            seats[one] = held[one] = walk.inside[one]
