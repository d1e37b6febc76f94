"""Programmes that rank applicants themselves: deferred acceptance by both engines against a third."""

from __future__ import annotations

import json
from itertools import chain, combinations, product
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from allocation.explain import explain
from allocation.faults import BadInstance, Inadmissible
from allocation.lists import accept
from allocation.solver import solve
from allocation.verify import verify
from tests.allocation.rounds import applicant, programme, raw, read, table

RANDOM = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)


def pair() -> dict[str, Any]:
    """Two people and two programmes that want each other crosswise."""
    return table(
        [programme("A", 1, ranking={"x": 1, "y": 2}), programme("B", 1, ranking={"x": "2.5", "y": 1})],
        [applicant("x", 0, "A", "B"), applicant("y", 0, "B", "A")],
    )


def test_applicants_propose() -> None:
    assert dict(solve(read(pair())).assignment) == {"x": "A", "y": "B"}


def test_the_programmes_own_order_decides_and_answers() -> None:
    instance = table(
        [programme("A", 1, ranking={"low": 9, "high": 1})],
        [applicant("high", 700, "A"), applicant("low", 300, "A", county="WJ"), applicant("none", 710, "A")],
    )
    outcome = solve(read(instance))
    told = json.loads(outcome.to_bytes())
    assert told["assignment"] == {"high": None, "low": "A", "none": None}
    assert told["reasons"]["high"][0]["reason"] == "cap/A"
    assert told["reasons"]["none"][0]["reason"] == "struck/unranked"
    (limit,) = (one for one in told["limits"] if one["name"] == "cap/A")
    assert limit["last"] == {"applicant": "low", "county": "WJ", "position": 1, "score": "9"}
    assert limit["first_refused"] == {"applicant": "high", "county": "QP", "position": 2, "score": "1"}
    assert told["cutoffs"] == {"A": {"WJ": {"position": 1, "score": "9"}}}
    told_high = explain(raw(instance), outcome.to_bytes(), "high")
    assert told_high.choices[0].gap == "8"
    assert "优先级 9" in told_high.sentences("zh")[0]
    assert "with priority 1" in told_high.sentences("en")[0]


def test_equal_priorities_fall_to_the_lottery() -> None:
    people = [applicant("a", 0, "A", lottery=2), applicant("b", 0, "A", lottery=1)]
    instance = table([programme("A", 1, ranking={"a": 1, "b": 1})], people)
    outcome = solve(read(instance))
    assert dict(outcome.assignment) == {"a": None, "b": "A"}
    assert explain(raw(instance), outcome.to_bytes(), "a").choices[0].tie_key == "lottery"
    assert "equal priorities" in explain(raw(instance), outcome.to_bytes(), "a").sentences("en")[0]


def test_equal_priorities_without_a_seed_are_refused() -> None:
    people = [applicant("a", 1, "A"), applicant("b", 0, "A")]
    instance = table([programme("A", 1, ranking={"a": 1, "b": 1})], people, {"seed": None})
    with pytest.raises(BadInstance) as refused:
        solve(read(instance))
    assert [fault.path for fault in refused.value.faults] == ["rules.seed"]


def test_a_reserved_place_is_filled_first() -> None:
    people = [applicant("a", 0, "A"), applicant("b", 0, "A"), applicant("t", 0, "A", tags=["t"])]
    ranking = {"a": 3, "b": 2, "t": 1}
    for release in (True, False):
        plan = [programme("A", 2, ranking=ranking, reserved=[{"tag": "t", "seats": 1, "release": release}])]
        assert dict(solve(read(table(plan, people))).assignment) == {"a": "A", "b": None, "t": "A"}
        without = solve(
            read(
                table(plan, people[:2], {"across": "own_county"})
                | {"programmes": [{**plan[0], "ranking": {"a": 3, "b": 2}}]}
            )
        )
        assert without.assignment["b"] == ("A" if release else None)
        why = json.loads(without.to_bytes())["reasons"]
        assert why == ({} if release else {"b": [{"choice": 1, "programme": "A", "reason": "held/A/t"}]})


def test_what_spans_programmes_is_refused_by_name() -> None:
    instance = table(
        [
            programme("A", 2, ranking={"x": 1, "nobody": 1}, school="S"),
            programme("B", 2, ceilings={"QP": 1}, reserved=[{"tag": "t", "seats": 1}]),
        ],
        [applicant("x", 0, "A")],
        {"across": "percentile", "ties": "stop", "adjustment": "anywhere"},
        schools=[{"id": "S", "county": "QP", "capacity": 3, "dorm": {"M": 1}}],
        outflow={"QP": 1},
        limits=[{"name": "z", "cap": 1}],
    )
    with pytest.raises(BadInstance) as refused:
        read(instance)
    assert {fault.path for fault in refused.value.faults} == {
        "programmes[0].ranking.nobody",
        "programmes[1].reserved",
        "rules.across",
        "rules.ties",
        "rules.adjustment",
        "schools[0].capacity",
        "schools[0].dorm",
        "outflow",
        "limits[0]",
    }


def test_left_over_places_go_by_the_order_of_the_round() -> None:
    people = [applicant("a", 1, adjust=True), applicant("b", 2, adjust=True), applicant("c", 0, "B")]
    ranking = {"a": 2, "b": 1, "c": 0}
    plan = [programme("A", 1, ranking=ranking), programme("B", 1, ranking=ranking)]
    rules = {"across": "common_score", "adjustment": "anywhere"}
    outcome = solve(read(table(plan, people, rules, adjust_order=["B", "A"])))
    assert dict(outcome.assignment) == {"a": None, "b": "A", "c": "B"}


COUNTIES = ("QP", "WJ")


@st.composite
def ranked_rounds(draw: st.DrawFn, *, minima: bool = True) -> dict[str, Any]:
    """Small rounds with rankings, equal priorities, cells, guarantees, reserved places and minima."""
    names = [f"p{at}" for at in range(draw(st.integers(1, 3)))]
    who = [f"a{at}" for at in range(draw(st.integers(1, 6)))]
    people = [
        applicant(
            one,
            at,
            *draw(st.lists(st.sampled_from(names), max_size=3)),
            county=draw(st.sampled_from(COUNTIES)),
            tags=draw(st.lists(st.sampled_from("tu"), unique=True)),
            lottery=at,
        )
        for at, one in enumerate(who)
    ]
    plan = []
    for name in names:
        cap = draw(st.integers(0, 4))
        row = programme(name, cap, ranking={one: draw(st.integers(0, 3)) for one in who if draw(st.integers(0, 9))})
        kind = draw(st.sampled_from(["plain", "cells", "tags", "floors", "shares"]))
        if kind == "cells":
            row["ceilings"] = {county: draw(st.integers(0, 3)) for county in COUNTIES}
        elif kind == "floors" and cap > 1:
            row["floors"] = {county: draw(st.integers(0, cap // 2)) for county in COUNTIES}
            if draw(st.booleans()):
                row["ceilings"] = {county: floor + 1 for county, floor in row["floors"].items()}
        elif kind == "tags":
            seats = draw(st.integers(0, cap))
            row["reserved"] = [
                {"tag": "t", "seats": seats, "release": draw(st.booleans())},
                {"tag": "u", "seats": draw(st.integers(0, cap - seats)), "release": draw(st.booleans())},
            ]
        elif kind == "shares":
            row["shares"] = {"capacity": {"QP": cap // 2, "WJ": cap - cap // 2}}
        if minima and draw(st.booleans()):
            row["min_open"] = draw(st.integers(1, 3))
        plan.append(row)
    return table(plan, people)


class Oracle:
    """Every assignment tried; stable if each programme, offered its own and all who prefer it, keeps its own."""

    def __init__(self, instance: dict[str, Any]) -> None:
        self.plan = {one["id"]: one for one in instance["programmes"]}
        self.people = {one["id"]: one for one in instance["applicants"]}

    def eligible(self, who: str) -> list[str]:
        person = self.people[who]
        listed = list(dict.fromkeys(person["choices"]))
        return [
            at
            for at in listed
            if who in self.plan[at]["ranking"] and self.plan[at].get("ceilings", {}).get(person["county"]) != 0
        ]

    def keeps(self, name: str, asking: set[str]) -> set[str]:
        row = self.plan[name]
        best = sorted(asking, key=lambda who: (-row["ranking"][who], self.people[who]["lottery"]))
        groups: list[tuple[int, bool, Any]] = [
            (seats, True, lambda who, county=county: self.people[who]["county"] == county)
            for county, seats in sorted(row.get("floors", {}).items())
        ]
        groups += [
            (kept["seats"], kept["release"], lambda who, tag=kept["tag"]: tag in self.people[who]["tags"])
            for kept in row.get("reserved", ())
        ]
        held: list[str] = []
        lost = 0
        for seats, release, inside in groups:
            members = [who for who in best if who not in held and inside(who)][:seats]
            held += members
            lost += 0 if release else seats - len(members)
        caps = [row.get("ceilings", {}), row.get("shares", {}).get("capacity", {})]
        for who in best:
            county = self.people[who]["county"]
            count = sum(self.people[one]["county"] == county for one in held)
            if (
                who not in held
                and len(held) + lost < row["capacity"]
                and all(count < cap.get(county, 99) for cap in caps)
            ):
                held.append(who)
        return set(held)

    def stable(self, got: dict[str, str | None], shut: frozenset[str]) -> bool:
        for name in self.plan:
            if name in shut:
                continue
            inside = {who for who, at in got.items() if at == name}
            asking = set(inside)
            for who, at in got.items():
                listed = self.eligible(who)
                if name in listed and (at is None or listed.index(name) < listed.index(at)):
                    asking.add(who)
            if self.keeps(name, asking) != inside:
                return False
        return True

    def best(self, shut: frozenset[str]) -> dict[str, str | None]:
        doors = [[*(at for at in self.eligible(who) if at not in shut), None] for who in self.people]
        tried = (dict(zip(self.people, row, strict=True)) for row in product(*doors))
        stable = [got for got in tried if self.stable(got, shut)]
        best = min(stable, key=lambda got: sum(self.rank(who, at) for who, at in got.items()))
        for other in stable:
            assert all(self.rank(who, best[who]) <= self.rank(who, other[who]) for who in self.people)
        return best

    def rank(self, who: str, at: str | None) -> int:
        listed = self.eligible(who)
        return len(listed) + 1 if at is None else listed.index(at) + 1

    def weak(self, got: dict[str, str | None], shut: frozenset[str]) -> list[str]:
        inside = list(got.values())
        return [
            name
            for name, row in sorted(self.plan.items())
            if name not in shut and inside.count(name) < row.get("min_open", 0)
        ]

    def answer(self) -> dict[str, str | None] | None:
        undecided = self.weak(self.best(frozenset()), frozenset())
        rated = []
        for row in chain.from_iterable(combinations(undecided, n) for n in range(len(undecided) + 1)):
            shut = frozenset(row)
            got = self.best(shut)
            if not self.weak(got, shut):
                ranks = [self.rank(who, at) for who, at in got.items() if at is not None]
                flags = [name not in shut for name in undecided]
                rated.append(((len(ranks), -sum(ranks), sum(flags), flags), got))
        return max(rated, key=lambda one: one[0])[1] if rated else None


@RANDOM
@given(ranked_rounds())
def test_both_engines_and_every_assignment_tried_agree(instance: dict[str, Any]) -> None:
    expected = Oracle(instance).answer()
    try:
        outcome = solve(read(instance), engine="both")
    except Inadmissible:
        assert expected is None
        return
    assert dict(outcome.assignment) == expected
    assert [run.status for run in outcome.engines] == ["proven", "proven"]


@RANDOM
@given(ranked_rounds(minima=False))
def test_one_order_for_all_is_the_pass(instance: dict[str, Any]) -> None:
    """Where every programme ranks as the scores do, deferred acceptance and the pass agree."""
    scores = {one["id"]: one["score"] for one in instance["applicants"]}
    for row in instance["programmes"]:
        row["ranking"] = scores
        row.pop("reserved", None)
        row.pop("floors", None)
    plain = {
        **instance,
        "programmes": [{key: one[key] for key in one if key != "ranking"} for one in instance["programmes"]],
    }
    plain["rules"] = {"seed": "s", "across": "common_score"}
    assert dict(solve(read(instance), engine="search").assignment) == dict(
        solve(read(plain), engine="search").assignment
    )


@pytest.mark.parametrize("opening", ["smallest_first", ["p1", "p0"]])
def test_classes_are_cancelled_one_after_another(opening: Any) -> None:
    ranking = {"a": 1, "b": 2, "c": 3}
    plan = [programme(name, 9, ranking=ranking, min_open=2) for name in ("p0", "p1")]
    people = [applicant("a", 0, "p0", "p1"), applicant("b", 0, "p1", "p0"), applicant("c", 0, "p1")]
    told = solve(read(table(plan, people, {"opening": opening})))
    expected = {"a": "p1", "b": "p1", "c": "p1"}
    assert dict(told.assignment) == expected
    assert told.proven


def test_many_undecided_classes_are_climbed_and_not_proven() -> None:
    names = [f"p{at:02}" for at in range(13)]
    people = [applicant(f"a{at:02}", at, names[at], names[(at + 1) % 13]) for at in range(13)]
    ranking = {one["id"]: one["score"] for one in people}
    plan = [programme(name, 9, ranking=ranking, min_open=2) for name in names]
    outcome = solve(read(table(plan, people)), engine="search")
    assert not outcome.proven
    assert sum(at is not None for at in outcome.assignment.values()) >= 10


@RANDOM
@given(ranked_rounds(minima=False))
def test_plain_lists_give_the_same(instance: dict[str, Any]) -> None:
    for row in instance["programmes"]:
        for key in ("reserved", "floors", "ceilings", "shares"):
            row.pop(key, None)
    lottery = {one["id"]: one["lottery"] for one in instance["applicants"]}
    rankings = {
        row["id"]: [who for _, _, who in sorted((-worth, lottery[who], who) for who, worth in row["ranking"].items())]
        for row in instance["programmes"]
    }
    wishes = {one["id"]: one["choices"] for one in instance["applicants"]}
    seats = {row["id"]: row["capacity"] for row in instance["programmes"]}
    assert accept(wishes, rankings, seats) == dict(solve(read(instance), engine="search").assignment)


def test_whom_an_earlier_guarantee_holds_fills_no_place_kept_by_a_later_one() -> None:
    """By adjustment as by choice: the total of B is one filled and two kept for good, so C is left."""
    keeps = [{"tag": "u", "seats": 2, "release": False}]
    plan = [programme("C", 1, ranking={"x": 2, "y": 3}), programme("B", 3, floors={"QP": 1}, reserved=keeps)]
    people = [
        applicant("x", "2.5", county="JS", adjust=True),
        applicant("y", "3.0", "B", county="QP", tags=["u"]),
    ]
    rules = {"across": "common_score", "adjustment": "anywhere", "seed": "s47"}
    given = table(plan, people, rules, adjust_order=["B", "C"])
    outcome = solve(read(given), engine="both")
    assert dict(outcome.assignment) == {"x": "C", "y": "B"}
    assert verify(raw(given), outcome.to_bytes()).sound
