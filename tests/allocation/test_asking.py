"""Worked examples and the commands that ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from allocation import cli
from allocation.canonical import assignment_digest
from allocation.cases import Case, example_instance, read_cases
from allocation.faults import BadInstance
from allocation.judging import judged
from tests.allocation.rounds import applicant, programme, raw, table

FILE = Path(__file__).parent / "data/allocation-examples.json"
CASES = {case.id: case for case in read_cases(FILE.read_bytes())}


def write(folder: Path, value: Any, name: str = "case.json") -> str:
    """A file with this value."""
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return str(path)


def a_case(**more: Any) -> dict[str, Any]:
    """A case of two people and one seat."""
    body = table([programme("A", 1)], [applicant("a", 2, "A"), applicant("b", 1, "A")])
    del body["format"], body["rules"]
    return {"id": "X1", "kind": "solve", "expect": {"assignment": {"a": "A", "b": None}}, **body, **more}


def keys_not_met(case: dict[str, Any]) -> list[str]:
    """The expectations of one case that are not met."""
    (one,) = read_cases(json.dumps(case).encode())
    return [line.key for line in judged(one) if not line.met]


@pytest.mark.parametrize("case", CASES.values(), ids=lambda one: one.id)
def test_the_worked_examples(case: Case) -> None:
    lines = [*judged(case)]
    assert {line.key for line in lines} == set(case.expect)
    assert [line.text() for line in lines if not line.met] == []


def test_every_key_a_solved_case_can_expect() -> None:
    people = [
        applicant("a", 9.5, "A"),
        applicant("b", "8.50", "A", adjust=True),
        applicant("c", 7, "D"),
        applicant("d", 6, "C"),
    ]
    plan = [
        programme("A", 1, floors={"WJ": 1}),
        programme("B", 1),
        programme("C", 3, min_open=2),
        programme("D", 3, excludes=["x"]),
    ]
    people[2]["tags"] = ["x"]
    expect = {
        "assignment": {"a": "A", "b": "B", "c": None, "d": None},
        "cutoffs": {"A": {"QP": "9.50"}},
        "reasons": {"b": {"A": "cap/A"}, "d": {"C": "closed"}, "c": {"D": "returned"}},
        "merit_order": ["a", "b", "c", "d"],
        "positions": {"a": 1, "d": 4},
        "closed": ["C"],
        "open": ["D", "B", "A"],
        "adjusted": {"b": "B"},
        "returned": {"c": "D"},
        "placed": 2,
        "unplaced": ["d", "c"],
        "rank_sum": 1 + 2,
        "flow_bound": 4,
        "shortfall": 1,
        "used": {"cap/A": 1},
        "over": {},
        "shares": [],
        "refused_by_floors": [],
        "digest": assignment_digest({"a": "A", "b": "B", "c": None, "d": None}),
        "proven": True,
        "stable_count": 1,
        "status": "sound",
    }
    body = {"programmes": plan, "applicants": people, "adjust_order": ["B"], "rules": {"checks": "after"}}
    case = {"id": "all", "kind": "solve", "expect": expect, **body}
    assert keys_not_met(case) == []


def test_what_is_not_met_or_not_known_is_told() -> None:
    assert keys_not_met(a_case()) == []
    assert keys_not_met(a_case(expect={"placed": 2, "joy": 1})) == ["placed", "joy"]
    assert keys_not_met(a_case(expect={})) == ["expect"]
    assert keys_not_met(a_case(expect={"assignment": {"a": "A"}})) == ["assignment"]


def test_refusals_can_be_expected() -> None:
    tied = [applicant("a", 1, "A"), applicant("b", 1, "A")]
    stop = a_case(applicants=tied, rules={"ties": "stop"})
    assert keys_not_met({**stop, "expect": {"placed": 1}}) == ["placed", "status"]
    assert keys_not_met({**stop, "expect": {"status": "bad_input"}}) == []
    full = a_case(applicants=tied, rules={"ties": "admit_all"}, limits=[{"name": "z", "cap": 1}])
    assert keys_not_met({**full, "expect": {"status": "inadmissible"}}) == []


def test_a_full_tie_without_numbers_is_drawn_with_the_name_of_the_case() -> None:
    free = a_case(
        applicants=[applicant("a", 1, "A"), applicant("b", 1)], expect={"assignment": {"a": "A", "b": None}}
    )
    assert keys_not_met(free) == []


@pytest.mark.parametrize(
    ("expect", "met"),
    [
        ({"over": ["cap/A"]}, True),
        ({"over": [["cap/A", 1, 2]]}, True),
        ({"over": []}, False),
        ({"ineligible": [["b", "B"]]}, True),
        ({"ineligible": ["b"]}, True),
        ({"ineligible": ["b: B is not an open choice"]}, True),
        ({"under": ["B"], "shortfall": 0, "claims": [], "envy": []}, True),
    ],
)
def test_every_key_of_an_audit(expect: dict[str, Any], met: bool) -> None:
    body = table(
        [programme("A", 1), programme("B", 3, min_open=2)],
        [applicant("a", 3, "A"), applicant("b", 2, "A"), applicant("c", 1, "A")],
    )
    given = {"a": "A", "b": "B", "c": "A"} if "under" not in expect else {"a": "A", "b": "B"}
    case = {**a_case(kind="audit", given=given, expect=expect), "programmes": body["programmes"]}
    case["applicants"] = body["applicants"]
    if "under" in expect:
        case["expect"] = {**expect, "claims": []}
    assert (keys_not_met(case) == []) is met


def test_every_key_of_optimum_and_stable() -> None:
    best = {
        "values": {"placed": 1},
        "placed": 1,
        "optima": 2,
        "assignments": [{"a": None, "b": "A"}, {"a": "A", "b": None}],
    }
    assert keys_not_met(a_case(kind="optimum", objective=["placed"], expect=best)) == []
    assert keys_not_met(a_case(kind="optimum", objective="placed", expect={"optima": 2})) == []
    every = {"count": 1, "stable_count": 1, "stable": [{"a": "A", "b": None}], "closed": []}
    assert keys_not_met(a_case(kind="stable", expect=every)) == []


def test_bad_files_are_refused_by_place() -> None:
    for value, paths in (
        ({"cases": [a_case(joy=1), a_case(kind="guess")], "more": 1}, ["more"]),
        ({"cases": [a_case(joy=1), a_case(kind="guess")]}, ["cases[0].joy", "cases[1].kind"]),
        ([a_case(floors_rule="soft")], ["floors_rule"]),
        (a_case(id=7), ["id"]),
    ):
        with pytest.raises(BadInstance) as refused:
            read_cases(json.dumps(value).encode())
        assert [fault.path for fault in refused.value.faults] == paths
    with pytest.raises(BadInstance):
        example_instance(FILE.read_bytes())


def test_the_command_tells_expected_and_got(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["examples", write(tmp_path, {"cases": [a_case()]})]) == 0
    assert "1 cases, 1 as expected, 0 not" in capsys.readouterr().out
    assert cli.main(["examples", write(tmp_path, [a_case(expect={"placed": 2})])]) == cli.FAILED
    assert "BAD placed: expected 2, got 1" in capsys.readouterr().out
    assert cli.main(["examples", write(tmp_path, [a_case(joy=1)])]) == cli.BAD_INPUT
    assert "joy" in capsys.readouterr().err


def test_one_example_is_solved_verified_and_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, out = write(tmp_path, a_case()), str(tmp_path / "out.json")
    assert cli.main(["solve", case, "--example", "--out", out, "--engine", "search"]) == 0
    assert cli.main(["verify", case, out, "--example"]) == 0
    assert cli.main(["explain", case, out, "--example", "--applicant", "b"]) == 0
    assert "专业招生总数(1)已满" in capsys.readouterr().out
    assert cli.main(["solve", case, "--out", out]) == cli.BAD_INPUT
    assert cli.main(["solve", str(FILE), "--example", "--out", out]) == cli.BAD_INPUT


def test_optimum_stable_and_audit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = table(
        [programme("A", 1), programme("B", 9, min_open=2)], [applicant("a", 2, "A"), applicant("b", 1, "A", "B")]
    )
    path = write(tmp_path, body, "instance.json")
    assert cli.main(["optimum", path, "--objective", "placed,rank_sum"]) == 0
    assert json.loads(capsys.readouterr().out)["values"] == {"placed": 1, "rank_sum": 1}
    assert cli.main(["optimum", path, "--objective", "joy"]) == cli.BAD_INPUT
    assert cli.main(["stable", path]) == 0
    assert json.loads(capsys.readouterr().out)["closed"] == ["B"]
    assert cli.main(["stable", path, "--closed", ""]) == 0
    assert json.loads(capsys.readouterr().out)["assignments"] == [{"a": "A", "b": "B"}]
    given = write(tmp_path, {"assignment": {"a": "A", "b": None}}, "given.json")
    answer = tmp_path / "answer.json"
    assert cli.main(["audit", path, given, "--out", str(answer)]) == 0
    assert json.loads(answer.read_bytes())["claims"] == []
    capsys.readouterr()
    assert cli.main(["audit", path, write(tmp_path, {"b": "A"}, "given.json")]) == cli.FAILED
    assert "    a envies b at A" in capsys.readouterr().out.splitlines()
    assert cli.main(["audit", path, write(tmp_path, ["b"], "given.json")]) == cli.BAD_INPUT


def test_time_and_contradictions_have_their_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = table([programme("A", 9), programme("B", 9)], [applicant(f"a{at}", at, "A", "B") for at in range(30)])
    path = write(tmp_path, many)
    assert cli.main(["optimum", path, "--objective", "placed", "--time-limit", "0"]) == cli.FAILED
    assert "timeout" in capsys.readouterr().err
    tied = table([programme("A", 1)], [applicant("a", 1, "A"), applicant("b", 1, "A")], {"ties": "admit_all"})
    path = write(tmp_path, {**tied, "limits": [{"name": "z", "cap": 1}]})
    assert cli.main(["stable", path]) == cli.INADMISSIBLE
    assert json.loads(raw(tied))
