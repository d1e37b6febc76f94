"""Every refusal is explained and confirmed; every contradiction named is one, and the smallest."""

from __future__ import annotations

import json
from itertools import combinations, product
from random import Random

import pytest

from allocation.contradiction import in_plan
from allocation.explain import explain_all
from allocation.verify import verify
from bench.allocation_trials import engine
from bench.trial_rounds import FAMILIES, keeping, plain
from tests.allocation.oracle import Round
from tests.allocation.rounds import raw, read


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_refusal_has_a_sentence_and_a_reason_the_verifier_confirms(family: str) -> None:
    refused = 0
    for number in range(12):
        instance = FAMILIES[family](Random(f"refusals:{family}:{number}"))
        given = engine(instance, "search")
        if isinstance(given, str):
            continue
        told, findings = given
        assert findings == []
        outcome = json.dumps(told).encode()
        checks = {check.name: check for check in verify(raw(instance), outcome).checks}
        assert not checks["reasons"].findings
        people = {one["id"]: one for one in instance["applicants"]}
        adjusted = {row["applicant"] for row in told["adjusted"]}
        for answer in explain_all(raw(instance), outcome):
            one = people[answer.applicant]
            told_for = {row["choice"] for row in told["reasons"].get(one["id"], ())}
            at = told["assignment"][one["id"]]
            admitted = None if at is None or one["id"] in adjusted else one["choices"].index(at) + 1
            for verdict in answer.choices:
                before = admitted is None or verdict.choice < admitted
                assert verdict.sentence("zh")
                assert verdict.sentence("en")
                if verdict.choice == admitted:
                    assert verdict.verdict == "admitted"
                elif verdict.verdict != "not_reached":
                    assert verdict.choice in told_for
                    refused += 1
                else:
                    assert not before or told["returned"]
    assert refused > 0


def violated(round_: Round, got: dict[str, str]) -> frozenset[str]:
    """The limits, minima and guarantees that an assignment does not keep."""
    names = set()
    for at, bound in enumerate(round_.bounds):
        if sum(at in round_.counts[pair] for pair in got.items()) > bound.cap:
            names.add(bound.name)
    for name, one in round_.plan.items():
        inside = [who for who, at in got.items() if at == name and not round_.returned(who, name)]
        if len(inside) + one.get("local_enrolled", 0) < one.get("min_open", 0):
            names.add(f"min/{name}")
        for county, least in one.get("floors", {}).items():
            if sum(round_.people[who]["county"] == county for who in inside) < least:
                names.add(f"floor/{name}/{county}")
        for row in one.get("reserved", ()):
            if sum(row["tag"] in round_.people[who].get("tags", ()) for who in inside) < row["seats"]:
                names.add(f"held/{name}/{row['tag']}")
    return frozenset(names)


def test_a_named_contradiction_is_the_smallest_by_trying_every_assignment() -> None:
    contradicting = 0
    for number in range(60):
        dice = Random(f"contradiction:{number}")
        instance = keeping(dice, plain(dice, most=4))
        for row in instance["programmes"]:
            row["min_open"] = dice.randint(0, 2)
        round_ = Round(instance)
        doors = [[None, *(name for _, name in round_.wishes[who])] for who in round_.people]
        broken = {
            violated(round_, {who: at for who, at in zip(round_.people, row, strict=True) if at is not None})
            for row in product(*doors)
        }
        found = in_plan(read(instance))
        assert found.smallest
        assert all(set(found.names) & one for one in broken) or (not found.names and frozenset() in broken)
        rules = sorted(set().union(*broken))
        for size in range(len(found.names)):
            assert not any(all(set(some) & one for one in broken) for some in combinations(rules, size))
        contradicting += bool(found.names)
    assert contradicting >= 20
