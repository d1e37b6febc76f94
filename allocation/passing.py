"""The pass: walk down the order, each applicant takes the first choice that is open and breaks no limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from allocation.keeping import Keeping
from allocation.order import Group
from allocation.round import Bed, Round
from allocation.wishes import Wish

CLOSED = "closed"


@dataclass(slots=True)
class Walk:
    """One pass in one opening set, and what it left behind.

    ``placed`` gives each applicant's wish (also when returned), ``used`` each limit's count,
    ``heads`` the pupils each programme really gets, ``inside`` the members of each guarantee placed.
    ``demand`` counts members of a guarantee refused by nothing but their programme's total (or the beds,
    where a guarantee brings one: ``bed_demand``), ``slept`` the beds members took, and
    ``conflicts`` the full ties that would break a limit that must not bend.
    """

    round: Round
    shut: frozenset[int]
    keeping: Keeping
    placed: list[Wish | None] = field(init=False)
    used: list[int] = field(init=False)
    heads: list[int] = field(init=False)
    inside: list[int] = field(init=False)
    slept: dict[Bed, int] = field(init=False)
    demand: dict[int, int] = field(default_factory=dict)
    bed_demand: dict[Bed, int] = field(default_factory=dict)
    conflicts: list[tuple[str, Group]] = field(default_factory=list)
    refusals: dict[tuple[int, int], str] = field(default_factory=dict)
    caps: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.placed = [None] * len(self.round.wishes)
        self.used = [0] * len(self.round.limits)
        self.heads = [0] * len(self.round.needs)
        self.inside = [0] * len(self.round.holds)
        self.slept = dict.fromkeys(self.round.beds, 0)
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
        cap = self.round.cap_of[wish.programme] if self.round.holds_of[wish.programme] else -1
        bed = self.round.bed(wish)
        full = [one for one in wish.checks if one not in (cap, bed) and self.used[one] >= self.caps[one]]
        kept = None if cap < 0 else self._kept(wish, cap)
        bedless = bed >= 0 and not self._bed(wish, bed)
        if (kept or bedless) and not full and wish.choice:
            self._demand(wish, bed)
        if bedless:
            full = sorted([*full, bed])
        names = [self.round.limits[one].name for one in full]
        if kept is None:
            return next(iter(names), None)
        cells = [name for name in names if name.startswith("cell/")]
        return next(iter(cells), kept) if kept != self.round.limits[cap].name else kept

    def _kept(self, wish: Wish, cap: int) -> str | None:
        """What keeps the free places of the total from this wish: the total itself, or a lasting guarantee.

        A member takes a place of their own guarantee even where a full tie has swollen the total.
        """
        held = self.keeping.held
        owed = {one: max(0, held[one] - self.inside[one]) for one in self.round.holds_of[wish.programme]}
        free = self.caps[cap] - self.used[cap]
        if free > sum(owed.values()) or any(owed[one] for one in wish.holds):
            return None
        lasting = {one: count for one, count in owed.items() if count and not self.round.holds[one].release}
        if 0 < free <= sum(lasting.values()):
            return self.round.holds[next(iter(lasting))].name
        return self.round.limits[cap].name

    def _bed(self, wish: Wish, bed: int) -> bool:
        """Whether a bed is free beyond those owed to others, or owed to a guarantee of the wish."""
        beds = self.keeping.beds
        owed = {one: max(0, beds[one, bed] - self.slept[one, bed]) for one in self.round.owing(bed)}
        free = self.caps[bed] - self.used[bed]
        return free > sum(owed.values()) or (free > 0 and any(owed.get(one) for one in wish.holds))

    def _demand(self, wish: Wish, bed: int) -> None:
        one = self.keeping.caller(wish.holds, bed)
        if one is None:
            return
        self.demand[one] = self.demand.get(one, 0) + 1
        if (one, bed) in self.slept:
            self.bed_demand[one, bed] = self.bed_demand.get((one, bed), 0) + 1

    def take(self, applicant: int, wish: Wish) -> None:
        """Count the applicant to everything the wish counts to."""
        self.placed[applicant] = wish
        for one in wish.counts:
            self.used[one] += 1
        bed = self.round.bed(wish)
        for one in wish.holds:
            self.inside[one] += 1
            if bed >= 0:
                self.slept[one, bed] += 1
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
    keeping = Keeping(round_)
    while True:
        walk = Walk(round_, shut, keeping)
        walk.run()
        if keeping.grow(walk.inside, walk.slept, walk.demand, walk.bed_demand):
            continue
        if not keeping.fall(walk.inside, walk.slept):
            return walk
