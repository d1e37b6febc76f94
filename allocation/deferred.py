"""Applicant-proposing deferred acceptance, for rounds in which programmes rank applicants themselves.

Everybody asks for the best choice that has not refused them; every programme holds the best of those
who asked, in its own order.  Nobody is held for good until nobody asks any more.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, deque
from collections.abc import Iterable, Sequence

from allocation.keeping import Keeping
from allocation.opening import Found, Placed, Value, better, cancelled, short, value
from allocation.passing import CLOSED, Walk
from allocation.round import Round
from allocation.wishes import Wish

Asking = tuple[int, int, Wish]
"""Place in the programme's order, applicant, wish."""

EVERY_SET_UP_TO = 12
"""Up to this many undecided classes every opening set is tried, one deferred acceptance each."""


class Desk:
    """One programme: holds the best of those who ask, within total, cells and guarantees."""

    def __init__(self, round_: Round, programme: int) -> None:
        self.places = round_.standings[programme].places
        self.caps = [limit.cap for limit in round_.limits]
        self.total = round_.cap_of[programme]
        self.holds = [(one, round_.holds[one]) for one in round_.holds_of[programme]]
        self.asking: list[Asking] = []

    def ask(self, applicant: int, wish: Wish) -> list[int]:
        """One more asks; gives those who are refused now (the applicant may be among them)."""
        insort(self.asking, (self.places[applicant], applicant, wish), key=lambda one: one[:2])
        held = self._held()
        gone = [one for place, one, _ in self.asking if one not in held]
        self.asking = [row for row in self.asking if row[1] in held]
        return gone

    def takes(self, applicant: int, wish: Wish) -> bool:
        """Whether one more can be held beside all who are; if so they are held too."""
        before = [*self.asking]
        insort(self.asking, (self.places[applicant], applicant, wish), key=lambda one: one[:2])
        if len(self._held()) == len(self.asking):
            return True
        self.asking = before
        return False

    def _held(self) -> set[int]:
        used: Counter[int] = Counter()
        held: set[int] = set()
        back = 0
        for at, hold in self.holds:
            group = [row for row in self.asking if at in row[2].holds and row[1] not in held]
            count = self._fill(group, used, held, hold.seats, 0)
            back += 0 if hold.release else hold.seats - count
        self._fill([row for row in self.asking if row[1] not in held], used, held, len(self.asking), back)
        return held

    def _fill(self, rows: Sequence[Asking], used: Counter[int], held: set[int], most: int, back: int) -> int:
        """Hold the best of ``rows``, at most ``most``; ``back`` places of the total stay kept."""
        count = 0
        for _, applicant, wish in rows:
            if count == most:
                break
            if all(used[one] + (back if one == self.total else 0) < self.caps[one] for one in wish.checks):
                held.add(applicant)
                used.update(wish.checks)
                count += 1
        return count


def settle(round_: Round, shut: frozenset[int]) -> Walk:
    """The outcome of one opening set, with reasons, as the pass would leave it."""
    walk = Walk(round_, shut, Keeping(round_))
    desks = [Desk(round_, at) for at in range(len(round_.needs))]
    asked = [0] * len(round_.wishes)
    free = deque(one for group in round_.order.groups for one in group)
    while free:
        applicant = free.popleft()
        wish = _next(round_.wishes[applicant], asked, applicant, shut)
        if wish is None:
            continue
        walk.placed[applicant] = wish
        for gone in desks[wish.programme].ask(applicant, wish):
            walk.placed[gone] = None
            free.append(gone)
    for applicant, got in enumerate(walk.placed):
        if got is not None:
            walk.take(applicant, got)
    _Reasons(walk).tell()
    _adjust(walk, desks)
    return walk


def _next(wishes: Sequence[Wish], asked: list[int], applicant: int, shut: frozenset[int]) -> Wish | None:
    while asked[applicant] < len(wishes):
        wish = wishes[asked[applicant]]
        asked[applicant] += 1
        if wish.programme not in shut:
            return wish
    return None


class _Reasons:
    """Which full limit answers each refused choice, by the programme's own order."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.round = walk.round
        self.last = [-1] * len(walk.round.limits)
        for applicant, wish in enumerate(walk.placed):
            for one in wish.counts if wish is not None else ():
                place = self._place(wish, applicant)
                self.last[one] = max(self.last[one], place)

    def _place(self, wish: Wish | None, applicant: int) -> int:
        return -1 if wish is None else self.round.standings[wish.programme].places[applicant]

    def tell(self) -> None:
        """Note a reason for every choice before the one that was got."""
        for applicant, wishes in enumerate(self.round.wishes):
            if not self.round.order.positions[applicant]:
                continue
            for wish in wishes:
                if wish is self.walk.placed[applicant]:
                    break
                why = CLOSED if wish.programme in self.walk.shut else self._why(applicant, wish)
                self.walk.refusals[applicant, wish.choice] = why

    def _why(self, applicant: int, wish: Wish) -> str:
        place = self._place(wish, applicant)
        guarded = bool(self.round.holds_of[wish.programme])
        for one in wish.checks:
            full = self.walk.used[one] >= self.walk.caps[one]
            if full and (self.last[one] < place or (guarded and one == self.round.cap_of[wish.programme])):
                return self.round.limits[one].name
        return self._kept(wish.programme)

    def _kept(self, programme: int) -> str:
        """The first guarantee that keeps empty places for good; whom an earlier one holds fills no later one."""
        placed = [(wish, who) for who, wish in enumerate(self.walk.placed) if wish is not None]
        inside = [(wish, who) for wish, who in placed if wish.programme == programme]
        rows = sorted((self._place(wish, who), who, wish.holds) for wish, who in inside)
        held: set[int] = set()
        kept: list[str] = []
        for at in self.round.holds_of[programme]:
            hold = self.round.holds[at]
            group = [who for _, who, holds in rows if at in holds and who not in held][: hold.seats]
            held.update(group)
            kept += [] if hold.release or len(group) == hold.seats else [hold.name]
        return kept[0]


def _adjust(walk: Walk, desks: Sequence[Desk]) -> None:
    """Left-over places, in the order of the round, for those who agreed; nobody is displaced."""
    round_ = walk.round
    for applicant in (one for group in round_.order.groups for one in group):
        if walk.placed[applicant] is None:
            for wish in round_.adjust[applicant]:
                if wish.programme not in walk.shut and desks[wish.programme].takes(applicant, wish):
                    walk.placed[applicant] = wish
                    walk.take(applicant, wish)
                    break


def adjusted(round_: Round, shut: frozenset[int], placed: Sequence[Wish | None]) -> Placed:
    """The placements with the left-over places given out."""
    walk = Walk(round_, shut, Keeping(round_))
    walk.placed = list(placed)
    desks = [Desk(round_, at) for at in range(len(round_.needs))]
    for applicant, got in enumerate(placed):
        if got is not None:
            walk.take(applicant, got)
            desks[got.programme].asking.append((desks[got.programme].places[applicant], applicant, got))
    for desk in desks:
        desk.asking.sort(key=lambda one: one[:2])
    _adjust(walk, desks)
    return walk.placed


class Queue:
    """The engine of rounds with rankings: deferred acceptance, one opening set after another."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.known: dict[frozenset[int], Placed] = {}

    def place(self, shut: frozenset[int]) -> Placed:
        """The outcome of one opening set."""
        if shut not in self.known:
            self.known[shut] = settle(self.round, shut).placed
        return self.known[shut]

    def opened(self, shut: frozenset[int]) -> Placed:
        """The outcome of an admissible opening set: the same, as nothing looks ahead to minima."""
        return self.place(shut)

    def optimum(self, undecided: tuple[int, ...]) -> Found | None:
        """Every opening set up to :data:`EVERY_SET_UP_TO` classes, else a climb from the greedy closing."""
        if len(undecided) > EVERY_SET_UP_TO:
            return self._climb(undecided)
        total = 1 << len(undecided)
        sets = (frozenset(at for row, at in enumerate(undecided) if n >> row & 1) for n in range(total))
        best = self._best(undecided, sets)
        return Found(best[0][2], True, total, best[1][1] if len(best) > 1 else None) if best else None

    def _best(
        self, undecided: Sequence[int], sets: Iterable[frozenset[int]]
    ) -> list[tuple[tuple[int, ...], Value, frozenset[int]]]:
        """The two best admissible sets."""
        best: list[tuple[tuple[int, ...], Value, frozenset[int]]] = []
        for shut in sets:
            placed = settle(self.round, shut).placed
            if not short(self.round, placed, shut):
                figures = value(placed, undecided, shut)
                best.append((better(undecided, figures, shut), figures, shut))
                best = sorted(best, key=lambda one: one[0], reverse=True)[:2]
        return best

    def _climb(self, undecided: tuple[int, ...]) -> Found | None:
        """Change one class at a time while it helps, from the greedy closing and from closing all."""
        greedy, _ = cancelled(self.round, self.place)
        tried = {greedy, frozenset(undecided)}
        best = self._best(undecided, sorted(tried, key=sorted))
        while best:
            fresh = {best[0][2] ^ {at} for at in undecided} - tried
            tried |= fresh
            more = self._best(undecided, sorted(fresh, key=sorted))
            if not more or more[0][0] <= best[0][0]:
                return Found(best[0][2], False, len(tried), (more + best[1:])[0][1] if more + best[1:] else None)
            best = [*more[:1], *best[:1]]
        return None
