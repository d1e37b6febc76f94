"""The certificate at its edges: what it cannot try again, ties under hard floors, sets that admit nothing."""

from __future__ import annotations

import json
from typing import Any

from allocation.solver import solve
from allocation.verify import Report, verify
from bench.mutations import sealed
from tests.allocation.rounds import applicant, placed, programme, raw, read, reasons, solved, table

HARD = {"across": "common_score", "floors": "hard"}


def certified(instance: dict[str, Any], told: dict[str, Any]) -> Report:
    """The certificate of an outcome whose digests a forger has made right."""
    return verify(raw(instance), sealed(told))


def found(report: Report) -> dict[str, tuple[str, ...]]:
    """The findings by check."""
    return {check.name: check.findings for check in report.checks if check.findings}


def line(report: Report, name: str) -> str:
    """One line of the certificate."""
    (check,) = [one for one in report.checks if one.name == name]
    return check.line()


def test_a_line_says_what_was_counted_and_found() -> None:
    instance = table([programme("A", 1)], [applicant("a", 1, "A")])
    told = solved(instance)
    assert line(certified(instance, told), "positions") == "ok  positions: 1 checked, 0 found"
    told["positions"]["a"] = 2
    assert line(certified(instance, told), "positions") == "BAD positions: 1 checked, 1 found"


def test_seventeen_undecided_classes_are_not_tried_again() -> None:
    plan = [programme(f"P{at:02}", 9, min_open=2) for at in range(17)]
    instance = table(plan, [applicant(f"a{at:02}", 99 - at, f"P{at:02}") for at in range(17)])
    told = solved(instance, "search")
    assert line(certified(instance, told), "opening").endswith("(2^17 sets not tried again)")


def test_too_many_looks_ahead_are_not_tried_again() -> None:
    plan = [programme(f"P{at}", 9, min_open=2, floors={"QP": 1}) for at in range(7)]
    people = [applicant(f"a{at}", 99 - at, f"P{at}", "Z") for at in range(7)]
    instance = table([*plan, programme("Z", 7)], people, HARD)
    told = solved(instance, "search")
    said = line(certified(instance, told), "opening")
    assert said.endswith("(128 ways not tried again; no way could place more than 7)")


def test_a_division_that_places_fewer_is_found() -> None:
    people = [applicant("a", 9, "A"), applicant("b", 8, "A"), applicant("j", 7, "A", county="JS")]
    people += [applicant("k", 6, "A", "B", county="JS")]
    instance = table([programme("A", 2), programme("B", 1)], people, {"across": "optimised_shares"})
    told = solved(instance)
    forged = {row["county"]: row["share"] for row in told["shares"]}
    assert forged == {"JS": 1, "QP": 1}
    other = {**instance, "rules": {"across": "own_county"}}
    other["programmes"] = [programme("A", 2, shares={"capacity": {"JS": 2, "QP": 0}}), programme("B", 1)]
    worse = json.loads(solve(read(other), engine="search").to_bytes())
    worse["digests"] |= {key: told["digests"][key] for key in ("instance", "rules")}
    worse["shares"] = [{**row, "share": 2 if row["county"] == "JS" else 0} for row in told["shares"]]
    assert any("is better" in one for one in found(certified(instance, worse))["opening"])


def test_shares_below_a_floor_are_found() -> None:
    people = [applicant("a", 9, "A"), applicant("b", 8, "A"), applicant("j", 7, "A", county="JS")]
    instance = table([programme("A", 2, floors={"JS": 1})], people, {"across": "optimised_shares"})
    told = solved(instance)
    for row in told["shares"]:
        row["share"] = 0 if row["county"] == "JS" else 2
    assert "cap/A/JS: share 0 below 1" in found(certified(instance, told))["shares"]


def test_closing_what_leaves_no_completion_is_found() -> None:
    """Under hard floors a set of closed classes may leave no way to meet the minima of the others."""
    plan = [programme("A", 2, min_open=2), programme("B", 2, min_open=2, floors={"QP": 1})]
    people = [applicant("a", 9, "A", "B"), applicant("b", 8, "B", "A")]
    instance = table(plan, people, HARD)
    told = solved(instance)
    assert [row["programme"] for row in told["closed"]] in (["A"], ["B"])
    told["closed"] = []
    assert "no completion meets every minimum" in found(certified(instance, told))["opening"][0]


def test_a_full_tie_that_only_compares_is_walked_in_the_order_of_ids() -> None:
    people = [applicant("a", 9, "P", county="JS"), applicant("b", 8, "P"), applicant("c", 8, "P")]
    instance = table([programme("P", 2, floors={"JS": 2}, min_open=2)], people, {**HARD, "ties": "stop"})
    told = solved(instance)
    assert told["closed"] == [{"pass": 1, "programme": "P", "reached": 2, "needed": 2}]


def test_a_full_tie_that_decides_a_place_of_the_outcome_is_found() -> None:
    people = [applicant("a", 8, "P"), applicant("b", 8, "P"), applicant("c", 7, "P", county="JS")]
    drawn = table([programme("P", 2, floors={"JS": 1})], people, HARD)
    told = solved(drawn)
    assert sum(at is not None for at in told["assignment"].values()) == 2
    stopping = {**drawn, "rules": {**drawn["rules"], "ties": "stop"}}
    calm = {**stopping, "applicants": [{**row, "score": 9 - at} for at, row in enumerate(people)]}
    told["digests"] |= {"rules": solved(calm)["digests"]["rules"]}
    assert "the full tie of a、b decides a place" in found(certified(stopping, told))["order"]


def test_a_refusal_that_two_floors_cause_is_blamed_on_neither_alone() -> None:
    """A place in P would take the one place w needs in Q and the one place x needs in R."""
    plan = [programme("P", 9), programme("Q", 9, floors={"JS": 1}), programme("R", 9, floors={"JS": 1})]
    people = [applicant("a", 9, "P"), applicant("w", 8, "Q", county="JS"), applicant("x", 7, "R", county="JS")]
    limits = [{"name": at, "cap": 1, "programmes": ["P", at]} for at in "QR"]
    told = solved(table(plan, people, HARD, limits=limits))
    assert reasons(told, "a") == {"P": "hard/*"}
    assert told["refused_by_floors"] == [{"applicant": "a", "programme": "P", "name": "*"}]
    one = solved(table(plan, people, HARD, limits=limits[:1]))
    assert reasons(one, "a") == {"P": "hard/floor/Q/JS"}


def test_a_programme_that_ranks_keeps_its_lasting_places() -> None:
    kept = [{"tag": "t", "seats": 1, "release": False}]
    plan = [programme("P", 2, ranking={"a": 3, "b": 2}, reserved=kept), programme("Q", 5)]
    people = [applicant("a", 9, "P"), applicant("b", 8, "P", "Q")]
    instance = table(plan, people, {"across": "common_score"})
    assert placed(instance) == {"a": "P", "b": "Q"}
    assert reasons(solved(instance), "b") == {"P": "held/P/t"}


def test_whom_a_floor_holds_fills_no_lasting_place_of_a_tag() -> None:
    kept = [{"tag": "t", "seats": 1, "release": False}]
    ranks = {"a": 3, "b": 2, "c": 1}
    plan = [programme("P", 3, ranking=ranks, floors={"QP": 1, "WJ": 1}, reserved=kept)]
    people = [
        applicant("a", 9, "P"),
        applicant("b", 8, "P", county="WJ", tags=["t"]),
        applicant("c", 7, "P", county="JS"),
    ]
    told = solved(table(plan, people, {"across": "common_score"}))
    assert told["assignment"] == {"a": "P", "b": "P", "c": None}
    assert reasons(told, "c") == {"P": "held/P/t"}
