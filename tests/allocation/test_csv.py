"""The same instance as JSON and CSV, the two ways of large and small rounds, and what is wrong with tables."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from allocation import cli, csv_arrays, csv_people
from allocation.csv_instance import instance_json
from allocation.csv_large import explained, solve_large
from allocation.csv_large import main as large_main
from allocation.csv_writing import write_instance
from allocation.explain import explain
from allocation.faults import BadInstance
from allocation.formats import canonical, read_instance
from allocation.generate import lottery_folder, plain_folder
from allocation.solver import solve
from allocation.verify.arrays import main as verify_main
from allocation.verify.arrays import verify_folder
from tests.allocation.rounds import applicant, programme, raw, read, table
from tests.allocation.strategies import rounds
from tests.allocation.test_formats import full
from tests.allocation.test_ranking import ranked_rounds

RANDOM = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def there_and_back(instance: dict[str, Any], folder: Path) -> None:
    """Written as tables and read again, the instance is the same to the last byte."""
    for old in folder.glob("*.csv"):
        old.unlink()
    data = read(instance)
    write_instance(data, folder)
    assert canonical(read_instance(instance_json(folder))) == canonical(data)


def test_every_option_survives(tmp_path: Path) -> None:
    there_and_back(full(), tmp_path)
    odd = full()
    odd["programmes"][0]["sexes"] = []
    odd["programmes"][1]["ranking"] = {}
    odd["programmes"][1]["shares"] = {"capacity": {}}
    odd["applicants"][0]["tie"] = [None, "2.5"]
    odd["applicants"][1]["id"] = '张 "三", 丰'
    odd["taken"] = ['张 "三", 丰']
    odd["limits"] = [{"name": "n", "cap": 3, "programmes": [], "counties": ["QP", "WJ"], "shares": {"QP": 1}}]
    odd["schools"][0]["shares"] = {"capacity": {"QP": 2}, "M": {}}
    odd["rules"] |= {"opening": "smallest_first", "checks": "after", "bed_with_guarantee": False}
    for extra in ("outflow", "limits", "schools"):
        odd["programmes"][1].pop("ranking", None)
        there_and_back(odd, tmp_path)
        odd.pop(extra)
        odd["programmes"][0].pop("school", None)
    odd["programmes"][1] |= {"ranking": {}, "reserved": []}
    odd["programmes"][0].pop("reserved")
    odd["rules"]["adjustment"] = "off"
    there_and_back(odd, tmp_path)
    (tmp_path / "rules.csv").write_text("key,value\nopening_order,\n", encoding="utf-8")
    assert json.loads(instance_json(tmp_path))["rules"] == {"opening": []}


@RANDOM
@given(rounds(most=5, classes=3))
def test_random_rounds_survive(tmp_path: Path, instance: dict[str, Any]) -> None:
    there_and_back(instance, tmp_path)


@RANDOM
@given(ranked_rounds())
def test_random_rankings_survive(tmp_path: Path, instance: dict[str, Any]) -> None:
    there_and_back(instance, tmp_path)


def textbook(folder: Path, seed: str) -> dict[str, str | None]:
    """Deferred acceptance over the lottery's own tables, written down once more."""
    import csv
    import hashlib

    with (folder / "seats.csv").open(encoding="utf-8") as file:
        seats = {(row["programme"], row["quota"]): int(row["seats"]) for row in csv.DictReader(file)}
    wishes: dict[str, list[tuple[int, tuple[str, str], int]]] = {}
    with (folder / "applications.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            cell = row["programme"], row["quota"]
            wishes.setdefault(row["applicant"], []).append((int(row["choice"]), cell, int(row["priority"])))
    lists = {who: sorted(rows) for who, rows in wishes.items()}
    at = dict.fromkeys(lists, 0)
    held: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
    free = list(lists)
    while free:
        who = free.pop()
        if at[who] == len(lists[who]):
            continue
        _, cell, priority = lists[who][at[who]]
        at[who] += 1
        lot = hashlib.sha256(f"{seed}:{who}".encode()).hexdigest()
        row = sorted([*held.get(cell, []), (-priority, lot, who)])
        held[cell], gone = row[: seats.get(cell, 0)], row[seats.get(cell, 0) :]
        free += [one for _, _, one in gone]
    got: dict[str, str | None] = dict.fromkeys(lists)
    for cell, row in held.items():
        got.update({who: "/".join(cell) for _, _, who in row})
    return got


def test_a_lottery_is_read_as_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lottery_folder(tmp_path, applicants=120, programmes=12, seed=3)
    outcome = solve(read_instance(instance_json(tmp_path, "2024")), engine="search")
    assert dict(outcome.assignment) == textbook(tmp_path, "2024")
    out = tmp_path / "out"
    given = ["--csv", str(tmp_path), "--seed", "2024", "--out", str(out)]
    assert cli.main(["solve", *given, "--engine", "search"]) == 0
    digest = json.loads(outcome.to_bytes())["digests"]["assignment"]
    assert digest in capsys.readouterr().out
    assert digest == "b12825dcd387deff1877f367165835480f90095f6056aef5ec1219074dca65b4"
    assert {path.name for path in out.iterdir()} == {
        "outcome.json",
        "assignment.csv",
        "limits.csv",
        "reasons.csv",
        "closed.csv",
    }
    assert cli.main(["verify", *given]) == 0
    assert cli.main(["explain", *given, "--applicant", "7"]) == 0
    assert "优先级" in capsys.readouterr().out


def test_convert_there_and_back(tmp_path: Path) -> None:
    one, folder, two = tmp_path / "one.json", tmp_path / "tables", tmp_path / "two.json"
    one.write_bytes(raw(full()))
    assert cli.main(["convert", str(one), "--csv", str(folder)]) == 0
    assert cli.main(["convert", "--csv", str(folder), "--out", str(two)]) == 0
    assert two.read_bytes() == canonical(read(full()))
    assert cli.main(["convert", "--out", str(two)]) == cli.BAD_INPUT
    assert cli.main(["verify"]) == cli.BAD_INPUT
    assert cli.main(["verify", str(one)]) == cli.BAD_INPUT


@pytest.mark.parametrize(
    ("file", "text", "path"),
    [
        ("colours.csv", "a\n", "colours.csv"),
        ("programmes.csv", None, "programmes.csv"),
        ("applicants.csv", "id,county,score,colour\n", "applicants.csv[0].colour"),
        ("applicants.csv", "id,county,score,score\n", "applicants.csv[0].score"),
        ("applicants.csv", "county,score\nQP,1\n", "applicants.csv[0]"),
        ("applicants.csv", "id,county,score\na,QP\n", "applicants.csv[1]"),
        ("applicants.csv", "id,county,score\na,QP,1\na,QP,1\n", "applicants.csv[2].id"),
        ("applicants.csv", "id,county,score,adjust\na,QP,1,yes\n", "applicants.csv[1].adjust"),
        ("applicants.csv", 'id,county,score\na,"QP,1\n', "applicants.csv"),
        ("rules.csv", "key,value\nseed,1\nseed,2\n", "rules.csv[2].key"),
        ("cells.csv", "programme,county,ceiling\nX,QP,1\n", "cells.csv[1].programme"),
        ("cells.csv", "programme,county,ceiling\nA,QP,1\nA,JS,2\nA,QP,2\n", "cells.csv[3].ceiling"),
        ("outflow.csv", "county,most\nQP,1\nQP,2\n", "outflow.csv[2].county"),
        ("rankings.csv", "programme,applicant,priority\nA,a,1\nA,a,2\n", "rankings.csv[2].applicant"),
        ("shares.csv", "kind,id,of,county,seats\nprogramme,A,,QP,1\nprogramme,A,,QP,1\n", "shares.csv[2].county"),
        ("conditions.csv", "programme,kind,value\nA,likes,x\n", "conditions.csv[1].kind"),
        ("limits.csv", "name,cap\nz,1\n", None),
        ("limit_members.csv", "limit,kind,id\nz,programme,A\n", "limit_members.csv[1].limit"),
        ("shares.csv", "kind,id,of,county,seats\nclass,A,,QP,1\n", "shares.csv[1].id"),
    ],
)
def test_what_is_wrong_with_tables_is_named(tmp_path: Path, file: str, text: str | None, path: str | None) -> None:
    write_instance(read(table([programme("A", 1)], [applicant("a", 1, "A")])), tmp_path)
    if text is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_text(text, encoding="utf-8")
    if path is None:
        assert json.loads(instance_json(tmp_path))["limits"] == [{"name": "z", "cap": "1", "boarders": None}]
        return
    with pytest.raises(BadInstance) as refused:
        instance_json(tmp_path)
    assert [fault.path for fault in refused.value.faults] == [path]


def test_all_faults_of_tables_come_at_once(tmp_path: Path) -> None:
    write_instance(read(table([programme("A", 1)], [applicant("a", 1, "A")])), tmp_path)
    (tmp_path / "applicants.csv").write_text("id,score,adjust\na,1,yes\na,1,\n", encoding="utf-8")
    (tmp_path / "cells.csv").write_text("programme,county,ceiling\nX,QP,1\n", encoding="utf-8")
    with pytest.raises(BadInstance) as refused:
        instance_json(tmp_path)
    told = ["applicants.csv[2].id", "cells.csv[1].programme", "applicants.csv[1].adjust"]
    assert [fault.path for fault in refused.value.faults] == told


def test_seats_told_twice(tmp_path: Path) -> None:
    lottery_folder(tmp_path, applicants=3, programmes=2)
    (tmp_path / "seats.csv").write_text("programme,quota,seats\n1,3,1\n1,3,2\n", encoding="utf-8")
    with pytest.raises(BadInstance) as refused:
        instance_json(tmp_path, "1")
    assert [fault.path for fault in refused.value.faults] == ["seats.csv[2]"]


def test_members_of_an_unknown_kind(tmp_path: Path) -> None:
    write_instance(
        read(table([programme("A", 1)], [applicant("a", 1, "A")], limits=[{"name": "z", "cap": 1}])), tmp_path
    )
    (tmp_path / "limit_members.csv").write_text("limit,kind,id\nz,school,A\n", encoding="utf-8")
    with pytest.raises(BadInstance):
        instance_json(tmp_path)


def test_a_choice_must_have_a_rank(tmp_path: Path) -> None:
    lottery_folder(tmp_path, applicants=3, programmes=2)
    with (tmp_path / "applications.csv").open("a", encoding="utf-8") as file:
        file.write("9,first,1,3,1\n")
    with pytest.raises(BadInstance) as refused:
        instance_json(tmp_path, "1")
    assert refused.value.faults[0].path.endswith(".choice")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small plain round that takes the way of the large ones."""
    monkeypatch.setattr(csv_arrays, "LARGE", 0)
    plain_folder(tmp_path, applicants=200, programmes=12, choices=4, counties=3, seed=4)
    return tmp_path


def test_both_ways_give_the_same_digest(small: Path) -> None:
    assert csv_arrays.is_large(small)
    outcome = solve(read_instance(instance_json(small)), engine="search")
    told = json.loads(outcome.to_bytes())
    summary = solve_large(small, small / "out")
    assert summary["assignment"] == told["digests"]["assignment"]
    assert summary["placed"] == told["yardsticks"]["placed"]
    assert summary["rank_sum"] == told["yardsticks"]["rank_sum"]
    report = verify_folder(small, small / "out")
    assert report.sound, report
    given = instance_json(small)
    for who in ("A0000003", "A0000011", "A0000190"):
        assert explained(small, who).choices == explain(given, outcome.to_bytes(), who).choices
    with pytest.raises(KeyError):
        explained(small, "nobody")


def test_own_counties_the_same_way(small: Path) -> None:
    (small / "rules.csv").write_text("key,value\nseed,s\n", encoding="utf-8")
    with pytest.raises(BadInstance) as refused:
        solve_large(small, small / "out")
    assert refused.value.faults[0].path.startswith("cap/")
    lines = (small / "programmes.csv").read_text(encoding="utf-8").splitlines()
    (small / "programmes.csv").write_text("\n".join(["id", *(line.split(",")[0] for line in lines[1:])]) + "\n")
    summary = solve_large(small, small / "out")
    told = json.loads(solve(read_instance(instance_json(small)), engine="search").to_bytes())
    assert summary["assignment"] == told["digests"]["assignment"]
    assert verify_folder(small, small / "out").sound


def test_the_command_takes_the_large_way(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--csv", str(small), "--out", str(small / "out")]
    assert large_main([str(small), str(small / "out")]) == 0
    assert verify_main([str(small), str(small / "out")]) == 0
    assert cli.main(["verify", *given]) == 0
    assert cli.main(["explain", *given, "--applicant", "A0000003"]) == 0
    capsys.readouterr()
    assert cli.main(["solve", *given, "--time-limit", "0.01"]) == cli.FAILED
    assert "timeout" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda rows: rows[:-1], "everybody once"),
        (lambda rows: [*rows[:-1], "nobody,P00001,1,1"], "everybody once"),
        (lambda rows: [_without(row) for row in rows], "claims"),
        (lambda rows: [_moved(row) for row in rows], "limits"),
        (lambda rows: [row + "\n" if row else row for row in rows[:1]] + ["A,B"], "readable"),
    ],
)
def test_a_forged_assignment_is_found(small: Path, change: Any, check: str) -> None:
    solve_large(small, small / "out")
    path = small / "out" / "assignment.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, *change(rows)]) + "\n", encoding="utf-8")
    report = verify_folder(small, small / "out")
    assert check in {one.name for one in report.checks if one.findings}
    assert verify_main([str(small), str(small / "out")]) == 4


def _without(row: str) -> str:
    who, _, position, _ = row.split(",")
    return f"{who},,{position},"


def _moved(row: str) -> str:
    who, _, position, _ = row.split(",")
    return f"{who},P00001,{position},1"


@pytest.mark.parametrize(
    ("file", "text", "path"),
    [
        ("rules.csv", "key,value\nacross,common_score\n", "rules.csv.seed"),
        ("rules.csv", "key,value\nspeed,1\nseed,1\n", "rules.csv.speed"),
        ("programmes.csv", "id,capacity\nP00000,x\n", "programmes.csv[1].capacity"),
        ("rules.csv", "key,value\nseed,1\nseed,2\n", "rules.csv[2].key"),
        ("programmes.csv", "id\nP00000\nP00000\n", "programmes.csv[2].id"),
        ("cells.csv", "programme,county,ceiling\nP00000,C1,1\nP00000,C1,2\n", "cells.csv[2]"),
        ("applicants.csv", 'id,county,score\na,"C0,1\n', "applicants.csv"),
        ("applicants.csv", "id,county,score\n\u200b,C0,1\n", "applicants.csv[1].id"),
        ("applicants.csv", "id,county,score\na,,1\n", "applicants.csv[1].county"),
        ("applicants.csv", "id,county,score,lottery\na,C0,1,first\n", "applicants.csv[1].lottery"),
        ("cells.csv", "programme,county,ceiling\nX,C1,1\n", "cells.csv[1].programme"),
        ("applicants.csv", "id,county,score\na,C0,1\na,C0,2\n", "applicants.csv[2].id"),
        ("applicants.csv", "id,county,score\na,C0,much\n", "applicants.csv[1].score"),
        ("applicants.csv", "id,county,score,sex\na,C0,1,W\n", "applicants.csv[1].sex"),
        ("applicants.csv", "id,county,score,choice_1\na,C0,1,X\n", "applicants.csv[1].choice_1"),
        ("applicants.csv", "id,county,score\na,C0\n", "applicants.csv[1]"),
    ],
)
def test_bad_large_tables_are_refused(small: Path, file: str, text: str, path: str) -> None:
    (small / file).write_text(text, encoding="utf-8")
    if file == "programmes.csv":
        (small / "cells.csv").unlink()
        (small / "applicants.csv").write_text("id,county,score\na,C0,1\n", encoding="utf-8")
    with pytest.raises(BadInstance) as refused:
        solve_large(small, small / "out")
    assert path in {fault.path for fault in refused.value.faults}
    assert large_main([str(small), str(small / "out")]) == 2


def test_all_faults_of_large_tables_come_at_once(small: Path) -> None:
    (small / "rules.csv").write_text("key,value\nseed,1\nspeed,2\n", encoding="utf-8")
    (small / "cells.csv").write_text("programme,county,ceiling\nX,C1,1\nP00001,C1,few\n", encoding="utf-8")
    rows = ["a,C0,1,P00001", "b,C0,much", "c,C0,much,P00001", "d,C0,2,X", "e,C0,much,X", "c,C0,3,P00001"]
    (small / "applicants.csv").write_text("\n".join(["id,county,score,choice_1", *rows, ""]), encoding="utf-8")
    with pytest.raises(BadInstance) as refused:
        solve_large(small, small / "out")
    assert [(fault.path, fault.value) for fault in refused.value.faults] == [
        ("rules.csv.speed", "speed"),
        ("applicants.csv[2]", "b,C0,much"),
        ("applicants.csv[3].score", "much"),
        ("applicants.csv[5].score", "much"),
        ("applicants.csv[4].choice_1", "X"),
        ("applicants.csv[5].choice_1", "X"),
        ("applicants.csv[6].id", "c"),
        ("cells.csv[1].programme", "X"),
        ("cells.csv[2].ceiling", "few"),
    ]
    assert all(fault.rule and fault.mend for fault in refused.value.faults)


def test_no_more_faults_than_anybody_mends_at_once(small: Path) -> None:
    rows = [f"a{at},C0,much" for at in range(3 * csv_people.BLOCK)]
    (small / "applicants.csv").write_text("\n".join(["id,county,score", *rows, ""]), encoding="utf-8")
    with pytest.raises(BadInstance) as refused:
        solve_large(small, small / "out")
    assert len(refused.value.faults) == csv_people.MOST_FAULTS


def test_drawn_lots_that_begin_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole draw decides, not its first bytes."""
    drawn = {"a": b"\0" * 31 + b"\2", "b": b"\0" * 31 + b"\1", "c": b"\0" * 32, "d": b"\1" * 32}
    monkeypatch.setattr(
        csv_arrays.hashlib, "sha256", lambda text: SimpleNamespace(digest=lambda: drawn[text.decode()])
    )
    walk = np.arange(5, dtype=np.int32)
    same = np.array([True, False, True, False])
    tied = np.array([True, True, True, True, False])
    assert csv_arrays._drawn(walk, same, list("abdc"), tied).tolist() == [1, 0, 3, 2, 4]


def test_a_missing_tie_key_takes_the_other_way(small: Path) -> None:
    (small / "applicants.csv").write_text("id,county,score,tie_1\na,C0,1,\nb,C0,1,3\n", encoding="utf-8")
    assert large_main([str(small), str(small / "out")]) == 9


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("rules.csv", "key,value\nties,stop\n"),
        ("programmes.csv", "id,min_open\nP00000,3\n"),
        ("applicants.csv", "id,county,score,adjust\na,C0,1,true\n"),
        ("taken.csv", "applicant\na\n"),
    ],
)
def test_what_is_not_plain_takes_the_other_way(small: Path, file: str, text: str) -> None:
    (small / file).write_text(text, encoding="utf-8")
    assert not csv_arrays.is_large(small)
