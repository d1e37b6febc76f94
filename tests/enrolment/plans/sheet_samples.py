"""A small plan for the tests of workbooks: two counties, two schools, three programmes."""

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from enrolment.plans.sheet import (
    CellRow,
    CountyRow,
    LimitRow,
    PlanSheet,
    ProgrammeRow,
    ReservedRow,
    RoundRules,
    RuleBasis,
    SchoolRow,
    write_plan,
)

QP, WJ = "310118", "320509"
KEYS = (("语文", "数学", "外语"), ("语文", "数学"))

RULES = RoundRules(
    year=2026,
    title="统一招生",
    across="own_county",
    ties="lottery",
    checks="before",
    opening="optimal",
    adjustment="same_school",
    seed="2026-06-18 开奖号",
)
PROGRAMMES = (
    ProgrammeRow("A1", "机电技术应用", "SA", "3+2", 5, 2021, "660301", 3, 2021, "460301", "示例学院", min_open=2),
    ProgrammeRow("A2", "航空服务", "SA", "3", 3, 2021, "700402", 2, sexes="F", legal_basis="某办法第三条"),
    ProgrammeRow(
        "B1",
        "学前教育",
        "SB",
        "5",
        5,
        2021,
        "770101",
        3,
        2021,
        "570102K",
        excludes=("色弱", "色盲"),
        requires=("面试合格",),
        advice="需要健康证",
        boarding=True,
        fee_yuan=Decimal("2200.5"),
        local_enrolled=4,
        note="=备注",
    ),
)
CELLS = (
    CellRow("A1", QP, 2, 1, Decimal("400.5"), 2),
    CellRow("A1", WJ, 1, 0, None, 1),
    CellRow("A2", QP, 0),
    CellRow("A2", WJ, 2),
    CellRow("B1", QP, 1),
    CellRow("B1", WJ, 2),
)
PLAN = PlanSheet(
    counties=(CountyRow(QP, "青浦区", KEYS, None, Decimal(450)), CountyRow(WJ, "吴江区", (), Decimal(400))),
    rules=RULES,
    schools=(SchoolRow("SA", "青浦示例学校", QP), SchoolRow("SB", "吴江示例学校", WJ)),
    programmes=PROGRAMMES,
    cells=CELLS,
    limits=(
        LimitRow("beds", "女生床位", 4, ("SA",), "F", shares={QP: 1, WJ: 3}, basis="核定"),
        LimitRow("host", "县对县 310118-320509", 3, host=QP, sources=(WJ,)),
        LimitRow("other", "艺术类", 5, sources=(QP,), programmes=("A2", "B1"), sex="M", boarders=True),
        LimitRow("outflow", "外流", 3, sources=(WJ,)),
        LimitRow("school", "学校", 6, ("SB",)),
        LimitRow("zone", "示范区总数", 8),
    ),
    reserved=(ReservedRow("B1", "退役军人子女", 1, release=True, basis="优待"),),
    bases=(RuleBasis("line", WJ, "分数线文件"), RuleBasis("ties", "", "招生办法第九条")),
)


def changed(plan: PlanSheet, sheet: str, cells: Mapping[str, str | float | None]) -> bytes:
    """The workbook of `plan` with some cells of one worksheet changed, as a person would."""
    book = openpyxl.load_workbook(io.BytesIO(write_plan(plan)))
    page = book[sheet]
    assert isinstance(page, Worksheet)
    for place, value in cells.items():
        page[place] = value
    return saved(book)


def shuffled(data: bytes, order: Sequence[int]) -> bytes:
    """The same workbook with the rows below every head turned round by `order` steps."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for page in book.worksheets:
        if page.title == "说明":
            continue
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
        for step in order:
            rows = rows[step % max(1, len(rows)) :] + rows[: step % max(1, len(rows))]
        rows.reverse()
        for number, values in enumerate(rows, start=2):
            for column, value in enumerate(values, start=1):
                cell = page.cell(number, column)
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The workbook as a file."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
