"""Assignments made elsewhere are judged by the same words."""

from __future__ import annotations

import pytest

from allocation.verify import audit
from tests.allocation.rounds import applicant, programme, raw, table
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
