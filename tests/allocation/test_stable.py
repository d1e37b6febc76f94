"""All stable assignments, against a referee that tries every one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.faults import BadInstance
from allocation.solver import solve
from allocation.stable import MOST, stable
from allocation.verify import audit
from tests.allocation.referee import Referee
from tests.allocation.rounds import applicant, programme, raw, read, table
from tests.allocation.strategies import rounds


def answer(instance: dict[str, Any]) -> dict[str, str | None]:
    """The outcome by the rule."""
    return dict(solve(read(instance), engine="search").assignment)


NAMES = st.permutations([f"a{at}" for at in range(5)])


@settings(max_examples=60, deadline=None)
@given(rounds(most=5, classes=3, minima=False))
def test_one_order_has_one_stable_assignment_the_referee_s(instance: dict[str, Any]) -> None:
    found = stable(read(instance), frozenset())
    assert found.complete
    assert [dict(one) for one in found.assignments] == Referee(instance).stables(frozenset())


@settings(max_examples=40, deadline=None)
@given(rounds(most=5, classes=3))
def test_with_classes_closed_too(instance: dict[str, Any]) -> None:
    shut = frozenset(one["id"] for one in instance["programmes"] if one.get("min_open"))
    found = stable(read(instance), shut)
    assert found.closed == tuple(sorted(shut))
    assert [dict(one) for one in found.assignments] == Referee(instance).stables(shut)


def test_a_guarantee_that_meets_beds_may_have_several() -> None:
    """A girl of WJ wants the kept place; whether she gets a bed depends on whom the other class took."""
    schools = [{"id": "S", "county": "QP", "dorm": {"F": 1}}]
    plan = [
        programme("A", 1, school="S", floors={"WJ": 1}),
        programme("B", 1, school="S"),
    ]
    people = [
        applicant("x", 9, "A", "B", county="JS", boards=True),
        applicant("w", 5, "B", "A", county="WJ"),
    ]
    instance = table(plan, people, {"across": "common_score"}, schools=schools)
    found = stable(read(instance), frozenset())
    rows = [dict(one) for one in found.assignments]
    assert answer(instance) in rows
    for row in rows:
        judged = audit(raw(instance), row)
        assert (judged.over, judged.claims, judged.ineligible) == ((), (), ())


@settings(max_examples=60, deadline=None)
@given(rounds(most=5, classes=3, minima=False))
def test_the_rule_s_outcome_with_guarantees_is_among_them_where_nothing_crosses(instance: dict[str, Any]) -> None:
    plain = {**instance, "schools": [{"id": one["id"], "county": one["county"]} for one in instance["schools"]]}
    plain["outflow"] = {}
    for one in plain["programmes"]:
        if one["capacity"] and one.get("ceilings", {}).get("WJ", 1):
            one["floors"] = {"WJ": 1}
    found = [dict(one) for one in stable(read(plain), frozenset()).assignments]
    assert found == [answer(plain)]


def test_a_returned_file_fills_its_seat_and_is_not_placed() -> None:
    plan = [programme("A", 1, excludes=["t"]), programme("B", 1)]
    people = [applicant("a", 9, "A", "B", tags=["t"]), applicant("b", 8, "A", "B")]
    found = stable(read(table(plan, people, {"checks": "after"})), frozenset())
    assert [dict(one) for one in found.assignments] == [{"a": None, "b": "B"}]
    assert found.table()["count"] == 1


def test_hard_floors_are_no_matter_of_full_limits() -> None:
    with pytest.raises(BadInstance):
        stable(read(table([programme("A", 1)], [], {"floors": "hard"})), frozenset())
    assert MOST > 0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_where_programmes_rank_the_outcome_is_one_of_them_and_best_for_everybody(data: st.DataObject) -> None:
    people = [
        applicant(f"a{at}", at, *data.draw(st.permutations(["A", "B", "C"]))[: data.draw(st.integers(0, 3))])
        for at in range(5)
    ]
    plan = [
        programme(name, data.draw(st.integers(0, 2)), ranking=dict(zip(data.draw(NAMES), range(5), strict=True)))
        for name in "ABC"
    ]
    instance = table(plan, people, {"across": "common_score"})
    got = answer(instance)
    rows = [dict(one) for one in stable(read(instance), frozenset()).assignments]
    assert got in rows
    for row in rows:
        judged = [one["choices"].index(row[one["id"]]) if row[one["id"]] else 9 for one in people]
        mine = [one["choices"].index(got[one["id"]]) if got[one["id"]] else 9 for one in people]
        assert all(left <= right for left, right in zip(mine, judged, strict=True))


def test_what_is_not_settled_is_not_called_stable() -> None:
    """Undivided limits and beds that follow a guarantee are decided by the procedure: nothing is enumerated."""
    people = [applicant("x", 9, "A", county="JS", boards=True), applicant("w", 5, "A", county="WJ", boards=True)]
    schools = [{"id": "S", "county": "QP", "dorm": {"F": 1}}]
    shared = table([programme("A", 1)], people, {"across": "optimised_shares"})
    with pytest.raises(BadInstance) as refused:
        stable(read(shared), frozenset())
    assert refused.value.faults[0].path == "rules.across"
    plan = [programme("A", 2, school="S", floors={"WJ": 1})]
    rules = {"across": "common_score", "bed_with_guarantee": True}
    with pytest.raises(BadInstance) as refused:
        stable(read(table(plan, people, rules, schools=schools)), frozenset())
    assert refused.value.faults[0].path == "rules.bed_with_guarantee"
    rules["bed_with_guarantee"] = False
    assert stable(read(table(plan, people, rules, schools=schools)), frozenset()).complete
