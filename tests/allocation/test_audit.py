"""Assignments made elsewhere are judged by the same words."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest

from allocation.auditing import audited
from allocation.faults import BadInstance, Inadmissible
from allocation.solver import solve
from allocation.verify import audit
from bench.trial_rounds import FAMILIES
from tests.allocation.rounds import applicant, programme, raw, read, table
from tests.allocation.test_examples import CASES, instance_of

AUDITED = sorted(name for name, case in CASES.items() if case["kind"] == "audit")


@pytest.mark.parametrize("name", AUDITED)
def test_the_audited_examples(name: str) -> None:
    expect = CASES[name]["expect"]
    found = audit(raw(instance_of(CASES[name])), CASES[name]["given"])
    assert [list(row) for row in found.over] == expect["over"]
    assert [list(row) for row in found.claims] == expect["claims"]
    if "envy" in expect:
        assert [list(row) for row in found.envy] == expect["envy"]


def test_everything_that_can_be_wrong_is_told() -> None:
    people = [
        applicant("a", 9, "A"),
        applicant("b", 8, "A"),
        applicant("c", 7, "B"),
        applicant("d", 6, "C"),
        applicant("j", 5, "A", county="JS"),
    ]
    plan = [
        programme("A", 1, floors={"WJ": 1}),
        programme("B", 5, min_open=2),
        programme("C", 5, min_open=2),
    ]
    found = audit(
        raw(table(plan, people, {"across": "common_score"})),
        {"b": "A", "c": "B", "j": "A", "d": "B", "x": "A"},
    )
    assert found.over == (("cap/A", 1, 2),)
    assert set(found.ineligible) == {"d: B is not an open choice", "x is no applicant"}
    assert found.claims == (("a", "A"),)
    assert found.envy == (("a", "A", "b"), ("a", "A", "j"))
    assert found.under == ()
    assert found.shortfall == 1


def test_counties_do_not_envy_each_other() -> None:
    people = [applicant("q", 9, "A"), applicant("j", 5, "A", county="JS")]
    plan = [programme("A", 2, ceilings={"QP": 1, "JS": 1}, min_open=2)]
    found = audit(raw(table(plan, people)), {"j": "A"})
    assert found.claims == (("q", "A"),)
    assert found.envy == ()
    assert found.under == ("A",)


def test_a_programme_that_ranks_answers_by_its_own_order() -> None:
    people = [applicant("a", 9, "A"), applicant("b", 8, "A"), applicant("c", 7, "A")]
    plan = [programme("A", 1, ranking={"a": 1, "b": 2, "c": 3})]
    instance = raw(table(plan, people, {"across": "common_score"}))
    assert audit(instance, {"c": "A"}).claims == ()
    assert audit(instance, {"b": "A"}).claims == (("c", "A"),)


def test_orders_answer_claims_under_hard_floors() -> None:
    """A place an order needs is no claim of those above; a place it does not need is."""
    people = [
        applicant("a", 9, "A", "B"),
        applicant("b", 8, "A", "B"),
        applicant("j", 5, "A", county="JS"),
        applicant("k", 4, "B", county="JS"),
    ]
    rules = {"across": "common_score", "floors": "hard"}
    plan = [programme("A", 2, floors={"JS": 1}), programme("B", 2)]
    instance = raw(table(plan, people, rules))
    good = audit(instance, {"a": "A", "b": "B", "j": "A", "k": "B"})
    assert (good.claims, good.envy, good.shortfall, good.avoidable) == ((), (), 0, 0)
    assert dict(solve(read(table(plan, people, rules)), engine="search").assignment) == {
        "a": "A",
        "b": "B",
        "j": "A",
        "k": "B",
    }
    missed = audit(instance, {"a": "A", "b": "A", "k": "B"})
    assert (missed.claims, missed.shortfall, missed.avoidable) == ((), 1, 1)
    empty = audit(instance, {"a": "B", "b": "B", "j": "A"})
    assert empty.claims == (("a", "A"), ("b", "A"))
    assert empty.envy == (("a", "A", "j"), ("b", "A", "j"))


def test_once_an_order_is_lost_it_is_no_reason() -> None:
    people = [applicant("a", 9, "A"), applicant("b", 8, "B", "A"), applicant("j", 5, "A", county="JS")]
    plan = [programme("A", 1, floors={"JS": 1}), programme("B", 1)]
    instance = raw(table(plan, people, {"across": "common_score", "floors": "hard"}))
    assert audit(instance, {"b": "B", "j": "A"}).claims == ()
    lost = audit(instance, {"a": "A", "j": None})
    assert lost.claims == (("b", "B"),)
    assert lost.avoidable == 1
    assert not audited(instance, {"a": "A", "b": "B"}).clean
    assert any("another assignment" in line for line in audited(instance, {"a": "A", "b": "B"}).lines())


def test_orders_nobody_can_meet_are_no_reason() -> None:
    people = [applicant("a", 9, "A")]
    plan = [programme("A", 3, min_open=2, floors={"JS": 1})]
    rules = {"across": "common_score", "floors": "hard"}
    found = audit(raw(table(plan, people, rules)), {"a": "A"})
    assert (found.under, found.shortfall, found.avoidable) == (("A",), 1, 0)


@pytest.mark.parametrize("family", ["hard", "hard_counties"])
def test_what_the_rule_gives_under_hard_floors_is_clean(family: str) -> None:
    looked = 0
    for seed in range(12):
        told = FAMILIES[family](Random(seed))
        told["rules"] |= {"adjustment": "off", "checks": "before"}
        with suppress(BadInstance, Inadmissible):
            outcome = solve(read(told), engine="search")
            looked += 1
            found = audited(raw(told), dict(outcome.assignment))
            assert found.clean, (seed, found.found)
    assert looked > 8
