"""`flask round …` from the outside: what it prints, what it writes, how it ends."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from core.sheets import Words
from enrolment.rounds.cli import rounds_cli
from enrolment.rounds.desk import FILES, RoundResult, Settings, Sources, run_round
from tests.enrolment.plans.sheet_samples import PLAN, changed
from tests.enrolment.rounds.desk_samples import people_of, person, plan_of, programme, sources_of


def _call(*arguments: object) -> Result:
    return CliRunner().invoke(rounds_cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "templates"
    result = _call("template", "--out", folder)
    assert result.exit_code == 0, result.output
    return folder


def _run(pair: Path, out: Path, *more: object) -> Result:
    plan, people = pair / "PLAN.xlsx", pair / "CANDIDATES.xlsx"
    return _call("run", "--plan", plan, "--candidates", people, "--out", out, "--engine", "search", *more)


def test_templates_are_written_into_a_new_folder_only(pair: Path) -> None:
    names = ["CANDIDATES-template.xlsx", "CANDIDATES.xlsx", "PLAN-template.xlsx", "PLAN.xlsx"]
    assert sorted(path.name for path in pair.iterdir()) == names
    again = _call("template", "--out", pair)
    assert again.exit_code == 2
    assert "没有写入" in again.output
    assert "not empty" in again.output


def test_the_example_pair_runs_and_verifies(pair: Path, tmp_path: Path) -> None:
    out = tmp_path / "result"
    ran = _run(pair, out)
    assert ran.exit_code == 0, ran.output
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    assert "读取计划 / reading the plan" in ran.output
    assert "210 candidates" in ran.output
    checked = _call("verify", out)
    assert checked.exit_code == 0, checked.output
    lines = checked.output.splitlines()
    assert len(lines) > 15
    assert all(line.startswith("ok ") for line in lines)


def test_a_changed_result_fails_verification(pair: Path, tmp_path: Path) -> None:
    out = tmp_path / "result"
    assert _run(pair, out).exit_code == 0
    outcome = (out / "outcome.json").read_text(encoding="utf-8")
    (out / "outcome.json").write_text(outcome.replace('"QP0101"', '"QP0102"', 1), encoding="utf-8")
    checked = _call("verify", out)
    assert checked.exit_code == 4
    assert "BAD certificate" in checked.output


def test_every_fault_is_printed_and_nothing_written(tmp_path: Path) -> None:
    sources = sources_of(plan_of([programme("A")], {}), people_of([person(1, (1, 1, 1), "A")]))
    (tmp_path / "PLAN.xlsx").write_bytes(changed(PLAN, "招生专业", {"O3": None, "K2": "十"}))
    (tmp_path / "CANDIDATES.xlsx").write_bytes(sources.candidates)
    out = tmp_path / "result"
    ran = _run(tmp_path, out)
    assert ran.exit_code == 2
    assert "工作表“招生专业” 第 3 行 O 列（性别要求依据）：限招一种性别，却没有写法律依据。" in ran.output
    assert 'sheet "招生专业", row 2, column K (招生总数), now "十"' in ran.output
    assert "共 2 处问题" in ran.output
    assert "考生名册尚未检查" in ran.output
    assert not out.exists()


def test_missing_scores_stop_the_round(tmp_path: Path) -> None:
    people = people_of([person(1, (100, 100, None), "A")])
    sources = sources_of(plan_of([programme("A")], {}), people)
    (tmp_path / "PLAN.xlsx").write_bytes(sources.plan)
    (tmp_path / "CANDIDATES.xlsx").write_bytes(sources.candidates)
    ran = _run(tmp_path, tmp_path / "result")
    assert ran.exit_code == 2
    assert "考生 2026300001 缺少“外语/150”成绩" in ran.output


@pytest.mark.parametrize("content", [b"", b"not a sheet \x00", b"PK\x03\x04"])
def test_files_that_are_no_sheets_are_refused(pair: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "PLAN.xlsx").write_bytes(content)
    (tmp_path / "CANDIDATES.xlsx").write_bytes((pair / "CANDIDATES.xlsx").read_bytes())
    ran = _run(tmp_path, tmp_path / "result")
    assert ran.exit_code == 2
    assert "共 1 处问题" in ran.output


def test_a_folder_with_content_is_refused_before_solving(pair: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    ran = _run(pair, tmp_path)
    assert ran.exit_code == 2
    assert "读取计划" not in ran.output
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = _call("template", "--out", tmp_path / "file" / "below")
    assert ran.exit_code == 2
    assert "不能写入" in ran.output


def test_a_limit_two_counties_share_ends_with_bad_input(tmp_path: Path) -> None:
    people = people_of([person(1, (100, 100, 100), "A")], [person(2, (100, 100, 100), "A")])
    sources = sources_of(plan_of([programme("A", 1)], {}), people)
    (tmp_path / "PLAN.xlsx").write_bytes(sources.plan)
    (tmp_path / "CANDIDATES.xlsx").write_bytes(sources.candidates)
    ran = _run(tmp_path, tmp_path / "result")
    assert ran.exit_code == 2
    assert "招生总数 A 专业A（cap/A）" in ran.output


def test_repairs_are_told_with_their_number(pair: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO((pair / "CANDIDATES.xlsx").read_bytes()))
    page = book["青浦区"]
    for row in range(2, 5):
        page[f"B{row}"] = f" {page[f'B{row}'].value}"
    book.save(tmp_path / "CANDIDATES.xlsx")
    (tmp_path / "PLAN.xlsx").write_bytes((pair / "PLAN.xlsx").read_bytes())
    ran = _run(tmp_path, tmp_path / "result")
    assert ran.exit_code == 0
    assert "另有 2 处" in ran.output


def test_an_outcome_not_proven_has_its_own_exit_code(
    pair: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unproven(sources: Sources, settings: Settings, *, tell_stage: Callable[[Words], None]) -> RoundResult:
        return replace(run_round(sources, settings, tell_stage=tell_stage), proven=False)

    monkeypatch.setattr("enrolment.rounds.cli.run_round", unproven)
    ran = _run(pair, tmp_path / "result")
    assert ran.exit_code == 1
    assert "not proven" in ran.output


def test_help_lists_commands_and_exit_codes() -> None:
    for arguments in ([], ["run"], ["template"], ["verify"]):
        shown = _call(*arguments, "--help")
        assert shown.exit_code == 0
        assert "4  verification failed" in shown.output
    assert _call("run", "--nonsense").exit_code == 2
    assert _call("verify", "/nowhere/at/all").exit_code == 2
