"""Every rule of the allocation through `flask round run`, with workbooks made here."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from allocation.verify import verify
from core.sheets import read_grids
from enrolment.applications.sheet import CandidateSheet
from enrolment.plans.sheet import CountyRow, LimitRow, PlanSheet, ReservedRow, RoundRules, SchoolRow
from enrolment.rounds.check_words import CHECKS
from enrolment.rounds.cli import rounds_cli
from enrolment.rounds.rule_lines import rule_lines
from tests.enrolment.plans.sheet_samples import shuffled
from tests.enrolment.rounds.desk_samples import JS, KEYS, QP, RULES, people_of, person, plan_of, programme, sources_of

Told = dict[str, Any]


def call(folder: Path, plan: PlanSheet, people: CandidateSheet, *more: str, mixed: bool = False) -> Result:
    """The command on both workbooks, their rows in another order where `mixed`."""
    sources = sources_of(plan, people)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "PLAN.xlsx").write_bytes(shuffled(sources.plan, (3,)) if mixed else sources.plan)
    (folder / "CANDIDATES.xlsx").write_bytes(shuffled(sources.candidates, (17, 3)) if mixed else sources.candidates)
    where = ["--plan", f"{folder}/PLAN.xlsx", "--candidates", f"{folder}/CANDIDATES.xlsx", "--out", f"{folder}/out"]
    return CliRunner().invoke(rounds_cli, ["run", *where, "--engine", "search", *more])


def outcome(folder: Path, plan: PlanSheet, people: CandidateSheet) -> Told:
    """The verified outcome of a round that the command solved."""
    ran = call(folder, plan, people)
    assert ran.exit_code == 0, ran.output
    told: Told = json.loads((folder / "out/outcome.json").read_bytes())
    return told


def who(serial: int) -> str:
    return f"20263{serial:05}"


def places(told: Told) -> dict[int, str | None]:
    """Where each candidate sits, by serial."""
    return {int(number[5:]): place for number, place in told["assignment"].items()}


def ruled(**changes: Any) -> RoundRules:
    return replace(RULES, **changes)


def equal(*wishes: str, count: int = 2, first: int = 1, **more: Any) -> list[Any]:
    """Candidates equal in every score."""
    return [person(first + at, (100, 100, 100), *wishes, **more) for at in range(count)]


def test_ties_by_lottery_number_and_by_seed(tmp_path: Path) -> None:
    plan = plan_of([programme("A")], {("A", QP): 1})
    drawn = [replace(one, lottery=2 - at) for at, one in enumerate(equal("A"))]
    assert places(outcome(tmp_path / "number", plan, people_of(drawn))) == {1: None, 2: "A"}
    seeds = {
        seed: places(outcome(tmp_path / seed, replace(plan, rules=ruled(seed=seed)), people_of(equal("A", count=3))))
        for seed in ("x", "y", "z", "w")
    }
    assert len({tuple(got.items()) for got in seeds.values()}) > 1
    no_seed = call(tmp_path / "none", replace(plan, rules=ruled(seed=None)), people_of(equal("A")))
    assert no_seed.exit_code == 2
    assert not (tmp_path / "none/out").exists()


def test_ties_admitted_together_and_the_bed_that_stops_them(tmp_path: Path) -> None:
    plan = plan_of([programme("A", 9)], {("A", QP): 1}, rules=ruled(ties="admit_all"))
    told = outcome(tmp_path / "over", plan, people_of(equal("A")))
    assert places(told) == {1: "A", 2: "A"}
    grid = next(one for one in read_grids((tmp_path / "over/out/result.xlsx").read_bytes()) if one.name == "限额")
    over = {row[1]: row[5] for row in grid.rows[1:]}
    assert over["计划数 A 专业A 青浦区"] == 1
    school = LimitRow("school", "学校总数", 1, ("S1",), shares={QP: 1, JS: 0})
    stopped = call(tmp_path / "bed", replace(plan, limits=(school,)), people_of(equal("A")))
    assert stopped.exit_code == 3
    assert "请招生部门裁定" in stopped.output
    assert not (tmp_path / "bed/out").exists()


def test_ties_that_matter_stop_the_run(tmp_path: Path) -> None:
    plan = plan_of([programme("A")], {("A", QP): 1}, rules=ruled(ties="stop"))
    ran = call(tmp_path, plan, people_of(equal("A")))
    assert ran.exit_code == 2
    assert f"{who(1)}、{who(2)}" in ran.output
    assert places(outcome(tmp_path / "enough", plan, people_of(equal("A", count=1)))) == {1: "A"}


def weak() -> tuple[list[Any], CandidateSheet]:
    """Two classes of three at least, three candidates: either can open, not both."""
    classes = [programme("A", min_open=3), programme("B", min_open=3)]
    rows = [person(1, (90, 90, 90), "A", "B"), person(2, (80, 80, 80), "A", "B"), person(3, (70, 70, 70), "B", "A")]
    return classes, people_of(rows)


@pytest.mark.parametrize(
    ("opening", "closed"),
    [("smallest_first", ["B"]), (("A", "B"), ["A"]), (("B", "A"), ["B"]), ("optimal", ["B"])],
)
def test_the_order_of_cancellation_decides(tmp_path: Path, opening: Any, closed: list[str]) -> None:
    classes, people = weak()
    told = outcome(tmp_path, plan_of(classes, {}, rules=ruled(opening=opening)), people)
    assert [row["programme"] for row in told["closed"]] == closed
    assert set(places(told).values()) == {"A", "B"} - set(closed)
    assert [(row["pass"], row["needed"]) for row in told["closed"]] == [(1, 3)]


def test_local_pupils_count_to_the_minimum(tmp_path: Path) -> None:
    plan = plan_of([programme("A", min_open=25, local_enrolled=30)], {})
    assert places(outcome(tmp_path, plan, people_of(equal("A")))) == {1: "A", 2: "A"}


def two_schools(**changes: Any) -> PlanSheet:
    """A and B in one school, C in another."""
    rows = [programme("A"), programme("B"), programme("C", school="S2")]
    schools = (SchoolRow("S1", "示例学校", QP), SchoolRow("S2", "第二学校", JS))
    return plan_of(rows, {("A", QP): 1}, schools=schools, **changes)


@pytest.mark.parametrize(
    ("rule", "order", "got"),
    [
        ("off", (), {1: "A", 2: None, 3: None}),
        ("same_school", (), {1: "A", 2: "B", 3: None}),
        ("anywhere", ("C", "B"), {1: "A", 2: "C", 3: None}),
        ("anywhere", (), {1: "A", 2: "B", 3: None}),
    ],
)
def test_adjustment(tmp_path: Path, rule: str, order: tuple[str, ...], got: dict[int, str | None]) -> None:
    people = [
        person(1, (90, 90, 90), "A"),
        person(2, (80, 80, 80), "A", adjusts=True),
        person(3, (70, 70, 70), "A"),
    ]
    plan = two_schools(rules=ruled(adjustment=rule, adjust_order=order))
    assert places(outcome(tmp_path, plan, people_of(people))) == got


@pytest.mark.parametrize(("checks", "got"), [("before", "B"), ("after", None)])
def test_health_conclusion(tmp_path: Path, checks: str, got: str | None) -> None:
    plan = plan_of([programme("A", excludes=("色盲",)), programme("B")], {}, rules=ruled(checks=checks))
    told = outcome(tmp_path, plan, people_of(equal("A", "B", count=1, health=("色盲",))))
    assert places(told) == {1: got}
    assert [row["programme"] for row in told["returned"]] == (["A"] if checks == "after" else [])


@pytest.mark.parametrize(("release", "got"), [(True, {1: "A", 2: "A", 3: None}), (False, {1: "A", 2: None, 3: None})])
def test_reserved_places_with_and_without_release(tmp_path: Path, release: bool, got: dict[int, str | None]) -> None:
    """Two places are kept for a list with one taker, who did not choose the programme."""
    plan = plan_of(
        [programme("A", 3), programme("B")], {("A", QP): 3}, reserved=(ReservedRow("A", "名单", 2, release=release),)
    )
    people = [
        person(1, (90, 90, 90), "A"),
        person(2, (80, 80, 80), "A"),
        person(3, (70, 70, 70)),
        person(4, (10, 10, 10), "A", tags=("名单",)),
    ]
    told = outcome(tmp_path, replace(plan, rules=ruled(across="common_score")), people_of(people))
    assert places(told) == {**got, 4: "A"}
    assert [(row["name"], row["missing"], row["released"]) for row in told["guarantees"]] == [
        ("held/A/名单", 1, int(release))
    ]


def floored(floors: str, **rules: Any) -> PlanSheet:
    """One seat, a floor for 嘉善, one scale."""
    plan = plan_of(
        [programme("A", 1), programme("B", 5)], {}, rules=ruled(across="common_score", floors=floors, **rules)
    )
    cells = tuple(replace(one, floor=1) if (one.programme, one.county) == ("A", JS) else one for one in plan.cells)
    return replace(plan, cells=cells)


@pytest.mark.parametrize(("floors", "got"), [("guarantee", {1: "A", 2: "B"}), ("hard", {1: None, 2: "A"})])
def test_floors_as_guarantee_and_as_order(tmp_path: Path, floors: str, got: dict[int, str | None]) -> None:
    people = people_of([person(1, (90, 90, 90), "A")], [person(2, (80, 80, 80), "B", "A")])
    told = outcome(tmp_path, floored(floors), people)
    assert places(told) == got
    sheets = {one.name: one.rows for one in read_grids((tmp_path / "out/result.xlsx").read_bytes())}
    refused = {(row["applicant"], row["programme"]) for row in told["refused_by_floors"]}
    assert refused == ({(who(1), "A"), (who(2), "B")} if floors == "hard" else set())
    assert len(sheets["因保底未录"]) == 1 + len(refused)


@pytest.mark.parametrize("brings", [False, True])
def test_a_guaranteed_place_and_its_bed(tmp_path: Path, brings: bool) -> None:
    plan = floored("guarantee", bed_with_guarantee=brings)
    beds = LimitRow("beds", "床位", 1, ("S1",), "F")
    people = people_of(
        [person(1, (90, 90, 90), "B", sex="F", boards=True)],
        [person(2, (80, 80, 80), "A", sex="F", boards=True)],
    )
    told = outcome(tmp_path, replace(plan, limits=(beds,)), people)
    assert places(told) == ({1: None, 2: "A"} if brings else {1: "B", 2: None})


@pytest.mark.parametrize("across", ["own_county", "percentile", "common_score", "optimised_shares"])
def test_across_counties(tmp_path: Path, across: str) -> None:
    """One seat both counties could fill: settled by every rule but the first."""
    people = people_of([person(1, (90, 90, 90), "A"), person(2, (80, 80, 80))], [person(3, (100, 100, 100), "A")])
    plan = plan_of([programme("A", 1)], {}, rules=ruled(across=across))
    ran = call(tmp_path, plan, people)
    if across == "own_county":
        assert ran.exit_code == 2
        assert "份额" in ran.output
        assert not (tmp_path / "out").exists()
        return
    assert ran.exit_code == 0, ran.output
    told = json.loads((tmp_path / "out/outcome.json").read_bytes())
    assert places(told)[3 if across == "common_score" else 1] == "A"
    sheets = {one.name: one.rows for one in read_grids((tmp_path / "out/result.xlsx").read_bytes())}
    assert len(sheets["各县区份额"]) == (3 if across == "optimised_shares" else 1)


def test_own_county_with_shares_compares_nobody(tmp_path: Path) -> None:
    """A pupil with 270 of 450 and one with 300 are both admitted: one cell each."""
    plan = plan_of([programme("A", 2)], {("A", QP): 1, ("A", JS): 1})
    people = people_of([person(1, (90, 90, 90), "A")], [person(2, (100, 100, 100), "A")])
    assert places(outcome(tmp_path, plan, people)) == {1: "A", 2: "A"}
    cuts = next(one for one in read_grids((tmp_path / "out/result.xlsx").read_bytes()) if one.name == "录取位次线")
    assert {row[5] for row in cuts.rows[1:]} == {"270/450", "300/450"}


def test_lines_of_county_and_programme(tmp_path: Path) -> None:
    plan = plan_of([programme("A"), programme("B")], {})
    counties = (CountyRow(QP, "青浦区", KEYS, Decimal(200)), plan.counties[1])
    cells = tuple(replace(one, line=Decimal(250)) if one.programme == "A" else one for one in plan.cells)
    people = [person(1, (66, 66, 66), "A", "B"), person(2, (80, 80, 80), "A", "B"), person(3, (90, 90, 90), "A")]
    told = outcome(tmp_path, replace(plan, counties=counties, cells=cells), people_of(people))
    assert places(told) == {1: None, 2: "B", 3: "A"}
    assert [row["reason"] for row in told["reasons"][who(1)]] == ["struck/line", "struck/line"]


def test_bonus_sex_pass_list_and_the_taken(tmp_path: Path) -> None:
    plan = plan_of(
        [programme("A", sexes="M", legal_basis="某法第一条"), programme("B", requires=("面试合格",)), programme("C")],
        {("C", QP): 1},
    )
    people = [
        person(1, (90, 90, 90), "A", "B", "C", sex="F"),
        person(2, (90, 90, "89.5"), "C", bonus=Decimal(1), bonus_basis="优待"),
        person(3, (90, 90, 90), "B", tags=("面试合格",)),
        person(4, (100, 100, 100), "C"),
    ]
    told = outcome(tmp_path, plan, people_of(people, taken=(who(4),)))
    assert places(told) == {1: None, 2: "C", 3: "B", 4: None}
    reasons = {row["programme"]: row["reason"] for row in told["reasons"][who(1)]}
    assert reasons == {"A": "struck/sex", "B": "struck/required", "C": "cell/C/310118"}


@pytest.mark.parametrize(
    ("limit", "name"),
    [
        (LimitRow("school", "学校总数", 1, ("S1",), shares={QP: 1, JS: 0}), "school/S1/310118"),
        (LimitRow("beds", "床位", 1, ("S1",), "F", shares={QP: 1, JS: 0}), "dorm/S1/F/310118"),
        (LimitRow("host", "县对县", 1, host=JS, sources=(QP,)), "host/县对县"),
        (LimitRow("outflow", "外流", 1, sources=(QP,)), "outflow/310118"),
        (LimitRow("zone", "总数", 1, shares={QP: 1, JS: 0}), "zone/总数/310118"),
        (LimitRow("other", "女生", 1, programmes=("A",), sources=(QP,), sex="F"), "limit/女生"),
    ],
)
def test_every_kind_of_limit(tmp_path: Path, limit: LimitRow, name: str) -> None:
    plan = plan_of([programme("A"), programme("B")], {}, schools=(SchoolRow("S1", "示例学校", JS),), limits=(limit,))
    people = [person(1, (90, 90, 90), "A", sex="F"), person(2, (80, 80, 80), "A", sex="F")]
    told = outcome(tmp_path, plan, people_of(people))
    assert places(told) == {1: "A", 2: None}
    assert told["reasons"][who(2)][0]["reason"] == name


def test_a_wish_for_a_zero_cell_names_sheet_row_and_column(tmp_path: Path) -> None:
    ran = call(tmp_path, plan_of([programme("A")], {("A", QP): 0}), people_of(equal("A", count=1)))
    assert ran.exit_code == 2
    assert "工作表“青浦区” 第 2 行" in ran.output
    assert "志愿1" in ran.output
    assert 'sheet "青浦区", row 2' in ran.output
    assert not (tmp_path / "out").exists()


def test_shuffled_rows_give_the_same_bytes(tmp_path: Path) -> None:
    classes, people = weak()
    plan = plan_of(classes, {})
    assert call(tmp_path / "a", plan, people).exit_code == 0
    assert call(tmp_path / "b", plan, people, mixed=True).exit_code == 0
    for name in ("instance.json", "result.xlsx", "explanations.html"):
        assert (tmp_path / "a/out" / name).read_bytes() == (tmp_path / "b/out" / name).read_bytes(), name


def test_the_rules_stand_on_the_screen_in_the_workbook_and_on_the_page(tmp_path: Path) -> None:
    plan = plan_of([programme("A")], {}, rules=ruled(opening=("A",), adjustment="anywhere", adjust_order=("A",)))
    ran = call(tmp_path, plan, people_of(equal("A", count=1)))
    lines = rule_lines(plan.rules)
    assert len(lines) == 10
    page = (tmp_path / "out/explanations.html").read_text(encoding="utf-8")
    sheets = {one.name: one.rows for one in read_grids((tmp_path / "out/result.xlsx").read_bytes())}
    assert [tuple(row) for row in sheets["录取规则"][1:]] == [(line.zh, line.en) for line in lines]
    for line in lines:
        assert line.zh in ran.output
        assert line.en in ran.output
        assert line.zh in page


def test_every_check_of_the_verifier_has_a_word(tmp_path: Path) -> None:
    outcome(tmp_path, plan_of([programme("A")], {}), people_of(equal("A", count=1)))
    files = [(tmp_path / "out" / name).read_bytes() for name in ("instance.json", "outcome.json")]
    names = [check.name for check in verify(*files).checks]
    assert set(names) <= set(CHECKS)
    assert set(CHECKS) - set(names) == {"readable"}
