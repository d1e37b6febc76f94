"""Properties that hold for every round, and agreement with a separately written referee."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from allocation.faults import Inadmissible
from allocation.formats import BadInstance, assignment_digest
from allocation.solver import solve
from allocation.verify import verify
from tests.allocation.oracle import Referee
from tests.allocation.rounds import raw, read
from tests.allocation.strategies import rounds

EXAMPLES = int(os.environ.get("ALLOCATION_EXAMPLES", "60"))
"""Random rounds per property; the long run in ``docs/allocation.md`` sets 2,000."""

SLOW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
FAST = settings(SLOW, max_examples=2 * EXAMPLES)


def outcome_of(instance: dict[str, Any], engine: Any = "search") -> dict[str, str | None] | None:
    """The certified assignment, or None where no outcome is admissible."""
    try:
        outcome = solve(read(instance), engine=engine)
    except Inadmissible:
        return None
    report = verify(raw(instance), outcome.to_bytes())
    assert report.sound, [(check.name, check.findings) for check in report.checks if check.findings]
    return dict(outcome.assignment)


@FAST
@given(rounds(most=5, classes=3))
def test_the_referee_finds_the_same_answer(instance: dict[str, Any]) -> None:
    assert outcome_of(instance) == Referee(instance).answer()


@SLOW
@given(rounds(most=6, classes=4, distinct=False))
def test_both_engines_find_the_same_answer(instance: dict[str, Any]) -> None:
    assert outcome_of(instance, "both") == outcome_of(instance, "search")


@FAST
@given(rounds(most=12, classes=5, distinct=False, common=False))
def test_nobody_of_a_county_envies_a_lower_one_of_it(instance: dict[str, Any]) -> None:
    got = outcome_of(instance)
    if got is None:
        return
    people = {one["id"]: one for one in instance["applicants"]}
    referee = Referee(instance)
    for who, one in people.items():
        wanted = referee.eligible(who)
        better = wanted[: wanted.index(got[who])] if got[who] in wanted else wanted
        for other, at in got.items():
            same = people[other]["county"] == one["county"] and other != who
            if same and at in better:
                assert float(people[other]["score"]) >= float(one["score"])


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
@given(rounds(most=10, classes=4, minima=False, distinct=False, common=False))
def test_more_places_hurt_nobody(instance: dict[str, Any]) -> None:
    """True of cells and totals alone; with beds and outflow a further place may cost somebody one."""
    instance["outflow"] = {}
    instance["schools"] = [{"id": name, "county": "QP"} for name in "ST"]
    before = outcome_of(instance)
    wider = json.loads(raw(instance))
    first = wider["programmes"][0]
    first["capacity"] += 1
    first["ceilings"]["QP"] += 1
    after = outcome_of(wider)
    assert before is not None
    assert after is not None
    for one in instance["applicants"]:
        wanted = [*Referee(instance).eligible(one["id"]), None]
        if first["id"] not in wanted or one["county"] != "QP" or before[one["id"]] != after[one["id"]]:
            again = Referee(wider).eligible(one["id"]) + [None]
            assert again.index(after[one["id"]]) <= again.index(before[one["id"]])


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


def test_own_county_refuses_rather_than_compares() -> None:
    instance = {
        "format": "allocation-instance/1",
        "programmes": [{"id": "p", "capacity": 1}],
        "applicants": [{"id": county, "county": county, "score": 1, "choices": ["p"]} for county in ("QP", "WJ")],
    }
    with pytest.raises(BadInstance) as refused:
        solve(read(instance))
    assert refused.value.faults[0].path == "cap/p"
