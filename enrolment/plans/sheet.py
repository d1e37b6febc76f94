"""PLAN.xlsx: the plan of a round as a workbook, in and out.

plan = read_plan(data)        # PlanSheet, or BadSheets with every fault
data = write_plan(plan)       # the same plan; read_plan(write_plan(plan)) == plan
data = plan_template()        # empty forms with drop-downs, notes and an example row each
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from core.sheets import (
    DEFAULT_LIMITS,
    BadSheets,
    Findings,
    Layout,
    Limits,
    SheetOut,
    Value,
    Wanted,
    Words,
    headings_of,
    plain,
    read_grids,
    sort_sheets,
    write_workbook,
)
from enrolment.plans.sheet_layout import EXAMPLE_COUNTY
from enrolment.plans.sheet_limits import limit_rows
from enrolment.plans.sheet_model import (
    CellRow,
    CountyRow,
    LimitRow,
    PlanSheet,
    ProgrammeRow,
    ReservedRow,
    RoundRules,
    RuleBasis,
    SchoolRow,
)
from enrolment.plans.sheet_read import OPTIONAL, SHEETS, assemble, line_of
from enrolment.plans.sheet_rules import ITEMS, TIE_ORDER, rule_rows, unknown_subject

__all__ = [
    "TIE_ORDER",
    "CellRow",
    "CountyRow",
    "LimitRow",
    "PlanSheet",
    "ProgrammeRow",
    "ReservedRow",
    "RoundRules",
    "RuleBasis",
    "SchoolRow",
    "line_of",
    "plan_template",
    "read_plan",
    "unknown_subject",
    "write_plan",
]

_Rows = Sequence[tuple[Value | None, ...]]

_EXAMPLES: dict[str, tuple[Value | None, ...]] = {
    "counties": (EXAMPLE_COUNTY.code, EXAMPLE_COUNTY.zh),
    "rules": ("tie_keys", EXAMPLE_COUNTY.zh, "语文+数学+外语；语文+数学", "示范区招生工作通知"),
    "schools": ("QP01", "示例职业学校", EXAMPLE_COUNTY.zh),
    "programmes": (
        ("QP0101", "示例专业", "QP01", "3+2", 5, 2021, "660301", 2021, "460301", "示例学院", 40, 25, 10)
        + (None, None, ("色盲",), None, "需要近距离用眼", True, Decimal(2200), None)
    ),
    "cells": ("QP0101", EXAMPLE_COUNTY.zh, 15, 2, Decimal(400), None),
    "limits": ("beds", None, 30, ("QP01",), "F", None, None, None, None, None, "宿舍核定床位"),
    "reserved": ("QP0101", "退役军人子女", 1, True, "优待政策"),
}


def read_plan(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> PlanSheet:
    """The plan in a workbook.

    Raises BadSheets with every fault found: cells that cannot be read, references to nothing, sums that do
    not fit, a sex limit without its legal basis, a programme without a number for some county.
    """
    wanted = [Wanted(key, (one.name, *one.aliases), key not in OPTIONAL) for key, one in SHEETS.items()]
    found = sort_sheets(read_grids(data, limits=limits), wanted)
    findings = Findings(list(found.faults))
    plan = assemble(found.grids, findings)
    if plan is None or findings.faults:
        raise BadSheets(findings.faults, found.notes)
    return replace(plan, notes=(*found.notes, *plan.notes))


def write_plan(plan: PlanSheet) -> bytes:
    """The plan as a workbook that `read_plan` reads as the same plan; equal plans give equal bytes."""
    names = {county.code: county.name for county in plan.counties}
    rows: dict[str, _Rows] = {
        "counties": [(one.code, one.name) for one in plan.counties],
        "rules": rule_rows(plan),
        "schools": [(one.code, one.name, names[one.county]) for one in plan.schools],
        "programmes": [_programme(one) for one in plan.programmes],
        "cells": [
            (one.programme, names[one.county], one.seats, one.floor or None, one.line, one.share)
            for one in plan.cells
        ],
        "limits": limit_rows(plan.limits),
        "reserved": [(one.programme, one.tag, one.seats, one.release, one.basis or None) for one in plan.reserved],
    }
    sheets = [_guide(), *(_sheet(key, layout, rows[key]) for key, layout in SHEETS.items())]
    return write_workbook(sheets, title="招生计划")


def plan_template() -> bytes:
    """The empty workbook: drop-downs, notes and an example row, which readers pass over."""
    forms = [_sheet(key, layout, (), _EXAMPLES[key]) for key, layout in SHEETS.items()]
    return write_workbook([_guide(), *forms], title="招生计划模板")


def _sheet(key: str, layout: Layout, rows: _Rows, example: tuple[Value | None, ...] = ()) -> SheetOut:
    return SheetOut(layout.name, headings_of(layout), rows, fill_in=True, example=example)


def _programme(one: ProgrammeRow) -> tuple[Value | None, ...]:
    return (
        one.code,
        one.name,
        one.school,
        one.form,
        one.years,
        one.major_year,
        one.major_code,
        one.college_year,
        one.college_major,
        one.college or None,
        one.capacity,
        one.min_open or None,
        one.local_enrolled or None,
        one.sexes or None,
        one.legal_basis or None,
        one.excludes or None,
        one.requires or None,
        one.advice or None,
        one.boarding,
        one.fee_yuan,
        one.note or None,
    )


def _guide() -> SheetOut:
    """The first sheet: what the rules are and what may stand there."""
    rows = [
        (
            item.label,
            "各县区一行" if item.by_county else "一行",
            "必填" if item.required else "可不填",
            (item.kind or TIE_ORDER).shape.zh,
            item.note.zh,
            f"{(item.kind or TIE_ORDER).shape.en}; {item.note.en}",
        )
        for item in ITEMS
    ]
    headings = ("规则项", "行数", "是否必填", "取值", "说明", "In English")
    lead = Words(
        "黄色表头的列必须填写；灰色斜体的示例行导入时略过。",
        "Columns with a yellow head must be filled in; the example rows in grey italics are passed over.",
    )
    return SheetOut("说明", tuple(plain(text, width=24) for text in headings), rows, preamble=(lead.zh, lead.en))
