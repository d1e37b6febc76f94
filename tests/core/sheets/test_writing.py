"""What goes out is safe to open and comes back the same."""

import io
from decimal import Decimal

import openpyxl
import pytest

from core.sheets import (
    EXAMPLE_MARK,
    Heading,
    NotAsWritten,
    SheetOut,
    Text,
    Value,
    figure,
    headings_of,
    plain,
    read_grids,
    read_table,
    write_text,
    write_workbook,
    writing,
)
from core.sheets.table import Row
from tests.core.sheets.samples import FULL_HEAD, PUPILS, cells, grid_of

HOSTILE = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\tx", "\ry", "a\nb", "330421201002080001", "𬭎〇")
ROW = ("001", "=王", "M", None, None, 15, True, ("色弱",), "33042120100208000X", Decimal("611.5"), "P01")


def _texts(*values: str) -> SheetOut:
    return SheetOut("文本", (plain("内容"),), [(value,) for value in values])


def test_dangerous_texts_stay_text() -> None:
    data = write_workbook([_texts(*HOSTILE)])
    assert tuple(row[0] for row in cells(data)[1:]) == HOSTILE
    grid = read_grids(data)[0]
    assert not grid.formulas
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert all(row[0].data_type == "s" for row in sheet.iter_rows(min_row=2))
    assert sheet["A2"].quotePrefix


def test_unwritable_characters_are_marked_not_lost_in_silence() -> None:
    assert cells(write_workbook([_texts("x\x01y")]))[1] == ("x\ufffdy",)


def test_text_tables_guard_what_a_spreadsheet_would_run() -> None:
    out = SheetOut("文本", (plain("内容"), figure("数")), [("=1+1", Decimal("1.50")), ("平常", None)])
    data = write_text(out)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == "内容,数\r\n'=1+1,1.50\r\n平常,\r\n"


def test_exported_rows_come_back_without_difference() -> None:
    headings = headings_of(PUPILS, {"score": ("语文/650",), "wish": ("志愿1",)})
    data = write_workbook([SheetOut("学生", headings, [ROW, tuple(reversed(ROW))[:0] or ROW])])
    assert data == write_workbook([SheetOut("学生", headings, [ROW, ROW])])
    again = read_grids(data)[0].rows
    assert again[1] == again[2]
    assert again[1][5] == 15.0
    assert again[1][9] == 611.5


def test_reading_an_export_gives_the_same_values() -> None:
    source = (
        "001",
        "=王",
        "男",
        "20110901",
        "202609",
        15.0,
        "是",
        "色弱",
        "33042120100208000X",
        120.5,
        "P01",
    )
    first = read_table(grid_of(FULL_HEAD, source), PUPILS)
    row = first.rows[0]
    headings = headings_of(PUPILS, {"score": ("语文/150",), "wish": ("志愿1",)})
    data = write_workbook([SheetOut("学生", headings, [_values(row)])])
    second = read_table(read_grids(data)[0], PUPILS)
    assert second.faults == ()
    assert second.notes == ()
    assert _values(second.rows[0]) == _values(row)


def _values(row: Row) -> tuple[Value | None, ...]:
    single = tuple(row.values.get(column.key) for column in PUPILS.columns)
    return (*single, *(value for key in ("score", "wish") for _, value in row.family(key)))


def test_a_template_has_drop_downs_notes_example_and_frozen_head() -> None:
    headings = headings_of(PUPILS)
    example = (*ROW[:9], Decimal(120), Decimal(110), "P01", None)
    out = SheetOut("学生", headings, (), fill_in=True, example=example, preamble=("请逐行填写",))
    data = write_workbook([out], title="模板")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet.freeze_panes == "B3"
    assert "必填" not in str(sheet["A2"].value)
    assert sheet["A2"].comment is not None
    assert "文本格式" in sheet["A2"].comment.text
    assert {one.formula1 for one in sheet.data_validations.dataValidation} == {'"男,女"', '"是,否"'}
    assert sheet.column_dimensions["A"].number_format == "@" or sheet["A500"].number_format == "@"
    table = read_table(read_grids(data)[0], PUPILS)
    assert table.faults == ()
    assert table.rows == ()
    assert EXAMPLE_MARK in cells(data)[2]


def test_long_lists_of_choices_get_no_drop_down() -> None:
    from core.sheets import Code

    many = Code({str(number): (f"一个很长的选项名称{number}",) for number in range(40)})
    data = write_workbook([SheetOut("表", (Heading("列", many),), (), fill_in=True)])
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert not sheet.data_validations.dataValidation


def test_a_row_must_fit_its_headings() -> None:
    with pytest.raises(ValueError, match="2 values for 1"):
        write_workbook([SheetOut("表", (plain("列"),), [("甲", "乙")])])


def test_a_file_that_does_not_read_back_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    out = _texts("甲")
    monkeypatch.setattr(writing, "read_grids", lambda data, limits: ())
    with pytest.raises(NotAsWritten):
        write_workbook([out])
    monkeypatch.setattr(writing, "read_grids", lambda data, limits: (grid_of(("内容",), ("乙",), name="文本"),))
    with pytest.raises(NotAsWritten, match="A2"):
        write_workbook([out])
    monkeypatch.setattr(writing, "read_grids", lambda data, limits: (grid_of(("内容",), name="文本"),))
    with pytest.raises(NotAsWritten, match="A2"):
        write_workbook([out])


def test_figures_read_back_exactly() -> None:
    out = SheetOut("数", (figure("分"), Heading("说明", Text())), [(Decimal("0.1"), "a"), (Decimal(-3), "b")])
    assert [row[0] for row in cells(write_workbook([out]))[1:]] == [0.1, -3.0]
