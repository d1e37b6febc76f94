"""Heads are found wherever they stand; every row is typed and every fault named at its true place."""

import datetime as dt
from decimal import Decimal

import pytest

from core.sheets import EXAMPLE_MARK, Layout, SheetFault, Table, read_grids, read_table
from core.sheets.table import masked
from tests.core.sheets.samples import FULL_HEAD, PUPILS, book_of, grid_of

GOOD = (
    "001",
    "王小明",
    "男",
    "20110901",
    "202609",
    "15",
    "是",
    "色弱、退役",
    "33042120100208000X",
    "120.5",
    "P01",
)


def _faults(table: Table) -> list[tuple[int | None, str, str]]:
    return [(fault.row, fault.column, fault.heading) for fault in table.faults]


def _clean(table: Table) -> Table:
    assert table.faults == ()
    return table


def test_a_row_is_typed() -> None:
    row = _clean(read_table(grid_of(FULL_HEAD, GOOD), PUPILS)).rows[0]
    assert row.number == 2
    assert row.text("number") == "001"
    assert row.text("sex") == "M"
    assert row.date("born") == dt.date(2011, 9, 1)
    assert row.date("entered") == dt.date(2026, 9, 1)
    assert row.whole("age") == 15
    assert row.flag("boards") is True
    assert row.items("tags") == ("色弱", "退役")
    assert row.family("score") == (("语文/150", Decimal("120.5")),)
    assert row.family("wish") == (("1", "P01"),)
    assert row.family("nothing") == ()
    assert row.decimal("missing") is None
    with pytest.raises(TypeError):
        row.decimal("number")


@pytest.mark.parametrize(
    "rows",
    [
        [FULL_HEAD, GOOD],
        [["2026 年名册"], [], FULL_HEAD, GOOD],
        [tuple(reversed(FULL_HEAD)), tuple(reversed(GOOD))],
        [(*FULL_HEAD, "班主任"), (*GOOD, "李老师")],
        [("报名号", " 姓 名 *", "性别（必填）", *FULL_HEAD[3:9], "语文／１５０", "志愿 1："), GOOD],
        [
            ("考生号", "姓名", "性别", "日期", "", "年龄", "住宿", "类别", "证件号码", "成绩", "志愿"),
            ("", "", "", "出生日期", "入学年月", "", "", "", "", "语文/150", "1"),
            GOOD,
        ],
        [("考生号", "姓名", "性别", *FULL_HEAD[3:10], "志愿"), ("",) * 10 + (1.0,), GOOD],
    ],
    ids=["plain", "title above", "moved", "extra", "renamed", "two lines", "number in the second line"],
)
def test_finds_the_head(rows: list[tuple[object, ...]]) -> None:
    table = _clean(read_table(grid_of(*rows), PUPILS))
    assert [row.text("name") for row in table.rows] == ["王小明"]
    assert table.rows[0].number == len(rows)
    assert table.rows[0].family("wish")[0][1] == "P01"


def test_names_an_extra_column_that_is_not_used() -> None:
    table = _clean(read_table(grid_of((*FULL_HEAD, "班主任"), (*GOOD, "李老师")), PUPILS))
    assert [(note.column, note.heading) for note in table.notes] == [("L", "班主任")]
    assert "没有使用" in table.notes[0].sentence.zh


def test_refuses_a_heading_that_resembles_a_missing_column() -> None:
    head = ("考生号", "姓名", "性别", "出生日其", *FULL_HEAD[4:])
    table = read_table(grid_of(head, GOOD), PUPILS)
    assert _faults(table) == [(1, "D", "出生日其")]
    assert "“出生日期”" in table.faults[0].mend.zh


def test_refuses_a_number_column_that_may_be_a_score_without_its_full_mark() -> None:
    table = read_table(grid_of((*FULL_HEAD, "科学"), (*GOOD, "130")), PUPILS)
    assert _faults(table) == [(1, "L", "科学")]
    assert "语文/150" in table.faults[0].mend.zh
    counted = read_table(grid_of(("序号", *FULL_HEAD), (1.0, *GOOD)), PUPILS)
    assert counted.faults == ()


def test_refuses_missing_double_and_too_few_columns() -> None:
    table = read_table(grid_of(("考生号", "姓名", "报名号", "语文/150"), ("1", "王", "2", "3")), PUPILS)
    said = [fault.rule.zh for fault in table.faults]
    assert said == ["与 A 列是同一项", "缺少这一列", "至少要有 1 列，如 志愿1、志愿2"]


def test_says_that_there_is_no_head() -> None:
    for grid in (grid_of(), grid_of(("甲", "乙"), ("丙", "丁"))):
        table = read_table(grid, PUPILS)
        assert "没有找到表头" in table.faults[0].rule.zh
        assert "考生号" in table.faults[0].mend.zh


def test_names_every_fault_at_once_with_its_true_place() -> None:
    rows = [
        ("名册",),
        FULL_HEAD,
        GOOD,
        ("", "", "", "", "", "", "", "", "", "", ""),
        ("", "李", "难", "2011-02-30", "x", "3", "?", "", "33042120100208000", "201", "P 01"),
    ]
    table = read_table(grid_of(*rows), PUPILS)
    assert _faults(table) == [
        (5, "A", "考生号"),
        (5, "C", "性别"),
        (5, "D", "出生日期"),
        (5, "E", "入学年月"),
        (5, "F", "年龄"),
        (5, "G", "住宿"),
        (5, "I", "证件号码"),
        (5, "J", "语文/150"),
    ]
    assert "请填写考生号" in table.faults[0].mend.zh
    row = table.rows[1]
    assert row.flawed == {"number", "sex", "born", "entered", "age", "boards", "document", "score:语文/150"}
    assert row.family("score") == (("语文/150", None),)


def test_never_shows_a_personal_number() -> None:
    table = read_table(grid_of(FULL_HEAD, (*GOOD[:8], "330421201002080011", *GOOD[9:])), PUPILS)
    assert table.faults == ()
    bad = read_table(grid_of(FULL_HEAD, (*GOOD[:8], "3304212010020800", *GOOD[9:])), PUPILS)
    assert bad.faults[0].value == "3304********0800"
    mended = read_table(grid_of(FULL_HEAD, (*GOOD[:8], "33042120100208000x", *GOOD[9:])), PUPILS)
    assert "2010" not in mended.notes[0].sentence.zh
    row = mended.rows[0]
    assert "2010" not in row.fault("document", mended.notes[0].what, mended.notes[0].what).sentence.zh
    assert masked("12345678") == "********"


def test_passes_over_examples_totals_and_blank_rows() -> None:
    example = ("002", *GOOD[1:], EXAMPLE_MARK)
    total = ("合计", "", "", "", "", "30", "", "", "", "", "")
    table = _clean(read_table(grid_of(FULL_HEAD, example, GOOD, (" ",) * 11, total), PUPILS))
    assert [row.number for row in table.rows] == [3]
    assert [note.row for note in table.notes] == [5]


def test_short_rows_are_blank_at_the_end() -> None:
    table = _clean(read_table(grid_of(FULL_HEAD, ("001", "王")), PUPILS))
    assert table.rows[0].family("wish") == (("1", None),)
    assert table.rows[0].text("sex") is None


def test_refuses_formulas_and_error_values() -> None:
    data = book_of(FULL_HEAD, ("001", "=A1", "男", "#N/A"), ("=B9",))
    table = read_table(read_grids(data)[0], PUPILS)
    assert _faults(table) == [(2, "B", "姓名"), (2, "D", "出生日期"), (3, "A", "考生号"), (3, "B", "姓名")]
    assert "公式" in table.faults[0].rule.zh
    assert "错误值" in table.faults[1].rule.zh


def test_a_fault_says_place_value_rule_and_way_out_in_both_languages() -> None:
    row = read_table(grid_of(FULL_HEAD, GOOD), PUPILS).rows[0]
    rule = read_table(grid_of(), PUPILS).faults[0].rule
    fault = row.fault("age", rule, rule)
    assert fault.sentence.zh.startswith("工作表“学生” 第 2 行 F 列（年龄），现为“15”：")
    assert fault.sentence.en.startswith('sheet "学生", row 2, column F (年龄), now "15": ')
    listed = row.fault("tags", rule, rule)
    assert listed.value == "色弱、退役"
    whole = row.fault("", rule, rule)
    assert (whole.column, whole.value) == ("", "")
    assert row.note("", rule).place.zh == "工作表“学生” 第 2 行"
    assert SheetFault("", None, "", "", "", rule, rule).place.zh == "文件"
    assert SheetFault("表", None, "", "列", "", rule, rule).place.en == 'sheet "表", column "列"'


def test_a_layout_knows_its_columns() -> None:
    assert PUPILS.column("age").heading == "年龄"
    with pytest.raises(KeyError):
        Layout("空", ()).column("age")


def test_five_thousand_rows_are_read() -> None:
    rows = [(f"{number:05}", *GOOD[1:]) for number in range(5000)]
    table = _clean(read_table(grid_of(FULL_HEAD, *rows), PUPILS))
    assert len(table.rows) == 5000
    assert table.rows[-1].number == 5001
