"""Best values over every feasible assignment, against trying them all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.faults import BadInstance
from allocation.free import Clock, OutOfTime
from allocation.optimum import OBJECTIVES, optimum
from tests.allocation.referee import Referee
from tests.allocation.rounds import applicant, programme, read, table
from tests.allocation.strategies import rounds

GOALS = st.permutations(["shortfall", "placed", "rank_sum", "open"]).map(lambda all_: all_[:3])


def every(referee: Referee) -> Iterator[dict[str, str | None]]:
    """Every assignment within the limits in which a class with pupils has its minimum."""
    names = list(referee.people)
    doors = [[*referee.eligible(who), None] for who in names]
    for row in product(*doors):
        got = dict(zip(names, row, strict=True))
        seats = [(who, at) for who, at in got.items() if at is not None]
        fits = all(sum(test(*seat) for seat in seats) <= cap for _, cap, test in referee.sets())
        if fits and not any(row.count(name) for name in referee.weak(got, frozenset())):
            yield got


def figures(referee: Referee, got: dict[str, str | None]) -> dict[str, int]:
    """What the objectives count, from the assignment alone."""
    closed = referee.weak(got, frozenset())
    places = [(who, at) for who, at in got.items() if at is not None]
    short = sum(
        max(0, floor - sum(at == name and referee.county(who) == county for who, at in places))
        for name, one in referee.programmes.items()
        for county, floor in one.get("floors", {}).items()
        if name not in closed
    )
    return {
        "shortfall": short,
        "placed": len(places),
        "rank_sum": sum(referee.eligible(who).index(at) + 1 for who, at in places),
        "open": len(referee.programmes) - len(closed),
    }


def floored(draw: st.DrawFn, instance: dict[str, Any]) -> None:
    """Give some programmes floors within their cells and totals."""
    for one in instance["programmes"]:
        cells = one.get("ceilings", {})
        if cells.get("WJ", 1) and one["capacity"] and draw(st.booleans()):
            one["floors"] = {"WJ": 1}


@settings(max_examples=60, deadline=None)
@given(st.data(), rounds(most=4, classes=3), GOALS)
def test_the_best_values_and_their_number_are_those_of_trying_everything(
    data: st.DataObject, instance: dict[str, Any], goals: list[str]
) -> None:
    data.draw(st.composite(floored)(instance))
    referee = Referee(instance)
    tried = [figures(referee, got) for got in every(referee)]
    key = [tuple(one[goal] * (-1 if OBJECTIVES[goal][0] else 1) for goal in goals) for one in tried]
    best = min(key)
    found = optimum(read(instance), goals)
    assert [found.values[goal] for goal in goals] == [
        value * (-1 if OBJECTIVES[goal][0] else 1) for goal, value in zip(goals, best, strict=True)
    ]
    assert found.proven
    assert found.optima == key.count(best) == len(found.assignments)


def test_every_objective_counts_what_it_says() -> None:
    people = [applicant("a", 9, "A", "B"), applicant("b", 8, "A"), applicant("c", 7, "C", adjust=True)]
    plan = [programme("A", 1), programme("B", 1), programme("C", 9, min_open=2)]
    instance = read(table(plan, people, {"adjustment": "anywhere"}, adjust_order=["B", "C"]))
    found = optimum(instance, list(OBJECTIVES))
    assert found.values == {
        "shortfall": 0,
        "placed": 2,
        "unplaced": 1,
        "rank_sum": 2 + 1,
        "first_choices": 1,
        "adjusted": 0,
        "open": 2,
        "closed": 1,
    }
    assert found.assignments == ({"a": "B", "b": "A", "c": None},)
    assert found.table()["optima"] == 1


def test_places_kept_for_good_are_out_of_reach() -> None:
    plan = [programme("A", 2, reserved=[{"tag": "t", "seats": 1, "release": False}])]
    people = [applicant("a", 9, "A"), applicant("b", 8, "A"), applicant("t", 1, "A", tags=["t"])]
    assert optimum(read(table(plan, people)), ["placed"]).values == {"placed": 2}
    assert optimum(read(table(plan, people[:2])), ["placed"]).values == {"placed": 1}


def test_nobody_at_all() -> None:
    found = optimum(read(table([programme("A", 1)], [])), ["placed", "rank_sum"])
    assert (found.values, found.optima) == ({"placed": 0, "rank_sum": 0}, 1)


def test_an_unknown_objective_is_named() -> None:
    with pytest.raises(BadInstance) as refused:
        optimum(read(table([], [])), ["placed", "joy"])
    assert [(fault.path, fault.value) for fault in refused.value.faults] == [("objective[1]", "joy")]


def test_no_time_is_told() -> None:
    people = [applicant(f"a{at}", at, "A", "B") for at in range(30)]
    with pytest.raises(OutOfTime):
        optimum(read(table([programme("A", 9), programme("B", 9)], people)), ["placed"], time_limit_s=0.0)
    assert Clock.of(0.0).over
    assert not Clock.of(None).over
