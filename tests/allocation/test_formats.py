"""Strict reading, one canonical spelling, all faults at once."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from allocation.formats import BadInstance, assignment_digest, canonical, digest, read_instance
from tests.allocation.rounds import applicant, programme, raw, read, table


def full() -> dict[str, Any]:
    """An instance that uses every key."""
    return table(
        [
            programme(
                "A",
                "4",
                school="S",
                ceilings={"QP": 2, "WJ": "3"},
                floors={"WJ": 1},
                min_open=2,
                local_enrolled=1,
                lines={"QP": "400.50"},
                sexes=["F", "M"],
                excludes=["x"],
                requires=["y"],
                reserved=[{"tag": "v", "seats": 1, "release": False}],
            ),
            programme("B", 5, shares={"capacity": {"QP": 2}}),
        ],
        [
            applicant("b", "1e2", "A", "B", tie=[1, "2.50"], lottery=3, adjust=True, tags=["x"], boards=True),
            applicant("a", 611.5, "B", county="WJ"),
        ],
        {"across": "common_score", "opening": ["A"], "adjustment": "anywhere"},
        schools=[{"id": "S", "county": "QP", "dorm": {"M": 1}, "capacity": 9, "shares": {"M": {"WJ": 1}}}],
        outflow={"QP": 3},
        limits=[{"name": "z", "cap": 9, "programmes": ["A"], "counties": ["QP"], "sex": "F", "boarders": True}],
        adjust_order=["B", "A"],
        taken=["a"],
    )


def refused(instance: Any) -> dict[str, str]:
    """Path to rule of every fault."""
    with pytest.raises(BadInstance) as bad:
        read_instance(instance if isinstance(instance, str | bytes) else json.dumps(instance))
    assert str(bad.value)
    return {fault.path: fault.rule for fault in bad.value.faults}


def test_reads_back_what_it_spells() -> None:
    instance = read(full())
    assert read_instance(canonical(instance)) == instance
    assert canonical(read_instance(canonical(instance))) == canonical(instance)


def test_number_spelling_does_not_matter() -> None:
    one = full()
    other = full()
    other["applicants"][0]["score"] = "100.00"
    other["applicants"][1]["score"] = "611.500"
    other["programmes"][0]["capacity"] = 4
    other["programmes"][0]["lines"] = {"QP": 400.5}
    assert digest(read(one)) == digest(read(other))
    other["applicants"][0]["score"] = "100.01"
    assert digest(read(one)) != digest(read(other))


def test_negative_zero_is_zero() -> None:
    one = table([], [applicant("a", "-0.0")])
    assert b'"score":"0"' in canonical(read(one))


def test_unknown_keys_are_refused_by_name_everywhere() -> None:
    one = full()
    one["colour"] = 1
    one["rules"]["speed"] = 1
    one["schools"][0]["beds"] = 1
    one["schools"][0]["dorm"]["X"] = 1
    one["programmes"][0]["cap"] = 1
    one["programmes"][1]["shares"]["beds"] = {}
    one["programmes"][0]["reserved"][0]["size"] = 1
    one["applicants"][0]["name"] = "张三"
    one["limits"][0]["max"] = 1
    assert set(refused(one)) == {
        "colour",
        "rules.speed",
        "schools[0].beds",
        "schools[0].dorm.X",
        "programmes[0].cap",
        "programmes[1].shares.beds",
        "programmes[0].reserved[0].size",
        "applicants[0].name",
        "limits[0].max",
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("rules.across", "everywhere"),
        ("rules.bed_with_guarantee", 1),
        ("rules.opening", "random"),
        ("programmes[0].capacity", -1),
        ("programmes[0].capacity", 1.5),
        ("programmes[0].capacity", True),
        ("programmes[0].capacity", "x"),
        ("programmes[0].capacity", "NaN"),
        ("programmes[0].capacity", 10**10),
        ("programmes[0].ceilings", []),
        ("programmes[0].ceilings.QP", "many"),
        ("programmes[0].reserved", {}),
        ("programmes[0].sexes", ["X"]),
        ("applicants[0].score", "6 11"),
        ("applicants[0].score", "0.0000001"),
        ("applicants[0].score", "1e999999999"),
        ("applicants[0].score", "Infinity"),
        ("applicants[0].id", ""),
        ("applicants[0].id", "a\nb"),
        ("applicants[0].id", 7),
        ("applicants[0].id", None),
        ("applicants[0].sex", "W"),
        ("applicants[0].choices", "A"),
        ("applicants[0]", 3),
        ("limits[0].cap", None),
        ("programmes[0].reserved[0].seats", None),
    ],
)
def test_wrong_values_are_named(path: str, value: object) -> None:
    one: Any = full()
    at: Any = one
    *before, last = path.replace("]", "").replace("[", ".").split(".")
    for step in before:
        at = at[int(step)] if step.isdigit() else at[step]
    if last.isdigit():
        at[int(last)] = value
    else:
        at[last] = value
    assert path in refused(one)


@pytest.mark.parametrize(
    "text",
    [b"\xff", "", "[", "NaN", '{"format": "x", "format": "y"}', "[" * 100_000, "1" * 5000, "[1e9999999999999999999]"],
)
def test_what_is_no_clean_json_is_refused(text: bytes | str) -> None:
    assert len(refused(text)) == 1


def test_the_top_must_be_an_object_of_this_format() -> None:
    assert "format" in refused([])
    assert "format" in refused({})
    assert "format" in refused({"format": "allocation-instance/2"})


def test_names_and_sums_are_checked_across_rows() -> None:
    one = full()
    one["programmes"].append(programme("A", 1, school="X"))
    one["programmes"][0]["floors"] = {"WJ": 4}
    one["programmes"][0]["reserved"].append({"tag": "v", "seats": 1})
    one["programmes"].append(programme("C", min_open=1, floors={"QP": 1}))
    one["programmes"][1]["shares"] = {"capacity": {"QP": 9}}
    one["schools"][0]["shares"] = {"F": {"QP": 1}}
    one["applicants"].append(applicant("a", 1, "N"))
    one["limits"][0]["programmes"] = ["M"]
    one["limits"][0]["shares"] = {"QP": 10}
    one["adjust_order"] = ["B", "B"]
    one["taken"] = ["nobody"]
    del one["applicants"][0]["sex"]
    assert set(refused(one)) == {
        "programmes[2]",
        "programmes[2].school",
        "programmes[0].floors",
        "programmes[0].floors.WJ",
        "programmes[0].reserved[1]",
        "programmes[3].floors",
        "programmes[1].shares.capacity",
        "schools[0].shares.F",
        "applicants[2]",
        "applicants[2].choices[0]",
        "limits[0].programmes[0]",
        "limits[0].shares",
        "adjust_order[1]",
        "taken[0]",
        "applicants[0].sex",
        "rules.opening",
    }


def test_the_digest_of_an_assignment_is_as_documented() -> None:
    import hashlib

    assert assignment_digest({"b": None, "a": "P"}) == hashlib.sha256(b"a:P\nb:").hexdigest()
    assert assignment_digest({}) == hashlib.sha256(b"").hexdigest()


def test_reading_and_verifying_load_no_solver() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, allocation.formats, allocation.verify, allocation.explain, allocation.child\n"
            "print([one for one in ('ortools', 'numpy', 'pandas') if one in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"


def test_bytes_with_a_mark_are_read() -> None:
    assert read_instance(b"\xef\xbb\xbf" + raw(full())) == read(full())


def test_reserved_places_inside_divided_totals_are_refused_with_the_mend() -> None:
    plan = [programme("A", 3, shares={"capacity": {"QP": 2}}, reserved=[{"tag": "v", "seats": 1}])]
    assert "whose share" in refused(table(plan, []))["programmes[0].reserved"]


def test_a_floor_above_its_share_is_refused() -> None:
    plan = [programme("A", 3, shares={"capacity": {"QP": 2}}, floors={"QP": 2, "WJ": 1})]
    assert set(refused(table(plan, []))) == {"programmes[0].floors.WJ"}


@pytest.mark.parametrize(
    ("more", "path"),
    [({"ties": "admit_all"}, "rules.ties"), ({"bed_with_guarantee": True}, "rules.bed_with_guarantee")],
)
def test_hard_floors_are_refused_with_what_would_undo_them(more: dict[str, object], path: str) -> None:
    assert path in refused(table([], [], {"floors": "hard", **more}))
    reserved = [programme("A", 3, reserved=[{"tag": "v", "seats": 1}])]
    assert set(refused(table(reserved, [], {"floors": "hard"}))) == {"programmes[0].reserved"}
