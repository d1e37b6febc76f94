"""Limits that the solver divides between counties: which, by what demand, and into what shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import comb
from typing import Any

from allocation.verify.facts import Cap, Facts
from allocation.verify.replay import Replay
from allocation.verify.report import Check

Shares = dict[str, dict[str, int]]


class Divided:
    """The limits to be divided, as the instance alone says."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.replay = Replay(facts)
        self.fillers = self._fillers()
        self.limits = sorted(
            (cap for cap in facts.caps if len(self.fillers.get(cap.name, ())) > 1 and self._could_bind(cap)),
            key=lambda cap: cap.name,
        )

    def _fillers(self) -> dict[str, dict[str, set[str]]]:
        """By limit and county, who could count to it."""
        found: dict[str, dict[str, set[str]]] = {}
        for person in self.facts.people.values():
            for name in self.replay.doors(person):
                for cap in self.facts.caps_of(person, name):
                    found.setdefault(cap.name, {}).setdefault(person.county, set()).add(person.id)
        return found

    def _could_bind(self, cap: Cap) -> bool:
        kept = sum(
            row.seats
            for name in cap.programmes
            for row in (self.replay.promised[name] if cap.kind == "cap" else ())
            if row.tag is not None and not row.release
        )
        return kept + sum(self._most(cap, county) for county in self.fillers[cap.name]) > cap.cap

    def _most(self, cap: Cap, county: str) -> int:
        """The most people of a county that its own limits let into a limit."""
        own = [
            one
            for one in self.facts.caps
            if one.counties == frozenset({county}) and one.sex is None and not one.boarders
        ]
        total = 0
        for name in cap.programmes:
            people = [
                one for one in self.facts.people.values() if one.county == county and name in self.replay.doors(one)
            ]
            total += min([len(people), *(one.cap for one in own if one.programmes == {name})])
        wider = [one.cap for one in own if one.programmes >= cap.programmes]
        return min([len(self.fillers[cap.name][county]), total, *wider])

    def demand(self, cap: Cap, county: str) -> int:
        """Applicants of the county with a choice that counts and would count to the limit."""
        return sum(
            any(cap in self.facts.caps_of(person, name) for _, name in person.open_to)
            for person in self.facts.people.values()
            if person.county == county
        )

    def rows(self, shares: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
        """The table of shares an outcome must tell."""
        return [
            {
                "limit": cap.name,
                "county": county,
                "share": shares.get(cap.name, {}).get(county),
                "demand": self.demand(cap, county),
            }
            for cap in self.limits
            for county in sorted(self.fillers[cap.name])
        ]

    def least(self, cap: Cap, county: str) -> int:
        """The floor of the county, where a programme's total is divided."""
        if cap.kind != "cap":
            return 0
        floors = self.facts.programmes[next(iter(cap.programmes))].get("floors") or {}
        return int(floors.get(county) or 0)

    def open(self) -> Shares:
        """Every county may fill every divided limit whole."""
        return {cap.name: dict.fromkeys(self.fillers[cap.name], cap.cap) for cap in self.limits}

    def many(self) -> int:
        """How many ways there are to divide, floors left aside."""
        ways = 1
        for cap in self.limits:
            counties = len(self.fillers[cap.name])
            ways *= comb(cap.cap + counties - 1, counties - 1)
        return ways

    def all(self) -> Iterator[Shares]:
        """Every way to divide all limits."""
        names = [cap.name for cap in self.limits]
        for rows in product(*(list(self._ways(cap)) for cap in self.limits)):
            yield dict(zip(names, rows, strict=True))

    def _ways(self, cap: Cap) -> Iterator[dict[str, int]]:
        counties = sorted(self.fillers[cap.name])
        for parts in product(range(cap.cap + 1), repeat=len(counties) - 1):
            row = dict(zip(counties, (*parts, cap.cap - sum(parts)), strict=True))
            if all(count >= self.least(cap, county) for county, count in row.items()):
                yield row

    def distance(self, shares: Shares) -> Fraction:
        """How far shares are from proportional to demand."""
        total = Fraction(0)
        for cap in self.limits:
            wanted = {county: self.demand(cap, county) for county in self.fillers[cap.name]}
            everybody = sum(wanted.values())
            if everybody:
                apart = sum(
                    abs(shares[cap.name][county] * everybody - cap.cap * count) for county, count in wanted.items()
                )
                total += Fraction(apart, everybody)
        return total

    def listed(self, shares: Shares) -> list[int]:
        """The shares read limit by limit and county by county."""
        return [shares[cap.name][county] for cap in self.limits for county in sorted(self.fillers[cap.name])]

    def check(self, stated: Any) -> Check:
        """Every share is told with its demand, none below a floor, and together they are the cap."""
        shares = as_shares(stated)
        expected = self.rows(shares)
        found = [] if expected == stated else [f"stated {stated!r}, are {expected!r}"]
        for cap in self.limits:
            row = shares.get(cap.name, {})
            if sum(row.values()) != cap.cap:
                found.append(f"{cap.name}: shares add up to {sum(row.values())}, not {cap.cap}")
            found += [
                f"{cap.name}/{county}: share {count} below {self.least(cap, county)}"
                for county, count in row.items()
                if count < self.least(cap, county)
            ]
        return Check("shares", len(expected), tuple(found))


def as_shares(stated: Any) -> Shares:
    """The table of shares as limit → county → share."""
    shares: Shares = {}
    for row in stated or ():
        shares.setdefault(str(row["limit"]), {})[str(row["county"])] = int(row["share"])
    return shares
