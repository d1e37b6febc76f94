"""The worked examples of the rules: exactly these are solved by this version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from allocation.cases import read_cases
from allocation.judging import judged
from tests.allocation.rounds import reasons, solved

RAW = (Path(__file__).parent / "data/allocation-examples.json").read_bytes()
CASES: dict[str, Any] = {case["id"]: case for case in json.loads(RAW)["cases"]}
ABOUT = ("id", "title", "kind", "why", "expect", "given", "objective", "floors_rule")
SOLVED = {f"E{number:02}" for number in range(1, 15)}


def instance_of(case: dict[str, Any]) -> dict[str, Any]:
    """An example as an instance file."""
    floors = {"reserve": "guarantee"}.get(case.get("floors_rule", "reserve"), "hard")
    rules = {"across": "common_score", "adjustment": "anywhere", "floors": floors}
    body = {key: value for key, value in case.items() if key not in ABOUT}
    return {"format": "allocation-instance/1", "rules": rules, **body}


@pytest.mark.parametrize("name", sorted(SOLVED))
def test_solves_as_expected(name: str) -> None:
    case = CASES[name]
    expect = case["expect"]
    told = solved(instance_of(case))
    assert told["assignment"] == expect["assignment"]
    assert [row["programme"] for row in told["closed"]] == expect.get("closed", [])
    for key in ("placed", "rank_sum", "shortfall"):
        if key in expect:
            assert told["yardsticks"][key] == expect[key]
    for who, row in expect.get("reasons", {}).items():
        assert reasons(told, who) == row
    for who, row in expect.get("cutoffs", {}).items():
        assert {county: int(cut["score"]) for county, cut in told["cutoffs"][who].items()} == row


def test_the_merit_order_of_the_second_example() -> None:
    told = solved(instance_of(CASES["E02"]))
    order = sorted(told["positions"], key=lambda who: told["positions"][who])
    assert order == CASES["E02"]["expect"]["merit_order"]


def test_every_example_is_solved_audited_or_named_as_open() -> None:
    audited = {name for name, case in CASES.items() if case["kind"] == "audit"}
    optimum = {"E17"}
    assert audited == {"E15", "E16"}
    assert set(CASES) == SOLVED | audited | optimum


def test_the_best_values_of_the_last_example() -> None:
    lines = [*judged(next(one for one in read_cases(RAW) if one.id == "E17"))]
    assert lines
    assert [line.text() for line in lines if not line.met] == []
