"""The referee's placings: every assignment tried (limits alone), or the words of the rule step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, combinations
from typing import Any

from tests.allocation.oracle_facts import NAMING, NoOutcome, NotARound, Round

Seat = tuple[int, str]


@dataclass
class Placing:
    """Who sits where (choice 0: adjusted), and why each refused choice was refused."""

    got: dict[str, Seat] = field(default_factory=dict)
    reasons: dict[tuple[str, int], str] = field(default_factory=dict)
    counts: Counter[int] = field(default_factory=Counter)


def pupils(round_: Round, placing: Placing) -> Counter[str]:
    """How many each class really gets."""
    return Counter(name for who, (at, name) in placing.got.items() if not (at and round_.returned(who, name)))


def rank(round_: Round, who: str, at: int) -> int:
    """The rank of a choice among those that count; an adjusted place counts list length + 1."""
    listed = [choice for choice, _ in round_.wishes[who]]
    return listed.index(at) + 1 if at else len(listed) + 1


def figures(round_: Round, placing: Placing) -> tuple[int, int]:
    """Placed, and the sum of ranks."""
    seats = [(w, at) for w, (at, name) in placing.got.items() if not (at and round_.returned(w, name))]
    return len(seats), sum(rank(round_, who, at) for who, at in seats)


# every assignment ------------------------------------------------------------------------------


def _assignments(round_: Round, doors: dict[str, list[Seat | None]], full: Counter[int]) -> Iterator[dict[str, Seat]]:
    """Every assignment within every limit."""
    names = list(doors)
    idle = round_.idle()
    got: dict[str, Seat] = {}
    counts = Counter(full)

    def go(at: int) -> Iterator[dict[str, Seat]]:
        if at == len(names):
            yield dict(got)
            return
        who = names[at]
        for seat in doors[who]:
            if seat is None:
                yield from go(at + 1)
                continue
            touched = [one for one in round_.counts[who, seat[1]] if one not in idle]
            if all(counts[one] < round_.bounds[one].cap for one in touched):
                counts.update(touched)
                got[who] = seat
                yield from go(at + 1)
                counts.subtract(touched)
                del got[who]

    return go(0)


def _above(round_: Round) -> dict[str, int]:
    return {who: at for at, group in enumerate(round_.order) for who in group}


def _why(round_: Round, seats: dict[str, Seat], before: dict[str, Seat], who: str, name: str) -> str | None:
    """The first limit full of people above (or seated in an earlier phase)."""
    above, idle = _above(round_), round_.idle()
    for at in round_.counts[who, name]:
        inside = sum(at in round_.counts[w, s[1]] for w, s in before.items())
        inside += sum(at in round_.counts[w, s[1]] and above[w] < above[who] for w, s in seats.items())
        if at not in idle and inside >= round_.bounds[at].cap:
            return round_.bounds[at].name
    return None


def _stable(
    round_: Round, wants: dict[str, list[Seat]], shut: frozenset[str], before: dict[str, Seat]
) -> list[Placing]:
    """The assignments in which every refused wish is answered by a full limit."""
    full = Counter(at for w, (_, name) in before.items() for at in round_.counts[w, name])
    doors: dict[str, list[Seat | None]] = {
        who: [*(seat for seat in row if seat[1] not in shut), None] for who, row in wants.items()
    }
    found = []
    for seats in _assignments(round_, doors, full):
        reasons: dict[tuple[str, int], str] = {}
        for who, row in wants.items():
            for seat in row[: row.index(seats[who])] if who in seats else row:
                why = "closed" if seat[1] in shut else _why(round_, seats, before, who, seat[1])
                if why is None:
                    break
                reasons[who, seat[0]] = why
            else:
                continue
            break
        else:
            found.append(Placing(seats, reasons))
    return found


def tried(round_: Round, shut: frozenset[str]) -> Placing:
    """The only stable assignment of listed choices, then the only one of adjusted places after it."""
    present = [who for group in round_.order for who in group]
    (choices,) = _stable(round_, {who: round_.wishes[who] for who in present}, shut, {})
    waiting = {who: [(0, at) for at in round_.others[who]] for who in present if who not in choices.got}
    (more,) = _stable(round_, {who: row for who, row in waiting.items() if row}, shut, choices.got)
    return Placing({**choices.got, **more.got}, choices.reasons)


# step by step ----------------------------------------------------------------------------------


@dataclass
class Hold:
    """One guarantee while places are being held."""

    name: str
    programme: str
    seats: int
    county: str | None
    tag: str | None
    release: bool
    places: int = 0
    most: int = 0
    beds: Counter[str] = field(default_factory=Counter)
    most_beds: dict[str, int] = field(default_factory=dict)
    inside: int = 0
    slept: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    bed_calls: Counter[str] = field(default_factory=Counter)

    def covers(self, person: dict[str, Any]) -> bool:
        """Whether the person is of the group."""
        return person["county"] == self.county if self.tag is None else self.tag in person.get("tags", ())

    def owed(self) -> int:
        """Places waiting for the group."""
        return max(0, self.places - self.inside)

    def owed_beds(self, sex: str) -> int:
        """Beds waiting for the group."""
        return max(0, self.beds[sex] - self.slept[sex])


class Steps:
    """The pass with groups sent together, guarantees and beds that come with them."""

    def __init__(self, round_: Round, shut: frozenset[str]) -> None:
        self.round = round_
        self.shut = shut
        self.idle = round_.idle()
        self.holds = [] if round_.rules["floors"] == "hard" else list(self._holds())
        self.placing = Placing()

    def _holds(self) -> Iterator[Hold]:
        for name, one in sorted(self.round.plan.items()):
            for county, seats in sorted(one.get("floors", {}).items()):
                if not one.get("shares"):
                    yield Hold(f"floor/{name}/{county}", name, seats, county, None, True)
            for row in sorted(one.get("reserved", ()), key=lambda row: str(row["tag"])):
                release = row.get("release") is not False
                yield Hold(f"held/{name}/{row['tag']}", name, row["seats"], None, row["tag"], release)

    def run(self) -> Placing:
        """Pass after pass until nobody calls and nothing is held in vain."""
        for hold in self.holds:
            hold.most = hold.seats
            hold.places = 0 if hold.release else hold.seats
            hold.most_beds = dict.fromkeys("FM", hold.seats)
        while True:
            self._pass()
            grown = [self._grow(hold) for hold in self.holds]
            if not any(grown) and not self._released():
                return self.placing

    def _grow(self, hold: Hold) -> bool:
        before = hold.places, +hold.beds
        if hold.calls:
            hold.places = max(hold.places, min(hold.most, hold.inside + hold.calls))
        for sex in "FM":
            if hold.bed_calls[sex]:
                room = hold.most - sum(hold.beds[other] for other in "FM" if other != sex)
                wanted = hold.slept[sex] + hold.bed_calls[sex]
                hold.beds[sex] = max(hold.beds[sex], min(hold.most_beds[sex], room, wanted))
        return before != (hold.places, +hold.beds)

    def _released(self) -> bool:
        found = False
        for hold in self.holds:
            if hold.release and hold.inside < hold.places:
                hold.places = hold.most = hold.inside
                found = True
            for sex in "FM":
                if hold.slept[sex] < hold.beds[sex]:
                    hold.beds[sex] = hold.most_beds[sex] = hold.slept[sex]
                    found = True
        return found

    def _pass(self) -> None:
        self.placing = Placing()
        for hold in self.holds:
            hold.inside, hold.calls = 0, 0
            hold.slept, hold.bed_calls = Counter(), Counter()
        for group in self.round.order:
            self._seat([(who, self._choose(who, self.round.wishes[who])) for who in group])
        for group in self.round.order:
            left = [who for who in group if who not in self.placing.got]
            self._seat([(who, self._choose(who, [(0, at) for at in self.round.others[who]])) for who in left])

    def _choose(self, who: str, wishes: list[Seat]) -> Seat | None:
        for at, name in wishes:
            blocks = {"closed": "closed"} if name in self.shut else self._blocks(who, name)
            if not blocks:
                return at, name
            if at:
                self.placing.reasons[who, at] = next(iter(blocks.values()))
                self._call(who, name, blocks)
        return None

    def _blocks(self, who: str, name: str) -> dict[str, str]:
        """What stands in the way, in naming order: kind to name."""
        found: dict[str, str] = {}
        for at in self.round.counts[who, name]:
            bound = self.round.bounds[at]
            mine = [hold for hold in self.holds if hold.programme == name]
            if at in self.idle:
                continue
            if bound.kind == "cap" and mine:
                why = self._total(who, at, mine)
            elif bound.kind == "dorm" and self.round.rules["bed_with_guarantee"]:
                why = self._dorm(who, name, at)
            else:
                why = bound.name if self.placing.counts[at] >= bound.cap else None
            if why is not None:
                found[f"{NAMING.index(why.partition('/')[0])}{why}"] = why
        return dict(sorted(found.items()))

    def _total(self, who: str, at: int, mine: list[Hold]) -> str | None:
        free = self.round.bounds[at].cap - self.placing.counts[at]
        owed = sum(hold.owed() for hold in mine)
        if any(hold.owed() and hold.covers(self.round.people[who]) for hold in mine) or free > owed:
            return None
        lasting = [hold for hold in mine if not hold.release and hold.owed()]
        if 0 < free <= sum(hold.owed() for hold in lasting):
            return lasting[0].name
        return self.round.bounds[at].name

    def _dorm(self, who: str, name: str, at: int) -> str | None:
        bound, sex = self.round.bounds[at], self.round.people[who]["sex"]
        free = bound.cap - self.placing.counts[at]
        mine = [hold for hold in self.holds if hold.programme == name and hold.covers(self.round.people[who])]
        owed = sum(hold.owed_beds(sex) for hold in self.holds if hold.programme in bound.programmes)
        waiting = any(hold.owed_beds(sex) for hold in mine)
        return None if free > owed or (free > 0 and waiting) else bound.name

    def _call(self, who: str, name: str, blocks: dict[str, str]) -> None:
        """A member refused by nothing but the total (and, where beds come with places, the beds) calls."""
        kinds = {why.partition("/")[0] for why in blocks.values()}
        with_beds = self.round.rules["bed_with_guarantee"]
        if not kinds <= ({"cap", "held", "dorm"} if with_beds else {"cap", "held"}):
            return
        person = self.round.people[who]
        boards = with_beds and self._scarce(who, name)
        sex = person.get("sex") or ""
        for hold in self.holds:
            if hold.programme != name or not hold.covers(person):
                continue
            bed = boards and hold.beds[sex] < hold.most_beds[sex] and sum(hold.beds.values()) < hold.most
            if hold.places < hold.most or bed:
                hold.calls += 1
                if boards:
                    hold.bed_calls[sex] += 1
                return

    def _scarce(self, who: str, name: str) -> bool:
        """Whether this person would count to a limit on beds that could run out."""
        return any(
            self.round.bounds[at].kind == "dorm"
            and at not in self.idle
            and len({one for (one, _), row in self.round.counts.items() if at in row}) > self.round.bounds[at].cap
            for at in self.round.counts[who, name]
        )

    def _seat(self, found: list[tuple[str, Seat | None]]) -> None:
        for who, seat in found:
            if seat is None:
                continue
            self.placing.got[who] = seat
            self.placing.counts.update(self.round.counts[who, seat[1]])
            for hold in self.holds:
                if hold.programme == seat[1] and hold.covers(self.round.people[who]):
                    hold.inside += 1
                    hold.slept[self.round.people[who].get("sex") or ""] += self.round.boards(who, seat[1])


def stepped(round_: Round, shut: frozenset[str]) -> Placing:
    """The pass, held places and all."""
    return Steps(round_, shut).run()


def ties_hold(round_: Round, placing: Placing) -> None:
    """What full ties may do: with ``admit_all`` swell cells and totals only, with ``stop`` nothing at all."""
    if round_.rules["ties"] == "lottery":
        return
    for at, bound in enumerate(round_.bounds):
        if placing.counts[at] > bound.cap:
            if round_.rules["ties"] == "stop":
                raise NotARound(bound.name)
            if bound.kind not in ("cap", "cell"):
                raise NoOutcome(bound.name)


# opening ---------------------------------------------------------------------------------------

Place = Callable[[frozenset[str]], Placing]


def weak(round_: Round, placing: Placing, shut: frozenset[str]) -> list[str]:
    """Open classes below their minimum, local pupils counted in."""
    inside = pupils(round_, placing)
    return [
        name
        for name, one in sorted(round_.plan.items())
        if name not in shut and inside[name] + one.get("local_enrolled", 0) < one.get("min_open", 0)
    ]


def subsets(names: list[str]) -> Iterator[frozenset[str]]:
    """Every set of these names."""
    rows = chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))
    return (frozenset(row) for row in rows)


def cancelled(round_: Round, place: Place, below: Callable[[Placing, frozenset[str]], list[str]]) -> frozenset[str]:
    """The classes cancelled one after another, smallest part of the minimum first or in the stated order."""
    rule = round_.rules["opening"]
    shut: frozenset[str] = frozenset()
    while True:
        placing = place(shut)
        names = below(placing, shut)
        if not names:
            return shut
        inside = pupils(round_, placing)

        def part(name: str, inside: Counter[str] = inside) -> tuple[Fraction, str]:
            one = round_.plan[name]
            return Fraction(inside[name] + one.get("local_enrolled", 0), one["min_open"]), name

        shut |= {min(names, key=part) if rule == "smallest_first" else min(names, key=rule.index)}


def opened(round_: Round, place: Place) -> tuple[Placing, frozenset[str]]:
    """The outcome and the classes it closes, by the opening rule of the round."""
    if round_.rules["opening"] != "optimal":
        shut = cancelled(round_, place, lambda placing, shut: weak(round_, placing, shut))
        return place(shut), shut
    undecided = weak(round_, place(frozenset()), frozenset())
    best: tuple[Any, Placing, frozenset[str]] | None = None
    for shut in subsets(undecided):
        placing = place(shut)
        if weak(round_, placing, shut):
            continue
        placed, ranks = figures(round_, placing)
        flags = [name not in shut for name in undecided]
        key = placed, -ranks, sum(flags), flags
        if best is None or key > best[0]:
            best = key, placing, shut
    if best is None:
        raise NoOutcome(f"no admissible set among {undecided}")
    return best[1], best[2]
