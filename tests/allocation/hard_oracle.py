"""A separately written referee of hard floors: every completion is tried, by the words of the rule alone."""

from __future__ import annotations

from collections import Counter
from itertools import chain, combinations, product
from typing import Any

from tests.allocation.referee import Referee

Table = dict[str, Any]
Got = dict[str, str | None]


class HardReferee:
    """Walks rounds on one common scale with distinct totals, hard floors, minima, beds and adjustment."""

    def __init__(self, instance: Table) -> None:
        self.plain = Referee(instance)
        self.instance = instance
        self.programmes = self.plain.programmes
        self.order = sorted(self.plain.people, key=lambda who: -float(self.plain.people[who]["score"]))
        self.wishes = {who: self.plain.eligible(who) for who in self.order}
        self.more = {who: self._more(who) for who in self.order}
        self.caps = [(cap, test) for _, cap, test in self.plain.sets()]

    def _more(self, who: str) -> list[str]:
        person = self.plain.people[who]
        if not person.get("adjust") or self.instance["rules"].get("adjustment") != "anywhere":
            return []
        asked = dict(person, choices=[at for at in self.instance["adjust_order"] if at not in person["choices"]])
        self.plain.people[who] = asked
        found = self.plain.eligible(who)
        self.plain.people[who] = person
        return found

    def missing(self, got: Got, shut: frozenset[str]) -> dict[tuple[str, str], int]:
        """What each floor of an open programme lacks."""
        counts = Counter((at, self.plain.county(who)) for who, at in got.items() if at)
        return {
            (name, county): max(0, floor - counts[name, county])
            for name, one in sorted(self.programmes.items())
            for county, floor in sorted(one.get("floors", {}).items())
            if name not in shut and floor
        }

    def completions(self, shut: frozenset[str]) -> list[Got]:
        """Every assignment within every limit."""
        doors = [[*(at for at in (*self.wishes[who], *self.more[who]) if at not in shut), None] for who in self.order]
        found = []
        for row in product(*doors):
            got = dict(zip(self.order, row, strict=True))
            if all(
                sum(at is not None and test(who, at) for who, at in got.items()) <= cap for cap, test in self.caps
            ):
                found.append(got)
        return found

    def walk(self, shut: frozenset[str], minima: bool) -> tuple[int, Got, dict[tuple[str, str], str]] | None:
        """Shortfall, outcome and the names of hard refusals; None if no completion meets the minima."""
        everything = self.completions(shut)
        left = [one for one in everything if not (minima and self.plain.weak(one, shut))]
        if not left:
            return None
        target = min(sum(self.missing(one, shut).values()) for one in left)
        decided: Got = {}
        names: dict[tuple[str, str], str] = {}

        def keeps(one: Got, kept: Got) -> bool:
            return all(
                one[who] == at if at is not None else one[who] not in self.wishes[who] for who, at in kept.items()
            )

        def good(one: Got) -> bool:
            return sum(self.missing(one, shut).values()) <= target and not (minima and self.plain.weak(one, shut))

        for who in self.order:
            decided[who] = None
            for at in self.wishes[who]:
                if at in shut:
                    continue
                if any(keeps(one, {**decided, who: at}) and good(one) for one in left):
                    decided[who] = at
                    break
                seated = {one: place for one, place in decided.items() if place is not None}
                full = any(
                    test(who, at) and sum(test(one, place) for one, place in seated.items()) >= cap
                    for cap, test in self.caps
                )
                if not full:
                    before = {one: place for one, place in decided.items() if one != who}
                    pool = [one for one in everything if keeps(one, before)]
                    names[who, at] = self._blame(pool, who, at, shut, minima, target)
        return target, self._adjust(decided, left, good), names

    def _adjust(self, decided: Got, left: list[Got], good: Any) -> Got:
        final: Got = {who: at for who, at in decided.items() if at is not None}
        for who in self.order:
            if decided[who] is None:
                rest = [None] if who in final else [*self.more[who], None]
                final[who] = next(
                    at
                    for at in rest
                    if any(
                        good(one)
                        and all(one[other] == place for other, place in {**final, who: at}.items())
                        and all(one[other] not in self.wishes[other] for other in decided if decided[other] is None)
                        for one in left
                    )
                )
        return final

    def _blame(self, pool: list[Got], who: str, at: str, shut: frozenset[str], minima: bool, target: int) -> str:
        def weak(one: Got) -> set[str]:
            return self.plain.weak(one, shut) if minima else set()

        met = [one for one in pool if not weak(one)]
        for name, county in self.missing(dict.fromkeys(self.order), shut):

            def others(one: Got, floor: tuple[str, str] = (name, county)) -> int:
                return sum(count for key, count in self.missing(one, shut).items() if key != floor)

            least = min(map(others, met))
            if any(one[who] == at and others(one) <= least for one in met):
                return f"floor/{name}/{county}"
        for name in sorted(self.programmes) if minima else ():
            for one in pool:
                if one[who] == at and weak(one) <= {name} and sum(self.missing(one, shut).values()) <= target:
                    return f"min/{name}"
        return "*"

    def answer(self) -> tuple[Got, dict[tuple[str, str], str]] | None:
        """The outcome the rule asks for, by trying every opening set."""
        first = self.walk(frozenset(), False)
        assert first is not None
        undecided = self._lacking(first[1])
        best: Any = None
        for shut in map(
            frozenset, chain.from_iterable(combinations(undecided, n) for n in range(len(undecided) + 1))
        ):
            walked = self.walk(shut, True)
            if walked is None:
                continue
            target, got, names = walked
            ranks = [
                self.wishes[who].index(at) + 1 if at in self.wishes[who] else len(self.wishes[who]) + 1
                for who, at in got.items()
                if at is not None
            ]
            flags = [name not in shut for name in undecided]
            key = -target, len(ranks), -sum(ranks), sum(flags), flags
            if best is None or key > best[0]:
                best = key, got, names
        return None if best is None else best[1:]

    def _lacking(self, got: Got) -> list[str]:
        weak = self.plain.weak(got, frozenset())
        short = {name for (name, _), count in self.missing(got, frozenset()).items() if count}
        return sorted(
            name
            for name, one in self.programmes.items()
            if one.get("min_open", 0) > one.get("local_enrolled", 0) and name in weak | short
        )
