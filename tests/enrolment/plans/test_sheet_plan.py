"""PLAN.xlsx: the same plan out and in, and every slip named at its place."""

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from core.sheets import BadSheets, read_grids
from enrolment.plans.sheet import RoundRules, line_of, plan_template, read_plan, write_plan
from tests.enrolment.plans.sheet_samples import CELLS, PLAN, PROGRAMMES, QP, WJ, changed, saved, shuffled


def _faults(data: bytes) -> list[tuple[str, int | None, str, str]]:
    with pytest.raises(BadSheets) as refused:
        read_plan(data)
    return [(fault.sheet, fault.row, fault.heading, fault.rule.zh) for fault in refused.value.faults]


def _only(data: bytes) -> tuple[str, int | None, str, str]:
    faults = _faults(data)
    assert len(faults) == 1, faults
    return faults[0]


def test_a_plan_goes_out_and_comes_back_the_same() -> None:
    data = write_plan(PLAN)
    again = read_plan(data)
    assert again == PLAN
    assert again.notes == ()
    assert write_plan(again) == data
    assert again.tags == {"色盲", "色弱", "面试合格", "退役军人子女"}
    assert again.shut == {("A2", QP)}


def test_the_order_of_rows_does_not_matter() -> None:
    assert read_plan(shuffled(write_plan(PLAN), (3, 1))) == PLAN


def test_rules_in_a_stated_order_come_back() -> None:
    rules = RoundRules(
        2026,
        "征求志愿",
        "percentile",
        "admit_all",
        "after",
        ("B1", "A1"),
        "anywhere",
        "hard",
        bed_with_guarantee=True,
        adjust_order=("B1", "A2", "A1"),
    )
    plan = replace(PLAN, rules=rules)
    assert read_plan(write_plan(plan)) == plan


def test_the_template_is_a_form_and_nothing_else() -> None:
    data = plan_template()
    faults = _faults(data)
    assert {rule for _, _, _, rule in faults} == {
        f"缺少规则“{label}”"
        for label in ("招生年度", "轮次名称", "跨县排序", "同分处理", "体检处理", "开班方式", "调剂方式")
    } | {"一行内容都没有"}
    assert {sheet for sheet, _, _, rule in faults if rule == "一行内容都没有"} == {
        "县区",
        "学校",
        "招生专业",
        "计划数",
    }
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["说明", "县区", "规则", "学校", "招生专业", "计划数", "限额", "预留"]
    choices = {str(one.formula1) for one in book["招生专业"].data_validations.dataValidation}
    assert '"男,女"' in choices
    assert book["招生专业"]["A1"].comment is not None


def test_a_sex_limit_needs_its_legal_basis() -> None:
    assert _only(changed(PLAN, "招生专业", {"O3": None})) == (
        "招生专业",
        3,
        "性别要求依据",
        "限招一种性别，却没有写法律依据",
    )


@pytest.mark.parametrize(
    ("sheet", "cells", "place", "said"),
    [
        ("招生专业", {"C2": "SX"}, (2, "学校代码"), "没有登记过这个学校"),
        ("招生专业", {"A3": "A1"}, (3, "招生代码"), "招生代码重复"),
        ("招生专业", {"I2": None}, (2, "高职专业代码"), "必须填写"),
        ("招生专业", {"H2": None}, (2, "高职专业目录年份"), "必须填写"),
        ("招生专业", {"H3": 2021, "I3": "460301"}, (3, "高职专业代码"), "三年制没有高职阶段"),
        ("招生专业", {"G2": "66030"}, (2, "中职专业代码"), "6 位专业代码"),
        ("招生专业", {"K2": "=1+2"}, (2, "招生总数"), "公式"),
        ("招生专业", {"K2": 0}, (2, "招生总数"), "保底与预留合计 1"),
        ("招生专业", {"K2": 2}, (2, "招生总数"), "各县区份额合计 3"),
        ("学校", {"C2": "青蒲区"}, (2, "所在县区"), "没有登记过这个县区"),
        ("县区", {"B3": "青浦区"}, (3, "县区名称"), "县区名称重复"),
        ("计划数", {"A2": "A9"}, (2, "招生代码"), "没有登记过这个招生代码"),
        ("计划数", {"B3": "青浦区"}, (3, "生源县区"), "这个专业和县区重复"),
        ("计划数", {"D2": 3}, (2, "保底数"), "保底数 3 大于计划数 2"),
        ("计划数", {"C2": 1.5}, (2, "计划数"), "整数"),
        ("预留", {"A2": "B9"}, (2, "招生代码"), "没有登记过这个招生代码"),
        ("预留", {"D2": None}, (2, "未用释放"), "还没有填写"),
        ("限额", {"E2": None}, (2, "性别"), "必须填写"),
        ("限额", {"D2": "SA、SB"}, (2, "学校代码"), "只能填一个"),
        ("限额", {"F2": "青浦区"}, (2, "招生县区"), "不用这一格"),
        ("限额", {"G3": "青浦区"}, (3, "生源县区"), "招生县区与生源县区相同"),
        ("限额", {"J2": "青浦区 10"}, (2, "各县区份额"), "县区:人数"),
        ("限额", {"J2": "青浦区:1"}, (2, "各县区份额"), "没有写 吴江区 的份额"),
        ("限额", {"J2": "青浦区:9、吴江区:9"}, (2, "各县区份额"), "份额之和 18"),
        ("限额", {"J2": "青浦:9、吴江区:9"}, (2, "各县区份额"), "没有登记过这个县区"),
        ("限额", {"B4": None}, (4, "名称"), "必须填写"),
        ("规则", {"A2": "年度"}, (2, "规则项"), "允许的取值"),
        ("规则", {"C2": "今年"}, (2, "取值"), "整数"),
        ("规则", {"B2": "青浦区"}, (2, "县区"), "不分县区"),
        ("规则", {"B12": None}, (12, "县区"), "必须填写"),
        ("规则", {"C12": "语文++数学"}, (12, "取值"), "语文+数学"),
        ("规则", {"C7": "按指定顺序撤班"}, (7, "取值"), "要有“撤班顺序”"),
    ],
)
def test_names_each_slip_at_its_place(
    sheet: str, cells: dict[str, str | float | None], place: tuple[int, str], said: str
) -> None:
    faults = _faults(changed(PLAN, sheet, cells))
    assert any((sheet, *place) == fault[:3] and said in fault[3] for fault in faults), faults


def test_shares_of_a_total_are_written_for_all_counties_or_none() -> None:
    assert _only(changed(PLAN, "计划数", {"F3": None})) == (
        "招生专业",
        2,
        "招生总数",
        "总数份额有的县区写了，有的没写",
    )


def test_a_programme_says_a_number_for_every_county() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_plan(PLAN)))
    book["计划数"].delete_rows(5)
    fault = _only(saved(book))
    assert fault[3] == "A2 没有 吴江区 的计划数"


def test_a_rule_that_must_be_stated_is_missed() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_plan(PLAN)))
    book["规则"].delete_rows(12)
    book["规则"].delete_rows(4)
    assert [fault[3] for fault in _faults(saved(book))] == ["缺少规则“跨县排序”", "缺少规则“同分排序（青浦区）”"]


def test_a_rule_stated_twice_and_a_wrong_code_in_a_list_are_refused() -> None:
    rules = replace(PLAN.rules, adjust_order=("A1", "A2"))
    data = changed(replace(PLAN, rules=rules), "规则", {"C9": "A1、A7"})
    assert _only(data)[:3] == ("规则", 9, "取值")
    twice = changed(PLAN, "规则", {"A3": "招生年度", "C3": 2026})
    assert "这条规则重复" in _faults(twice)[0][3]


def test_missing_misnamed_and_unused_worksheets() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_plan(PLAN)))
    del book["学校"]
    book["计划数"].title = "计划数表"
    book.create_sheet("会议记录")["A1"] = "其他"
    faults = _faults(saved(book))
    assert ("计划数表", None, "", "工作表的名称没有认出来") in faults
    assert ("学校", None, "", "缺少这个工作表") in faults


def test_notes_tell_what_was_repaired() -> None:
    book = openpyxl.load_workbook(io.BytesIO(changed(PLAN, "招生专业", {"G2": "６６０３０１"})))
    book.create_sheet("会议记录")["A1"] = "其他"
    plan = read_plan(saved(book))
    assert plan == PLAN
    assert [note.sheet for note in plan.notes] == ["会议记录", "招生专业"]


def test_optional_worksheets_may_be_left_out() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_plan(PLAN)))
    del book["限额"]
    del book["预留"]
    assert read_plan(saved(book)) == replace(PLAN, limits=(), reserved=())


def test_a_limit_without_a_name_is_named_after_what_it_is_about() -> None:
    plan = read_plan(changed(PLAN, "限额", {"B2": None, "B3": None, "B7": None}))
    assert sorted(one.name for one in plan.limits) == [
        "县对县 310118-320509",
        "外流",
        "学校",
        "床位 SA-F",
        "示范区总数",
        "艺术类",
    ]


def test_the_higher_line_counts() -> None:
    assert line_of(None, None) is None
    assert line_of(Decimal(400), None) == Decimal(400)
    assert line_of(Decimal(400), Decimal(450)) == Decimal(450)


def test_dangerous_texts_stay_text() -> None:
    grid = next(grid for grid in read_grids(write_plan(PLAN)) if grid.name == "招生专业")
    assert grid.formulas == frozenset()
    assert "=备注" in grid.rows[3]
    assert len(PROGRAMMES) == 3
    assert {cell.county for cell in CELLS} == {QP, WJ}
