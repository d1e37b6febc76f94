"""Hard floors by enumeration: every completion of a small round is written down, and the walk filters the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.allocation.oracle_facts import NoOutcome, NotARound, Round
from tests.allocation.oracle_places import Placing, Seat, cancelled, figures, subsets, weak

Completion = dict[str, Seat]


@dataclass
class Listed:
    """One completion with what it misses of each floor, and the classes below their minimum."""

    seats: Completion
    missing: dict[tuple[str, str], int]
    below: frozenset[str]

    def shortfall(self, without: tuple[str, str] | None = None) -> int:
        """What is missing over all floors but one."""
        return sum(count for key, count in self.missing.items() if key != without)


class Hard:
    """Look-ahead passes over the list of all completions."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.idle = round_.idle()
        self.torn = False
        self.listed: dict[frozenset[str], list[Listed]] = {}
        self.floors = [
            (name, county, least)
            for name, one in sorted(round_.plan.items())
            for county, least in sorted(one.get("floors", {}).items())
            if least
        ]
        self.needs = {
            name: one.get("min_open", 0) - one.get("local_enrolled", 0) for name, one in sorted(round_.plan.items())
        }

    def completions(self, shut: frozenset[str]) -> list[Listed]:
        """All of them for these closed classes."""
        if shut not in self.listed:
            self.listed[shut] = [self._judged(seats, shut) for seats in self._all(shut)]
        return self.listed[shut]

    def _all(self, shut: frozenset[str]) -> list[Completion]:
        found: list[Completion] = [{}]
        for who in (one for group in self.round.order for one in group):
            doors = [*self.round.wishes[who], *((0, name) for name in self.round.others[who])]
            more: list[Completion] = []
            for seats in found:
                more.append(seats)
                for seat in doors:
                    if seat[1] not in shut and self._fits(seats, who, seat[1]):
                        more.append({**seats, who: seat})
            found = more
        return found

    def full(self, seats: Completion, who: str, name: str) -> str | None:
        """The first limit that these seats fill for one more person."""
        for at in self.round.counts[who, name]:
            inside = sum(at in self.round.counts[one, place] for one, (_, place) in seats.items())
            if at not in self.idle and inside >= self.round.bounds[at].cap:
                return self.round.bounds[at].name
        return None

    def _fits(self, seats: Completion, who: str, name: str) -> bool:
        return self.full(seats, who, name) is None

    def _judged(self, seats: Completion, shut: frozenset[str]) -> Listed:
        real = [(w, name) for w, (at, name) in seats.items() if not (at and self.round.returned(w, name))]
        missing = {}
        for name, county, least in self.floors:
            if name not in shut:
                inside = sum(at == name and self.round.people[w]["county"] == county for w, at in real)
                missing[name, county] = max(0, least - inside)
        below = frozenset(
            name for name, need in self.needs.items() if name not in shut and sum(at == name for _, at in real) < need
        )
        return Listed(seats, missing, below)

    def least(self, shut: frozenset[str], *, minima: bool) -> int | None:
        """The least shortfall, or ``None`` if no completion meets every minimum."""
        rows = [one.shortfall() for one in self.completions(shut) if not (minima and one.below)]
        return min(rows, default=None)

    def walk(self, shut: frozenset[str], target: int, *, minima: bool) -> Placing:
        """The look-ahead pass."""
        placing = Placing()
        decided: dict[str, Seat | None] = {}
        self.torn = False
        for last in (False, True):
            for group in self.round.order:
                found = self._together(placing, decided, group, shut, target, minima=minima, last=last)
                kept = self._keeping(shut, decided | found, last=last)
                if any(self._good(one, target, minima=minima) for one in kept):
                    decided |= found
                    placing.got |= {who: seat for who, seat in found.items() if seat is not None}
                    continue
                self.torn = True
                for who in sorted(group):
                    found = self._together(placing, decided, [who], shut, target, minima=minima, last=last)
                    decided |= found
                    placing.got |= {who: seat for who, seat in found.items() if seat is not None}
        return placing

    def _together(
        self,
        placing: Placing,
        decided: dict[str, Seat | None],
        group: list[str],
        shut: frozenset[str],
        target: int,
        *,
        minima: bool,
        last: bool,
    ) -> dict[str, Seat | None]:
        left = self._keeping(shut, decided, last=last)
        found: dict[str, Seat | None] = {}
        for who in group:
            if last and decided[who] is not None:
                found[who] = decided[who]
                continue
            wishes = [(0, name) for name in self.round.others[who]] if last else self.round.wishes[who]
            found[who] = self._first(placing, left, who, wishes, shut, target, minima=minima)
        return found

    @staticmethod
    def _good(one: Listed, target: int, *, minima: bool) -> bool:
        return one.shortfall() <= target and not (minima and one.below)

    def _keeping(self, shut: frozenset[str], decided: dict[str, Seat | None], *, last: bool) -> list[Listed]:
        """The completions that keep every decision (passed over: only adjusted or nothing)."""

        def keeps(one: Listed, who: str, seat: Seat | None) -> bool:
            mine = one.seats.get(who)
            return mine == seat if seat is not None else mine is None or not mine[0]

        rows = self.completions(shut)
        return [one for one in rows if all(keeps(one, who, seat) for who, seat in decided.items())]

    def _first(
        self,
        placing: Placing,
        left: list[Listed],
        who: str,
        wishes: list[Seat],
        shut: frozenset[str],
        target: int,
        *,
        minima: bool,
    ) -> Seat | None:
        for seat in wishes:
            why: str | None = "closed"
            if seat[1] not in shut:
                with_it = [one for one in left if one.seats.get(who) == seat]
                if any(self._good(one, target, minima=minima) for one in with_it):
                    return seat
                why = self.full(placing.got, who, seat[1]) or self._blame(left, with_it, shut, target, minima=minima)
            if seat[0]:
                placing.reasons[who, seat[0]] = why or "?"
        return None

    def _blame(
        self, left: list[Listed], with_it: list[Listed], shut: frozenset[str], target: int, *, minima: bool
    ) -> str:
        """The floor or minimum whose removal alone would do."""
        whole = [one for one in left if not (minima and one.below)]
        for name, county, _ in self.floors:
            if name not in shut:
                least = min(one.shortfall((name, county)) for one in whole)
                if any(one.shortfall((name, county)) <= least and not (minima and one.below) for one in with_it):
                    return f"hard/floor/{name}/{county}"
        for name, need in self.needs.items():
            spared = any(one.shortfall() <= target and not one.below - {name} for one in with_it)
            if minima and need > 0 and name not in shut and spared:
                return f"hard/min/{name}"
        return "hard/*"

    def lacking(self, placing: Placing, shut: frozenset[str]) -> list[str]:
        """Open classes with pupils still needed, below their minimum or short of a floor."""
        judged = self._judged(placing.got, shut)
        short = {name for (name, _), count in judged.missing.items() if count}
        return sorted(name for name in judged.below | short if self.needs[name] > 0)


def hard_answer(round_: Round) -> tuple[Placing, frozenset[str]]:
    """The outcome under hard floors and the classes it closes."""
    hard = Hard(round_)

    def free(shut: frozenset[str]) -> Placing:
        target = hard.least(shut, minima=False)
        return hard.walk(shut, target or 0, minima=False)

    if round_.rules["opening"] != "optimal":
        shut = cancelled(round_, free, hard.lacking)
        return _whole(hard, free(shut)), shut
    undecided = hard.lacking(free(frozenset()), frozenset())
    best: tuple[Any, Placing, frozenset[str]] | None = None
    for shut in subsets(undecided):
        target = hard.least(shut, minima=True)
        if target is None or (best is not None and target > -best[0][0]):
            continue
        placing = hard.walk(shut, target, minima=True)
        assert not weak(round_, placing, shut)
        placed, ranks = figures(round_, placing)
        flags = [name not in shut for name in undecided]
        key = -target, placed, -ranks, sum(flags), flags
        if best is None or key > best[0]:
            best = key, placing, shut
    if best is None:
        raise NoOutcome("no set meets every minimum")
    target = hard.least(best[2], minima=True)
    return _whole(hard, hard.walk(best[2], target or 0, minima=True)), best[2]


def _whole(hard: Hard, placing: Placing) -> Placing:
    """The placing, unless a full tie decided one of its places."""
    if hard.torn:
        raise NotARound("a full tie decides a place")
    return placing
