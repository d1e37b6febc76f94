"""Strict reading of an instance: unknown keys are refused by name and all faults come at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from allocation.coherence import cross_check
from allocation.desk import Desk, parse
from allocation.faults import BadInstance
from allocation.instance import (
    Across,
    Adjustment,
    Applicant,
    Checks,
    Floors,
    Instance,
    Limit,
    Programme,
    Reserved,
    Rules,
    School,
    Sex,
    Ties,
)

FORMAT = "allocation-instance/1"
TOP = frozenset(
    {"format", "rules", "schools", "programmes", "applicants", "outflow", "limits", "adjust_order", "taken"}
)
RULES = frozenset({"across", "ties", "checks", "floors", "bed_with_guarantee", "opening", "adjustment", "seed"})
SCHOOL = frozenset({"id", "county", "dorm", "capacity", "shares"})
PROGRAMME = frozenset(
    {
        "id",
        "school",
        "capacity",
        "ceilings",
        "floors",
        "min_open",
        "local_enrolled",
        "lines",
        "sexes",
        "excludes",
        "requires",
        "reserved",
        "shares",
        "ranking",
    }
)
APPLICANT = frozenset({"id", "county", "sex", "score", "tie", "lottery", "choices", "adjust", "tags", "boards"})
LIMIT = frozenset({"name", "cap", "programmes", "counties", "sex", "boarders", "shares"})
RESERVED = frozenset({"tag", "seats", "release"})


@dataclass(frozen=True, slots=True)
class _Row:
    """One object under reading: gives a key's value and path, or tells that it is absent (or null)."""

    desk: Desk
    table: Mapping[str, object]
    path: str

    def has(self, key: str) -> bool:
        return self.table.get(key) is not None

    def at(self, key: str) -> tuple[object, str]:
        return self.table.get(key), f"{self.path}.{key}" if self.path else key

    def needed(self, key: str) -> tuple[object, str]:
        value, path = self.at(key)
        if value is None:
            self.desk.fault(path, "null", "缺少必填项 / required and missing", "补上 / supply it")
        return value, path

    def name(self, key: str) -> str:
        value, path = self.needed(key)
        return "" if value is None else self.desk.name(value, path)

    def maybe_name(self, key: str) -> str | None:
        return self.desk.name(*self.at(key)) if self.has(key) else None

    def word(self, key: str, *allowed: str) -> str:
        return self.desk.word(*self.at(key), allowed) if self.has(key) else allowed[0]

    def sex(self) -> Sex | None:
        return cast(Sex, self.word("sex", "M", "F")) if self.has("sex") else None

    def flag(self, key: str, absent: bool = False) -> bool:
        return self.desk.flag(*self.at(key)) if self.has(key) else absent

    def whole(self, key: str) -> int | None:
        return self.desk.whole(*self.at(key)) if self.has(key) else None

    def counts(self, key: str) -> dict[str, int]:
        return self.desk.counts(*self.at(key)) if self.has(key) else {}

    def names(self, key: str) -> tuple[str, ...]:
        return self.desk.names(*self.at(key)) if self.has(key) else ()

    def some(self, key: str) -> frozenset[str] | None:
        return frozenset(self.names(key)) if self.has(key) else None

    def shares(self, *known: str) -> dict[str, dict[str, int]]:
        if not self.has("shares"):
            return {}
        value, path = self.at("shares")
        self.desk.table(value, path, frozenset(known))
        return self.desk.mapping(value, path, self.desk.counts)


def _rules(row: _Row) -> Rules:
    opening: str | tuple[str, ...]
    if isinstance(row.table.get("opening"), list):
        opening = row.names("opening")
    else:
        opening = row.word("opening", "optimal", "smallest_first")
    words = ("own_county", "percentile", "common_score", "optimised_shares")
    return Rules(
        across=cast(Across, row.word("across", *words)),
        ties=cast(Ties, row.word("ties", "lottery", "admit_all", "stop")),
        checks=cast(Checks, row.word("checks", "before", "after")),
        floors=cast(Floors, row.word("floors", "guarantee", "hard")),
        bed_with_guarantee=row.flag("bed_with_guarantee"),
        opening=opening,
        adjustment=cast(Adjustment, row.word("adjustment", "off", "same_school", "anywhere")),
        seed=row.maybe_name("seed"),
    )


def _school(row: _Row) -> School:
    dorm: dict[str, int] = {}
    if row.has("dorm"):
        value, path = row.at("dorm")
        row.desk.table(value, path, frozenset("MF"))
        dorm = row.desk.counts(value, path)
    return School(
        id=row.name("id"),
        county=row.name("county"),
        dorm=dorm,
        capacity=row.whole("capacity"),
        shares=row.shares("capacity", "M", "F"),
    )


def _reserved(row: _Row) -> Reserved:
    value, path = row.needed("seats")
    return Reserved(
        tag=row.name("tag"),
        seats=0 if value is None else row.desk.whole(value, path),
        release=row.flag("release", absent=True),
    )


def _programme(row: _Row) -> Programme:
    desk = row.desk
    kept = [_Row(desk, desk.table(one, path, RESERVED), path) for one, path in _list(row, "reserved")]
    sexes = row.some("sexes")
    if sexes is not None and not sexes <= {"M", "F"}:
        desk.fault(row.at("sexes")[1], sorted(sexes), "只可为 M、F / only M and F", "M | F")
    return Programme(
        id=row.name("id"),
        school=row.maybe_name("school"),
        capacity=row.whole("capacity"),
        ceilings=row.counts("ceilings"),
        floors=row.counts("floors"),
        min_open=row.whole("min_open") or 0,
        local_enrolled=row.whole("local_enrolled") or 0,
        lines=desk.mapping(*row.at("lines"), desk.number) if row.has("lines") else {},
        sexes=sexes,
        excludes=frozenset(row.names("excludes")),
        requires=frozenset(row.names("requires")),
        reserved=tuple(sorted((_reserved(one) for one in kept), key=lambda one: one.tag)),
        shares=row.shares("capacity"),
        ranking=desk.mapping(*row.at("ranking"), desk.number) if row.has("ranking") else None,
    )


def _list(row: _Row, key: str) -> list[tuple[object, str]]:
    return list(row.desk.rows(*row.at(key))) if row.has(key) else []


def _applicant(row: _Row) -> Applicant:
    desk = row.desk
    who = row.name("id")
    score, path = row.at("score")
    if score is None:
        desk.fault(path, f"{who}: null", "缺少总分 / total score missing", "补上成绩 / supply the score")
    return Applicant(
        id=who,
        county=row.name("county"),
        sex=row.sex(),
        score=desk.number(0 if score is None else score, path),
        tie=tuple(None if one is None else desk.number(one, place) for one, place in _list(row, "tie")),
        lottery=desk.number(*row.at("lottery")) if row.has("lottery") else None,
        choices=row.names("choices"),
        adjust=row.flag("adjust"),
        tags=frozenset(row.names("tags")),
        boards=row.flag("boards") if row.has("boards") else None,
    )


def _limit(row: _Row) -> Limit:
    value, path = row.needed("cap")
    return Limit(
        name=row.name("name"),
        cap=0 if value is None else row.desk.whole(value, path),
        programmes=row.some("programmes"),
        counties=row.some("counties"),
        sex=row.sex(),
        boarders=row.flag("boarders"),
        shares=row.counts("shares"),
    )


def _rows(row: _Row, key: str, keys: frozenset[str]) -> list[_Row]:
    return [_Row(row.desk, row.desk.table(one, path, keys), path) for one, path in _list(row, key)]


def read_instance(raw: bytes | str) -> Instance:
    """Read one instance; raises :class:`BadInstance` with every fault found.

    Numbers may be JSON numbers or strings and stay exact; rows are put in the order of their ids.
    """
    desk = Desk()
    value = parse(raw, desk)
    if desk.faults:
        raise BadInstance(tuple(desk.faults))
    top = _Row(desk, desk.table(value, "", TOP), "")
    if top.word("format", FORMAT) != FORMAT or not top.has("format"):
        desk.fault("format", top.at("format")[0], "格式不明 / unknown format", FORMAT)
    rules = top.at("rules")[0] if top.has("rules") else {}
    instance = Instance(
        rules=_rules(_Row(desk, desk.table(rules, "rules", RULES), "rules")),
        schools=tuple(_school(row) for row in _rows(top, "schools", SCHOOL)),
        programmes=tuple(_programme(row) for row in _rows(top, "programmes", PROGRAMME)),
        applicants=tuple(_applicant(row) for row in _rows(top, "applicants", APPLICANT)),
        outflow=top.counts("outflow"),
        limits=tuple(_limit(row) for row in _rows(top, "limits", LIMIT)),
        adjust_order=top.names("adjust_order"),
        taken=frozenset(top.names("taken")),
    )
    if not desk.faults:
        cross_check(instance, desk)
    if desk.faults:
        raise BadInstance(tuple(desk.faults))
    return _sorted(instance)


def _sorted(instance: Instance) -> Instance:
    return Instance(
        rules=instance.rules,
        schools=tuple(sorted(instance.schools, key=lambda one: one.id)),
        programmes=tuple(sorted(instance.programmes, key=lambda one: one.id)),
        applicants=tuple(sorted(instance.applicants, key=lambda one: one.id)),
        outflow=instance.outflow,
        limits=tuple(sorted(instance.limits, key=lambda one: one.name)),
        adjust_order=instance.adjust_order,
        taken=instance.taken,
    )
