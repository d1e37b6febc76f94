"""Worked examples of the rules: instances with a question and what is expected of the answer.

A file holds ``{"format": "allocation-examples/1", "cases": […]}``, a list of cases, or one case.  A case is
an instance without ``format`` (and mostly without ``rules``), with ``id``, ``title``, ``kind``, ``why``,
``expect``, and by kind ``given`` (audit), ``objective`` (optimum) or ``floors_rule``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from allocation.desk import Desk, parse
from allocation.faults import BadInstance
from allocation.instance import Instance
from allocation.reading import FORMAT, read_instance

CaseKind = Literal["solve", "audit", "optimum", "stable"]
KINDS = ("solve", "audit", "optimum", "stable")
ABOUT = frozenset({"id", "title", "kind", "why", "expect", "given", "objective", "floors_rule"})
FILE = frozenset({"format", "note", "cases"})
FLOORS = {"reserve": "guarantee", "guarantee": "guarantee", "hard": "hard"}
RULES: Mapping[str, Any] = {
    "across": "common_score",
    "ties": "lottery",
    "checks": "before",
    "opening": "optimal",
    "adjustment": "anywhere",
}
"""How a case without rules is read; a full tie without drawn numbers is drawn with the case's id as seed."""


@dataclass(frozen=True, slots=True)
class Case:
    """One worked example; ``expect`` as it stands, numbers exact."""

    id: str
    title: str
    kind: CaseKind
    raw: bytes
    instance: Instance
    expect: Mapping[str, Any]
    given: Mapping[str, str | None]
    objective: tuple[str, ...]


def _spelled(value: object) -> Any:
    """A value with exact numbers as plain JSON has it: fractions become strings."""
    if isinstance(value, dict):
        return {key: _spelled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_spelled(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _object(desk: Desk, value: object, path: str) -> dict[str, Any]:
    return desk.mapping(value, path, lambda one, _: one)


def _case(desk: Desk, row: Mapping[str, Any], path: str) -> Case | None:
    def at(key: str) -> str:
        return f"{path}.{key}" if path else key

    name = desk.name(row.get("id"), at("id"))
    kind = desk.word(row.get("kind"), at("kind"), KINDS)
    floors = desk.word(row.get("floors_rule", "reserve"), at("floors_rule"), tuple(FLOORS))
    expect = _object(desk, row.get("expect", {}), at("expect"))
    given = _object(desk, row.get("given", {}), at("given"))
    stated = _object(desk, row.get("rules", {}), at("rules"))
    rules = {**RULES, "floors": FLOORS[floors], "seed": name or "-", **stated}
    body = {key: value for key, value in row.items() if key not in ABOUT}
    raw = json.dumps({**body, "format": body.get("format", FORMAT), "rules": rules}, ensure_ascii=False).encode()
    try:
        instance = read_instance(raw)
    except BadInstance as bad:
        for fault in bad.faults:
            desk.fault(f"{path}.{fault.path}" if path else fault.path, fault.value, fault.rule, fault.mend)
        return None
    objective = row.get("objective", [])
    goals = desk.names([objective] if isinstance(objective, str) else objective, at("objective"))
    return Case(name, str(row.get("title", "")), cast(CaseKind, kind), raw, instance, expect, given, goals)


def read_cases(raw: bytes) -> tuple[Case, ...]:
    """Read a file of worked examples; raises :class:`BadInstance` with every fault found."""
    desk = Desk()
    value = _spelled(parse(raw, desk))
    whole = isinstance(value, dict) and "cases" in value
    if whole:
        desk.table(value, "", FILE)
    rows = value["cases"] if whole else value if isinstance(value, list) else [value]
    cases: list[Case | None] = []
    if not desk.faults:
        for row, path in desk.rows(rows, "cases"):
            cases.append(_case(desk, _object(desk, row, path), path if len(rows) > 1 or whole else ""))
    if desk.faults:
        raise BadInstance(tuple(desk.faults))
    return tuple(one for one in cases if one is not None)


def example_instance(raw: bytes) -> bytes:
    """The instance of a file that holds one case; raises :class:`BadInstance` if it holds none or several."""
    cases = read_cases(raw)
    if len(cases) != 1:
        desk = Desk()
        desk.fault("cases", len(cases), "应只有一个算例 / there must be one case", "删去其他 / keep one")
        raise BadInstance(tuple(desk.faults))
    return cases[0].raw
