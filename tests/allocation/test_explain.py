"""The explanation of each result, in words and without the data of others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from allocation.explain import ChoiceVerdict, Explanation, explain, explain_all
from allocation.generate import zone
from allocation.solver import solve
from tests.allocation.rounds import applicant, programme, raw, read, table


def told(instance: dict[str, Any], who: str) -> Explanation:
    """The explanation for one applicant of a round."""
    return explain(raw(instance), solve(read(instance), engine="search").to_bytes(), who)


def one(instance: dict[str, Any], who: str, choice: int = 1) -> ChoiceVerdict:
    """The verdict on one choice."""
    return told(instance, who).choices[choice - 1]


def test_a_full_cell_names_the_cut_the_own_place_and_the_gap() -> None:
    people = [applicant("a", 611.5, "A"), applicant("b", 600, "A", "B", "C")]
    instance = table([programme("A", 9, ceilings={"QP": 1}), programme("B"), programme("C")], people)
    result = told(instance, "b")
    assert result.choices[0] == ChoiceVerdict(
        1,
        "A",
        "full",
        limit_kind="cell",
        limit="cell/A/QP",
        cap=1,
        last_position=1,
        last_score="611.5",
        own_position=2,
        own_score="600",
        gap="11.5",
    )
    assert [verdict.verdict for verdict in result.choices] == ["full", "admitted", "not_reached"]
    assert (result.programme, result.position, result.score) == ("B", 2, "600")
    assert result.sentences("zh") == (
        "第 1 志愿 A:您所在县区的招生计划数(1)已满;最后录取第 1 位,611.5 分;您第 2 位,600 分;相差 11.5 分。",
        "第 2 志愿 B:录取。",
        "第 3 志愿 C:前面的志愿已录取,不再考虑。",
    )
    assert result.sentences("en")[0] == (
        "Choice 1, A: the places for your county (1) were full; the last admitted had position 1 with 611.5 "
        "points; you had position 2 with 600 points; the gap is 11.5 points."
    )


def test_a_tie_key_or_the_lottery_is_named() -> None:
    people = [applicant("a", 600, "A", tie=[100, 95]), applicant("b", 600, "A", tie=[100, 90])]
    instance = table([programme("A", 1)], people)
    verdict = one(instance, "b")
    assert (verdict.tie_decided, verdict.tie_key, verdict.gap) == (True, "2", "0")
    assert "第 2 项同分比较" in verdict.sentence("zh")
    assert "tie key 2" in verdict.sentence("en")
    people = [applicant("a", 600, "A", lottery=1), applicant("b", 600, "A", lottery=2)]
    drawn = one(table([programme("A", 1)], people), "b")
    assert drawn.tie_key == "lottery"
    assert "抽签" in drawn.sentence("zh")
    assert "lottery" in drawn.sentence("en")


def test_a_closed_class_tells_how_many_it_had() -> None:
    instance = table([programme("A", 9, min_open=3), programme("B")], [applicant("a", 1, "A", "B")])
    verdict = one(instance, "a")
    assert (verdict.verdict, verdict.reached, verdict.needed) == ("closed", 1, 3)
    assert verdict.sentence("zh") == "第 1 志愿 A:未开班,1 人,需 3 人。"
    assert verdict.sentence("en") == "Choice 1, A: class not opened, 1 of 3 pupils."


def test_struck_and_returned_choices_tell_why() -> None:
    people = [
        applicant("a", 1, "L", "S", "H", "R", "Z", "Z", tags=["x"], sex="M"),
        applicant("t", 2, "L"),
    ]
    plan = [
        programme("L", lines={"QP": 5}),
        programme("S", sexes=["F"]),
        programme("H", excludes=["x"]),
        programme("R", requires=["y"]),
        programme("Z", ceilings={"QP": 0}),
    ]
    instance = table(plan, people, taken=["t"])
    strikes = [verdict.struck for verdict in told(instance, "a").choices]
    assert strikes == ["line", "sex", "health", "required", "zero_cell", "duplicate"]
    assert all(told(instance, "a").sentences("en"))
    assert one(instance, "t").struck == "taken"
    after = table(plan, [applicant("a", 9, "H", "L", tags=["x"])], {"checks": "after"})
    assert [verdict.verdict for verdict in told(after, "a").choices] == ["returned", "not_reached"]
    assert "退档" in one(after, "a").sentence("zh")


def test_adjustment_is_told() -> None:
    people = [applicant("a", 2, "A"), applicant("b", 1, "A", adjust=True)]
    instance = table([programme("A", 1), programme("B")], people, {"adjustment": "anywhere"}, adjust_order=["B"])
    result = told(instance, "b")
    assert result.by_adjustment
    assert result.sentences("zh")[-1].startswith("志愿均未录取,服从调剂")
    assert result.sentences("en")[-1] == "No choice could be granted; placed by adjustment in B."


def test_scores_of_another_county_are_not_shown() -> None:
    people = [applicant("j", 100, "A", county="JS"), applicant("k", 90, "A", county="JS")]
    people += [applicant("q", 700, "A")]
    verdict = one(table([programme("A", 1)], people, {"across": "percentile"}), "q")
    assert (verdict.last_position, verdict.last_of, verdict.last_score) == (1, 2, None)
    assert (verdict.own_position, verdict.own_of, verdict.gap) == (1, 1, None)
    assert verdict.sentence("zh") == (
        "第 1 志愿 A:专业招生总数(1)已满;最后录取第 1 位(共 2 人);您第 1 位(共 1 人),700 分。"
    )
    assert "position 1 of 2;" in verdict.sentence("en")


def test_places_kept_for_good_have_no_cut() -> None:
    plan = [programme("A", 1, reserved=[{"tag": "v", "seats": 1, "release": False}])]
    verdict = one(table(plan, [applicant("a", 1, "A")]), "a")
    assert (verdict.limit_kind, verdict.limit, verdict.cap, verdict.last_position) == ("held", "held/A/v", 0, None)
    assert verdict.sentence("en") == (
        "Choice 1, A: the places outside the reserved ones (0) were full; you had position 1 with 1 points."
    )


def test_an_unknown_applicant_is_an_error() -> None:
    with pytest.raises(KeyError):
        told(table([programme("A")], [applicant("a", 1, "A")]), "z")


def test_every_refusal_of_a_zone_is_explained_without_naming_anybody() -> None:
    instance = zone(applicants=90, programmes=8, minima=0, seed=3)
    outcome = solve(read(json.loads(instance)), engine="search").to_bytes()
    names = {row["id"] for row in json.loads(instance)["applicants"]}
    for who in sorted(names)[::5]:
        result = explain(instance, outcome, who)
        for lang in ("zh", "en"):
            text = " ".join(result.sentences(lang))
            assert not [other for other in names if other in text]
        for verdict in result.choices:
            if verdict.verdict == "full":
                assert verdict.last_position is not None
                assert verdict.last_position < result.position


def test_everybody_is_explained_as_each_would_be() -> None:
    instance = zone(applicants=12, programmes=3, minima=0, seed=4)
    outcome = solve(read(json.loads(instance)), engine="search").to_bytes()
    everybody = list(explain_all(instance, outcome))
    assert len(everybody) == 12
    assert everybody == [explain(instance, outcome, one.applicant) for one in everybody]
