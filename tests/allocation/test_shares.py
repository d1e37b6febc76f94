"""Limits divided by the solver: by hand, and against every division tried one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.faults import BadInstance, Inadmissible
from allocation.opening import heads
from allocation.passing import settle
from allocation.round import prepare
from allocation.solver import solve
from tests.allocation.rounds import applicant, programme, read, table
from tests.allocation.strategies import counts, rounds
from tests.allocation.test_properties import FAST

DIVIDE = {"across": "optimised_shares"}


def told(instance: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The outcome of both engines."""
    body: dict[str, Any] = json.loads(solve(read(instance), **more).to_bytes())
    return body


def test_a_total_is_divided_so_that_most_are_placed() -> None:
    """j has another choice, so the one place goes to QP although both counties ask for it."""
    people = [applicant("q", 1, "A"), applicant("j", 9, "A", "B", county="JS")]
    out = told(table([programme("A", 1), programme("B")], people, DIVIDE))
    assert out["assignment"] == {"q": "A", "j": "B"}
    assert out["shares"] == [
        {"limit": "cap/A", "county": "JS", "share": 0, "demand": 1},
        {"limit": "cap/A", "county": "QP", "share": 1, "demand": 1},
    ]
    assert [row["name"] for row in out["limits"] if row["kind"] == "cap"] == ["cap/A/JS", "cap/A/QP"]
    assert out["proven"]


def test_equal_divisions_go_by_distance_then_by_listed_order() -> None:
    people = [applicant(f"q{at}", at, "A") for at in range(3)]
    people += [applicant(f"j{at}", at, "A", county="JS") for at in range(3)]
    out = told(table([programme("A", 3)], people, DIVIDE))
    assert [row["share"] for row in out["shares"]] == [2, 1]
    out = told(table([programme("A", 4)], people, DIVIDE))
    assert [row["share"] for row in out["shares"]] == [2, 2]


def test_floors_are_lower_bounds_of_the_shares() -> None:
    people = [applicant("q", 1, "A"), applicant("j", 9, "A", "B", county="JS")]
    out = told(table([programme("A", 1, floors={"JS": 1}), programme("B")], people, DIVIDE))
    assert out["assignment"] == {"q": None, "j": "A"}
    assert out["guarantees"] == [{"name": "floor/A/JS", "seats": 1, "filled": 1, "missing": 0, "released": 0}]


def test_shares_and_classes_are_chosen_together() -> None:
    """B needs two of QP, which it gets only if A's place goes to JS."""
    people = [
        applicant("q1", 9, "A", "B"),
        applicant("q2", 8, "B"),
        applicant("j", 1, "A", county="JS"),
    ]
    out = told(table([programme("A", 1), programme("B", 9, min_open=2, ceilings={"QP": 9})], people, DIVIDE))
    assert out["assignment"] == {"q1": "B", "q2": "B", "j": "A"}


def test_a_round_with_nothing_to_divide_is_solved_as_it_stands() -> None:
    people = [applicant("q", 1, "A"), applicant("j", 9, "A", county="JS")]
    out = told(table([programme("A", 2)], people, DIVIDE))
    assert out["assignment"] == {"q": "A", "j": "A"}
    assert out["shares"] == []


def test_reserved_places_of_a_divided_total_are_refused_with_the_mend() -> None:
    people = [applicant("q", 1, "A"), applicant("j", 9, "A", county="JS")]
    plan = [programme("A", 1, reserved=[{"tag": "v", "seats": 1}])]
    with pytest.raises(BadInstance) as refused:
        told(table(plan, people, DIVIDE))
    assert [fault.path for fault in refused.value.faults] == ["programmes[0].reserved"]


@pytest.mark.parametrize(
    "more", [{"opening": "smallest_first"}, {"opening": ["A"]}, {"floors": "hard"}, {"bed_with_guarantee": True}]
)
def test_rules_that_leave_a_question_open_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(BadInstance) as refused:
        read(table([programme("A", 1)], [], {**DIVIDE, **more}))
    assert [fault.path for fault in refused.value.faults] == [f"rules.{key}" for key in more]


def test_too_many_divisions_are_climbed_and_the_model_proves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allocation.divided_search.DIVISIONS_UP_TO", 1)
    people = [applicant(f"q{at}", at, "A") for at in range(4)]
    people += [applicant(f"j{at}", at, "A", "B", county="JS") for at in range(4)]
    instance = table([programme("A", 4), programme("B", 1)], people, DIVIDE)
    assert not told(instance, engine="search")["proven"]
    both = told(instance)
    assert both["proven"]
    assert [run["status"] for run in both["engines"]] == ["not_proven", "proven"]


@st.composite
def divided(draw: st.DrawFn) -> dict[str, Any]:
    """A round of totals, beds and minima that counties share."""
    instance: dict[str, Any] = draw(rounds(most=8, classes=3, common=True))
    for row in instance["programmes"]:
        row["capacity"] = draw(counts(3))
        row.get("ceilings", {}).pop("QP", None)
        if draw(st.booleans()) and row.get("ceilings", {}).get("WJ", 9) >= 1 <= row["capacity"]:
            row["floors"] = {"WJ": 1}
    for row in instance["schools"]:
        row.pop("capacity", None)
        row["dorm"] = {"F": draw(counts(2))} if draw(st.booleans()) else {}
    instance["rules"] = {"seed": "s", "across": "optimised_shares"}
    return instance


def _splits(cap: int, counties: list[str], floors: dict[str, int]) -> Iterator[dict[str, int]]:
    for row in product(range(cap + 1), repeat=len(counties)):
        if sum(row) == cap and all(share >= floors.get(one, 0) for one, share in zip(counties, row, strict=True)):
            yield dict(zip(counties, row, strict=True))


def by_trial(instance: dict[str, Any], rows: list[dict[str, Any]]) -> Any:
    """The best assignment over every division of the limits named and every opening set."""
    names = sorted({row["limit"] for row in rows})
    demand = {name: {row["county"]: row["demand"] for row in rows if row["limit"] == name} for name in names}
    plan = {f"cap/{one['id']}": one for one in instance["programmes"]}
    beds = {f"dorm/{one['id']}/F": one for one in instance["schools"]}
    floors = {name: plan[name].get("floors", {}) if name in plan else {} for name in names}
    caps = {name: plan[name]["capacity"] if name in plan else beds[name]["dorm"]["F"] for name in names}
    best: Any = None
    undecided = _undecided(instance)
    for division in _divisions(names, caps, demand, floors):
        for name in names:
            if name in plan:
                plan[name]["shares"] = {"capacity": division[name]}
            else:
                beds[name]["shares"] = {"F": division[name]}
        one = json.loads(json.dumps({**instance, "rules": {"seed": "s"}}))
        for row in one["programmes"]:
            row.pop("floors", None)  # the divisions tried already keep them
        round_ = prepare(read(one))
        for shut in chain.from_iterable(combinations(undecided, n) for n in range(len(undecided) + 1)):
            got = settle(round_, frozenset(shut)).placed
            reached = heads(round_, got)
            if any(reached[at] < need for at, need in enumerate(round_.needs) if at not in shut):
                continue
            seats = [wish for wish in got if wish is not None]
            flags = [at not in shut for at in undecided]
            apart = sum(
                Fraction(abs(share * sum(demand[name].values()) - caps[name] * demand[name][county]))
                / (sum(demand[name].values()) or 1)
                for name in names
                for county, share in division[name].items()
                if sum(demand[name].values())
            )
            ordered = [division[name][county] for name in names for county in sorted(division[name])]
            ranks = sum(wish.rank for wish in seats)
            key = len(seats), -ranks, sum(flags), flags, -apart, ordered
            if best is None or key > best[0]:
                best = key, dict(zip((a.id for a in round_.instance.applicants), got, strict=True)), ordered
    return best


def _divisions(names: list[str], caps: Any, demand: Any, floors: Any) -> Iterator[dict[str, dict[str, int]]]:
    for row in product(*(list(_splits(caps[name], sorted(demand[name]), floors[name])) for name in names)):
        yield dict(zip(names, row, strict=True))


def _undecided(instance: dict[str, Any]) -> tuple[int, ...]:
    round_ = prepare(read(instance))
    reached = heads(round_, settle(round_, frozenset()).placed)
    return tuple(at for at, need in enumerate(round_.needs) if reached[at] < need)


@FAST
@given(divided())
def test_both_engines_find_the_best_division(instance: dict[str, Any]) -> None:
    try:
        out = told(json.loads(json.dumps(instance)))
    except Inadmissible:
        return
    assert out["proven"]
    if not out["shares"]:
        return
    _, got, ordered = by_trial(json.loads(json.dumps(instance)), out["shares"])
    names = [one["id"] for one in sorted(instance["programmes"], key=lambda one: one["id"])]
    assert out["assignment"] == {who: wish and names[wish.programme] for who, wish in got.items()}
    assert [row["share"] for row in out["shares"]] == ordered
