"""What the engines do at their edges: limits, stops, disagreement."""

from __future__ import annotations

import json
from typing import Any

import pytest

from allocation import solver
from allocation.faults import Stopped
from allocation.generate import every_limit, zone
from allocation.limits import named_limits
from allocation.model import Model, OutOfTime
from allocation.opening import Found
from allocation.round import prepare
from allocation.search import Search
from allocation.solver import EnginesDisagree, ModelUnfinished, solve
from allocation.verify import verify
from tests.allocation.rounds import applicant, placed, programme, read, solved, table

WEAK = table(
    [programme("A", 3, min_open=3), programme("B", 3, min_open=3), programme("C", 1)],
    [applicant("1", 3, "A", "B"), applicant("2", 2, "A", "B"), applicant("3", 1, "B", "A")],
)


def test_a_zone_by_both_engines_and_any_number_of_workers() -> None:
    instance = solver_zone()
    first = solve(instance, engine="both")
    again = solve(instance, engine="model", workers=8)
    assert first.digest == again.digest
    assert first.proven
    assert [run.status for run in first.engines] == ["proven", "proven"]


def test_every_kind_of_limit_with_guarantees_by_both_engines() -> None:
    """The model proves what is guaranteed too: its first bound is the answer or is taken back."""
    raw = every_limit(applicants=120, programmes=10, minima=10, seed=4)
    outcome = solve(read(json.loads(raw)), engine="both")
    assert [run.status for run in outcome.engines] == ["proven", "proven"]
    assert len({run.assignment for run in outcome.engines}) == 1
    assert len(outcome.body["opening"]["undecided"]) >= 3
    assert outcome.body["guarantees"]
    assert verify(raw, outcome.to_bytes()).sound


def test_a_full_tie_in_a_round_with_an_undecided_class() -> None:
    """Whether the total is full when the last one asks depends on the class that may close."""
    plan = [programme("A", 3), programme("B", 3, min_open=3)]
    people = [applicant(who, score, *listed) for who, score, listed in (("a", 9, "BA"), ("b", 8, "A"), ("c", 8, "A"))]
    instance = read(table(plan, [*people, applicant("d", 7, "A")], {"ties": "admit_all"}))
    outcome = solve(instance, engine="both")
    assert [run.status for run in outcome.engines] == ["proven", "proven"]
    assert outcome.assignment == {"a": "A", "b": "A", "c": "A", "d": None}


def solver_zone() -> Any:
    """A zone small enough for a quick test, with undecided classes."""
    from allocation.formats import read_instance

    return read_instance(zone(applicants=150, programmes=10, minima=8, seed=2))


def test_the_model_alone_tells_when_it_did_not_finish() -> None:
    with pytest.raises(ModelUnfinished):
        solve(solver_zone(), engine="model", time_limit_s=0.0)


def test_the_search_answers_where_the_model_does_not_finish() -> None:
    outcome = solve(solver_zone(), engine="both", time_limit_s=0.0)
    assert outcome.proven
    assert [run.status for run in outcome.engines] == ["proven", "unfinished"]


def test_a_model_without_a_proof_follows_the_search_and_must_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(self: Model, undecided: tuple[int, ...]) -> Found:
        raise OutOfTime

    monkeypatch.setattr(Model, "optimum", late)
    outcome = solve(read(WEAK), engine="both")
    assert [run.status for run in outcome.engines] == ["proven", "followed"]
    assert len({run.assignment for run in outcome.engines}) == 1
    monkeypatch.setattr(Model, "opened", lambda self, shut: [None] * 3)
    with pytest.raises(EnginesDisagree):
        solve(read(WEAK), engine="both")


def test_the_watcher_stops_the_model_at_a_solution() -> None:
    def watch(done: float, gap: float | None) -> None:
        if gap is not None:
            raise Stopped

    with pytest.raises(Stopped):
        Model(prepare(read(WEAK)), watch=watch).optimum((0, 1))


def test_engines_that_disagree_publish_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(self: Search, undecided: tuple[int, ...]) -> Found:
        return Found(frozenset({0}), True, 1)

    monkeypatch.setattr(Search, "optimum", wrong)
    with pytest.raises(EnginesDisagree):
        solve(read(WEAK), engine="both")


def test_a_wrong_assignment_of_one_engine_publishes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "_digest", lambda round_, placed: "0")
    with pytest.raises(EnginesDisagree):
        solve(read(WEAK), engine="search")


def test_a_proof_of_the_model_overrules_an_unproven_search(monkeypatch: pytest.MonkeyPatch) -> None:
    def unproven(self: Search, undecided: tuple[int, ...]) -> Found:
        return Found(frozenset({0}), False, 1)

    monkeypatch.setattr(Search, "optimum", unproven)
    told = solved(WEAK)
    assert told["proven"]
    assert set(told["assignment"].values()) == {"A"}


def test_a_model_without_its_certain_solution_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Model, "_run", lambda self, model: None)
    with pytest.raises(LookupError):
        Model(prepare(read(WEAK))).place(frozenset())


def test_a_climb_that_finds_nothing_admissible_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allocation.search.PROVEN_UP_TO", 0)
    monkeypatch.setattr(Search, "_rated", lambda self, undecided, numbers: [])
    assert Search(prepare(read(WEAK))).optimum((0, 1)) is None


def test_a_climb_moves_on_from_the_greedy_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Greedy closes B, then A; keeping B and closing A and C at once is better."""
    monkeypatch.setattr("allocation.search.PROVEN_UP_TO", 0)
    plan = [programme(name, 9, min_open=3) for name in "ABC"]
    people = [
        applicant("1", 9, "A", "B"),
        applicant("2", 8, "A", "B"),
        applicant("3", 7, "B"),
        applicant("4", 6, "C"),
        applicant("5", 5, "C"),
    ]
    instance = table(plan, people)
    assert set(placed({**instance, "rules": {"opening": "smallest_first"}}, "search").values()) == {None}
    climbed = solve(read(instance), engine="search")
    assert not climbed.proven
    assert climbed.assignment == {"1": "B", "2": "B", "3": "B", "4": None, "5": None}


def test_a_host_limit_covers_all_of_one_host_and_one_source() -> None:
    schools = [{"id": "S", "county": "JS"}]
    plan = [programme("A", school="S"), programme("B", school="S"), programme("C")]
    kinds = {
        "all": {"programmes": ["A", "B"], "counties": ["QP"]},
        "some": {"programmes": ["A"], "counties": ["QP"]},
        "own": {"programmes": ["A", "B"], "counties": ["JS"]},
        "wide": {"programmes": ["A", "B"]},
    }
    limits = [{"name": name, "cap": 9, **more} for name, more in kinds.items()]
    instance = table(plan, [applicant("a", 1, "A")], schools=schools, limits=limits)
    assert {one.name for one in named_limits(read(instance))} == {"host/all", "limit/some", "limit/own", "limit/wide"}
    solved(instance, "search")


def test_the_model_sees_through_places_kept_for_nobody() -> None:
    """Keeping P for a group that does not want it would fill Q: a bound, but no outcome."""
    instance = table(
        [programme("P", 1, floors={"WJ": 1}), programme("Q", 9, min_open=2)],
        [applicant("b", 2, "P", "Q"), applicant("z", 1, "Q")],
        {"across": "common_score"},
    )
    assert placed(instance) == {"b": "P", "z": None}


def test_adjustment_meets_guarantees_in_every_opening_set() -> None:
    instance = table(
        [programme("P", 2, floors={"WJ": 1}), programme("Z", 9, min_open=2)],
        [
            applicant("w", 3, "P", county="WJ"),
            applicant("z", 2, "Z", adjust=True),
            applicant("y", 1, adjust=True),
        ],
        {"across": "common_score", "adjustment": "anywhere"},
        adjust_order=["P"],
    )
    assert placed(instance) == {"w": "P", "z": "P", "y": None}
