"""Guarantees: out of reach of others while wanted, released when not, forcing nobody."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from allocation.solver import solve
from allocation.verify import verify
from tests.allocation.rounds import applicant, placed, programme, raw, read, reasons, solved, table
from tests.allocation.strategies import COUNTIES, counts, people, rounds
from tests.allocation.test_properties import FAST, SLOW

COMMON = {"across": "common_score"}


def test_a_guaranteed_place_waits_for_its_group() -> None:
    one = table(
        [programme("A", 2, floors={"WJ": 1}), programme("B", 9)],
        [applicant("a", 9, "A"), applicant("b", 8, "A", "B"), applicant("w", 1, "A", county="WJ")],
        COMMON,
    )
    told = solved(one)
    assert told["assignment"] == {"a": "A", "b": "B", "w": "A"}
    assert reasons(told, "b") == {"A": "cap/A"}
    assert told["guarantees"] == [{"name": "floor/A/WJ", "seats": 1, "filled": 1, "missing": 0, "released": 0}]


def test_a_place_nobody_of_the_group_wants_is_released_and_logged() -> None:
    one = table(
        [programme("A", 3, reserved=[{"tag": "vet", "seats": 2}])],
        [
            applicant("a", 9, "A"),
            applicant("b", 8, "A"),
            applicant("c", 7, "A"),
            applicant("v", 1, "A", tags=["vet"]),
        ],
        COMMON,
    )
    told = solved(one)
    assert told["assignment"] == {"a": "A", "b": "A", "c": None, "v": "A"}
    assert told["guarantees"][0] == {"name": "held/A/vet", "seats": 2, "filled": 1, "missing": 1, "released": 1}


def test_a_place_that_is_not_released_stays_empty() -> None:
    kept = [{"tag": "vet", "seats": 1, "release": False}]
    one = table(
        [programme("A", 2, reserved=kept), programme("B", 9)],
        [applicant("a", 9, "A"), applicant("b", 8, "A", "B")],
        COMMON,
    )
    told = solved(one)
    assert told["assignment"] == {"a": "A", "b": "B"}
    assert reasons(told, "b") == {"A": "held/A/vet"}
    assert told["guarantees"][0]["released"] == 0


def test_both_groups_get_their_favourites_where_neither_needs_the_guarantee() -> None:
    one = table(
        [programme("A", 1, floors={"WJ": 1}), programme("B", 1, floors={"QP": 1})],
        [applicant("q", 9, "A", "B"), applicant("w", 8, "B", "A", county="WJ")],
        COMMON,
    )
    assert placed(one) == {"q": "A", "w": "B"}


def test_a_member_of_two_groups_counts_to_both() -> None:
    one = table(
        [programme("A", 2, floors={"WJ": 1}, reserved=[{"tag": "v", "seats": 1}])],
        [
            applicant("a", 9, "A"),
            applicant("b", 8, "A"),
            applicant("w", 1, "A", county="WJ", tags=["v"]),
        ],
        COMMON,
    )
    assert placed(one) == {"a": "A", "b": None, "w": "A"}


def test_a_full_tie_that_swells_the_total_takes_nothing_from_a_guarantee() -> None:
    one = table(
        [programme("A", 2, floors={"WJ": 1})],
        [applicant("a", 9, "A"), applicant("b", 9, "A"), applicant("w", 1, "A", county="WJ")],
        {**COMMON, "ties": "admit_all"},
    )
    told = solved(one)
    assert told["assignment"] == {"a": "A", "b": "A", "w": "A"}
    assert told["limits"][0]["over"] == 1


def test_a_guarantee_brings_no_bed() -> None:
    one = table(
        [programme("A", 2, school="S", floors={"WJ": 1})],
        [applicant("j", 9, "A", county="JS"), applicant("q", 8, "A"), applicant("w", 1, "A", county="WJ")],
        COMMON,
        schools=[{"id": "S", "county": "QP", "dorm": {"F": 1}}],
    )
    told = solved(one)
    assert told["assignment"] == {"j": "A", "q": "A", "w": None}
    assert reasons(told, "w") == {"A": "cap/A"} or reasons(told, "w") == {"A": "dorm/S/F"}


def deferred(instance: dict[str, Any]) -> dict[str, str | None]:
    """Applicant-proposing deferred acceptance with cells and floors: the referee of guarantees."""
    rows = {one["id"]: one for one in instance["applicants"]}
    plan = {one["id"]: one for one in instance["programmes"]}
    wishes = {
        who: [
            name for name in dict.fromkeys(one["choices"]) if plan[name].get("ceilings", {}).get(one["county"]) != 0
        ]
        for who, one in rows.items()
    }
    at = dict.fromkeys(rows, 0)

    def chosen(name: str, asking: list[str]) -> set[str]:
        merit = sorted(asking, key=lambda who: -float(rows[who]["score"]))
        cells = plan[name].get("ceilings", {})
        fitting: list[str] = []
        for who in merit:
            county = rows[who]["county"]
            inside = sum(rows[one]["county"] == county for one in fitting)
            if inside < cells.get(county, len(rows)):
                fitting.append(who)
        kept: list[str] = []
        for county, floor in plan[name].get("floors", {}).items():
            kept += [who for who in fitting if rows[who]["county"] == county][:floor]
        kept += [who for who in fitting if who not in kept][: max(0, plan[name]["capacity"] - len(kept))]
        return set(kept)

    while True:
        moved = False
        for name in plan:
            asking = [who for who in rows if at[who] < len(wishes[who]) and wishes[who][at[who]] == name]
            for who in set(asking) - chosen(name, asking):
                at[who] += 1
                moved = True
        if not moved:
            return {who: (wishes[who] + [None] * 9)[at[who]] for who in rows}


@st.composite
def guaranteed(draw: st.DrawFn) -> dict[str, Any]:
    """A round of totals, cells and floors on one scale."""
    names = [f"p{at}" for at in range(draw(st.integers(1, 4)))]
    plan = []
    for name in names:
        floors = {county: draw(counts(2)) for county in COUNTIES if draw(st.booleans())}
        row = programme(name, sum(floors.values()) + draw(counts(2)), floors=floors)
        if draw(st.booleans()):
            row["ceilings"] = {county: floors.get(county, 0) + draw(counts(2)) for county in COUNTIES}
        plan.append(row)
    return table(plan, draw(people(names, 9, distinct=True)), COMMON)


@FAST
@given(guaranteed())
def test_guarantees_agree_with_deferred_acceptance(instance: dict[str, Any]) -> None:
    assert placed(instance, "search") == deferred(instance)


@st.composite
def crossing(draw: st.DrawFn) -> dict[str, Any]:
    """A round in which guarantees, beds, minima and ties all meet."""
    instance = draw(rounds(most=9, classes=4, distinct=draw(st.booleans())))
    for row in instance["programmes"]:
        room = row["capacity"]
        floor = draw(st.integers(0, room))
        if row.get("ceilings", {"WJ": 9})["WJ"] >= floor:
            row["floors"] = {"WJ": floor}
            room -= floor
        row["reserved"] = [{"tag": "t", "seats": draw(st.integers(0, room)), "release": draw(st.booleans())}]
    return instance


@SLOW
@given(crossing())
def test_engines_and_verifier_agree_where_guarantees_and_beds_cross(instance: dict[str, Any]) -> None:
    from allocation.faults import Inadmissible

    try:
        outcome = solve(read(instance), engine="both")
    except Inadmissible:
        return
    report = verify(raw(instance), outcome.to_bytes())
    assert report.sound, [(check.name, check.findings) for check in report.checks if check.findings]


def test_a_circle_of_beds_and_guarantee_ends_by_releasing_the_place() -> None:
    """Keeping P for c frees b's bed, which draws d from R, which c likes better than P."""
    plan = [
        programme("P", 1, school="S", floors={"WJ": 1}),
        programme("Q", 9, school="S"),
        programme("R", 1),
        programme("Z", 9, min_open=2),
    ]
    people = [
        applicant("b", 9, "P"),
        applicant("d", 8, "Q", "R"),
        applicant("c", 7, "R", "P", county="WJ"),
        applicant("z", 1, "Z"),
    ]
    beds = [{"id": "S", "county": "WJ", "dorm": {"F": 1}}]
    told = solved(table(plan, people, COMMON, schools=beds))
    assert told["assignment"] == {"b": "P", "d": "R", "c": None, "z": None}
    assert told["guarantees"][0]["missing"] == 1
