"""The verifier rejects what is not the answer, with the right finding."""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import random
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allocation.generate import zone
from allocation.solver import solve
from allocation.verify import Report, verify
from tests.allocation.rounds import applicant, programme, raw, read, solved, table

Told = dict[str, Any]


def sealed(told: Told) -> bytes:
    """The outcome with its digests made right again: a forger would do so too."""
    lines = "\n".join(f"{who}:{at or ''}" for who, at in sorted(told["assignment"].items()))
    told["digests"]["assignment"] = hashlib.sha256(lines.encode()).hexdigest()
    for run in told["engines"]:
        run["assignment"] = told["digests"]["assignment"]
    body = {key: value for key, value in told.items() if key not in ("digest", "engines")}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    told["digest"] = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps(told).encode()


def bad(report: Report) -> dict[str, tuple[str, ...]]:
    """Name to findings of the checks that found something."""
    assert not report.sound
    return {check.name: check.findings for check in report.checks if check.findings}


def base() -> tuple[bytes, Told]:
    """A round with everything the checks look at, and its outcome."""
    instance = table(
        [
            programme("A", 2, school="S", ceilings={"QP": 2, "WJ": 1}, floors={"WJ": 1}),
            programme("B", 3, school="S", min_open=3),
            programme("C", 2, excludes=["x"], requires=["y"]),
            programme("D", 1, min_open=1),
        ],
        [
            applicant("a", 9, "A", tags=["y"]),
            applicant("b", 8, "A", "B"),
            applicant("c", 7, "A", "C", county="WJ"),
            applicant("d", 6, "B", "C", "C", tags=["y"]),
            applicant("e", 5, "C", "A", tags=["x", "y"]),
            applicant("f", 4, "D", tags=["y"]),
            applicant("g", 3, "D", adjust=True, tags=["y"]),
            applicant("h", 2, "A"),
        ],
        {"across": "common_score", "adjustment": "anywhere", "checks": "after"},
        schools=[{"id": "S", "county": "JS", "dorm": {"F": 3}}],
        outflow={"QP": 5},
        adjust_order=["C"],
        taken=["h"],
    )
    return raw(instance), solved(instance)


def test_the_base_is_as_expected() -> None:
    instance, told = base()
    assert verify(instance, sealed(told)).sound
    assert told["assignment"] == {
        "a": "A",
        "b": None,
        "c": "A",
        "d": "C",
        "e": None,
        "f": "D",
        "g": None,
        "h": None,
    }
    assert told["returned"] == [{"applicant": "e", "programme": "C"}]


def changed(change: Callable[[Told], object]) -> dict[str, tuple[str, ...]]:
    """The findings on the base outcome after a forgery that mends the digests."""
    instance, told = base()
    change(told)
    return bad(verify(instance, sealed(told)))


def give(who: str, at: str | None) -> Callable[[Told], object]:
    """Place somebody elsewhere."""
    return lambda told: told["assignment"].update({who: at})


@pytest.mark.parametrize(
    ("change", "check", "words"),
    [
        (give("b", "A"), "limits", "cap/A: 3 > 2"),
        (give("a", None), "claims", "a: nothing refuses A"),
        (give("b", "C"), "people", "b: C is not an open choice"),
        (give("b", "B"), "people", "b: B is closed"),
        (give("b", "X"), "people", "b: no programme X"),
        (give("e", "C"), "people", "e: C is not an open choice"),
        (give("z", "C"), "people", "z is no applicant"),
        (give("f", None), "minima", "D: 0 of 1 besides local pupils"),
        (lambda told: told["assignment"].pop("f"), "people", "f is missing"),
        (lambda told: told["returned"].clear(), "claims", "e: nothing refuses C"),
        (lambda told: told["closed"].clear(), "minima", "B: 0 of 3 besides local pupils"),
        (lambda told: told["positions"].update(a=2), "positions", "a: stated 2, is 1"),
        (lambda told: told["opening"].update(best=[9, 9, 9]), "opening", "best: stated [9, 9, 9]"),
        (lambda told: told["opening"].update(undecided=[]), "opening", "undecided: stated []"),
        (lambda told: told["opening"].update(rule="smallest_first"), "opening", "rule: stated"),
        (lambda told: told["closed"][0].update(reached=2), "opening", "closed: stated"),
        (lambda told: told.update(proven=False), "opening", "proof not claimed"),
        (lambda told: told["yardsticks"].update(flow_bound=9), "yardsticks", "flow_bound: stated 9"),
        (lambda told: told["guarantees"][0].update(filled=0), "guarantees", "0: stated"),
        (lambda told: told["limits"][0].update(cap=9), "limits told", "0: stated"),
        (lambda told: told["reasons"].pop("b"), "reasons", "b: stated None"),
        (lambda told: told["digests"].update(rules=""), "digests", "rules digest differs"),
        (
            lambda told: told["adjusted"].append({"applicant": "g", "programme": "C"}),
            "adjusted",
            "0: stated",
        ),
    ],
)
def test_a_forgery_is_found_by_its_check(change: Callable[[Told], object], check: str, words: str) -> None:
    findings = changed(change)
    assert any(finding.startswith(words) for finding in findings[check]), findings


def test_adjustment_must_be_allowed_and_agree() -> None:
    def wrong(told: Told) -> None:
        told["assignment"]["b"] = "C"
        told["adjusted"] = [{"applicant": "b", "programme": "C"}]

    assert "b: no adjustment to C" in changed(wrong)["people"]

    def differs(told: Told) -> None:
        told["assignment"]["g"] = "D"
        told["adjusted"] = [{"applicant": "g", "programme": "C"}]

    assert "g: adjusted to C, placed in D" in changed(differs)["people"]


def test_nobody_is_both_returned_and_placed() -> None:
    assert "e is returned and placed" in changed(give("e", "A"))["people"]


def test_digests_without_mending_are_found() -> None:
    instance, told = base()
    told["assignment"]["b"] = "C"
    findings = bad(verify(instance, json.dumps(told).encode()))["digests"]
    assert "assignment digest differs" in findings
    assert "outcome digest differs" in findings
    told = base()[1]
    told["engines"][0]["assignment"] = "other"
    assert bad(verify(instance, json.dumps(told).encode())) == {
        "digests": ("engine search found another assignment",)
    }


def test_another_instance_is_found() -> None:
    instance, told = base()
    other = instance.replace(b'"seed": "s"', b'"seed": "t"')
    assert other != instance
    assert "instance digest differs" in bad(verify(other, sealed(told)))["digests"]


def test_what_cannot_be_taken_apart_is_not_sound() -> None:
    instance, told = base()
    for broken in (b"", b"{}", b"[]", b'{"closed": 3}', json.dumps({**told, "assignment": 3}).encode()):
        assert list(bad(verify(instance, broken))) == ["readable"]
    assert list(bad(verify(b"{}", b"{}"))) == ["readable"]


def test_closing_what_had_its_minimum_is_found() -> None:
    instance = table([programme("A", 2, min_open=1)], [applicant("a", 1, "A")])
    told = solved(instance)
    told["closed"] = [{"pass": 1, "programme": "A", "reached": 1, "needed": 1}]
    told["assignment"]["a"] = None
    findings = bad(verify(raw(instance), sealed(told)))
    assert any("closed without need" in one for one in findings["opening"])


def test_a_worse_opening_set_is_found() -> None:
    people = [applicant("1", 3, "A", "B"), applicant("2", 2, "A", "B"), applicant("3", 1, "B", "A")]
    instance = table([programme("A", 3, min_open=3), programme("B", 3, min_open=3)], people)
    worse = {**instance, "rules": {"seed": "s", "opening": ["A", "B"]}}
    told = solved(worse)
    assert set(told["assignment"].values()) == {"B"}
    findings = bad(verify(raw(instance), sealed(told)))
    assert any("is better" in one for one in findings["opening"])


def test_a_missing_tie_key_is_doubted() -> None:
    instance = table([programme("A", 1)], [applicant("a", 1, "A", tie=[1]), applicant("b", 1, "A", tie=[2])])
    told = solved(instance)
    instance["applicants"][0]["tie"] = [None]
    findings = bad(verify(raw(instance), sealed(told)))
    assert findings["order"] == ("a: tie key 0 is missing and needed",)


def _corrupt(told: Told, dice: random.Random, names: list[str]) -> str:
    """Change one thing at random and tell which check must object."""
    who = dice.choice(sorted(told["assignment"]))
    kind = dice.randrange(7)
    if kind < 3:
        old = told["assignment"][who]
        told["assignment"][who] = dice.choice([one for one in [*names, None] if one != old])
        return "replay"
    if kind == 3:
        told["positions"][who] += dice.choice([-1, 1])
        return "positions"
    if kind == 4:
        row = dice.choice(told["limits"])
        row[dice.choice(["cap", "used", "returned", "over"])] += 1
        return "limits told"
    if kind == 5:
        listed = dice.choice(sorted(told["reasons"]))
        dice.choice(told["reasons"][listed])["reason"] += "x"
        return "reasons"
    told["yardsticks"][dice.choice(["placed", "rank_sum", "flow_bound", "shortfall"])] += 1
    return "yardsticks"


def test_a_thousand_random_forgeries_are_rejected_with_the_right_finding() -> None:
    dice = random.Random(20250901)
    instance = zone(applicants=24, programmes=4, minima=2, seed=5)
    outcome = solve(read(json.loads(instance)), engine="search").to_bytes()
    assert verify(instance, outcome).sound
    genuine = json.loads(outcome)
    names = [one["id"] for one in json.loads(instance)["programmes"]]
    for _ in range(1000):
        told = copy.deepcopy(genuine)
        check = _corrupt(told, dice, names)
        assert check in bad(verify(instance, sealed(told)))


def test_an_opening_set_that_places_fewer_is_found() -> None:
    people = [applicant("1", 9, "A", "B"), applicant("2", 8, "A", "B"), applicant("3", 7, "B")]
    instance = table([programme("A", 9, min_open=3), programme("B", 9, min_open=3)], people)
    worse = {**instance, "rules": {"seed": "s", "opening": "smallest_first"}}
    told = solved(worse)
    assert set(told["assignment"].values()) == {None}
    findings = bad(verify(raw(instance), sealed(told)))
    assert any("closing ['A'] is better" in one for one in findings["opening"])


def test_the_verifier_loads_nothing_of_the_solver() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, allocation.verify\n"
            "mine = [one for one in sys.modules if one.startswith('allocation.')]\n"
            "print([one for one in mine if not one.startswith('allocation.verify')], 'ortools' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[] False"


ROOT = Path(__file__).parents[2]


def test_the_contract_forbids_every_other_module_of_the_package() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (forbidden,) = [
        one["forbidden_modules"] for one in contracts if one.get("source_modules") == ["allocation.verify"]
    ]
    modules = {f"allocation.{one.stem}" for one in (ROOT / "allocation").glob("*.py") if one.stem != "__init__"}
    assert sorted(modules - set(forbidden)) == []


def test_the_verifier_uses_a_solver_of_another_family_and_only_where_it_is_needed() -> None:
    found = []
    for path in sorted((ROOT / "allocation/verify").glob("*.py")):
        tree = ast.parse(path.read_text())
        top = {id(node) for node in tree.body}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ortools"):
                found.append((path.name, node.module, id(node) in top))
            if isinstance(node, ast.Import):
                assert not any(one.name.startswith("ortools") for one in node.names)
    assert found == [("completions.py", "ortools.linear_solver", False)]
