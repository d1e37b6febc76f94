"""Small invented rounds, solved by both engines and certified."""

from __future__ import annotations

import json
from typing import Any

from allocation.formats import Instance, read_instance
from allocation.solver import EngineName, solve
from allocation.verify import verify

Table = dict[str, Any]


def applicant(who: str, score: Any, *choices: str, county: str = "QP", **more: Any) -> Table:
    """One applicant."""
    return {"id": who, "county": county, "sex": "F", "score": score, "choices": list(choices), **more}


def programme(name: str, capacity: int | None = None, **more: Any) -> Table:
    """One programme."""
    return {"id": name, **({} if capacity is None else {"capacity": capacity}), **more}


def table(programmes: list[Table], applicants: list[Table], rules: Table | None = None, **more: Any) -> Table:
    """A whole instance."""
    return {
        "format": "allocation-instance/1",
        "rules": {"seed": "s", **(rules or {})},
        "programmes": programmes,
        "applicants": applicants,
        **more,
    }


def raw(instance: Table) -> bytes:
    """The instance as a file."""
    return json.dumps(instance, ensure_ascii=False).encode()


def read(instance: Table) -> Instance:
    """The instance as data."""
    return read_instance(raw(instance))


def solved(instance: Table, engine: EngineName = "both") -> Table:
    """The certified outcome of an instance."""
    outcome = solve(read(instance), engine=engine).to_bytes()
    report = verify(raw(instance), outcome)
    assert report.sound, [f"{check.name}: {check.findings[:3]}" for check in report.checks if check.findings]
    told: Table = json.loads(outcome)
    return told


def placed(instance: Table, engine: EngineName = "both") -> dict[str, str | None]:
    """Who is placed where."""
    assignment: dict[str, str | None] = solved(instance, engine)["assignment"]
    return assignment


def reasons(told: Table, who: str) -> dict[str, str]:
    """Programme to reason of one applicant's refused choices."""
    return {row["programme"]: row["reason"] for row in told["reasons"].get(who, ())}
