"""Divided limits by trying every division, and programmes that rank by trying every stable assignment."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

from tests.allocation.oracle_facts import NoOutcome, Round, Table, compositions
from tests.allocation.oracle_places import Placing, Seat, figures, stepped, subsets, ties_hold, weak

# shares ----------------------------------------------------------------------------------------


def shares_answer(instance: Table) -> tuple[Round, Placing, frozenset[str], list[Table]]:
    """The best division with its opening set, by trying all of both."""
    whole = Round(instance)
    contested = sorted(whole.contested(), key=lambda at: whole.bounds[at].name)
    cut = [whole.bounds[at] for at in contested]
    counties = [sorted(whole.fillers(at)) for at in contested]
    demand = [
        {
            county: sum(
                any(at in whole.counts[who, name] for _, name in whole.wishes[who])
                for who in whole.people
                if whole.people[who]["county"] == county
            )
            for county in row
        }
        for at, row in zip(contested, counties, strict=True)
    ]
    free = Round(instance, {b.name: dict.fromkeys(row, b.cap) for b, row in zip(cut, counties, strict=True)})
    undecided = weak(free, stepped(free, frozenset()), frozenset())
    best: tuple[Any, Round, Placing, frozenset[str], list[Table]] | None = None
    for rows in product(*(compositions(b.cap, row) for b, row in zip(cut, counties, strict=True))):
        if any(row[county] < _floor(whole, b, county) for b, row in zip(cut, rows, strict=True) for county in row):
            continue
        round_ = Round(instance, {b.name: row for b, row in zip(cut, rows, strict=True)})
        distance = sum(
            (
                Fraction(abs(row[county] * sum(wanted.values()) - b.cap * wanted[county]), sum(wanted.values()))
                for b, row, wanted in zip(cut, rows, demand, strict=True)
                for county in row
                if sum(wanted.values())
            ),
            Fraction(0),
        )
        for shut in subsets(undecided):
            placing = stepped(round_, shut)
            if weak(round_, placing, shut):
                continue
            placed, ranks = figures(round_, placing)
            flags = [name not in shut for name in undecided]
            listed = [row[county] for row in rows for county in sorted(row)]
            key = placed, -ranks, sum(flags), flags, -distance, listed
            if best is None or key > best[0]:
                told = [
                    {"limit": b.name, "county": county, "share": row[county], "demand": wanted[county]}
                    for b, row, wanted in zip(cut, rows, demand, strict=True)
                    for county in sorted(row)
                ]
                best = key, round_, placing, shut, told
    if best is None:
        raise NoOutcome(f"no admissible set among {undecided}")
    ties_hold(best[1], best[2])
    return best[1:]


def _floor(round_: Round, bound: Any, county: str) -> int:
    if bound.kind != "cap":
        return 0
    return int(round_.plan[next(iter(bound.programmes))].get("floors", {}).get(county, 0))


# deferred acceptance ---------------------------------------------------------------------------


class Ranked:
    """Programmes with orders of their own; every assignment is tried for stability."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.line = {who: at for at, group in enumerate(round_.order) for who in group}
        self.idle = {
            at
            for at in round_.idle()
            if any(round_.plan[name].get("ranking") is None for name in round_.bounds[at].programmes)
        }
        self.groups = {name: list(self._groups(name)) for name in round_.plan}

    def _groups(self, name: str) -> Any:
        one = self.round.plan[name]
        if one.get("shares"):
            return
        for county, seats in sorted(one.get("floors", {}).items()):
            yield seats, "county", county, True
        for row in sorted(one.get("reserved", ()), key=lambda row: str(row["tag"])):
            yield row["seats"], "tag", row["tag"], row.get("release") is not False

    def _of(self, group: Any, who: str) -> bool:
        person = self.round.people[who]
        return bool(person["county"] == group[2] if group[1] == "county" else group[2] in person.get("tags", ()))

    def key(self, name: str, who: str) -> Any:
        """Where somebody stands in a programme's order; smaller is better."""
        ranking = self.round.plan[name].get("ranking")
        if ranking is None:
            return (self.line[who],)
        return -Fraction(str(ranking[who])), self.round.lot(who)

    def holds(self, name: str, asking: set[str]) -> set[str]:
        """Whom a programme holds of all who ask."""
        ranked = sorted(asking, key=lambda who: self.key(name, who))
        held: list[str] = []
        wasted = 0
        for group in self.groups[name]:
            mine = [who for who in ranked if who not in held and self._of(group, who)][: group[0]]
            held += mine
            wasted += 0 if group[3] else group[0] - len(mine)
        for who in ranked:
            if who not in held and self._room(name, who, held, wasted):
                held.append(who)
        return set(held)

    def _room(self, name: str, who: str, held: list[str], wasted: int) -> bool:
        for at in self.round.counts[who, name]:
            bound = self.round.bounds[at]
            inside = sum(at in self.round.counts[one, name] for one in held)
            if at not in self.idle and inside + (wasted if bound.kind == "cap" else 0) >= bound.cap:
                return False
        return True

    def stable(self, got: dict[str, Seat], shut: frozenset[str]) -> bool:
        """Everybody is held where they sit, and no better choice would hold them."""
        inside = {name: {who for who, seat in got.items() if seat[1] == name} for name in self.round.plan}
        if any(self.holds(name, people) != people for name, people in inside.items()):
            return False
        for who, row in self.round.wishes.items():
            for seat in row[: row.index(got[who])] if who in got else row:
                if seat[1] not in shut and who in self.holds(seat[1], inside[seat[1]] | {who}):
                    return False
        return True

    def best(self, shut: frozenset[str]) -> Placing:
        """The stable assignment that everybody likes at least as well as any other."""
        names = list(self.round.people)
        doors = [[*(seat for seat in self.round.wishes[who] if seat[1] not in shut), None] for who in names]
        found = []
        for row in product(*doors):
            got = {who: seat for who, seat in zip(names, row, strict=True) if seat is not None}
            if self.stable(got, shut):
                found.append(got)
        ranks = {
            at: [self.round.wishes[who].index(got[who]) if who in got else 99 for who in names]
            for at, got in enumerate(found)
        }
        best = [min(column) for column in zip(*ranks.values(), strict=True)]
        (top,) = [at for at, row in ranks.items() if row == best]
        placing = Placing(dict(found[top]))
        self._explain(placing, shut)
        self._adjust(placing, shut)
        return placing

    def _explain(self, placing: Placing, shut: frozenset[str]) -> None:
        for who, row in self.round.wishes.items():
            for at, name in row[: row.index(placing.got[who])] if who in placing.got else row:
                inside = {w for w, seat in placing.got.items() if seat[1] == name}
                placing.reasons[who, at] = "closed" if name in shut else self._why(name, who, inside)

    def _why(self, name: str, who: str, inside: set[str]) -> str:
        for at in self.round.counts[who, name]:
            bound = self.round.bounds[at]
            mine = [one for one in inside if at in self.round.counts[one, name]]
            above = all(self.key(name, one) < self.key(name, who) for one in mine)
            settled = above or (bound.kind == "cap" and self.groups[name])
            if at not in self.idle and len(mine) >= bound.cap and settled:
                return bound.name
        left = sorted(inside, key=lambda one: self.key(name, one))
        for group in self.groups[name]:
            mine = [one for one in left if self._of(group, one)][: group[0]]
            if len(mine) < group[0] and not group[3]:
                return f"held/{name}/{group[2]}"
            left = [one for one in left if one not in mine]
        return "?"

    def _adjust(self, placing: Placing, shut: frozenset[str]) -> None:
        for who in (one for group in self.round.order for one in group):
            for name in self.round.others[who] if who not in placing.got else ():
                inside = {w for w, seat in placing.got.items() if seat[1] == name}
                ranking = self.round.plan[name].get("ranking")
                if name in shut or (ranking is not None and who not in ranking):
                    continue
                if self.holds(name, inside | {who}) == inside | {who}:
                    placing.got[who] = (0, name)
                    break
