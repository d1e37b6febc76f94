"""Variants walked together give what each gives by itself."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from allocation import cli, sweep_block
from allocation.array_round import ArrayRound
from allocation.faults import BadInstance
from allocation.formats import read_instance
from allocation.generate import changes, zone
from allocation.held_variants import evaluate_held
from allocation.opening import cancelled, short, value
from allocation.passing import settle
from allocation.round import holdable, prepare, sharable
from allocation.search import Search
from allocation.solver import solve
from allocation.sweep import Sweep, changed, sweep
from allocation.sweep_block import Result
from allocation.variants import evaluate
from tests.allocation.rounds import applicant, programme, raw, read, table
from tests.allocation.strategies import rounds

RANDOM = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)


@RANDOM
@given(rounds(most=8, classes=4), st.randoms(use_true_random=False), st.sampled_from(["optimal", "smallest_first"]))
def test_together_as_alone(instance: dict[str, Any], dice: random.Random, opening: str) -> None:
    instance["rules"]["opening"] = opening
    held = Sweep(raw(instance))
    paths = [f"programmes[{one['id']}].capacity" for one in instance["programmes"] if "capacity" in one]
    paths += [f"programmes[{one['id']}].min_open" for one in instance["programmes"]]
    paths += [f"programmes[{one['id']}].ceilings.QP" for one in instance["programmes"] if "ceilings" in one]
    paths += [f"schools[{one['id']}].dorm.M" for one in instance["schools"] if "dorm" in one]
    paths += ["outflow.QP"] if instance["outflow"] else []
    some = [{path: dice.randint(0, 4) for path in dice.sample(paths, min(2, len(paths)))} for _ in range(6)]
    together = held.together(list(enumerate(some)))
    for number, change in enumerate(some):
        alone = held.alone(number, change)
        assert (together[number].status, figures(together[number])) == (alone.status, figures(alone))


def figures(one: Result) -> tuple[Any, ...]:
    """What two ways must agree on."""
    return one.number, one.placed, one.rank_sum, one.first_choice, one.unplaced, one.closed


@RANDOM
@given(rounds(most=8, classes=5, common=False))
def test_opening_sets_at_once_are_the_pass_of_each(instance: dict[str, Any]) -> None:
    round_ = prepare(read(instance))
    assert sharable(round_)
    engine = Search(round_)
    undecided = short(round_, engine.place(frozenset()), frozenset())
    shut = np.array([[n >> row & 1 for n in range(1 << len(undecided))] for row in range(len(undecided))], np.bool_)
    if not undecided:
        return
    placed, ranks, good = evaluate(round_, undecided, shut)
    for number in range(1 << len(undecided)):
        closed = frozenset(at for row, at in enumerate(undecided) if number >> row & 1)
        got = engine.place(closed)
        really = [wish for wish in got if wish is not None and not wish.returned]
        assert (placed[number], ranks[number]) == (len(really), sum(wish.rank for wish in really))
        assert good[number] == (not short(round_, got, closed))


def small() -> bytes:
    """A zone with minima whose orders meet."""
    told = json.loads(zone(applicants=120, programmes=12, minima=8, seed=5))
    told["rules"]["across"] = "common_score"
    return json.dumps(told).encode()


def test_many_processes_give_the_same() -> None:
    some = changes(small(), 30, seed=2)
    one = sweep(small(), some)
    assert one == sweep(small(), some, workers=2)
    assert len({result.placed for result in one}) > 1


def test_beyond_a_few_undecided_classes_the_smallest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_block, "EVERY_SET_UP_TO", 0)
    told = json.loads(small())
    told["rules"]["opening"] = "smallest_first"
    some = changes(small(), 5, seed=2)
    greedy = sweep(json.dumps(told).encode(), some)
    climbed = sweep(small(), some)
    assert [figures(one) for one in greedy] == [figures(one) for one in climbed]
    assert {one.status for one in greedy} == {"sound"}
    assert "not_proven" in {one.status for one in climbed}


def test_with_own_counties_no_order_is_set_against_another() -> None:
    told = zone(applicants=60, programmes=4, minima=0, seed=1)
    held = Sweep(told)
    first = held.round.instance.programmes[0]
    cell = first.ceilings["QP"]
    assert held.caps({"programmes[P000].ceilings.QP": cell - 1}) is not None
    assert held.caps({"programmes[P000].ceilings.QP": cell + 1}) is None
    assert held.caps({"programmes[P000].capacity": (first.capacity or 0) + 1}) is not None
    assert held.caps({"programmes[P000].capacity": (first.capacity or 0) - 1}) is None
    (result,) = sweep(told, [{"programmes[P000].capacity": 1}])
    assert result.status == "bad_input"
    assert "cap/P000" in result.message


def test_what_cannot_be_shared_is_solved_alone() -> None:
    plan = [programme("A", 1), programme("B", 1, min_open=1)]
    people = [applicant("a", 2, "A", "B"), applicant("b", 1, "A", "B")]
    told = raw(table(plan, people, {"across": "common_score"}))
    results = sweep(
        told,
        [
            {"applicants[b].score": 3},
            {"programmes[A].capacity": 0},
            {"programmes[Z].capacity": 1},
            {"programmes[Z].min_open": 1},
            {"rules.seed": "t"},
            {"programmes[A].ceilings.QP": 1},
            {"programmes[A].capacity": True},
            {"programmes[A]": 1},
        ],
    )
    assert [one.status for one in results] == [
        "sound", "sound", "bad_input", "bad_input", "sound", "sound", "bad_input", "bad_input",
    ]  # fmt: skip
    assert [one.placed for one in results[:2]] == [2, 1]
    assert json.loads(changed(told, {"rules.opening": ["B"]}))["rules"]["opening"] == ["B"]
    with pytest.raises(BadInstance):
        changed(told, {"programmes[Z].capacity": 1})


def test_the_command_writes_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    instance, variants = tmp_path / "instance.json", tmp_path / "variants.json"
    instance.write_bytes(small())
    variants.write_text(json.dumps(changes(small(), 4, seed=1)), encoding="utf-8")
    for name in ("table.csv", "table.json"):
        arguments = ["sweep", str(instance), "--variants", str(variants), "--out", str(tmp_path / name)]
        assert cli.main(arguments) in (0, 1)
    assert "4 variants" in capsys.readouterr().out
    rows = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    with (tmp_path / "table.csv").open(encoding="utf-8") as file:
        assert [row["placed"] for row in csv.DictReader(file)] == [str(row["placed"]) for row in rows]
    variants.write_text("{}", encoding="utf-8")
    assert cli.main(arguments) == cli.BAD_INPUT


def test_a_contradiction_is_told() -> None:
    plan = [programme("A", 1), programme("B", 5, min_open=2), programme("C", 5, min_open=2)]
    people = [applicant("a", 1, "B", "C"), applicant("b", 2, "C", "B")]
    told = raw(table(plan, people, {"across": "common_score"}, limits=[{"name": "z", "cap": 9}]))
    (result,) = sweep(told, [{"programmes[A].capacity": 2}])
    assert result.closed == ("C",)
    assert solve(read(table(plan, people, {"across": "common_score"}))).proven


@RANDOM
@given(rounds(most=10, classes=5, common=False), st.data())
def test_the_array_pass_is_the_pass(instance: dict[str, Any], data: Any) -> None:
    instance["rules"]["adjustment"] = data.draw(st.sampled_from(["off", "same_school"]))
    for one in instance["applicants"]:
        one["adjust"] = True
    round_ = prepare(read(instance))
    shut = frozenset(data.draw(st.sets(st.integers(0, len(instance["programmes"]) - 1))))
    assert ArrayRound(round_).place(shut) == Search(round_).place(shut)


def test_a_large_round_is_placed_over_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = read_instance(zone(applicants=150, programmes=10, minima=8, seed=2))
    before = solve(instance, engine="search")
    monkeypatch.setattr("allocation.search.LARGE", 0)
    assert solve(instance, engine="search").digest == before.digest


def test_a_climb_ends_in_time_and_never_below_the_greedy_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    round_ = prepare(read_instance(zone(applicants=150, programmes=12, minima=12, seed=3)))
    undecided = short(round_, Search(round_).place(frozenset()), frozenset())
    greedy, _ = cancelled(round_, Search(round_).place)
    monkeypatch.setattr("allocation.search.PROVEN_UP_TO", 0)
    told = [Search(round_, time_limit_s=limit).optimum(undecided) for limit in (0.0, None)]
    values = [
        value(Search(round_).place(shut), undecided, shut) for shut in (greedy, *(one.shut for one in told if one))
    ]
    rated = [(placed, -ranks, opened) for placed, ranks, opened in values]
    assert rated == sorted(rated)
    assert all(one is not None and not one.proven for one in told)


@RANDOM
@given(rounds(most=8, classes=4), st.data())
def test_opening_sets_with_guarantees_are_the_pass_of_each(instance: dict[str, Any], data: Any) -> None:
    for one in instance["programmes"]:
        one["capacity"] = data.draw(st.integers(1, 3))
        one["reserved"] = [{"tag": "t", "seats": 1, "release": data.draw(st.booleans())}]
        one["floors"] = {"QP": data.draw(st.integers(0, one["capacity"] - 1))}
        one["ceilings"] = {}
    round_ = prepare(read(instance))
    if not holdable(round_):
        return
    size = 1 << len(instance["programmes"])
    shut = np.array([[n >> row & 1 for n in range(size)] for row in range(len(instance["programmes"]))], np.bool_)
    placed, ranks, good = evaluate_held(round_, range(len(instance["programmes"])), shut)
    for number in range(size):
        closed = frozenset(np.flatnonzero(shut[:, number]).tolist())
        got = settle(round_, closed).placed
        really = [wish for wish in got if wish is not None and not wish.returned]
        assert (placed[number], ranks[number]) == (len(really), sum(wish.rank for wish in really))
        assert good[number] == (not short(round_, got, closed))
