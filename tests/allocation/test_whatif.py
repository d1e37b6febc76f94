"""What a plan is asked before it is decided: more places, everyone placed, the price of floors, contradictions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from allocation import cli, whatif_places
from allocation.changes import changed, without
from allocation.contradiction import Contradiction
from allocation.faults import BadInstance, Inadmissible
from allocation.free import Clock, OutOfTime
from allocation.instance import Instance
from allocation.limits import named_limits
from allocation.naming import Namer
from allocation.round import prepare
from allocation.trial import Bench
from allocation.whatif import answer
from allocation.whatif_everyone import Everyone, everyone, never_placed
from allocation.whatif_floors import prices
from allocation.whatif_places import Places, best_places, raises_of, units
from allocation.whatif_repair import Repair
from tests.allocation.rounds import applicant, programme, raw, read, table
from tests.allocation.strategies import rounds

PLAN = table(
    [
        programme("A", 1, floors={"WJ": 1}),
        programme("B", 1),
        programme("C", 9, min_open=3, excludes=["x"]),
    ],
    [
        applicant("a", 9, "A", "B"),
        applicant("b", 8, "A", "B"),
        applicant("c", 7, "A", "B", county="WJ"),
        applicant("d", 6, "C"),
        applicant("e", 5, "C", tags=["x"]),
        applicant("f", 4),
    ],
    {"across": "common_score"},
)
LOCKED = table(
    [programme("Q", 3, min_open=2), programme("T", 1, school="S"), programme("R", 1, school="S", min_open=1)],
    [applicant("a", 9, "Q", "T"), applicant("c", 8, "R")],
    {"across": "common_score"},
    schools=[{"id": "S", "county": "WJ", "dorm": {"F": 1}}],
)
"""With Q closed its pupil takes the only bed, and R, which had its minimum, loses it."""


def told(found: Any) -> list[str]:
    """The answer in both languages; each must have as many sentences."""
    zh, en = [*found.sentences("zh")], [*found.sentences("en")]
    assert len(zh) == len(en)
    return en


def test_one_more_place_goes_where_it_helps_most() -> None:
    found = best_places(read(PLAN), 1)
    assert [(unit.programme, count) for unit, count in found.given] == [("A", 1)]
    assert (found.placed, found.rank_sum) == ((2, 3), (3, 4))
    assert (found.gained, found.lost) == (("a", "b"), ())
    assert found.proven
    assert found.bound == 3
    assert told(found)[0] == "Raise the total of A (1) by 1."


def test_places_nobody_wants_are_not_given() -> None:
    found = best_places(read(table([programme("A", 5)], [applicant("a", 1, "A")])), 3)
    assert (found.given, found.proven) == ((), True)
    assert told(found)[0] == "3 more places would not improve the result."


def test_a_cell_and_the_total_above_it_are_raised_together() -> None:
    plan = [
        programme("A", 2, ceilings={"QP": 1, "WJ": 1, "JS": 0}),
        programme("B", 2, shares={"capacity": {"QP": 1, "WJ": 1}}),
        programme("C"),
    ]
    people = [applicant("a", 9, "A"), applicant("b", 8, "A"), applicant("w", 7, "B", county="WJ")]
    found = units(read(table(plan, people)))
    assert [(one.programme, one.county, one.limits) for one in found] == [
        ("A", "QP", ("cell/A/QP", "cap/A")),
        ("A", "WJ", ("cell/A/WJ", "cap/A")),
        ("B", "QP", ("cap/B/QP",)),
        ("B", "WJ", ("cap/B/WJ",)),
    ]
    best = best_places(read(table(plan, people)), 2)
    assert best.table()["given"] == [
        {"programme": "A", "county": "QP", "places": 1, "raises": ["cell/A/QP", "cap/A"]}
    ]


@settings(max_examples=30, deadline=None)
@given(rounds(most=5, classes=3))
def test_searching_and_proposing_find_the_same_best_use(instance: dict[str, Any]) -> None:
    given_ = read(instance)
    if Bench(given_).trial(given_) is None:
        return
    tried = best_places(given_, 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whatif_places, "EVERY", 0)
        proposed = best_places(given_, 2)
    assert tried.proven
    assert proposed.proven
    assert proposed.given == tried.given
    assert (proposed.placed, proposed.rank_sum) == (tried.placed, tried.rank_sum)


def test_without_time_the_answer_is_told_as_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whatif_places, "EVERY", 0)
    found = best_places(read(PLAN), 2, time_limit_s=0.0)
    assert not found.proven
    assert told(found)[-1] == "Not proven to be the best within the time limit."
    hard = read({**PLAN, "rules": {"across": "common_score", "floors": "hard"}})
    assert not best_places(hard, 1, time_limit_s=5.0).proven


def test_a_plan_without_outcome_has_no_best_use_and_no_prices() -> None:
    for ask in ("places:1", "floors"):
        with pytest.raises(Inadmissible):
            answer(read(LOCKED), ask)


def test_everyone_who_can_be_is_placed_by_the_least_change() -> None:
    found = everyone(read(PLAN))
    assert (found.raises, found.lowers, found.total) == ({"cap/A": 1}, {"C": 2}, 3)
    assert (found.placed, found.proven) == ((2, 4), True)
    assert found.never == {"e": (("C", "health"),), "f": ()}
    sentences = told(found)
    assert sentences[0] == "Changes of 3 in all: 2 placed become 4."
    assert "f cannot be placed by any change of quotas: no choices were filed." in sentences


def test_a_file_that_would_be_returned_can_be_placed_by_no_change() -> None:
    people = [applicant("a", 2, "A", tags=["x"]), applicant("t", 1, "A"), applicant("b", 1, "A")]
    rules = {"checks": "after", "across": "common_score"}
    found = everyone(read(table([programme("A", 1, excludes=["x"])], people, rules, taken=["t"])))
    assert found.never == {"a": (("A", "returned"),)}
    assert found.raises == {"cap/A": 1}
    assert "returned on health grounds" in told(found)[-2]


def less(instance: Instance, total: int) -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    """Every change of caps and minima that is smaller than this."""
    names = [limit.name for limit in named_limits(instance) if limit.cap or limit.kind != "cell"]
    classes = [one.id for one in instance.programmes if one.min_open > one.local_enrolled]
    for size in range(total):
        for chosen in combinations_with_replacement([*names, *(f"min/{name}" for name in classes)], size):
            counted = Counter(chosen)
            lowers = {name: counted[f"min/{name}"] for name in classes}
            yield {name: counted[name] for name in names}, lowers


@settings(max_examples=30, deadline=None)
@given(rounds(most=3, classes=2))
def test_no_smaller_change_places_everyone(instance: dict[str, Any]) -> None:
    given_ = read(instance)
    found = everyone(given_)
    bench = Bench(given_)
    target = len(given_.applicants) - len(found.never)
    assert found.placed[1] == target
    for raises, lowers in less(given_, min(found.total, 3)) if found.proven else ():
        trial = bench.trial(changed(given_, raises, lowers))
        assert trial is None or trial.placed < target


@settings(max_examples=30, deadline=None)
@given(rounds(most=5, classes=3))
def test_the_step_by_step_change_places_everyone_too(instance: dict[str, Any]) -> None:
    given_ = read(instance)
    bench, round_ = Bench(given_), prepare(given_)
    never = frozenset(never_placed(given_, bench, round_))
    change = Repair(given_, round_, bench, never).built(Clock.of(None))
    assert change is not None
    assert change.trial is not None
    assert change.trial.placed == len(given_.applicants) - len(never)
    assert change.total >= everyone(given_).total


def test_counties_that_share_a_total_get_room_above_their_cells() -> None:
    plan = [programme("A", 2, ceilings={"QP": 1, "WJ": 1})]
    people = [applicant("a", 9, "A"), applicant("b", 8, "A"), applicant("w", 7, "A", county="WJ")]
    found = everyone(read(table(plan, people)))
    assert (found.raises, found.proven) == ({"cell/A/QP": 1, "cap/A": 1}, True)


def test_out_of_time_the_change_found_step_by_step_stands() -> None:
    people = [applicant(f"a{at}", 40 - at, "A", "B", "C") for at in range(30)]
    plan = [programme("A", 3), programme("B", 3), programme("C", 2)]
    found = everyone(read(table(plan, people)), time_limit_s=1.0)
    assert found.placed == (8, 30)
    with pytest.raises(OutOfTime):
        everyone(read(table(plan, people)), time_limit_s=0.0)


def test_the_price_of_a_floor_names_who_gains_and_who_loses() -> None:
    found = prices(read(PLAN))
    (one,) = found.prices
    assert (one.names, one.gains, one.loses) == (("floor/A/WJ",), ("c",), ("a", "b"))
    assert (one.placed, one.rank_sum) == ((2, 2), (3, 3))
    assert told(found) == ["the floor of A for WJ (1): placed +0, sum of ranks +0; gain: c; lose: a、b."]


def test_several_floors_have_a_price_together_and_none_has_none() -> None:
    plan = [programme("A", 2, floors={"WJ": 1}, reserved=[{"tag": "t", "seats": 1}])]
    people = [applicant("a", 9, "A"), applicant("w", 5, "A", county="WJ"), applicant("t", 1, "A", tags=["t"])]
    found = prices(read(table(plan, people, {"across": "common_score"})))
    assert [one.names for one in found.prices] == [
        ("floor/A/WJ",),
        ("held/A/t",),
        ("floor/A/WJ", "held/A/t"),
    ]
    assert [one.table()["gains"] for one in found.prices] == [["w"], ["t"], ["t"]]
    assert found.table()["ask"] == "floors"
    assert told(prices(read(table([], [])))) == ["The plan has no floors and no reserved places."]
    assert not prices(read(PLAN), time_limit_s=0.0).proven


def test_every_kind_of_limit_has_words() -> None:
    plan = [
        programme(
            "A", 2, school="S", ceilings={"QP": 1}, reserved=[{"tag": "t", "seats": 1}], min_open=2, local_enrolled=1
        ),
        programme("B", 2, school="S", shares={"capacity": {"QP": 1}}),
    ]
    schools = [{"id": "S", "county": "WJ", "dorm": {"M": 1, "F": 2}, "capacity": 3, "shares": {"F": {"QP": 1}}}]
    limits = [{"name": "all", "cap": 9}, {"name": "few", "cap": 3, "programmes": ["A"]}]
    more = {"schools": schools, "limits": limits, "outflow": {"QP": 4}}
    namer = Namer(read(table(plan, [applicant("a", 1, "A")], {"across": "common_score"}, **more)))
    said = {name: namer.say(name, "en") for name in namer.words}
    assert said == {
        "cap/A": "the total of A (2)",
        "cell/A/QP": "the places of A for QP (1)",
        "cap/B/QP": "the total of B, share of QP (1)",
        "school/S": "the total of school S (3)",
        "dorm/S/F/QP": "the female beds of school S, share of QP (1)",
        "dorm/S/M": "the male beds of school S (1)",
        "outflow/QP": "the pupils who may leave QP (4)",
        "zone/all": "the limit all (9)",
        "limit/few": "the limit few (3)",
        "min/A": "the minimum of A (2, 1 local pupils counted in)",
        "min/B": "the minimum of B (0)",
        "held/A/t": "the places of A reserved for t (1)",
    }
    assert namer.join(["cell/A/QP", "unknown"], "zh") == "专业 A 对 QP 的计划数(1)、unknown"


def test_changes_touch_what_they_name_and_nothing_else() -> None:
    plan = [programme("A", 2, floors={"WJ": 1}, reserved=[{"tag": "t", "seats": 1}], ceilings={"QP": 1}, min_open=3)]
    schools = [{"id": "S", "county": "WJ", "dorm": {"F": 2}, "capacity": 3, "shares": {"F": {"QP": 1}}}]
    limits = [{"name": "few", "cap": 3, "counties": ["QP"], "sex": "F"}, {"name": "z", "cap": 9}]
    more = {"schools": schools, "limits": limits, "outflow": {"QP": 4}}
    given_ = read(table(plan, [applicant("a", 1, "A")], {"across": "common_score"}, **more))
    raises = {"cap/A": 1, "cell/A/QP": 2, "school/S": 3, "dorm/S/F/QP": 4, "outflow/QP": 5, "limit/few": 6}
    got = changed(given_, raises, {"A": 1})
    assert (got.programmes[0].capacity, got.programmes[0].ceilings, got.programmes[0].min_open) == (3, {"QP": 3}, 2)
    assert (got.schools[0].capacity, got.schools[0].dorm, got.schools[0].shares) == (6, {"F": 6}, {"F": {"QP": 5}})
    assert (got.outflow, [one.cap for one in got.limits]) == ({"QP": 9}, [9, 9])
    assert changed(given_, {}) == given_
    assert without(given_, ["floor/A/WJ", "held/A/t"]).programmes[0].reserved == ()
    assert raises_of(units(given_), (2,)) == {"cell/A/QP": 2, "cap/A": 2}


def test_unknown_questions_are_bad_input() -> None:
    for ask in ("joy", "places:", "places:9999", "places:-1"):
        with pytest.raises(BadInstance):
            answer(read(PLAN), ask)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "plan.json", tmp_path / "answers.json"
    path.write_bytes(raw(PLAN))
    asks = ["--ask", "places:1", "--ask", "everyone", "--ask", "floors", "--ask", "contradiction"]
    assert cli.main(["whatif", str(path), *asks, "--lang", "en", "--out", str(out)]) == 0
    assert "Raise the total of A (1) by 1." in capsys.readouterr().out
    assert [one["ask"] for one in json.loads(out.read_bytes())] == ["places", "everyone", "floors", "contradiction"]
    assert cli.main(["whatif", str(path), "--ask", "joy"]) == cli.BAD_INPUT
    assert isinstance(answer(read(PLAN), "places:1"), Places)
    assert isinstance(answer(read(PLAN), "everyone"), Everyone)
    assert isinstance(answer(read(PLAN), "contradiction"), Contradiction)
