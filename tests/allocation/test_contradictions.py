"""What contradicts, in the plan and under the rule: it does so indeed, and nothing smaller does."""

from __future__ import annotations

from itertools import chain, combinations, product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

from allocation import worker
from allocation.contradiction import explained, in_plan, in_rule
from allocation.free import Free, OutOfTime
from allocation.instance import Applicant
from allocation.limits import boards, named_limits
from allocation.opening import short
from allocation.passing import settle
from allocation.round import Round, prepare
from allocation.trial import Bench
from allocation.whatif import answer
from tests.allocation.rounds import applicant, programme, raw, read, table
from tests.allocation.strategies import rounds
from tests.allocation.test_whatif import LOCKED, PLAN, told


def crossed(dice: Random) -> dict[str, Any]:
    """A class nobody lives at that stays too small, and others that share the few beds its pupils turn to."""
    schools = [{"id": name, "county": "WJ", "dorm": {"F": dice.choice([1, 1, 2])}} for name in "ST"]
    plan = [
        programme("A", dice.randint(2, 3), min_open=dice.choice([2, 3])),
        programme("B", dice.randint(1, 2), school="S"),
        programme("C", dice.randint(1, 2), school=dice.choice("SST"), min_open=dice.choice([1, 1, 2])),
    ]
    lists = ["AB", "AB", "AC", "C", "CB", "B", "ABC"]
    people = [applicant(f"p{at}", 9 - at, *dice.choice(lists), boards=True) for at in range(dice.randint(2, 4))]
    return table(plan, people, {"across": "common_score"}, schools=schools)


def leads_somewhere(round_: Round, shut: frozenset[int], on: frozenset[str]) -> bool:
    """Whether some walk with these classes shut keeps the rules that are on; the others may refuse or not.

    A limit that is off may refuse only once so many could have asked for it that it might be full.
    """
    limits, order = round_.limits, [one for (one,) in round_.order.groups]
    minima = {
        at for at, need in enumerate(round_.needs) if need and f"min/{name(round_, at)}" in on and at not in shut
    }
    asked = [0] * len(limits)
    perhaps = []
    for one in order:
        perhaps.append({at for at, limit in enumerate(limits) if asked[at] >= limit.cap})
        for at in chain.from_iterable(wish.counts for wish in round_.wishes[one]):
            asked[at] += 1

    def walk(step: int, used: tuple[int, ...], heads: tuple[int, ...]) -> bool:
        if step == len(order):
            return all(heads[at] >= round_.needs[at] for at in minima)
        for wish in round_.wishes[order[step]]:
            full = {at for at in wish.counts if limits[at].name in on and used[at] >= limits[at].cap}
            free = {at for at in wish.counts if limits[at].name not in on} & perhaps[step]
            if wish.programme not in shut and not full:
                more = tuple(count + (at in wish.counts) for at, count in enumerate(used))
                grown = tuple(count + (at == wish.programme) for at, count in enumerate(heads))
                if walk(step + 1, more, grown):
                    return True
                if not free:
                    return False
        return walk(step + 1, used, heads)

    return walk(0, (0,) * len(limits), (0,) * len(round_.needs))


def name(round_: Round, at: int) -> str:
    """The id of a programme."""
    return round_.instance.programmes[at].id


def test_what_the_rule_contradicts_is_the_smallest_by_trying_every_walk() -> None:
    named = 0
    for seed in range(150):
        round_ = prepare(read(crossed(Random(f"crossed:{seed}"))))
        undecided = short(round_, settle(round_, frozenset()).placed, frozenset())
        if not undecided:
            continue
        sets = [frozenset(some) for size in range(len(undecided) + 1) for some in combinations(undecided, size)]
        rules = [
            *(limit.name for limit in round_.limits),
            *(f"min/{name(round_, at)}" for at, need in enumerate(round_.needs) if need),
        ]

        def clash(on: Any, round_: Round = round_, sets: list[frozenset[int]] = sets) -> bool:
            return not any(leads_somewhere(round_, shut, frozenset(on)) for shut in sets)

        found = in_rule(round_.instance)
        if found is None:
            assert not clash(rules), seed
            continue
        named += 1
        assert found.smallest
        assert clash(found.names), (seed, found.names)
        smaller = chain.from_iterable(combinations(rules, size) for size in range(len(found.names)))
        assert not any(clash(some) for some in smaller), (seed, found.names)
    assert named >= 5, named


def test_a_minimum_above_the_total_contradicts_it() -> None:
    people = [applicant(f"a{at}", at, "A") for at in range(5)]
    found = in_plan(read(table([programme("A", 2, min_open=4), programme("B", 9)], people)))
    assert (found.names, found.smallest) == (("cap/A", "min/A"), True)
    assert told(found) == [
        "These cannot all be met; relaxing any one of them is enough: the total of A (2), the minimum of A (4)."
    ]
    assert [*found.sentences("zh")] == [
        "以下规定不能同时满足,放宽其中任何一项即可:专业 A 的招生总数(2)、专业 A 的最低开班人数(4)。"
    ]


def test_a_minimum_nobody_wants_contradicts_the_choices() -> None:
    found = in_plan(read(table([programme("A", 9, min_open=4)], [applicant("a", 1, "A")])))
    assert found.names == ("min/A",)
    assert told(found)[0].startswith("With the choices and conditions as they are this cannot be met")


@settings(max_examples=40, deadline=None)
@given(rounds(most=5, classes=3))
def test_no_smaller_set_contradicts_and_every_rule_of_it_is_needed(instance: dict[str, Any]) -> None:
    for one in instance["programmes"]:
        if one["capacity"] and one.get("ceilings", {}).get("WJ", 1):
            one["floors"] = {"WJ": 1}
    given_ = read(instance)
    found = in_plan(given_)
    assert found.smallest
    names = [*Free(given_, named=True).switches]
    assert set(found.names) <= set(names)
    sizes = range(1, min(len(found.names), 3) + 1)
    clashing = [some for size in sizes for some in combinations(names, size) if clash(instance, some)]
    if not found.names:
        assert not clash(instance, names)
    elif len(found.names) <= 3:
        assert clashing[0] == found.names
    else:
        assert clashing == []


def clash(instance: dict[str, Any], names: Any) -> bool:
    """Whether these rules cannot all hold, by trying every assignment."""
    given_ = read(instance)
    bench = Bench(given_)
    limits = {limit.name: limit for limit in named_limits(given_)}
    schools = {one.id: one for one in given_.schools}
    doors = [[None, *(bench.names[wish.programme] for wish in bench.listed[one.id])] for one in given_.applicants]
    rows = {one.id: one for one in given_.programmes}
    for row in product(*doors):
        seats = [(one, at) for one, at in zip(given_.applicants, row, strict=True) if at is not None]

        def holds(name: str, seats: list[tuple[Applicant, str]] = seats) -> bool:
            kind, _, rest = name.partition("/")
            if kind == "min":
                return sum(at == rest for _, at in seats) + rows[rest].local_enrolled >= rows[rest].min_open
            if kind == "floor":
                place, county = rest.split("/")
                return sum(at == place and one.county == county for one, at in seats) >= 1
            limit = limits[name]
            inside = [
                one
                for one, at in seats
                if limit.matches(at, one.county, one.sex, boards(one, schools.get(rows[at].school or "")))
            ]
            return len(inside) <= limit.cap

        if all(holds(name) for name in names):
            return False
    return True


def test_out_of_time_some_contradiction_is_named_from_which_nothing_can_be_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late(*given: object) -> list[str]:
        raise OutOfTime

    monkeypatch.setattr("allocation.contradiction._hitting", late)
    found = in_rule(read(LOCKED))
    assert found is not None
    assert (found.names, found.proven) == (("dorm/S/F", "min/Q", "min/R"), False)
    assert "Not proven to be the smallest set in the time limit." in told(found)


def test_no_contradiction_is_said_too() -> None:
    found = in_plan(read(table([programme("A", 1)], [applicant("a", 1, "A")])))
    assert told(found) == ["Nothing contradicts: every class can open and every guarantee be filled at once."]


def test_without_time_for_a_contradiction_the_message_stands_alone() -> None:
    assert explained(read(LOCKED), "none", time_limit_s=0.0) == "none"
    assert explained(read(PLAN), "none") == "none"


def test_why_the_rule_leads_nowhere() -> None:
    found = in_rule(read(LOCKED))
    assert found is not None
    assert found.names == ("dorm/S/F", "min/Q", "min/R")
    assert in_rule(read(PLAN)) is None
    assert in_rule(read({**PLAN, "rules": {"across": "common_score", "floors": "hard"}})) is None
    again = answer(read(LOCKED), "contradiction")
    assert again.table() == found.table()


def test_a_run_without_outcome_names_the_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "tell", lambda line: None)
    status, message, _ = worker.answer(raw(LOCKED), "search", 10, 1)
    assert status == "inadmissible"
    assert "the female beds of school S (1), the minimum of Q (2), the minimum of R (1)" in message
    assert "学校 S 的女生床位(1)、专业 Q 的最低开班人数(2)、专业 R 的最低开班人数(1)" in message
    tied = table([programme("A", 1)], [applicant("a", 1, "A"), applicant("b", 1, "A")], {"ties": "admit_all"})
    tied["limits"] = [{"name": "z", "cap": 1}]
    assert "zone/z" in worker.answer(raw(tied), "search", 10, 1)[1]
