"""Hard floors: the pass that looks ahead, by hand and against a separately written referee."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation import generate
from allocation.clock import GRACE, Clock, NoTime
from allocation.engines import finished
from allocation.explain import explain
from allocation.faults import BadInstance, Inadmissible
from allocation.hard_model import HardModel
from allocation.lookahead import LookAhead
from allocation.opening import bits
from allocation.prices import Pool
from allocation.round import prepare
from allocation.set_bounds import SetBounds
from allocation.solver import solve
from tests.allocation.hard_oracle import HardReferee
from tests.allocation.rounds import applicant, programme, raw, read, reasons, solved, table
from tests.allocation.strategies import COUNTIES, counts, rounds
from tests.allocation.test_properties import FAST, SLOW


def told(instance: dict[str, Any], engine: Any = "both") -> dict[str, Any] | None:
    """The outcome, or None where none is admissible."""
    try:
        body: dict[str, Any] = json.loads(solve(read(instance), engine=engine).to_bytes())
    except Inadmissible:
        return None
    return body


def by_hand(programmes: list[Any], people: list[Any], **rules: Any) -> dict[str, Any]:
    """A round with hard floors, certified."""
    return solved(table(programmes, people, {"across": "common_score", "floors": "hard", **rules}))


def test_a_place_is_kept_from_the_first_for_the_sake_of_a_floor() -> None:
    out = by_hand(
        [programme("A", 2, floors={"WJ": 1})],
        [applicant("a", 9, "A"), applicant("b", 8, "A"), applicant("w", 1, "A", county="WJ")],
    )
    assert out["assignment"] == {"a": "A", "b": None, "w": "A"}
    assert reasons(out, "b") == {"A": "hard/floor/A/WJ"}
    assert out["refused_by_floors"] == [{"applicant": "b", "programme": "A", "name": "floor/A/WJ"}]
    assert out["yardsticks"]["shortfall"] == 0


def test_a_member_is_ordered_away_from_a_better_choice() -> None:
    """The order forces: w would rather have B, and a floor of A can be met by nobody else."""
    out = by_hand(
        [programme("A", 1, floors={"WJ": 1}), programme("B", 1)],
        [applicant("w", 9, "B", "A", county="WJ"), applicant("b", 1, "B")],
    )
    assert out["assignment"] == {"w": "A", "b": "B"}
    assert reasons(out, "w") == {"B": "hard/floor/A/WJ"}


def test_a_floor_nobody_can_meet_is_not_blamed_for_the_work_of_another() -> None:
    out = by_hand(
        [programme("A", 1, floors={"JS": 1}), programme("B", 1, floors={"WJ": 1})],
        [applicant("b", 9, "B"), applicant("w", 1, "B", county="WJ")],
    )
    assert out["assignment"] == {"b": None, "w": "B"}
    assert reasons(out, "b") == {"B": "hard/floor/B/WJ"}
    assert [row["missing"] for row in out["guarantees"]] == [1, 0]
    assert out["yardsticks"]["shortfall"] == 1


def test_a_minimum_keeps_somebody_for_a_class_that_opens() -> None:
    out = by_hand(
        [programme("A", 9), programme("B", 9, min_open=2, floors={"WJ": 1})],
        [applicant("a", 9, "A", "B"), applicant("w", 1, "B", county="WJ")],
    )
    assert out["assignment"] == {"a": "B", "w": "B"}
    assert reasons(out, "a") == {"A": "hard/min/B"}


def test_two_orders_together_are_told_as_such() -> None:
    """One seat is left outside both floors' needs only if either alone were dropped twice over."""
    out = by_hand(
        [programme("A", 2, floors={"WJ": 1, "JS": 1}), programme("B", 9)],
        [
            applicant("a", 9, "A", "B"),
            applicant("w", 2, "A", county="WJ"),
            applicant("j", 1, "A", county="JS"),
        ],
    )
    assert out["assignment"] == {"a": "B", "w": "A", "j": "A"}
    assert reasons(out, "a") == {"A": "hard/floor/A/JS"}


def test_adjustment_looks_ahead_too() -> None:
    out = solved(
        table(
            [programme("A", 1), programme("B", 1, floors={"WJ": 1})],
            [applicant("a", 9, adjust=True), applicant("w", 1, adjust=True, county="WJ")],
            {"across": "common_score", "floors": "hard", "adjustment": "anywhere"},
            adjust_order=["B", "A"],
        )
    )
    assert out["assignment"] == {"a": "A", "w": "B"}


def test_a_listed_order_cancels_classes_short_of_a_floor() -> None:
    plan = [programme("A", 2, min_open=1, floors={"WJ": 1}), programme("B", 1)]
    out = by_hand(plan, [applicant("a", 9, "A", "B")], opening=["A"])
    assert out["assignment"] == {"a": "B"}
    assert out["closed"] == [{"pass": 1, "programme": "A", "reached": 1, "needed": 1}]


def test_a_full_tie_that_floors_must_part_stops_the_run() -> None:
    plan = [programme("A", 2, floors={"WJ": 1})]
    people = [applicant("a", 9, "A"), applicant("b", 9, "A"), applicant("w", 1, "A", county="WJ")]
    with pytest.raises(BadInstance) as stopped:
        by_hand(plan, people, ties="stop")
    assert [(fault.path, fault.value) for fault in stopped.value.faults] == [("hard/*", "a、b")]
    plan = [programme("A", 3, floors={"WJ": 1})]
    assert by_hand(plan, people, ties="stop")["assignment"] == {"a": "A", "b": "A", "w": "A"}


def test_floors_are_kept_by_the_shares_of_their_counties() -> None:
    """A floor inside a divided total holds nothing back and is told."""
    plan = [programme("A", 3, shares={"capacity": {"QP": 1, "WJ": 2}}, floors={"WJ": 2})]
    people = [applicant("a", 9, "A"), applicant("b", 8, "A"), applicant("w", 1, "A", county="WJ")]
    out = solved(table(plan, people))
    assert out["assignment"] == {"a": "A", "b": None, "w": "A"}
    assert out["guarantees"] == [{"name": "floor/A/WJ", "seats": 2, "filled": 1, "missing": 1, "released": 0}]


def test_the_reasons_are_said_without_the_data_of_others() -> None:
    plan = [programme("A", 2, floors={"WJ": 1})]
    people = [applicant("a", 9, "A"), applicant("b", 8, "A"), applicant("w", 1, "A", county="WJ")]
    instance = table(plan, people, {"across": "common_score", "floors": "hard"})
    verdict = explain(raw(instance), solve(read(instance)).to_bytes(), "b").choices[0]
    assert (verdict.verdict, verdict.kept_for, verdict.county) == ("kept", "A", "WJ")
    assert verdict.sentence("zh") == ("第 1 志愿 A:当时尚有空位,但须为 WJ 在 A 的硬性保底留足考生,不能录取您。")
    assert "the ordered floor of WJ in A" in verdict.sentence("en")


def test_without_time_the_opening_is_not_called_proven() -> None:
    plan = [programme(name, 9, min_open=2, floors={"WJ": 1}) for name in "AB"]
    people = [applicant("a", 9, "A"), applicant("w", 1, "B", county="WJ"), applicant("v", 1.5, "B", county="WJ")]
    instance = table(plan, people, {"across": "common_score", "floors": "hard"})
    hurried = solve(read(instance), time_limit_s=0.0)
    assert not hurried.proven
    assert [run.status for run in hurried.engines] == ["not_proven", "unfinished"]
    assert solve(read(instance)).assignment == {"a": None, "v": "B", "w": "B"}


@st.composite
def hard(draw: st.DrawFn, *, most: int, classes: int) -> dict[str, Any]:
    """A round of cells, beds, minima, adjustment and hard floors on one scale."""
    instance: dict[str, Any] = draw(rounds(most=most, classes=classes))
    for row in instance["programmes"]:
        room = row["capacity"]
        for county in COUNTIES:
            floor = min(draw(counts(2)), room, row.get("ceilings", {}).get(county, 9))
            room -= floor
            row.setdefault("floors", {})[county] = floor
    for one in instance["applicants"]:
        one["adjust"] = draw(st.booleans())
    instance["rules"].update(floors="hard", adjustment=draw(st.sampled_from(["off", "anywhere"])))
    instance["adjust_order"] = [row["id"] for row in instance["programmes"]]
    return instance


@SLOW
@given(hard(most=4, classes=3))
def test_the_referee_of_hard_floors_finds_the_same_answer(instance: dict[str, Any]) -> None:
    found, expected = told(instance), HardReferee(instance).answer()
    assert (found is None) == (expected is None)
    if found is None or expected is None:
        return
    assert found["assignment"] == expected[0]
    blamed = {(row["applicant"], row["programme"]): row["name"] for row in found["refused_by_floors"]}
    assert blamed == expected[1]


@FAST
@given(hard(most=9, classes=5))
def test_both_engines_agree_under_hard_floors(instance: dict[str, Any]) -> None:
    both = told(instance)
    assert both is None or both["proven"]


def zone(minima: int) -> dict[str, Any]:
    """An invented zone with a floor in every cell."""
    instance: dict[str, Any] = json.loads(generate.zone(applicants=120, programmes=8, minima=minima, seed=3))
    for row in instance["programmes"]:
        row["floors"] = {county: min(2, cell) for county, cell in row["ceilings"].items()}
    instance["rules"]["floors"] = "hard"
    return instance


def test_prices_and_repairs_leave_the_pass_as_it_is() -> None:
    """With nothing learnt before, with all that other sets taught, and by the model: the same pass."""
    round_ = prepare(read(zone(4)))
    pool = Pool(round_)
    for shut in map(frozenset, ((), (1,), (0, 2), (1, 3), (0, 1, 2, 3), ())):
        fresh = LookAhead(round_, shut, minima=True, clock=Clock()).run()
        taught = LookAhead(round_, shut, minima=True, clock=Clock(), pool=pool).run()
        assert (fresh is None) == (taught is None)
        if fresh is not None and taught is not None:
            assert fresh.placed == taught.placed
            assert list(fresh.placed) == list(HardModel(round_, Clock()).opened(shut))
    assert pool.known


def test_bounds_of_opening_sets_hold() -> None:
    """No set places more than its bound says, and none that has an outcome is called hopeless."""
    round_ = prepare(read(zone(4)))
    undecided = (0, 1, 2, 3)
    pool = Pool(round_)
    shut = np.array([[number >> row & 1 for number in range(16)] for row in range(4)], np.bool_)
    bounds = SetBounds(pool.listing, undecided, 0, Clock())
    passes = [
        LookAhead(round_, bits(undecided, number), minima=True, clock=Clock(), most=0, pool=pool).run()
        for number in range(16)
    ]
    most = bounds.most(shut)
    lost = np.array([bounds.hopeless(prices, shut) for prices in pool.known])
    for number, ahead in enumerate(passes):
        if ahead is not None:
            assert sum(wish is not None and not wish.returned for wish in ahead.placed) <= most[number]
            assert not lost[:, number].any()


def test_a_limit_too_short_for_an_answer_is_said() -> None:
    with pytest.raises(NoTime):
        finished(prepare(read(zone(4))), frozenset(), -GRACE)
