"""Every kind of limit as a named set, full ties, checks, adjustment and opening."""

from __future__ import annotations

from typing import Any

import pytest

from allocation.faults import Inadmissible
from allocation.formats import BadInstance
from allocation.solver import solve
from tests.allocation.rounds import applicant, placed, programme, read, reasons, solved, table

COMMON = {"across": "common_score"}
HOST = [{"id": "S", "county": "QP"}, {"id": "T", "county": "JS"}]


def school(**more: Any) -> list[dict[str, Any]]:
    """One school in JS with these limits."""
    return [{"id": "S", "county": "JS", **more}]


def named(told: dict[str, Any], name: str) -> dict[str, Any]:
    """One row of the limits."""
    (row,) = [one for one in told["limits"] if one["name"] == name]
    return row


def refusal(limit: str, extra: dict[str, Any], *, rules: dict[str, Any] | None = None, cap: int = 1) -> None:
    """With one place under ``limit``, the second applicant is refused by it and by nothing else."""
    people = [applicant("a", 2, "A"), applicant("b", 1, "A", "B")]
    plan = [programme("A", 9, school="S"), programme("B", 9)]
    told = solved(table(plan, people, {**COMMON, **(rules or {})}, **extra))
    assert told["assignment"] == {"a": "A", "b": "B"}
    assert reasons(told, "b") == {"A": limit}
    row = named(told, limit)
    assert (row["cap"], row["used"]) == (cap, cap)
    assert row["last"] == {"applicant": "a", "county": "QP", "position": 1, "score": "2"}
    assert row["first_refused"] == {"applicant": "b", "county": "QP", "position": 2, "score": "1"}


def limit(**more: Any) -> dict[str, Any]:
    """One stated limit of one place."""
    return {"schools": school(), "limits": [{"name": "n", "cap": 1, **more}]}


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("school/S", {"schools": school(capacity=1)}),
        ("school/S/QP", {"schools": school(capacity=5, shares={"capacity": {"QP": 1}})}),
        ("dorm/S/F", {"schools": school(dorm={"F": 1})}),
        ("dorm/S/F/QP", {"schools": school(dorm={"F": 5}, shares={"F": {"QP": 1}})}),
        ("outflow/QP", {"schools": school(), "outflow": {"QP": 1}}),
        ("host/n", limit(programmes=["A"], counties=["QP"])),
        ("limit/n", limit(programmes=["A"])),
        ("limit/n", limit(programmes=["A"], sex="F")),
        ("limit/n", limit(programmes=["A"], counties=["QP", "WJ"])),
        ("limit/n", limit(boarders=True)),
        (
            "limit/n/QP",
            {"schools": school(), "limits": [{"name": "n", "cap": 3, "programmes": ["A"], "shares": {"QP": 1}}]},
        ),
    ],
)
def test_a_full_limit_refuses_by_its_name(name: str, extra: dict[str, Any]) -> None:
    refusal(name, extra)


def test_the_zone_total_binds_everywhere() -> None:
    people = [applicant("a", 2, "A"), applicant("b", 1, "A", "B")]
    told = solved(table([programme("A"), programme("B")], people, COMMON, limits=[{"name": "z", "cap": 1}]))
    assert told["assignment"] == {"a": "A", "b": None}
    assert reasons(told, "b") == {"A": "zone/z", "B": "zone/z"}


def test_the_first_full_limit_in_naming_order_is_told() -> None:
    people = [applicant("a", 2, "A"), applicant("b", 1, "A")]
    told = solved(
        table(
            [programme("A", 1, school="S", ceilings={"QP": 1})],
            people,
            COMMON,
            schools=school(capacity=1, dorm={"F": 1}),
            outflow={"QP": 1},
            limits=[{"name": "z", "cap": 1}],
        )
    )
    assert reasons(told, "b") == {"A": "cap/A"}
    assert [one["kind"] for one in told["limits"]] == ["cap", "cell", "school", "dorm", "outflow", "zone"]


def test_whoever_leaves_boards_unless_stated_otherwise() -> None:
    people = [
        applicant("a", 4, "A", county="JS"),
        applicant("b", 3, "A", boards=False),
        applicant("c", 2, "A", county="JS", boards=True),
        applicant("d", 1, "A"),
    ]
    told = solved(table([programme("A", school="S")], people, COMMON, schools=school(dorm={"F": 1})))
    assert told["assignment"] == {"a": "A", "b": "A", "c": "A", "d": None}


def test_a_programme_without_school_makes_nobody_leave() -> None:
    people = [applicant("a", 2, "A"), applicant("b", 1, "A")]
    assert placed(table([programme("A")], people, outflow={"QP": 0})) == {"a": "A", "b": "A"}


def test_sexes_exclusions_and_pass_lists() -> None:
    people = [
        applicant("a", 3, "A", "B", sex="M"),
        applicant("b", 2, "C", "B", tags=["blind"]),
        applicant("c", 1, "D", "B", tags=["passed"]),
        applicant("d", 1, "D", "B", tie=[1]),
        applicant("e", 0, "D", tie=[2]),
    ]
    people[2]["tie"] = [2]
    plan = [
        programme("A", sexes=["F"]),
        programme("B"),
        programme("C", excludes=["blind"]),
        programme("D", requires=["passed"]),
    ]
    told = solved(table(plan, people))
    assert told["assignment"] == {"a": "B", "b": "B", "c": "D", "d": "B", "e": None}
    assert reasons(told, "a") == {"A": "struck/sex"}
    assert reasons(told, "b") == {"C": "struck/health"}
    assert reasons(told, "d") == {"D": "struck/required"}


@pytest.mark.parametrize(("checks", "got"), [("before", "B"), ("after", None)])
def test_health_before_or_after_the_pass(checks: str, got: str | None) -> None:
    people = [
        applicant("s", 3, "A", "B", tags=["blind"], adjust=True),
        applicant("t", 2, "A"),
        applicant("u", 1, "A"),
    ]
    plan = [programme("A", 2, excludes=["blind"]), programme("B", 5)]
    told = solved(table(plan, people, {"checks": checks, "adjustment": "anywhere"}, adjust_order=["B"]))
    assert told["assignment"]["s"] == got
    if checks == "after":
        assert told["returned"] == [{"applicant": "s", "programme": "A"}]
        assert told["assignment"]["u"] is None
        assert (named(told, "cap/A")["used"], named(told, "cap/A")["returned"]) == (1, 1)


def test_a_returned_file_does_not_count_to_the_minimum() -> None:
    people = [applicant("s", 3, "A", tags=["blind"]), applicant("t", 2, "A", "B")]
    plan = [programme("A", 2, excludes=["blind"], min_open=2), programme("B", 5)]
    told = solved(table(plan, people, {"checks": "after"}))
    assert told["closed"] == [{"pass": 1, "programme": "A", "reached": 1, "needed": 2}]
    assert told["assignment"] == {"s": None, "t": "B"}


def test_a_full_tie_at_the_edge_is_sent_together_and_flagged() -> None:
    people = [applicant(f"a{at}", 20 - min(at, 9), "A") for at in range(11)]
    told = solved(table([programme("A", 10, ceilings={"QP": 10})], people, {"ties": "admit_all"}))
    assert set(told["assignment"].values()) == {"A"}
    assert [(named(told, name)["used"], named(told, name)["over"]) for name in ("cap/A", "cell/A/QP")] == [
        (11, 1),
        (11, 1),
    ]
    assert told["positions"]["a9"] == told["positions"]["a10"] == 10


def test_a_full_tie_for_the_last_bed_stops_the_run_and_is_named() -> None:
    people = [applicant("a", 1, "A"), applicant("b", 1, "A")]
    one = table([programme("A", 1, school="S")], people, {"ties": "admit_all"}, schools=school(dorm={"F": 1}))
    with pytest.raises(Inadmissible, match="dorm/S/F") as stopped:
        solve(read(one))
    assert "a、b" in str(stopped.value)


def test_ties_of_two_counties_that_swell_a_shared_limit_stop_the_run() -> None:
    people = [applicant(f"{county}{at}", 1, "A", county=county) for county in ("QP", "JS") for at in range(2)]
    one = table(
        [programme("A", 2, school="S", ceilings={"QP": 1, "JS": 1})],
        people,
        {"ties": "admit_all"},
        schools=[{"id": "S", "county": "WJ", "capacity": 2}],
    )
    with pytest.raises(Inadmissible, match="school/S") as stopped:
        solve(read(one))
    assert "QP0、QP1" in str(stopped.value)


def test_a_limit_no_single_tie_breaks_is_still_watched() -> None:
    """The tie fits, the cell swells, and a later single applicant is the one too many."""
    people = [
        applicant("q0", 5, "A"),
        applicant("q1", 5, "A"),
        applicant("z", 1, "A", county="WJ"),
    ]
    one = table(
        [programme("A", 2, school="S", ceilings={"QP": 1, "WJ": 1})],
        people,
        {"ties": "admit_all"},
        schools=[{"id": "S", "county": "JS", "capacity": 2}],
    )
    with pytest.raises(Inadmissible, match="school/S") as stopped:
        solve(read(one))
    assert "q0、q1" in str(stopped.value)


def test_equals_do_not_displace_equals_where_there_is_room() -> None:
    people = [applicant("a", 1, "A", "B"), applicant("b", 1, "A", "B"), applicant("c", 0, "A", "B")]
    told = solved(table([programme("A", 2), programme("B", 1)], people, {"ties": "stop"}))
    assert told["assignment"] == {"a": "A", "b": "A", "c": "B"}


def test_a_tie_that_matters_stops_the_start_and_is_listed() -> None:
    people = [applicant("a", 1, "A"), applicant("b", 1, "A")]
    with pytest.raises(BadInstance) as refused:
        solve(read(table([programme("A", 1)], people, {"ties": "stop"})))
    assert [(fault.path, fault.value) for fault in refused.value.faults] == [("cap/A", "a、b")]


def test_percentiles_compare_places_never_points() -> None:
    people = [
        applicant("q1", 700, "A"),
        applicant("q2", 690, "A"),
        *[applicant(f"j{at}", 100 - at, "A", county="JS") for at in range(4)],
    ]
    told = solved(table([programme("A", 3)], people, {"across": "percentile"}))
    assert sorted(who for who, at in told["assignment"].items() if at) == ["j0", "j1", "q1"]
    assert told["positions"] == {"q1": 1, "q2": 2, "j0": 1, "j1": 2, "j2": 3, "j3": 4}


def test_equal_percentiles_fall_to_the_tie_rule() -> None:
    people = [applicant("q", 700, "A"), applicant("j", 100, "A", county="JS")]
    one = table([programme("A", 1)], people, {"across": "percentile", "ties": "admit_all"})
    told = solved(one)
    assert told["assignment"] == {"q": "A", "j": "A"}
    assert named(told, "cap/A")["over"] == 1


def adjusting(rule: str, **more: Any) -> dict[str, Any]:
    """Adjustment among two programmes of one school and one elsewhere."""
    people = [
        applicant("a", 9, "A"),
        applicant("b", 8, "A", adjust=True),
        applicant("c", 7, "A", adjust=True),
        applicant("d", 6, "A"),
    ]
    plan = [
        programme("A", 1, school="S", ceilings={"QP": 1}),
        programme("B", 9, school="S", ceilings={"QP": 1}),
        programme("C", 9, school="T"),
        programme("D", 9),
    ]
    return solved(table(plan, people, {"adjustment": rule}, schools=HOST, **more))


def test_adjustment_stays_in_the_school_and_the_cell() -> None:
    told = adjusting("same_school")
    assert told["assignment"] == {"a": "A", "b": "B", "c": None, "d": None}
    assert told["adjusted"] == [{"applicant": "b", "programme": "B"}]
    assert told["yardsticks"]["rank_sum"] == 1 + 2


def test_adjustment_anywhere_follows_the_list() -> None:
    told = adjusting("anywhere", adjust_order=["C", "B"])
    assert told["assignment"] == {"a": "A", "b": "C", "c": "C", "d": None}


def test_adjustment_off() -> None:
    assert adjusting("off")["adjusted"] == []


def test_adjustment_counts_to_the_minimum_and_skips_what_is_struck() -> None:
    people = [applicant("a", 2, "A"), applicant("b", 1, "A", adjust=True, tags=["x"])]
    plan = [programme("A", 1), programme("B", 5, excludes=["x"]), programme("C", 5, min_open=1)]
    told = solved(table(plan, people, {"adjustment": "anywhere"}, adjust_order=["B", "C"]))
    assert told["assignment"] == {"a": "A", "b": "C"}
    assert told["closed"] == []


def test_the_order_of_cancellation_decides_between_two_weak_classes() -> None:
    people = [applicant("1", 3, "A", "B"), applicant("2", 2, "A", "B"), applicant("3", 1, "B", "A")]
    plan = [programme("A", 9, min_open=3), programme("B", 9, min_open=3)]
    first = solved(table(plan, people, {"opening": "smallest_first"}))
    assert set(first["assignment"].values()) == {"A"}
    assert first["closed"] == [{"pass": 1, "programme": "B", "reached": 1, "needed": 3}]
    second = solved(table(plan, people, {"opening": ["A", "B"]}))
    assert set(second["assignment"].values()) == {"B"}
    assert second["closed"] == [{"pass": 1, "programme": "A", "reached": 2, "needed": 3}]


def test_local_pupils_count_to_the_minimum() -> None:
    people = [applicant("a", 2, "A"), applicant("b", 1, "A")]
    told = solved(table([programme("A", 9, min_open=25, local_enrolled=30)], people))
    assert told["closed"] == []
    short = solved(table([programme("A", 9, min_open=25, local_enrolled=20)], people))
    assert short["closed"] == [{"pass": 1, "programme": "A", "reached": 22, "needed": 25}]
    assert reasons(short, "a") == {"A": "closed"}


def test_minima_that_contradict_each_other_are_told() -> None:
    """Closing the weak class sends a boarder to the one bed that kept the other class alive."""
    people = [
        applicant("a", 9, "W", "X"),
        applicant("b", 8, "K"),
    ]
    plan = [
        programme("K", 9, school="S", min_open=1),
        programme("W", 9, min_open=2),
        programme("X", 9, school="S"),
    ]
    one = table(plan, people, COMMON, schools=school(dorm={"F": 1}))
    for engine in ("search", "model"):
        with pytest.raises(Inadmissible, match="W"):
            solve(read(one), engine=engine)


def test_many_undecided_classes_are_climbed_and_labelled_not_proven() -> None:
    plan = [programme(f"P{at:02}", 9, min_open=2) for at in range(22)] + [programme("Z", 3)]
    people = [applicant(f"a{at:02}", 99 - at, f"P{at:02}", f"P{(at + 1) % 22:02}", "Z") for at in range(22)]
    told = solved(table(plan, people), "search")
    assert not told["proven"]
    assert told["yardsticks"]["placed"] == 22
    greedy = solved(table(plan, people, {"opening": "smallest_first"}), "search")
    assert told["yardsticks"]["placed"] >= greedy["yardsticks"]["placed"]
