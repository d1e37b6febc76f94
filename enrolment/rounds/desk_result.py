"""result.xlsx: what became of every candidate, every wish and every limit, with figures and digests.

Nothing in it depends on the clock or on the machine: equal inputs give equal bytes.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.sheets import SheetOut, Value, figure, plain, write_workbook
from enrolment.plans.sheet import PlanSheet
from enrolment.rounds.desk_outcome import Line, Told
from enrolment.rounds.desk_rule_sheets import floors_sheet, rules_sheet, shares_sheet
from enrolment.rounds.desk_words import LIMIT_KINDS, REASONS, Labels

RESULT_SHEET = "结果"
_Row = tuple[Value | None, ...]


def write_result(plan: PlanSheet, told: Told) -> bytes:
    """The result workbook of a round."""
    labels = Labels(plan)
    return write_workbook(
        [
            _results(told, labels),
            _reasons(told, labels),
            _cuts(plan, told, labels),
            _limits(told, labels),
            _opening(told, labels),
            _guarantees(told, labels),
            _figures(told, labels),
            _summary(plan, told),
            shares_sheet(told, labels),
            floors_sheet(told, labels),
            rules_sheet(plan),
        ],
        title=f"{plan.rules.year} {plan.rules.title} 分配结果",
    )


def _results(told: Told, labels: Labels) -> SheetOut:
    headings = (
        plain("县区", width=12),
        plain("考生号"),
        plain("姓名", width=12),
        figure("投档分"),
        figure("其中加分"),
        figure("满分"),
        figure("位次"),
        plain("结果"),
        plain("招生代码", width=12),
        plain("专业名称", width=26),
        plain("学校名称", width=26),
        figure("第几志愿"),
    )
    return SheetOut(RESULT_SHEET, headings, [_result(line, told, labels) for line in told.lines])


def _result(line: Line, told: Told, labels: Labels) -> _Row:
    candidate, county = line.standing.candidate, line.standing.county
    programme = labels.programmes.get(line.programme or "")
    position = line.explanation.position
    return (
        told.counties[county.county],
        candidate.number,
        candidate.name,
        line.standing.score,
        candidate.bonus,
        county.full,
        Decimal(position) if position else None,
        line.status.zh,
        line.programme,
        programme.name if programme else None,
        labels.school_of(programme) or None,
        None if line.rank is None else Decimal(line.rank),
    )


def _reasons(told: Told, labels: Labels) -> SheetOut:
    headings = (
        plain("县区", width=12),
        plain("考生号"),
        figure("志愿顺序"),
        plain("招生代码", width=12),
        plain("专业名称", width=26),
        plain("结论", width=12),
        plain("说明", width=80),
        plain("In English", width=80),
    )
    rows: list[_Row] = []
    for line in told.lines:
        for choice in line.explanation.choices:
            programme = labels.programmes.get(choice.programme)
            rows.append(
                (
                    told.counties[line.standing.county.county],
                    line.standing.candidate.number,
                    Decimal(choice.choice),
                    choice.programme,
                    programme.name if programme else None,
                    REASONS[choice.verdict].zh,
                    choice.sentence("zh"),
                    choice.sentence("en"),
                )
            )
    return SheetOut("志愿与理由", headings, rows)


def _limits(told: Told, labels: Labels) -> SheetOut:
    headings = (
        plain("类别", width=12),
        plain("限额", width=40),
        figure("上限"),
        figure("已用"),
        figure("退档占用"),
        figure("同位次超出"),
        plain("最后录取县区"),
        figure("最后录取位次", width=14),
        plain("最后录取分数/满分", width=16),
        plain("首个未录县区"),
        figure("首个未录位次", width=14),
        plain("首个未录分数/满分", width=16),
    )
    rows: list[_Row] = [
        (
            LIMIT_KINDS[row["kind"]].zh,
            labels.limit(row["name"]).zh,
            Decimal(row["cap"]),
            Decimal(row["used"]),
            Decimal(row["returned"]),
            Decimal(row["over"]),
            *_person(row["last"], told),
            *_person(row["first_refused"], told),
        )
        for row in told.outcome["limits"]
    ]
    return SheetOut("限额", headings, rows)


def _person(row: Mapping[str, Any] | None, told: Told) -> _Row:
    """County, position and score of somebody at the edge of a limit."""
    if row is None:
        return (None, None, None)
    return (told.counties[row["county"]], Decimal(row["position"]), told.score(row["county"], row["score"]))


def _cuts(plan: PlanSheet, told: Told, labels: Labels) -> SheetOut:
    """The last one admitted by choice, programme by programme and county by county (录取位次线)."""
    headings = (
        plain("招生代码", width=12),
        plain("专业名称", width=26),
        plain("县区"),
        figure("计划数"),
        figure("最低录取位次", width=14),
        plain("最低录取分数/满分", width=16),
    )
    rows: list[_Row] = []
    for cell in plan.cells:
        cut = told.outcome["cutoffs"].get(cell.programme, {}).get(cell.county)
        programme = labels.programmes[cell.programme]
        position = Decimal(cut["position"]) if cut else None
        score = told.score(cell.county, cut["score"]) if cut else None
        row = (cell.programme, programme.name, told.counties[cell.county], Decimal(cell.seats), position, score)
        rows.append(row)
    return SheetOut("录取位次线", headings, rows)


def _opening(told: Told, labels: Labels) -> SheetOut:
    headings = (figure("轮次"), plain("招生专业", width=40), figure("已有人数"), figure("开班人数"))
    rows: list[_Row] = [
        (
            Decimal(row["pass"]),
            labels.programme_and_school(row["programme"]),
            Decimal(row["reached"]),
            Decimal(row["needed"]),
        )
        for row in told.outcome["closed"]
    ]
    return SheetOut("未开班", headings, rows)


def _guarantees(told: Told, labels: Labels) -> SheetOut:
    headings = (plain("保底或预留", width=44), figure("名额"), figure("已录"), figure("未满"), figure("已释放"))
    rows: list[_Row] = [
        (labels.limit(row["name"]).zh, *(Decimal(row[key]) for key in ("seats", "filled", "missing", "released")))
        for row in told.outcome["guarantees"]
    ]
    return SheetOut("保底与预留", headings, rows)


def _figures(told: Told, labels: Labels) -> SheetOut:
    """Share by rank of choice, county by county."""
    by_rank: Mapping[str, Mapping[str, int]] = told.outcome["yardsticks"]["by_rank"]
    ranks = sorted({int(key) for row in by_rank.values() for key in row if key.isdigit()})
    headings = (
        plain("县区"),
        figure("参加排序人数", width=14),
        *(figure(f"第 {rank} 志愿录取", width=14) for rank in ranks),
        figure("调剂录取"),
        figure("退档"),
        figure("未录取"),
    )
    rows: list[_Row] = [
        (
            labels.counties.get(county, county),
            *(
                Decimal(row.get(key, 0))
                for key in ("candidates", *map(str, ranks), "adjusted", "returned", "unplaced")
            ),
        )
        for county, row in sorted(by_rank.items())
    ]
    return SheetOut("各县区情况", headings, rows)


def _summary(plan: PlanSheet, told: Told) -> SheetOut:
    yardsticks, digests = told.outcome["yardsticks"], told.outcome["digests"]
    rows: list[_Row] = [
        ("招生年度", str(plan.rules.year)),
        ("轮次", plan.rules.title),
        ("抽签种子", plan.rules.seed or "无"),
        ("录取人数", str(yardsticks["placed"])),
        ("录取人数的上界", str(yardsticks["flow_bound"])),
        ("志愿顺序之和", str(yardsticks["rank_sum"])),
        ("保底未满名额", str(yardsticks["shortfall"])),
        ("开班方案已证明最优", "是" if told.proven else "否"),
        ("求解快照摘要 SHA-256", digests["instance"]),
        ("规则摘要 SHA-256", digests["rules"]),
        ("分配结果摘要 SHA-256", digests["assignment"]),
        ("完整结果摘要 SHA-256", told.outcome["digest"]),
    ]
    return SheetOut("指标与摘要", (plain("项目", width=26), plain("内容", width=72)), rows)
