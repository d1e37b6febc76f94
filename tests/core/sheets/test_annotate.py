"""The same workbook comes back with its faults marked, and can be sent again once mended."""

import io

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from core.sheets import SheetFault, Words, annotate, read_grids, read_table
from tests.core.sheets.samples import FULL_HEAD, PUPILS, book_of, cells

ROWS = (
    ("名册",),
    FULL_HEAD,
    ("001", "王", "男", "20110901", "202609", 15, "是", "", "33042120100208000X", 120, "P01"),
    ("002", "李", "难", "20110230", "202609", 15, "是", "", "33042120100208000X", 120, "P01"),
)


def _sheet(data: bytes, name: str = "学生") -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(data))[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def _faults(data: bytes) -> tuple[SheetFault, ...]:
    return read_table(read_grids(data)[0], PUPILS).faults


def test_marks_cells_comments_and_results() -> None:
    data = book_of(*ROWS)
    marked = annotate(data, _faults(data))
    sheet = _sheet(marked)
    assert sheet["C4"].fill.start_color.rgb == "FFFFC7CE"
    assert sheet["C4"].comment is not None
    assert "允许的取值" in sheet["C4"].comment.text
    assert sheet["C3"].comment is None
    assert [sheet["L2"].value, sheet["M2"].value] == ["检查结果", "问题说明"]
    assert sheet["L4"].value == "有 2 处问题"
    lines = str(sheet["M4"].value).splitlines()
    assert len(lines) == 2
    assert "D 列（出生日期）" in lines[1]
    assert [cell.value for cell in sheet[3]][:11] == list(ROWS[2][:7]) + [None] + list(ROWS[2][8:])


def test_a_marked_workbook_reads_like_the_original() -> None:
    data = book_of(*ROWS)
    again = annotate(data, _faults(data))
    assert _faults(again) == _faults(data)
    notes = read_table(read_grids(again)[0], PUPILS).notes
    assert notes == ()


def test_mended_and_sent_again_the_marks_go() -> None:
    data = book_of(*ROWS)
    book = openpyxl.load_workbook(io.BytesIO(annotate(data, _faults(data))))
    sheet = book["学生"]
    sheet["C4"], sheet["D4"] = "女", "20110228"
    target = io.BytesIO()
    book.save(target)
    mended = target.getvalue()
    assert _faults(mended) == ()
    clean = _sheet(annotate(mended, ()))
    assert clean["C4"].comment is None
    assert clean["C4"].fill.fill_type is None
    assert clean["L2"].value is None
    assert clean["M4"].value is None


def test_two_faults_in_one_cell_share_a_comment() -> None:
    data = book_of(*ROWS)
    fault = _faults(data)[0]
    sheet = _sheet(annotate(data, (fault, fault)))
    assert sheet["C4"].comment is not None
    assert sheet["C4"].comment.text.count("允许的取值") == 2


def test_texts_that_look_like_formulas_stay_text() -> None:
    text = "考生号,姓名\n001,=1+1\n".encode()
    marked = annotate(
        text, (SheetFault("名单", 2, "B", "姓名", "", Words("甲", "a"), Words("乙", "b")),), name="名单"
    )
    grid = read_grids(marked)[0]
    assert grid.formulas == frozenset()
    assert grid.rows[1][1] == "=1+1"
    assert grid.rows[0][2:4] == ("检查结果", "问题说明")


def test_faults_of_the_file_and_of_rows_without_a_cell() -> None:
    data = book_of(*ROWS)
    rule = Words("缺少这一列", "the column is missing")
    marked = annotate(
        data,
        (
            SheetFault("", None, "", "", "", rule, rule),
            SheetFault("别处", 3, "A", "", "", rule, rule),
            SheetFault("学生", 2, "", "民族", "", rule, rule),
            SheetFault("学生", 3, "", "", "", rule, rule),
        ),
    )
    assert [row[1] for row in cells(marked, 0)] == ["问题", "缺少这一列", "缺少这一列"]
    sheet = _sheet(marked)
    assert sheet["M2"].value == "民族：缺少这一列。缺少这一列。 / The column is missing. The column is missing."
    assert sheet["M3"].value == "缺少这一列。缺少这一列。 / The column is missing. The column is missing."
    twice = annotate(marked, ())
    assert openpyxl.load_workbook(io.BytesIO(twice)).sheetnames == ["学生"]


def test_a_fault_in_a_merged_title_is_told_in_the_results_only() -> None:
    book = openpyxl.load_workbook(io.BytesIO(book_of(*ROWS)))
    book["学生"].merge_cells("A1:K1")
    target = io.BytesIO()
    book.save(target)
    rule = Words("甲", "a")
    sheet = _sheet(annotate(target.getvalue(), (SheetFault("学生", 1, "C", "", "", rule, rule),)))
    assert sheet["M1"].value
