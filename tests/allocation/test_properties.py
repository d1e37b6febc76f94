"""Properties that hold for every round, and agreement with a separately written referee."""

from __future__ import annotations

import json
import os
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from allocation.faults import Inadmissible
from allocation.formats import BadInstance, assignment_digest
from allocation.solver import solve
from allocation.verify import verify
from bench.trial_rounds import FAMILIES
from tests.allocation.oracle import NoOutcome, Round, answer
from tests.allocation.rounds import raw, read
from tests.allocation.strategies import rounds

EXAMPLES = int(os.environ.get("ZONE_TEST_EXAMPLES", "60"))
"""Random rounds per property; the long run in ``bench/RESULTS.md`` sets 2,000."""

SLOW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
FAST = settings(SLOW, max_examples=max(EXAMPLES, 120))
SEEDS = st.integers(0, 2**32)
ONE_ORDER = ("limits", "adjustment", "opening", "checks")


def outcome_of(instance: dict[str, Any], engine: Any = "search") -> dict[str, str | None] | None:
    """The certified assignment, or None where no outcome is admissible."""
    try:
        outcome = solve(read(instance), engine=engine)
    except Inadmissible:
        return None
    report = verify(raw(instance), outcome.to_bytes())
    assert report.sound, [(check.name, check.findings) for check in report.checks if check.findings]
    return dict(outcome.assignment)


def wanted(instance: dict[str, Any], who: str) -> list[str]:
    """The choices of an applicant that count, best first."""
    return [name for _, name in Round(instance).wishes[who]]


@FAST
@given(rounds(most=5, classes=3))
def test_the_referee_finds_the_same_answer(instance: dict[str, Any]) -> None:
    try:
        expected: Any = answer(instance).assignment
    except NoOutcome:
        expected = None
    assert outcome_of(instance) == expected


@SLOW
@given(rounds(most=6, classes=4, distinct=False))
def test_both_engines_find_the_same_answer(instance: dict[str, Any]) -> None:
    assert outcome_of(instance, "both") == outcome_of(instance, "search")


@FAST
@given(st.sampled_from(ONE_ORDER), SEEDS)
def test_no_limit_holds_more_than_its_cap(family: str, seed: int) -> None:
    instance = FAMILIES[family](Random(seed))
    got = outcome_of(instance)
    round_ = Round(instance)
    used = Counter(at for who, name in (got or {}).items() if name is not None for at in round_.counts[who, name])
    assert all(used[at] <= bound.cap for at, bound in enumerate(round_.bounds))


@FAST
@given(st.sampled_from(ONE_ORDER), SEEDS)
def test_everybody_is_placed_where_they_may_be(family: str, seed: int) -> None:
    instance = FAMILIES[family](Random(seed))
    got = outcome_of(instance)
    round_ = Round(instance)
    for who, name in (got or {}).items():
        doors = [at for _, at in round_.wishes[who]] + round_.others[who]
        assert name is None or (name in doors and round_.fails(who, name) is None)


@FAST
@given(rounds(most=12, classes=5, distinct=False, common=False))
def test_nobody_of_a_county_envies_a_lower_one_of_it(instance: dict[str, Any]) -> None:
    """True of cells and totals; where beds count, a lower one who needs no bed may take the place."""
    got = outcome_of(instance)
    if got is None:
        return
    people = {one["id"]: one for one in instance["applicants"]}
    for who, one in people.items():
        listed = wanted(instance, who)
        better = listed[: listed.index(got[who])] if got[who] in listed else listed
        for other, at in got.items():
            same = people[other]["county"] == one["county"] and other != who
            if same and at in better:
                assert float(people[other]["score"]) >= float(one["score"])


@FAST
@given(SEEDS)
def test_nobody_above_a_cut_of_their_county_is_refused_there(seed: int) -> None:
    """Cuts say it all where only cells and totals count: who stands above the last admitted gets in."""
    instance = FAMILIES["opening"](Random(seed))
    instance.update(schools=[{"id": name, "county": "QP"} for name in "ST"], outflow={}, limits=[])
    for row in instance["programmes"]:
        row.pop("ceilings", None)
    try:
        told = json.loads(solve(read(instance), engine="search").to_bytes())
    except Inadmissible:
        return
    last = {name: max(cut["position"] for cut in row.values()) for name, row in told["cutoffs"].items() if row}
    for who, rows in told["reasons"].items():
        for row in rows:
            if row["reason"].startswith("cap/") and row["programme"] in last:
                assert told["positions"][who] > last[row["programme"]]


@FAST
@given(rounds(most=12, classes=5, distinct=False), st.randoms(use_true_random=False))
def test_row_order_changes_nothing(instance: dict[str, Any], dice: Any) -> None:
    shuffled = json.loads(raw(instance))
    for key in ("applicants", "programmes", "schools"):
        dice.shuffle(shuffled[key])
    first, second = outcome_of(instance), outcome_of(shuffled)
    assert first == second
    if first is not None and second is not None:
        assert assignment_digest(first) == assignment_digest(second)


@FAST
@given(SEEDS, st.data())
def test_one_more_place_hurts_nobody(seed: int, data: Any) -> None:
    """With one order, totals and cells of disjoint people, and no minima, adjustment or guarantees.

    A further place then moves people up along a chain of vacancies and nobody down.  With limits that span
    programmes it is false: the person who moves up may take the bed of somebody else.
    """
    instance = FAMILIES["limits"](Random(seed))
    instance.update(schools=[{"id": name, "county": "QP"} for name in "ST"], outflow={}, limits=[])
    at = data.draw(st.integers(0, len(instance["programmes"]) - 1))
    first = instance["programmes"][at]
    for row in instance["programmes"]:
        row.pop("ceilings" if data.draw(st.booleans()) else "capacity", None)
    before = outcome_of(instance)
    wider = json.loads(raw(instance))
    if "capacity" in first:
        wider["programmes"][at]["capacity"] += 1
    for county, cell in first.get("ceilings", {}).items():
        wider["programmes"][at]["ceilings"][county] = cell + (cell > 0)
    after = outcome_of(wider)
    assert before is not None
    assert after is not None
    for one in instance["applicants"]:
        ranks: list[str | None] = [*wanted(instance, one["id"]), None]
        assert ranks.index(after[one["id"]]) <= ranks.index(before[one["id"]])


@FAST
@given(rounds(most=10, classes=4, distinct=False), st.data())
def test_names_of_programmes_do_not_matter_without_minima(instance: dict[str, Any], data: Any) -> None:
    for one in instance["programmes"]:
        one.pop("min_open", None)
    names = [one["id"] for one in instance["programmes"]]
    fresh = dict(zip(names, data.draw(st.permutations([f"x{at}" for at in range(len(names))])), strict=True))
    other = json.loads(raw(instance))
    for one in other["programmes"]:
        one["id"] = fresh[one["id"]]
    for one in other["applicants"]:
        one["choices"] = [fresh[name] for name in one["choices"]]
    before, after = outcome_of(instance), outcome_of(other)
    assert before is not None
    assert after == {who: at and fresh[at] for who, at in before.items()}


@FAST
@given(SEEDS)
def test_names_of_applicants_do_not_matter_where_no_lottery_is_drawn(seed: int) -> None:
    instance = FAMILIES["adjustment"](Random(seed))
    for at, one in enumerate(instance["applicants"]):
        one["tie"] = [at]
    other = json.loads(raw(instance))
    fresh = {one["id"]: f"z{99 - at}" for at, one in enumerate(other["applicants"])}
    for one in other["applicants"]:
        one["id"] = fresh[one["id"]]
    before, after = outcome_of(instance), outcome_of(other)
    assert after == (before and {fresh[who]: at for who, at in before.items()})


def test_own_county_refuses_rather_than_compares() -> None:
    instance = {
        "format": "allocation-instance/1",
        "programmes": [{"id": "p", "capacity": 1}],
        "applicants": [{"id": county, "county": county, "score": 1, "choices": ["p"]} for county in ("QP", "WJ")],
    }
    with pytest.raises(BadInstance) as refused:
        solve(read(instance))
    assert refused.value.faults[0].path == "cap/p"
