"""Worked examples against the product: each case is run by its kind, and every expectation is compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from allocation.auditing import audited
from allocation.cases import Case
from allocation.faults import BadInstance, Inadmissible
from allocation.optimum import optimum
from allocation.solver import solve
from allocation.stable import stable

Told = Mapping[str, Any]
MISSING = object()


@dataclass(frozen=True, slots=True)
class Line:
    """One expectation of one case: what was expected and what the product says."""

    key: str
    expected: object
    got: object
    met: bool

    def text(self) -> str:
        """The expectation as one line."""
        spelled = [json.dumps(one, ensure_ascii=False, default=str) for one in (self.expected, self.got)]
        return f"{'ok ' if self.met else 'BAD'} {self.key}: expected {spelled[0]}, got {spelled[1]}"


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def same(expected: object, got: object) -> bool:
    """Whether two values say the same: numbers by value, objects key by key, lists in order."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        return expected.keys() == got.keys() and all(same(expected[key], got[key]) for key in expected)
    if isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        return len(expected) == len(got) and all(map(same, expected, got))
    left, right = _number(expected), _number(got)
    return left == right if left is not None and right is not None else expected == got


def _sorted(rows: object) -> object:
    """A list whose order says nothing."""
    return sorted(rows, key=lambda one: json.dumps(one, default=str)) if isinstance(rows, list | tuple) else rows


def _part(expected: object, got: object) -> object:
    """What the product says about the people or programmes that are expected, and nothing of others."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        return {key: _part(expected[key], got.get(key)) for key in expected}
    return got


def _reasons(told: Told) -> dict[str, dict[str, str]]:
    return {who: {row["programme"]: row["reason"] for row in rows} for who, rows in told["reasons"].items()}


def _order(told: Told) -> list[str]:
    """The walk of the round: by position; where counties have their own orders, county after county."""
    positions: dict[str, int] = told["positions"]
    return sorted((who for who in positions if positions[who]), key=lambda who: positions[who])


def _cutoffs(told: Told) -> dict[str, dict[str, str]]:
    return {name: {county: cut["score"] for county, cut in row.items()} for name, row in told["cutoffs"].items()}


def _places(rows: list[Told]) -> dict[str, str]:
    return {row["applicant"]: row["programme"] for row in rows}


SOLVED: Mapping[str, Callable[[Told], object]] = {
    "assignment": lambda told: told["assignment"],
    "cutoffs": _cutoffs,
    "reasons": _reasons,
    "merit_order": _order,
    "positions": lambda told: told["positions"],
    "closed": lambda told: sorted(row["programme"] for row in told["closed"]),
    "open": lambda told: told["open"],
    "adjusted": lambda told: _places(told["adjusted"]),
    "returned": lambda told: _places(told["returned"]),
    "placed": lambda told: told["yardsticks"]["placed"],
    "unplaced": lambda told: sorted(who for who, place in told["assignment"].items() if place is None),
    "rank_sum": lambda told: told["yardsticks"]["rank_sum"],
    "flow_bound": lambda told: told["yardsticks"]["flow_bound"],
    "shortfall": lambda told: told["yardsticks"]["shortfall"],
    "used": lambda told: {row["name"]: row["used"] for row in told["limits"]},
    "over": lambda told: {row["name"]: row["over"] for row in told["limits"] if row["over"]},
    "shares": lambda told: told.get("shares", []),
    "refused_by_floors": lambda told: told.get("refused_by_floors", []),
    "digest": lambda told: told["digests"]["assignment"],
    "proven": lambda told: told["proven"],
}
"""What can be expected of a solved case, and where the outcome says it."""

LISTS = frozenset(
    {"closed", "open", "unplaced", "over", "claims", "envy", "ineligible", "under", "refused_by_floors"}
)
"""Expectations whose order says nothing."""


def _solved(case: Case) -> Told:
    told = json.loads(solve(case.instance).to_bytes())
    shut = {row["programme"] for row in told["closed"]}
    told["open"] = [one.id for one in case.instance.programmes if one.id not in shut]
    return {**{key: say(told) for key, say in SOLVED.items()}, **_stable(case, frozenset(shut))}


def _stable(case: Case, shut: frozenset[str]) -> Told:
    """The stable assignments, only where something is expected of them."""
    if not case.expect.keys() & {"stable_count", "count", "stable", "assignments"}:
        return {}
    found = stable(case.instance, shut)
    rows = [{**one} for one in found.assignments]
    count: object = len(rows) if found.complete else f"at least {len(rows)}"
    return {"stable_count": count, "count": count, "stable": rows, "assignments": rows, "closed": sorted(shut)}


def _stables(case: Case) -> Told:
    """All stable assignments with the classes closed that the rule closes."""
    told = json.loads(solve(case.instance).to_bytes())
    return _stable(case, frozenset(row["programme"] for row in told["closed"]))


def _audited(case: Case) -> Told:
    """The audit; faults are told by name, by row or in words, as they are expected."""
    found = audited(case.raw, case.given).table()
    names = _names(case.expect.get("over"))
    found["over"] = [row["name"] if names else [*row.values()] for row in found["over"]]
    wrong = [who for who in case.given if any(one.startswith(f"{who}: ") for one in found["ineligible"])]
    expected = case.expect.get("ineligible") or []
    if not _names(expected):
        found["ineligible"] = [[who, case.given[who]] for who in wrong]
    elif set(expected) <= case.given.keys():
        found["ineligible"] = wrong
    return found


def _names(expected: object) -> bool:
    """Whether a list of names is expected, not of rows."""
    return isinstance(expected, list) and any(isinstance(one, str) for one in expected)


def _best(case: Case) -> Told:
    found = optimum(case.instance, case.objective)
    rows = [{**one} for one in found.assignments]
    return {"values": {**found.values}, "optima": found.optima, "assignments": rows, **found.values}


RUNS: Mapping[str, Callable[[Case], Told]] = {
    "solve": _solved,
    "audit": _audited,
    "optimum": _best,
    "stable": _stables,
}


def judged(case: Case) -> Iterator[Line]:
    """Run a case and compare every expectation; an expectation nobody knows is not met."""
    try:
        told = RUNS[case.kind](case)
    except BadInstance as bad:
        told = {"status": "bad_input", "faults": [str(fault) for fault in bad.faults]}
    except Inadmissible as none:
        told = {"status": "inadmissible", "faults": [str(none)]}
    else:
        told = {**told, "status": "sound"}
    if not case.expect:
        yield Line("expect", "something", None, False)
    for key, expected in case.expect.items():
        yield _compared(key, expected, told.get(key, MISSING))
    if told["status"] != "sound" and "status" not in case.expect:
        yield Line("status", "sound", told["faults"], False)


def _compared(key: str, expected: object, got: object) -> Line:
    if got is MISSING:
        return Line(key, expected, "not known", False)
    said = got if key in ("assignment", "values") else _part(expected, got)
    if key in LISTS or key in ("stable", "assignments"):
        return Line(key, expected, said, same(_sorted(expected), _sorted(said)))
    return Line(key, expected, said, same(expected, said))
