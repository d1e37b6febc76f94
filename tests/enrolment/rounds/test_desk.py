"""From two workbooks to a verified result: the same for rows in any order, and told without anybody else's data."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from allocation.explain import explain, explain_all
from allocation.formats import canonical, read_instance
from core.sheets import BadSheets, Words, read_grids
from enrolment.applications.sheet import CandidateSheet, expected_of, read_candidates
from enrolment.plans.sheet import CellRow, LimitRow, PlanSheet, ReservedRow, read_plan
from enrolment.rounds.desk import (
    FILES,
    FolderNotEmpty,
    NotSolved,
    RoundResult,
    Settings,
    Sources,
    check_folder,
    run_round,
    write_folder,
)
from enrolment.rounds.desk_certificate import RunFacts, write_certificate
from enrolment.rounds.desk_example import example_candidates, example_files, example_plan
from enrolment.rounds.desk_instance import build_instance, missing_scores
from tests.enrolment.plans.sheet_samples import shuffled
from tests.enrolment.rounds.desk_samples import FAST, JS, QP, people_of, person, plan_of, programme, run, sources_of


def _rows(result: RoundResult, sheet: str = "结果") -> list[dict[str, object]]:
    grid = next(grid for grid in read_grids(result.files["result.xlsx"]) if grid.name == sheet)
    head = [str(cell) for cell in grid.rows[0]]
    return [dict(zip(head, row, strict=True)) for row in grid.rows[1:]]


def _results(result: RoundResult) -> dict[str, tuple[object, object]]:
    return {str(row["考生号"]): (row["结果"], row["招生代码"]) for row in _rows(result)}


def _number(serial: int) -> str:
    return f"20263{serial:05}"


@pytest.fixture(scope="module")
def example() -> RoundResult:
    files = example_files()
    sources = Sources(files["PLAN.xlsx"], files["CANDIDATES.xlsx"])
    return run_round(sources, replace(FAST, engine="both"), tell_stage=lambda words: None)


def test_the_example_pair_reads_without_fault_or_note(example: RoundResult) -> None:
    files = example_files()
    plan = read_plan(files["PLAN.xlsx"])
    assert plan == example_plan()
    people = read_candidates(files["CANDIDATES.xlsx"], expected_of(plan))
    assert people == example_candidates()
    assert example.notes == ()
    assert example.candidates == 210
    assert 100 < example.placed < 210
    assert example.proven
    assert set(example.files) == set(FILES)


def test_rows_in_any_order_give_the_same_bytes(example: RoundResult) -> None:
    files = example_files()
    sources = Sources(shuffled(files["PLAN.xlsx"], (5,)), shuffled(files["CANDIDATES.xlsx"], (17, 3)))
    again = run_round(sources, FAST, tell_stage=lambda words: None)
    assert again.assignment == example.assignment
    for name in ("instance.json", "result.xlsx", "explanations.html"):
        assert again.files[name] == example.files[name], name


def test_the_instance_is_canonical(example: RoundResult) -> None:
    raw = example.files["instance.json"]
    assert canonical(read_instance(raw)) == raw


def test_no_personal_number_leaves_in_any_file(example: RoundResult) -> None:
    numbers = {one.document_number for county in example_candidates().counties for one in county.candidates}
    names = {one.name for county in example_candidates().counties for one in county.candidates}
    for name in ("instance.json", "outcome.json", "certificate.json", "explanations.html"):
        text = example.files[name].decode()
        assert not any(number in text for number in numbers), name
        assert not any(person_name in text for person_name in names), name
    shown = {str(cell) for grid in read_grids(example.files["result.xlsx"]) for row in grid.rows for cell in row}
    assert not shown & numbers


def test_every_candidate_has_a_section_and_every_wish_a_reason(example: RoundResult) -> None:
    page = example.files["explanations.html"].decode()
    assert page.count("<section ") == 210
    assert 'lang="zh-CN"' in page
    assert "<script" not in page
    assert "http" not in page
    wishes = sum(len(one.wishes) for county in example_candidates().counties for one in county.candidates)
    assert len(_rows(example, "志愿与理由")) == wishes
    assert all(row["说明"] and row["In English"] for row in _rows(example, "志愿与理由"))


def test_explaining_everybody_is_explaining_each(example: RoundResult) -> None:
    instance, outcome = example.files["instance.json"], example.files["outcome.json"]
    everybody = {one.applicant: one for one in explain_all(instance, outcome)}
    assert len(everybody) == 210
    for number in sorted(everybody)[::60]:
        assert everybody[number] == explain(instance, outcome, number)


def test_the_certificate_names_what_went_in_and_came_out(example: RoundResult) -> None:
    certificate = json.loads(example.files["certificate.json"])
    outcome = json.loads(example.files["outcome.json"])
    assert certificate["digests"]["assignment"] == outcome["digests"]["assignment"] == example.assignment
    assert certificate["verifier"]["sound"] is True
    assert len(certificate["verifier"]["checks"]) == len(example.checks)
    assert set(certificate["files"]) == set(FILES) - {"certificate.json"}
    assert certificate["versions"]["ortools"]
    assert len(certificate["inputs"]["plan_sha256"]) == 64


def test_half_points_order_exactly() -> None:
    people = people_of(
        [person(1, ("111.5", 100, 100), "A"), person(2, (111, 100, 100), "A"), person(3, ("111.50", 101, 99), "A")]
    )
    result = run(plan_of([programme("A")], {("A", QP): 2}), people)
    assert _results(result) == {
        _number(1): ("录取", "A"),
        _number(2): ("未录取", ""),
        _number(3): ("录取", "A"),
    }
    assert [row["投档分"] for row in _rows(result)] == [311.5, 311.0, 311.5]


def test_tie_keys_decide_in_their_order() -> None:
    people = people_of([person(1, (100, 100, 100), "A"), person(2, (101, 100, 99), "A")])
    result = run(plan_of([programme("A")], {("A", QP): 1}), people)
    assert _results(result)[_number(2)] == ("录取", "A")
    reason = next(row for row in _rows(result, "志愿与理由") if row["考生号"] == _number(1))
    assert "第 2 项同分比较" in str(reason["说明"])


def test_a_missing_score_stops_only_where_the_order_needs_it() -> None:
    plan = plan_of([programme("A")], {})
    tied = [
        person(1, (100, 100, 100), "A", total=Decimal(300)),
        person(2, (100, 100, None), "A", total=Decimal(300)),
    ]
    with pytest.raises(BadSheets) as refused:
        run(plan, people_of(tied))
    fault = refused.value.faults[0]
    assert (fault.sheet, fault.row, fault.column, fault.heading) == ("青浦区", 3, "U", "外语/150")
    assert _number(2) in fault.rule.zh
    assert _number(1) in fault.rule.zh
    alone = [tied[0], replace(tied[1], total=Decimal(290))]
    assert _results(run(plan, people_of(alone)))[_number(2)] == ("录取", "A")


def test_a_total_that_cannot_be_known_names_person_and_subject() -> None:
    plan = plan_of([programme("A")], {})
    people = people_of([person(1, (100, None, None), "A"), person(2, (1, 2, 3), "A")])
    faults = missing_scores(plan, people)
    assert [fault.heading for fault in faults] == ["数学/150", "外语/150"]
    assert all(_number(1) in fault.rule.zh and _number(1) in fault.rule.en for fault in faults)
    with_totals = replace(people, counties=(replace(people.counties[0], subjects=()), people.counties[1]))
    bare = replace(
        with_totals.counties[0], candidates=(replace(people.counties[0].candidates[0], scores=(), total=None),)
    )
    no_keys = replace(plan, counties=tuple(replace(one, tie_keys=()) for one in plan.counties))
    assert [one.heading for one in missing_scores(no_keys, CandidateSheet((bare,)))] == ["总分"]
    taken = people_of([person(1, (100, None, None), "A")], taken=[_number(1)])
    assert missing_scores(plan, taken) == ()
    assert _results(run(plan, taken)) == {_number(1): ("已被其他批次录取", "")}


def test_on_one_scale_ties_are_looked_for_over_the_counties() -> None:
    plan = plan_of([programme("A")], {})
    people = people_of([person(1, (100, 100, None), "A", total=Decimal(300))], [person(2, (100, 100, 100), "A")])
    assert missing_scores(plan, people) == ()
    common = replace(plan, rules=replace(plan.rules, across="common_score"))
    assert len(missing_scores(common, people)) == 1


def test_health_before_and_after_sending() -> None:
    plan = plan_of([programme("A", excludes=("色盲",)), programme("B")], {})
    people = people_of([person(1, (100, 100, 100), "A", "B", health=("色盲",))])
    assert _results(run(plan, people)) == {_number(1): ("录取", "B")}
    after = replace(plan, rules=replace(plan.rules, checks="after"))
    assert _results(run(after, people)) == {_number(1): ("退档", "")}


def test_all_kinds_of_results_are_told() -> None:
    plan = plan_of(
        [programme("A"), programme("B", requires=("面试合格",))],
        {("A", QP): 1},
        rules=replace(plan_of([], {}).rules, adjustment="same_school"),
        reserved=(ReservedRow("A", "退役军人子女", 1, release=True),),
        limits=(
            LimitRow("beds", "床位", 3, ("S1",), "F", shares={QP: 0, JS: 3}),
            LimitRow("host", "县对县", 3, host=QP, sources=(JS,)),
            LimitRow("other", "艺术类", 9, programmes=("A",), sources=(JS,)),
            LimitRow("outflow", "外流", 3, sources=(JS,)),
            LimitRow("school", "学校", 9, ("S1",), shares={QP: 5, JS: 4}),
            LimitRow("zone", "总数", 9, shares={QP: 5, JS: 4}),
        ),
    )
    shares = {("B", QP): 2, ("B", JS): 3}
    plan = replace(
        plan, cells=tuple(replace(one, share=shares.get((one.programme, one.county))) for one in plan.cells)
    )
    here = [
        person(1, (110, 110, 110), "A"),
        person(2, (100, 100, 100), "A", adjusts=True, tags=("面试合格",)),
        person(3, (90, 90, 90), "A", "B"),
        person(4, (80, 80, 80)),
    ]
    there = [person(5, (120, 120, 120), "A", bonus=Decimal(2), bonus_basis="优待")]
    result = run(plan, people_of(here, there))
    assert _results(result) == {
        _number(1): ("录取", "A"),
        _number(2): ("调剂录取", "B"),
        _number(3): ("未录取", ""),
        _number(4): ("没有填报志愿", ""),
        _number(5): ("录取", "A"),
    }
    limits = {str(row["限额"]): row for row in _rows(result, "限额")}
    assert {"床位 示例学校 女生 嘉善县", "县对县 县对县", "外流 嘉善县", "学校总数 示例学校 青浦区"} <= set(limits)
    assert limits["计划数 A 专业A 青浦区"]["最后录取分数/满分"] == "330/450"
    assert "含加分 2" in result.files["explanations.html"].decode()


def test_a_class_that_does_not_open_is_told() -> None:
    plan = plan_of([programme("A", min_open=3), programme("B")], {})
    people = people_of([person(1, (110, 110, 110), "A", "B"), person(2, (100, 100, 100), "A")])
    result = run(plan, people)
    assert _results(result) == {_number(1): ("录取", "B"), _number(2): ("未录取", "")}
    assert [row["招生专业"] for row in _rows(result, "未开班")] == ["A 专业A（示例学校）"]


def test_a_limit_two_counties_could_fill_is_named() -> None:
    plan = plan_of([programme("A", 1)], {})
    people = people_of([person(1, (100, 100, 100), "A")], [person(2, (100, 100, 100), "A")])
    with pytest.raises(NotSolved) as refused:
        run(plan, people)
    assert refused.value.kind == "bad_input"
    assert "招生总数 A 专业A" in refused.value.reasons[0].zh


def test_a_rule_that_cannot_be_solved_is_a_fault_of_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of([programme("A")], {}, rules=replace(plan_of([], {}).rules, opening=("A",)))
    people = people_of([person(1, (100, 100, 100), "A")])
    assert build_instance(plan, people)
    twice = replace(plan, rules=replace(plan.rules, opening=("A", "A")))
    with pytest.raises(BadSheets) as refused:
        build_instance(twice, people)
    assert refused.value.faults[0].heading.startswith("rules.opening")
    assert refused.value.faults[0].rule.en == "stands twice"


@pytest.mark.parametrize(
    ("status", "message", "kind", "said"),
    [
        ("timeout", "", "limit", "超过时限"),
        ("memory", "", "limit", "超过内存上限"),
        ("inadmissible", "没有可行结果", "inadmissible", "没有可行结果"),
        ("crashed", "", "crashed", "crashed"),
    ],
)
def test_a_round_without_outcome_says_why(
    monkeypatch: pytest.MonkeyPatch, status: str, message: str, kind: str, said: str
) -> None:
    from allocation.child import ChildResult
    from enrolment.rounds import desk

    ended = ChildResult(status, None, message, 1.0, 1.0)
    monkeypatch.setattr(desk, "solve_in_child", lambda *args, **kwargs: ended)
    with pytest.raises(NotSolved) as failed:
        run(plan_of([programme("A")], {}), people_of([person(1, (1, 1, 1), "A")]))
    assert failed.value.kind == kind
    assert said in failed.value.reasons[0].zh


def test_an_outcome_the_verifier_refuses_is_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from allocation.verify import Check, Report
    from enrolment.rounds import desk

    bad = Report((Check("limits", 1, ("cell/A is over-full",)),))
    monkeypatch.setattr(desk, "verify", lambda instance, outcome: bad)
    with pytest.raises(NotSolved) as failed:
        run(plan_of([programme("A")], {}), people_of([person(1, (1, 1, 1), "A")]))
    assert failed.value.kind == "unsound"
    assert failed.value.reasons == (Words("limits: cell/A is over-full", "limits: cell/A is over-full"),)


def test_folders_are_written_whole_or_not_at_all(example: RoundResult, tmp_path: Path) -> None:
    folder = tmp_path / "2026" / "round"
    write_folder(example.files, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    with pytest.raises(FolderNotEmpty):
        write_folder(example.files, folder)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(OSError, match="no/such"):
        write_folder({**example.files, "no/such": b""}, empty)
    assert [*empty.iterdir()] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026", "empty"]


def test_a_folder_is_checked_from_its_files_alone(example: RoundResult, tmp_path: Path) -> None:
    folder = tmp_path / "round"
    write_folder(example.files, folder)
    assert not any(check.findings for check in check_folder(folder))
    with pytest.raises(NotADirectoryError):
        check_folder(tmp_path / "none")


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_is_found(example: RoundResult, tmp_path: Path, name: str) -> None:
    data = bytearray(example.files[name])
    place = data.find(b"a", len(data) // 2)
    data[place] ^= 1
    folder = tmp_path / "round"
    write_folder({**example.files, name: bytes(data)}, folder)
    found = [check.name for check in check_folder(folder) if check.findings]
    assert "certificate" in found
    if name == "certificate.json":
        (folder / name).write_bytes(b"{}")
        assert [check.name for check in check_folder(folder) if check.findings] == ["certificate", "instance digest"]
    (folder / name).unlink()
    assert [check.findings for check in check_folder(folder)] == [(f"{name} is missing",)]


def test_a_forged_result_workbook_is_found_even_with_a_forged_certificate(
    example: RoundResult, tmp_path: Path
) -> None:
    other = run(plan_of([programme("A")], {}), people_of([person(1, (1, 1, 1), "A")]))
    forged = dict(example.files) | {"result.xlsx": other.files["result.xlsx"]}
    del forged["certificate.json"]
    run_facts = RunFacts(1.0, 1.0)
    files = {**forged, "certificate.json": write_certificate(Sources(b"", b""), forged, (), run_facts)}
    write_folder(files, tmp_path / "round")
    found = {check.name: check.findings for check in check_folder(tmp_path / "round") if check.findings}
    assert set(found) == {"result workbook"}
    assert any("not those of the outcome" in finding for finding in found["result workbook"])


def test_stages_are_told_as_they_come() -> None:
    told: list[str] = []
    plan = plan_of([programme("A")], {})
    people = people_of([person(1, (1, 1, 1), "A")])
    run_round(sources_of(plan, people), Settings(engine="search"), tell_stage=lambda words: told.append(words.zh))
    assert told[:3] == ["读取计划", "读取考生名册", "生成求解快照"]
    assert told[-1] == "写出结果"
    assert "独立核验" in told


def test_an_own_line_of_a_programme_counts_only_there() -> None:
    plan: PlanSheet = plan_of([programme("A"), programme("B")], {})
    plan = replace(
        plan,
        counties=(replace(plan.counties[0], line=Decimal(300)), plan.counties[1]),
        cells=tuple(
            CellRow(cell.programme, cell.county, cell.seats, line=Decimal(310) if cell.programme == "A" else None)
            for cell in plan.cells
        ),
    )
    people = people_of(
        [person(1, (100, 100, 105), "A", "B"), person(2, (100, 100, 98), "A", "B")],
        [person(3, (100, 100, 98), "A", "B")],
    )
    assert _results(run(plan, people)) == {
        _number(1): ("录取", "B"),
        _number(2): ("未录取", ""),
        _number(3): ("录取", "B"),
    }
