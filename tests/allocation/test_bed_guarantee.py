"""Guarantees that bring a bed: held, called for, owed and released."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from allocation.faults import Inadmissible
from allocation.solver import solve
from tests.allocation.rounds import applicant, placed, programme, read, reasons, solved, table
from tests.allocation.test_guarantees import crossing
from tests.allocation.test_properties import FAST

BEDS = {"across": "common_score", "bed_with_guarantee": True}


def school(**beds: int) -> dict[str, Any]:
    """One boarding school in QP."""
    return {"id": "S", "county": "QP", "dorm": beds}


def test_the_last_bed_waits_for_the_member() -> None:
    """Without the rule the bed goes to j; with it w calls for place and bed, and j is refused the bed."""
    one = table(
        [programme("A", 2, school="S", floors={"WJ": 1}), programme("B", 9)],
        [applicant("j", 9, "A", "B", county="JS"), applicant("w", 1, "A", county="WJ")],
        BEDS,
        schools=[school(F=1)],
    )
    told = solved(one)
    assert told["assignment"] == {"j": "B", "w": "A"}
    assert reasons(told, "j") == {"A": "dorm/S/F"}
    one["rules"]["bed_with_guarantee"] = False
    assert placed(one) == {"j": "A", "w": None}


def test_place_and_bed_are_called_for_together() -> None:
    one = table(
        [programme("A", 2, school="S", floors={"WJ": 1})],
        [
            applicant("j", 9, "A", county="JS"),
            applicant("q", 8, "A"),
            applicant("w", 1, "A", county="WJ"),
        ],
        BEDS,
        schools=[school(F=1)],
    )
    assert placed(one) == {"j": None, "q": "A", "w": "A"}


def test_a_member_who_does_not_board_calls_for_a_place_alone() -> None:
    one = table(
        [programme("A", 1, school="S", floors={"QP": 1}), programme("B", 9, school="S")],
        [
            applicant("j", 9, "A", "B", county="JS"),
            applicant("k", 8, "B", county="JS"),
            applicant("q", 1, "A"),
        ],
        BEDS,
        schools=[school(F=1)],
    )
    assert placed(one) == {"j": "B", "k": None, "q": "A"}


def test_held_beds_of_a_school_keep_out_the_boarders_of_its_other_programmes() -> None:
    one = table(
        [programme("A", 9, school="S", floors={"WJ": 1}), programme("B", 9, school="S")],
        [applicant("j", 9, "B", county="JS"), applicant("w", 1, "A", county="WJ")],
        BEDS,
        schools=[school(F=1)],
    )
    assert placed(one) == {"j": None, "w": "A"}


def test_beds_never_exceed_the_seats_of_the_guarantee() -> None:
    one = table(
        [programme("A", 9, school="S", floors={"WJ": 1})],
        [
            applicant("j", 9, "A", county="JS"),
            applicant("w", 2, "A", county="WJ"),
            applicant("v", 1, "A", county="WJ", sex="M"),
            applicant("i", 8, "A", county="JS", sex="M"),
        ],
        BEDS,
        schools=[school(F=1, M=1)],
    )
    assert placed(one) == {"j": None, "w": "A", "v": None, "i": "A"}


def test_another_sex_has_beds_of_its_own() -> None:
    one = table(
        [programme("A", 9, school="S", floors={"WJ": 1})],
        [applicant("j", 9, "A", county="JS", sex="M"), applicant("w", 1, "A", county="WJ")],
        BEDS,
        schools=[school(F=1, M=1)],
    )
    assert placed(one) == {"j": "A", "w": "A"}


def test_a_circle_of_beds_ends_by_releasing_them() -> None:
    """Keeping a bed for c sends d away from Q to R, which c likes better: the bed would stay empty."""
    plan = [programme("P", 9, school="S", floors={"WJ": 1}), programme("Q", 9, school="S"), programme("R", 1)]
    people = [
        applicant("e", 9, "R", county="JS"),
        applicant("d", 8, "Q", county="JS"),
        applicant("c", 7, "R", "P", county="WJ"),
    ]
    told = solved(table(plan, people, BEDS, schools=[school(F=1)]))
    assert told["assignment"] == {"e": "R", "d": None, "c": "P"}
    people[0]["choices"] = ["Q", "R"]
    people[1]["choices"] = ["R"]
    told = solved(table(plan, people, BEDS, schools=[school(F=1)]))
    assert told["assignment"] == {"e": "R", "d": None, "c": "P"}


@FAST
@given(crossing())
def test_engines_agree_where_guarantees_bring_beds(instance: dict[str, Any]) -> None:
    instance["rules"]["bed_with_guarantee"] = True
    for row in instance["schools"]:
        row.setdefault("dorm", {"M": 1, "F": 1})
    try:
        outcome = solve(read(instance), engine="both")
    except Inadmissible:
        return
    assert outcome.proven
