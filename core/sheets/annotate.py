"""Giving a workbook back: the same cells, the faulty ones red with a comment, and two columns of results."""

import io
from collections import defaultdict
from collections.abc import Iterable

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

from core.sheets.faults import SheetFault
from core.sheets.grid import Grid, Raw, letter, open_book, read_grids
from core.sheets.layout import RESULT_HEADINGS, normal_heading
from core.sheets.limits import DEFAULT_LIMITS, Limits

_RED = PatternFill("solid", start_color="FFFFC7CE")
_NONE = PatternFill(fill_type=None)
_AUTHOR = "检查"
_FILE_SHEET = "检查结果"


def annotate(data: bytes, faults: Iterable[SheetFault], *, limits: Limits = DEFAULT_LIMITS, name: str = "") -> bytes:
    """`data` again as .xlsx with every fault marked where it stands, in Chinese and English.

    An .xlsx keeps its styles, widths and drop-downs; other kinds come back as plain .xlsx. Marks of an
    earlier round are taken away first. Faults of the whole file stand on a sheet of their own.

    Raises BadSheets when `data` cannot be read at all.
    """
    grids = read_grids(data, limits=limits, name=name)
    book = open_book(data) if data.startswith(b"PK") and b"xl/workbook.xml" in data else _plain_book(grids)
    if _FILE_SHEET in book.sheetnames:
        book.remove(book[_FILE_SHEET])
    by_sheet: dict[str, list[SheetFault]] = defaultdict(list)
    for fault in faults:
        by_sheet[fault.sheet if fault.sheet in book.sheetnames else ""].append(fault)
    for sheet in book.worksheets:
        _clear(sheet)
        _mark(sheet, by_sheet.get(sheet.title, []))
    if by_sheet[""]:
        _list_whole(book, by_sheet[""])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _plain_book(grids: tuple[Grid, ...]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for grid in grids:
        sheet = book.create_sheet(grid.name)
        for number, row in enumerate(grid.rows, start=1):
            for index, value in enumerate(row, start=1):
                if value != "":
                    _put(sheet.cell(number, index), value)
    return book


def _put(cell: Cell | MergedCell, value: Raw) -> None:
    """Write `value`; text stays text whatever it begins with; the covered part of a merge stays empty."""
    if isinstance(cell, Cell):
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"


def _clear(sheet: Worksheet) -> None:
    """Take away red cells, comments and result columns of an earlier round."""
    ours = {normal_heading(heading) for heading in RESULT_HEADINGS}
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell, Cell):
                if cell.comment is not None and cell.comment.author == _AUTHOR:
                    cell.comment = None
                    cell.fill = _NONE
                if isinstance(cell.value, str) and normal_heading(cell.value) in ours:
                    _clear_column(sheet, cell)


def _clear_column(sheet: Worksheet, head: Cell) -> None:
    for number in range(head.row, sheet.max_row + 1):
        cell = sheet.cell(number, head.column)
        cell.value = None
        cell.fill = _NONE


def _mark(sheet: Worksheet, faults: list[SheetFault]) -> None:
    if not faults:
        return
    by_row: dict[int, list[SheetFault]] = defaultdict(list)
    for fault in faults:
        by_row[fault.row or 1].append(fault)
        if fault.row is not None and fault.column:
            _mark_cell(sheet.cell(fault.row, column_index_from_string(fault.column)), fault)
    last = _last_column(sheet)
    first_fault = min(by_row)
    head_row = _head_row(sheet, first_fault)
    for offset, heading in enumerate(RESULT_HEADINGS, start=1):
        if head_row not in by_row:
            _put(sheet.cell(head_row, last + offset), heading)
    for number, found in sorted(by_row.items()):
        _put(sheet.cell(number, last + 1), f"有 {len(found)} 处问题")
        cell = sheet.cell(number, last + 2)
        _put(cell, "\n".join(_told(fault) for fault in found))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.fill = _RED
    sheet.column_dimensions[letter(last + 1)].width = 60


def _told(fault: SheetFault) -> str:
    where = f"{fault.column} 列（{fault.heading}）" if fault.column else fault.heading
    lead = f"{where}：" if where else ""
    return f"{lead}{fault.advice.zh} / {fault.advice.en}"


def _mark_cell(cell: Cell | MergedCell, fault: SheetFault) -> None:
    if not isinstance(cell, Cell):  # the covered part of a merged cell cannot carry a mark
        return
    before = f"{cell.comment.text}\n" if cell.comment is not None and cell.comment.author == _AUTHOR else ""
    text = f"{before}{fault.advice.zh}\n{fault.advice.en}"
    cell.comment = Comment(text, _AUTHOR, height=160, width=320)
    cell.fill = _RED


def _last_column(sheet: Worksheet) -> int:
    """The last column that holds anything; formats alone do not count."""
    used = [cell.column for row in sheet.iter_rows() for cell in row if cell.value is not None]
    return max(used, default=1)


def _head_row(sheet: Worksheet, first_fault: int) -> int:
    """The row of headings: the fullest of the rows above the first fault (row 1 if there is none)."""
    rows = range(1, max(2, min(first_fault, 16)))
    return max(rows, key=lambda number: sum(1 for cell in sheet[number] if cell.value is not None))


def _list_whole(book: openpyxl.Workbook, faults: list[SheetFault]) -> None:
    sheet = book.create_sheet(_FILE_SHEET, 0)
    for number, heading in enumerate(("工作表", "问题", "如何更正", "Problem", "How to mend"), start=1):
        _put(sheet.cell(1, number), heading)
    for row, fault in enumerate(faults, start=2):
        texts = (fault.place.zh, fault.rule.zh, fault.mend.zh, fault.rule.en, fault.mend.en)
        for number, text in enumerate(texts, start=1):
            _put(sheet.cell(row, number), text)
