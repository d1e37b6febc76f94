"""The instance as the verifier reads it: raw JSON, own order, own limits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

Raw = Mapping[str, Any]
ORDER = ("cap", "cell", "held", "school", "dorm", "host", "outflow", "zone", "limit")


@dataclass(slots=True)
class Person:
    """One applicant; ``slot`` is the step of the walk (equal in a full tie), ``position`` the 位次."""

    raw: Raw
    id: str
    county: str
    score: Decimal
    slot: int = -1
    position: int = 0
    open_to: list[tuple[int, str]] = field(default_factory=list)
    returned_at: set[str] = field(default_factory=set)
    strikes: dict[int, str] = field(default_factory=dict)

    @property
    def tags(self) -> set[str]:
        """The applicant's tags."""
        return set(self.raw.get("tags") or ())

    def rank(self, choice: int) -> int:
        """The place of a choice among those that count; adjustment counts list length + 1."""
        counted = [number for number, _ in self.open_to]
        return counted.index(choice) + 1 if choice else len(counted) + 1


@dataclass(frozen=True, slots=True)
class Cap:
    """One limit as the verifier reads it."""

    name: str
    kind: str
    cap: int
    programmes: frozenset[str]
    counties: frozenset[str] | None
    sex: str | None
    boarders: bool

    def holds(self, person: Person, programme: str, bed: bool) -> bool:
        """Whether this person in this programme counts."""
        if programme not in self.programmes or (self.boarders and not bed):
            return False
        if self.counties is not None and person.county not in self.counties:
            return False
        return self.sex is None or person.raw.get("sex") == self.sex


def load(raw: bytes) -> Any:
    """JSON with exact numbers; a key that stands twice is an error, for it would hide what stood first."""
    return json.loads(raw, parse_float=Decimal, parse_int=int, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise ValueError(f"{', '.join(twice)} twice")
    return table


def exact(value: Any) -> Decimal:
    """A number or a string as an exact decimal."""
    return Decimal(str(value).strip())


class Facts:
    """Everything the checks need from the instance; ``shares`` divide limits that the instance left whole."""

    def __init__(self, raw: bytes, shares: Mapping[str, Mapping[str, int]] | None = None) -> None:
        self.bytes = raw
        self.raw: Raw = load(raw)
        self.shares = shares or {}
        self.rules: Raw = self.raw.get("rules") or {}
        self.taken = set(self.raw.get("taken") or ())
        self.schools: dict[str, Raw] = {one["id"]: one for one in self.raw.get("schools") or ()}
        self.programmes: dict[str, Raw] = {one["id"]: one for one in self.raw.get("programmes") or ()}
        rows = sorted(self.raw.get("applicants") or (), key=lambda one: str(one["id"]))
        self.hard = self.rule("floors", "guarantee") == "hard"
        self.ranked = any(one.get("ranking") is not None for one in self.programmes.values())
        self.people = {one["id"]: Person(one, one["id"], one["county"], exact(one["score"])) for one in rows}
        self.counties = {person.county for person in self.people.values()}
        self.doubts: list[str] = []
        self._rank()
        for person in self.people.values():
            self._list(person)
        self.caps = sorted(self._caps(), key=lambda one: ORDER.index(one.kind))
        self._known: dict[tuple[str, str, Any, bool], list[Cap]] = {}
        self.walk: list[list[Person]] = self._walk()

    def rule(self, key: str, default: Any) -> Any:
        """One rule of the round."""
        value = self.rules.get(key)
        return default if value is None else value

    def divided(self, programme: str) -> bool:
        """Whether the programme's total is divided into county shares."""
        shares = (self.programmes[programme].get("shares") or {}).get("capacity")
        return bool(shares) or f"cap/{programme}" in self.shares

    # order -----------------------------------------------------------------------------------

    def _rank(self) -> None:
        scales: dict[str, list[Person]] = {}
        common = self.rule("across", "own_county") == "common_score"
        for person in self.people.values():
            if person.id not in self.taken:
                scales.setdefault("" if common else person.county, []).append(person)
        slot = 0
        for name in sorted(scales):
            slot = self._rank_scale(scales[name], slot)
        if self.rule("across", "own_county") == "percentile":
            self._percentile({name: len(pool) for name, pool in scales.items()})

    def _keys(self, person: Person, length: int) -> tuple[Decimal, ...]:
        ties = [*(person.raw.get("tie") or ())]
        values = [None if one is None else exact(one) for one in ties] + [None] * (length - len(ties))
        return (-person.score, *(Decimal("Infinity") if one is None else -one for one in values))

    def lot(self, person: Person) -> tuple[bool, Decimal, str]:
        """The lottery: drawn numbers first, then hex SHA-256 of ``seed:id``."""
        drawn = person.raw.get("lottery")
        text = f"{self.rule('seed', '')}:{person.id}"
        return drawn is None, exact(drawn or 0), hashlib.sha256(text.encode()).hexdigest()

    def _rank_scale(self, pool: list[Person], slot: int) -> int:
        length = max(len(one.raw.get("tie") or ()) for one in pool)
        keyed = sorted(((self._keys(one, length), self.lot(one), one) for one in pool), key=lambda x: x[:2])
        lottery = self.rule("ties", "lottery") == "lottery"
        before: tuple[Decimal, ...] | None = None
        for number, (key, _, person) in enumerate(keyed, start=1):
            if key == before and not lottery:
                person.position, person.slot = keyed[number - 2][2].position, slot - 1
            else:
                person.position, person.slot = number, slot
                slot += 1
            self._missing(before, key, person)
            before = key
        return slot

    def _missing(self, before: tuple[Decimal, ...] | None, key: tuple[Decimal, ...], person: Person) -> None:
        gaps = [at for at, one in enumerate(key) if one == Decimal("Infinity")]
        if before is not None and gaps and before[: gaps[0]] == key[: gaps[0]]:
            self.doubts.append(f"{person.id}: tie key {gaps[0] - 1} is missing and needed")

    def _percentile(self, sizes: dict[str, int]) -> None:
        ranked = [one for one in self.people.values() if one.position]
        share = {one.id: Fraction(one.position, sizes[one.county]) for one in ranked}
        lottery = self.rule("ties", "lottery") == "lottery"
        ranked.sort(key=lambda one: (share[one.id], self.lot(one) if lottery else 0))
        slot = -1
        before: Fraction | None = None
        for person in ranked:
            if lottery or share[person.id] != before:
                slot += 1
            person.slot, before = slot, share[person.id]

    def _walk(self) -> list[list[Person]]:
        steps: dict[int, list[Person]] = {}
        for person in self.people.values():
            if person.slot >= 0:
                steps.setdefault(person.slot, []).append(person)
        return [steps[slot] for slot in sorted(steps)]

    # eligibility -----------------------------------------------------------------------------

    def why_not(self, person: Person, programme: str) -> str | None:
        """The first condition of the programme that the person fails."""
        raw = self.programmes[programme]
        cell = (raw.get("ceilings") or {}).get(person.county)
        line = (raw.get("lines") or {}).get(person.county)
        sexes = raw.get("sexes")
        tests = (
            ("zero_cell", cell is not None and exact(cell) == 0),
            ("line", line is not None and person.score < exact(line)),
            ("sex", sexes is not None and person.raw.get("sex") not in sexes),
            ("required", not set(raw.get("requires") or ()) <= person.tags),
            ("unranked", self.ranked and person.id not in (raw.get("ranking") or {person.id: 0})),
            ("health", bool(set(raw.get("excludes") or ()) & person.tags)),
        )
        return next((name for name, failed in tests if failed), None)

    def _list(self, person: Person) -> None:
        before: set[str] = set()
        for choice, programme in enumerate(person.raw.get("choices") or (), start=1):
            why = "taken" if person.id in self.taken else None
            why = why or ("duplicate" if programme in before else self.why_not(person, programme))
            before.add(programme)
            if why == "health" and self.rule("checks", "before") == "after":
                person.returned_at.add(programme)
                why = None
            if why is None:
                person.open_to.append((choice, programme))
            else:
                person.strikes[choice] = why

    def bed(self, person: Person, programme: str) -> bool:
        """Whether the person boards there."""
        school = self.schools.get(self.programmes[programme].get("school") or "")
        if school is None:
            return False
        stated = person.raw.get("boards")
        return bool(school["county"] != person.county if stated is None else stated)

    # limits ----------------------------------------------------------------------------------

    def caps_of(self, person: Person, programme: str) -> list[Cap]:
        """The limits this person in this programme counts to, in naming order."""
        key = programme, person.county, person.raw.get("sex"), self.bed(person, programme)
        if key not in self._known:
            self._known[key] = [cap for cap in self.caps if cap.holds(person, programme, key[3])]
        return self._known[key]

    def _cap(self, name: str, kind: str, cap: Any, where: Any, **more: Any) -> list[Cap]:
        """One limit, or its county shares."""
        shares: Raw = self.shares.get(name) or more.get("shares") or {}
        counties = more.get("counties")
        programmes = frozenset(where)
        rest = (more.get("sex"), bool(more.get("boarders")))
        among = None if counties is None else frozenset(counties)
        if not shares:
            return [Cap(name, kind, int(exact(cap)), programmes, among, *rest)]
        return [
            Cap(f"{name}/{one}", kind, int(exact(shares.get(one, 0))), programmes, frozenset({one}), *rest)
            for one in sorted(among or self.counties)
        ]

    def _caps(self) -> list[Cap]:
        found: list[Cap] = []
        for name, raw in sorted(self.programmes.items()):
            if raw.get("capacity") is not None:
                shares = (raw.get("shares") or {}).get("capacity")
                found += self._cap(f"cap/{name}", "cap", raw["capacity"], [name], shares=shares)
            for county, cell in sorted((raw.get("ceilings") or {}).items()):
                found += self._cap(f"cell/{name}/{county}", "cell", cell, [name], counties=[county])
        for name, raw in sorted(self.schools.items()):
            found += self._school(name, raw)
        for county, cap in sorted((self.raw.get("outflow") or {}).items()):
            away = [one for one in self.programmes if self.host(one) not in (None, county)]
            found += self._cap(f"outflow/{county}", "outflow", cap, away, counties=[county])
        for raw in sorted(self.raw.get("limits") or (), key=lambda one: str(one["name"])):
            kind = self._kind(raw)
            where = raw.get("programmes")
            where = self.programmes if where is None else where
            options = {key: raw.get(key) for key in ("counties", "sex", "boarders", "shares")}
            found += self._cap(f"{kind}/{raw['name']}", kind, raw["cap"], where, **options)
        return found

    def _school(self, name: str, raw: Raw) -> list[Cap]:
        own = [one for one, programme in self.programmes.items() if programme.get("school") == name]
        shares = raw.get("shares") or {}
        found: list[Cap] = []
        if raw.get("capacity") is not None:
            found += self._cap(f"school/{name}", "school", raw["capacity"], own, shares=shares.get("capacity"))
        for sex, beds in sorted((raw.get("dorm") or {}).items()):
            options = {"sex": sex, "boarders": True, "shares": shares.get(sex)}
            found += self._cap(f"dorm/{name}/{sex}", "dorm", beds, own, **options)
        return found

    def host(self, programme: str) -> str | None:
        """The county of the programme's school."""
        school = self.programmes[programme].get("school")
        return None if school is None else str(self.schools[school]["county"])

    def _kind(self, raw: Raw) -> str:
        where = set(self.programmes if raw.get("programmes") is None else raw["programmes"])
        if raw.get("sex") is not None or raw.get("boarders"):
            return "limit"
        if raw.get("counties") is None:
            return "zone" if where == set(self.programmes) else "limit"
        if len(raw["counties"]) == 1:
            for host in {self.host(one) for one in self.programmes} - {None, raw["counties"][0]}:
                if where == {one for one in self.programmes if self.host(one) == host}:
                    return "host"
        return "limit"
