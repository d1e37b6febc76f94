"""A separately written referee: every assignment is tried and judged by the words of the rule alone."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, combinations, product
from typing import Any

Table = dict[str, Any]
Assignment = dict[str, str | None]


class Referee:
    """Judges assignments of rounds with distinct totals and without guarantees."""

    def __init__(self, instance: Table) -> None:
        self.instance = instance
        self.programmes = {one["id"]: one for one in instance["programmes"]}
        self.schools = {one["id"]: one for one in instance.get("schools", ())}
        self.people = {one["id"]: one for one in instance["applicants"]}
        self.common = instance["rules"].get("across") == "common_score"

    def eligible(self, who: str) -> list[str]:
        person = self.people[who]
        kept: list[str] = []
        for name in person["choices"]:
            one = self.programmes[name]
            tags = set(person.get("tags", ()))
            if (
                name not in kept
                and one.get("ceilings", {}).get(person["county"]) != 0
                and Fraction(str(person["score"])) >= Fraction(str(one.get("lines", {}).get(person["county"], 0)))
                and person["sex"] in one.get("sexes", "MF")
                and not tags & set(one.get("excludes", ()))
                and tags >= set(one.get("requires", ()))
            ):
                kept.append(name)
        return kept

    def sets(self) -> Iterator[tuple[str, int, Any]]:
        """Every limit as a name, a cap and a test of (person, programme)."""
        for name, one in self.programmes.items():
            if "capacity" in one:
                yield f"cap/{name}", one["capacity"], lambda who, at, name=name: at == name
            for county, cell in one.get("ceilings", {}).items():
                yield (
                    f"cell/{name}/{county}",
                    cell,
                    lambda who, at, name=name, county=county: at == name and self.county(who) == county,
                )
        for name, one in self.schools.items():
            if "capacity" in one:
                yield f"school/{name}", one["capacity"], lambda who, at, name=name: self.school(at) == name
            for sex, beds in one.get("dorm", {}).items():
                yield (
                    f"dorm/{name}/{sex}",
                    beds,
                    lambda who, at, name=name, sex=sex: (
                        self.school(at) == name and self.people[who]["sex"] == sex and self.leaves(who, at)
                    ),
                )
        for county, cap in self.instance.get("outflow", {}).items():
            yield (
                f"outflow/{county}",
                cap,
                lambda who, at, county=county: self.county(who) == county and self.leaves(who, at),
            )

    def county(self, who: str) -> str:
        return str(self.people[who]["county"])

    def school(self, at: str) -> str | None:
        school: str | None = self.programmes[at].get("school")
        return school

    def leaves(self, who: str, at: str) -> bool:
        school = self.school(at)
        return school is not None and self.schools[school]["county"] != self.county(who)

    def above(self, one: str, other: str) -> bool:
        """Whether one stands above the other in an order they share."""
        if not self.common and self.county(one) != self.county(other):
            return False
        return Fraction(str(self.people[one]["score"])) > Fraction(str(self.people[other]["score"]))

    def stable(self, got: Assignment, shut: frozenset[str]) -> bool:
        """No limit broken, and every refused choice answered by a limit full of people above."""
        seats = {who: at for who, at in got.items() if at is not None}
        limits = [(cap, test, [w for w, at in seats.items() if test(w, at)]) for _, cap, test in self.sets()]
        if any(len(inside) > cap for cap, _, inside in limits):
            return False
        for who, at in got.items():
            wanted = self.eligible(who)
            for name in wanted[: wanted.index(at) if at is not None else None]:
                answered = name in shut or any(
                    test(who, name) and sum(self.above(one, who) for one in inside if one != who) >= cap
                    for cap, test, inside in limits
                )
                if not answered:
                    return False
        return True

    def stables(self, shut: frozenset[str]) -> list[Assignment]:
        """Every stable assignment of one opening set."""
        names = list(self.people)
        doors = [[*(at for at in self.eligible(who) if at not in shut), None] for who in names]
        tried = (dict(zip(names, row, strict=True)) for row in product(*doors))
        return [got for got in tried if self.stable(got, shut)]

    def weak(self, got: Assignment, shut: frozenset[str]) -> set[str]:
        """Open classes below their minimum."""
        counts = list(got.values())
        return {
            name
            for name, one in self.programmes.items()
            if name not in shut and counts.count(name) + one.get("local_enrolled", 0) < one.get("min_open", 0)
        }

    def answer(self) -> Assignment | None:
        """The outcome the rule asks for, by trying every opening set."""
        (everything,) = self.stables(frozenset())
        undecided = sorted(self.weak(everything, frozenset()))
        if not undecided:
            return everything
        best: tuple[Any, Assignment] | None = None
        for shut in map(
            frozenset, chain.from_iterable(combinations(undecided, n) for n in range(len(undecided) + 1))
        ):
            (got,) = self.stables(shut)
            if self.weak(got, shut):
                continue
            ranks = [self.eligible(who).index(at) + 1 for who, at in got.items() if at is not None]
            flags = [name not in shut for name in undecided]
            key = len(ranks), -sum(ranks), sum(flags), flags
            if best is None or key > best[0]:
                best = key, got
        return None if best is None else best[1]
