"""What a round says, read by the referee of the tests in its own words: order, choices that count, limits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, product
from typing import Any

Table = dict[str, Any]
NAMING = ("cap", "cell", "held", "school", "dorm", "host", "outflow", "zone", "limit")


class NoOutcome(Exception):
    """The rule gives no outcome for this round: no admissible set, or a tie that breaks a limit."""


class NotARound(Exception):
    """The rule refuses the round itself: counties that could meet in one limit, or a tie that decides."""


@dataclass(frozen=True)
class Bound:
    """A limit: who counts to it is said by programmes, counties, sex and boarding."""

    name: str
    kind: str
    cap: int
    programmes: frozenset[str]
    county: str | None = None
    counties: frozenset[str] | None = None
    sex: str | None = None
    boarders: bool = False


def number(value: Any) -> Fraction:
    """A figure of the file, exactly."""
    return Fraction(str(value))


class Round:
    """One instance as the referee sees it."""

    def __init__(self, instance: Table, shares: dict[str, dict[str, int]] | None = None) -> None:
        self.instance = instance
        self.rules = {
            "across": "own_county",
            "ties": "lottery",
            "checks": "before",
            "floors": "guarantee",
            "bed_with_guarantee": False,
            "opening": "optimal",
            "adjustment": "off",
            "seed": "",
            **instance.get("rules", {}),
        }
        self.people: dict[str, Table] = {one["id"]: one for one in instance["applicants"]}
        self.plan: dict[str, Table] = {one["id"]: one for one in instance["programmes"]}
        self.hosts: dict[str, Table] = {one["id"]: one for one in instance.get("schools", ())}
        self.taken = set(instance.get("taken", ()))
        self.chosen = shares or {}
        self.position: dict[str, int] = dict.fromkeys(self.people, 0)
        self.order = self._order()
        self.struck = {who: self._struck(who) for who in self.people}
        self.wishes = {
            who: [(at, name) for at, name in enumerate(one["choices"], 1) if at not in self.struck[who]]
            for who, one in self.people.items()
        }
        self.others = {who: self._others(who) for who in self.people}
        self.bounds = sorted(self._bounds(), key=lambda one: NAMING.index(one.kind))
        doors = {(who, name) for who in self.people for _, name in self.wishes[who]}
        doors |= {(who, name) for who in self.people for name in self.others[who]}
        self.counts = {
            (who, name): [at for at, one in enumerate(self.bounds) if self.inside(one, who, name)]
            for who, name in doors
        }

    # the order -----------------------------------------------------------------------------

    def lot(self, who: str) -> tuple[int, Fraction, str]:
        """Drawn numbers first, then the published draw."""
        drawn = self.people[who].get("lottery")
        text = hashlib.sha256(f"{self.rules['seed'] or ''}:{who}".encode()).hexdigest()
        return (1, Fraction(0), text) if drawn is None else (0, number(drawn), text)

    def _order(self) -> list[list[str]]:
        """Groups from first to last; without a lottery full ties stay together."""
        across, drawing = self.rules["across"], self.rules["ties"] == "lottery"
        present = [who for who in sorted(self.people) if who not in self.taken]
        scales = sorted({"" if across == "common_score" else self.people[who]["county"] for who in present})
        groups: list[list[str]] = []
        for scale in scales:
            pool = [who for who in present if across == "common_score" or self.people[who]["county"] == scale]
            groups += self._ranked(pool, drawing)
        if across != "percentile":
            return groups
        sizes = {scale: sum(self.people[who]["county"] == scale for who in present) for scale in scales}
        part = {who: Fraction(self.position[who], sizes[self.people[who]["county"]]) for who in present}
        merged = sorted(present, key=lambda who: (part[who], self.lot(who)))
        if drawing:
            return [[who] for who in merged]
        return [list(same) for _, same in groupby(merged, key=lambda who: part[who])]

    def _ranked(self, pool: list[str], drawing: bool) -> list[list[str]]:
        def merit(who: str) -> list[Fraction]:
            one = self.people[who]
            return [-number(one["score"]), *(-number(key) for key in one.get("tie", ()))]

        ranked = sorted(pool, key=lambda who: (merit(who), self.lot(who)))
        groups = [[who] for who in ranked] if drawing else [list(g) for _, g in groupby(ranked, key=merit)]
        before = 0
        for group in groups:
            for who in group:
                self.position[who] = before + 1
            before += len(group)
        return groups

    # choices -------------------------------------------------------------------------------

    def fails(self, who: str, name: str) -> str | None:
        """The first condition of the programme that this person does not meet."""
        one, person = self.plan[name], self.people[who]
        tags = set(person.get("tags", ()))
        county = person["county"]
        if one.get("ceilings", {}).get(county) == 0:
            return "zero_cell"
        if county in one.get("lines", {}) and number(person["score"]) < number(one["lines"][county]):
            return "line"
        if one.get("sexes") is not None and person["sex"] not in one["sexes"]:
            return "sex"
        if not tags >= set(one.get("requires", ())):
            return "required"
        if one.get("ranking") is not None and who not in one["ranking"]:
            return "unranked"
        return "health" if tags & set(one.get("excludes", ())) else None

    def _struck(self, who: str) -> dict[int, str]:
        found: dict[int, str] = {}
        choices = self.people[who]["choices"]
        for at, name in enumerate(choices, 1):
            why = "taken" if who in self.taken else None
            why = why or ("duplicate" if name in choices[: at - 1] else None) or self.fails(who, name)
            if why == "health" and self.rules["checks"] == "after":
                why = None
            if why:
                found[at] = why
        return found

    def returned(self, who: str, name: str) -> bool:
        """Whether the file would be sent and come back."""
        return self.rules["checks"] == "after" and self.fails(who, name) == "health"

    def _others(self, who: str) -> list[str]:
        """Where adjustment may send this person, in order."""
        person, rule = self.people[who], self.rules["adjustment"]
        if rule == "off" or not person.get("adjust") or who in self.taken:
            return []
        listed = list(self.instance.get("adjust_order", ()))
        if rule == "same_school":
            rest = [name for name in sorted(self.plan) if name not in listed]
            asked: list[str] = []
            for name in person["choices"]:
                host = self.plan[name].get("school")
                if host is not None and host not in asked:
                    asked.append(host)
            listed = [name for host in asked for name in listed + rest if self.plan[name].get("school") == host]
        return [name for name in listed if name not in person["choices"] and self.fails(who, name) is None]

    # limits --------------------------------------------------------------------------------

    def host(self, name: str) -> str | None:
        """The county of the programme's school."""
        school = self.plan[name].get("school")
        return None if school is None else str(self.hosts[school]["county"])

    def boards(self, who: str, name: str) -> bool:
        """Whether this person would take a bed there."""
        host = self.host(name)
        if host is None:
            return False
        stated = self.people[who].get("boards")
        return bool(stated) if stated is not None else host != self.people[who]["county"]

    def inside(self, bound: Bound, who: str, name: str) -> bool:
        """Whether this person in this programme counts to the limit."""
        county = self.people[who]["county"]
        return (
            name in bound.programmes
            and bound.county in (None, county)
            and (bound.counties is None or county in bound.counties)
            and bound.sex in (None, self.people[who].get("sex"))
            and (not bound.boarders or self.boards(who, name))
        )

    def _divided(self, bound: Bound, shares: Table | None) -> list[Bound]:
        shares = self.chosen.get(bound.name) or shares
        if not shares:
            return [bound]
        among = bound.counties or {one["county"] for one in self.people.values()}
        return [
            Bound(
                f"{bound.name}/{one}",
                bound.kind,
                shares.get(one, 0),
                bound.programmes,
                one,
                None,
                bound.sex,
                bound.boarders,
            )
            for one in sorted(among)
        ]

    def _bounds(self) -> Iterable[Bound]:
        everything = frozenset(self.plan)
        for name, one in sorted(self.plan.items()):
            own = frozenset({name})
            if one.get("capacity") is not None:
                whole = Bound(f"cap/{name}", "cap", one["capacity"], own)
                yield from self._divided(whole, one.get("shares", {}).get("capacity"))
            for county, cell in sorted(one.get("ceilings", {}).items()):
                yield Bound(f"cell/{name}/{county}", "cell", cell, own, county)
        for name, one in sorted(self.hosts.items()):
            own = frozenset(at for at in self.plan if self.plan[at].get("school") == name)
            shares = one.get("shares", {})
            if one.get("capacity") is not None:
                yield from self._divided(
                    Bound(f"school/{name}", "school", one["capacity"], own), shares.get("capacity")
                )
            for sex, beds in sorted(one.get("dorm", {}).items()):
                room = Bound(f"dorm/{name}/{sex}", "dorm", beds, own, sex=sex, boarders=True)
                yield from self._divided(room, shares.get(sex))
        for county, cap in sorted(self.instance.get("outflow", {}).items()):
            away = frozenset(at for at in self.plan if self.host(at) not in (None, county))
            yield Bound(f"outflow/{county}", "outflow", cap, away, county)
        for one in sorted(self.instance.get("limits", ()), key=lambda row: str(row["name"])):
            where = everything if one.get("programmes") is None else frozenset(one["programmes"])
            kind = self._kind(one, where, everything)
            among = None if one.get("counties") is None else frozenset(one["counties"])
            stated = Bound(
                f"{kind}/{one['name']}",
                kind,
                one["cap"],
                where,
                None,
                among,
                one.get("sex"),
                bool(one.get("boarders")),
            )
            yield from self._divided(stated, one.get("shares"))

    def _kind(self, one: Table, where: frozenset[str], everything: frozenset[str]) -> str:
        if one.get("sex") or one.get("boarders"):
            return "limit"
        if one.get("counties") is None:
            return "zone" if where == everything else "limit"
        if len(one["counties"]) == 1:
            hosts = {self.host(at) for at in self.plan} - {None, one["counties"][0]}
            if any(where == {at for at in self.plan if self.host(at) == host} for host in hosts):
                return "host"
        return "limit"

    # limits that several counties could fill ---------------------------------------------------

    def fillers(self, at: int) -> dict[str, set[str]]:
        """By county, who could count to a limit."""
        found: dict[str, set[str]] = {}
        for (who, _), row in self.counts.items():
            if at in row:
                found.setdefault(self.people[who]["county"], set()).add(who)
        return found

    def contested(self) -> list[int]:
        """The limits that people of two counties could fill together and that could bind."""
        found = []
        for at, bound in enumerate(self.bounds):
            fillers = self.fillers(at)
            if len(fillers) < 2:
                continue
            kept = sum(
                row["seats"]
                for name in bound.programmes
                for row in (self.plan[name].get("reserved", ()) if bound.kind == "cap" else ())
                if row.get("release") is False
            )
            if kept + sum(self._most(bound, county, who) for county, who in fillers.items()) > bound.cap:
                found.append(at)
        return found

    def _most(self, bound: Bound, county: str, who: set[str]) -> int:
        own = [
            one
            for one in self.bounds
            if not one.boarders and one.sex is None and (one.county == county or one.counties == {county})
        ]
        by_cell = 0
        for name in bound.programmes:
            people = {w for (w, at) in self.counts if at == name and self.people[w]["county"] == county}
            by_cell += min([len(people), *(one.cap for one in own if one.programmes == {name})])
        return min([len(who), by_cell, *(one.cap for one in own if one.programmes >= bound.programmes)])

    def idle(self) -> set[int]:
        """Under orders of several counties: limits shared by them, which decide nothing between them."""
        if self.rules["across"] not in ("own_county", "optimised_shares"):
            return set()
        return {at for at in range(len(self.bounds)) if len(self.fillers(at)) > 1}


def compositions(total: int, names: list[str]) -> Iterable[dict[str, int]]:
    """Every way to divide a whole number among these names."""
    for parts in product(range(total + 1), repeat=len(names) - 1):
        if sum(parts) <= total:
            yield dict(zip(names, (*parts, total - sum(parts)), strict=True))
