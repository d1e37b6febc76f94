"""The rule, one sentence at a time, by both engines and the verifier."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from allocation.formats import BadInstance
from allocation.solver import solve
from tests.allocation.rounds import applicant, placed, programme, raw, read, reasons, solved, table


def faults(instance: dict[str, Any]) -> list[str]:
    with pytest.raises(BadInstance) as refused:
        solve(read(instance), engine="search")
    return [f"{fault.path} {fault.value}" for fault in refused.value.faults]


def test_score_first_then_choice_in_one_pass() -> None:
    one = table(
        [programme("A", 1), programme("B", 1)],
        [applicant("P", 3, "A", "B"), applicant("Q", 2, "A", "B"), applicant("R", 1, "B")],
    )
    assert placed(one) == {"P": "A", "Q": "B", "R": None}


def test_half_points_order_exactly() -> None:
    one = table(
        [programme("A", 2)],
        [
            applicant("a", "611.5", "A", tie=[1]),
            applicant("b", 611, "A", tie=[9]),
            applicant("c", "611.50", "A", tie=[2]),
        ],
    )
    told = solved(one)
    assert told["positions"] == {"c": 1, "a": 2, "b": 3}
    assert told["assignment"]["b"] is None


def test_each_county_has_its_own_cell_and_order() -> None:
    one = table(
        [programme("A", 2, ceilings={"QP": 1, "JS": 1})],
        [applicant("q", 600, "A"), applicant("j", 500, "A", county="JS")],
    )
    told = solved(one)
    assert told["assignment"] == {"q": "A", "j": "A"}
    assert told["positions"] == {"q": 1, "j": 1}


def test_counties_that_could_meet_in_one_limit_are_refused_by_name() -> None:
    people = [applicant("q", 600, "A"), applicant("j", 500, "A", county="JS")]
    assert faults(table([programme("A", 1)], people)) == ["cap/A 1"]
    shares = {"capacity": {"QP": 1}}
    assert placed(table([programme("A", 1, shares=shares)], people)) == {"q": "A", "j": None}


def test_a_shared_limit_out_of_reach_is_no_obstacle() -> None:
    people = [applicant(f"{county}{at}", 500 + at, "A", county=county) for county in ("QP", "JS") for at in range(3)]
    one = table(
        [programme("A", 2, ceilings={"QP": 1, "JS": 1}, school="S")],
        people,
        schools=[{"id": "S", "county": "WJ", "capacity": 2}],
        limits=[{"name": "all", "cap": 2}],
    )
    told = solved(one)
    assert sorted(who for who, at in told["assignment"].items() if at) == ["JS2", "QP2"]
    assert {row["name"] for row in told["limits"]} >= {"cap/A", "school/S", "zone/all"}


def test_a_missing_key_that_is_needed_is_named() -> None:
    people = [applicant("a", 500, "A", tie=[100, None]), applicant("b", 500, "A", tie=[100, 90])]
    assert faults(table([programme("A", 1)], people)) == ["applicants[a].tie[1] a: null"]
    apart = [applicant("a", 500, "A", tie=[101, None]), applicant("b", 500, "A", tie=[100, 90])]
    assert placed(table([programme("A", 1)], apart)) == {"a": "A", "b": None}


def test_a_missing_total_is_named() -> None:
    people = [applicant("a", None, "A")]
    with pytest.raises(BadInstance) as refused:
        read(table([programme("A", 1)], people))
    assert [(one.path, one.value) for one in refused.value.faults] == [("applicants[0].score", "a: null")]


def test_the_published_lottery_settles_full_ties() -> None:
    people = [applicant(who, 500, "A") for who in "abcd"]
    one = table([programme("A", 2)], people, {"seed": "2025"})
    order = sorted("abcd", key=lambda who: hashlib.sha256(f"2025:{who}".encode()).hexdigest())
    got = placed(one)
    assert sorted(who for who in got if got[who]) == sorted(order[:2])


def test_a_lottery_without_a_seed_is_refused() -> None:
    people = [applicant(who, 500, "A") for who in "ab"]
    assert faults(table([programme("A", 1)], people, {"seed": None})) == ["rules.seed null"]
    drawn = [applicant("a", 500, "A", lottery=2), applicant("b", 500, "A", lottery=1)]
    assert placed(table([programme("A", 1)], drawn, {"seed": None})) == {"a": None, "b": "A"}


def test_control_lines_by_county_and_programme() -> None:
    people = [
        applicant("w", 440, "A", "B", county="WJ"),
        applicant("v", 398, "A", "B", county="WJ"),
        applicant("q", 100, "A"),
    ]
    one = table([programme("A", lines={"WJ": 450}), programme("B", lines={"WJ": "400.0"})], people)
    told = solved(one)
    assert told["assignment"] == {"w": "B", "v": None, "q": "A"}
    assert reasons(told, "w") == {"A": "struck/line"}
    assert reasons(told, "v") == {"A": "struck/line", "B": "struck/line"}


def test_a_zero_cell_is_shut_to_its_county() -> None:
    one = table([programme("A", 1, ceilings={"QP": 0, "JS": 1})], [applicant("q", 1, "A")])
    told = solved(one)
    assert told["assignment"] == {"q": None}
    assert reasons(told, "q") == {"A": "struck/zero_cell"}


def test_a_duplicate_does_not_count_in_the_ranks() -> None:
    one = table(
        [programme("A", 1), programme("B", 1)],
        [applicant("a", 2, "A"), applicant("b", 1, "A", "A", "B")],
    )
    told = solved(one)
    assert told["reasons"]["b"] == [
        {"choice": 1, "programme": "A", "reason": "cap/A"},
        {"choice": 2, "programme": "A", "reason": "struck/duplicate"},
    ]
    assert told["yardsticks"]["rank_sum"] == 1 + 2


def test_those_taken_elsewhere_leave_the_candidate_set() -> None:
    people = [applicant("a", 3, "A"), applicant("b", 2, "A"), applicant("c", 1, "A")]
    told = solved(table([programme("A", 1)], people, taken=["a"]))
    assert told["assignment"] == {"a": None, "b": "A", "c": None}
    assert told["positions"] == {"a": 0, "b": 1, "c": 2}
    assert reasons(told, "a") == {"A": "struck/taken"}


def test_no_limit_means_no_limit() -> None:
    people = [applicant(f"a{at}", at, "A", county=f"C{at % 3}") for at in range(30)]
    told = solved(table([programme("A")], people))
    assert set(told["assignment"].values()) == {"A"}


def test_the_same_answer_however_the_rows_stand() -> None:
    people = [applicant(f"a{at}", at % 4, "A", "B") for at in range(9)]
    one = table([programme("A", 3), programme("B", 2)], people)
    other = {**one, "applicants": people[::-1], "programmes": one["programmes"][::-1]}
    assert read(one) == read(other)
    first, second = solve(read(one), engine="search"), solve(read(other), engine="model")
    assert first.body == second.body
    assert raw(one) != raw(other)


def test_golden_digests() -> None:
    one = table(
        [programme("A", 1), programme("B", 1)],
        [applicant("张三", "611.50", "A", "B"), applicant("b", 600, "A", "B"), applicant("c", 1, "A")],
    )
    digests = solved(one)["digests"]
    lines = "b:B\nc:\n张三:A"
    assert digests["assignment"] == hashlib.sha256(lines.encode()).hexdigest()
    assert digests["instance"] == "bf94b28e3472857ffe7a1ab85e20a40272b23d87ddd473802f3dd5d4c521ab96"
    assert digests["rules"] == "537c45072a2f4367169ea2480e699d0e96955eced7645fe1e354445a4c18a133"
