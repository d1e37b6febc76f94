"""A file becomes a grid: sheet names, rows with their true file numbers, cells with what really stands there.

The kind of file is found by its first bytes, never by its name. Calamine reads the values; it shows neither
formulas nor error values, so a workbook that holds any is looked through once more to name those cells.
"""

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from core.sheets.faults import BadSheets, SheetFault, whole_file
from core.sheets.limits import DEFAULT_LIMITS, Limits, check_archive, check_sent
from core.words import Words

Raw = str | int | float | bool | dt.date | dt.time | dt.timedelta
"""A cell as the file holds it: text, number, truth value, date, time of day, or "" for nothing."""

_FORMULA_OR_ERROR = re.compile(rb'<(?:\w+:)?f[\s/>]|\st="e"')
_OLE = b"\xd0\xcf\x11\xe0"
_SAVE_AS = Words("请另存为 .xlsx 再上传", "save it as .xlsx and send it again")
_PLAIN_VALUES = Words(
    "请复制后选择“粘贴为数值”，再上传", 'copy and use "paste values" so that the cell holds the value itself'
)


@dataclass(frozen=True, slots=True)
class Grid:
    """One worksheet. `rows[i][j]` is the cell in file row i + 1 and column j (A = 0).

    `formulas` and `errors` hold the (row, column) pairs, from 1 and 0, that hold a formula or an error value.
    """

    name: str
    rows: tuple[tuple[Raw, ...], ...]
    hidden: bool = False
    formulas: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    errors: frozenset[tuple[int, int]] = field(default_factory=frozenset)


def letter(column: int) -> str:
    """The letter a spreadsheet program shows for column number `column` (A = 0)."""
    return get_column_letter(column + 1)


def read_grids(data: bytes, *, limits: Limits = DEFAULT_LIMITS, name: str = "") -> tuple[Grid, ...]:
    """Every worksheet of `data` (.xlsx, .xls, .ods, or delimited text; `name` becomes the text's sheet name).

    Raises BadSheets when the file is empty, damaged, protected, too large or of another kind.
    """
    check_sent(data, limits)
    if data.startswith(b"PK"):
        _check_kind(data, check_archive(data, limits))
        return _read_workbook(data, limits)
    if data.startswith(_OLE):
        return _read_workbook(data, limits)
    return (_read_text(data, limits, name),)


def _check_kind(data: bytes, members: frozenset[str]) -> None:
    if any(member.lower().endswith("vbaproject.bin") for member in members):
        rule = Words("文件含有宏", "the file holds macros")
    elif "xl/workbook.bin" in members:
        rule = Words("二进制工作簿（.xlsb）不能读取", "binary workbooks (.xlsb) are not read")
    elif "xl/workbook.xml" in members:
        return
    elif "content.xml" in members:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if b"table:formula=" not in archive.read("content.xml"):
                return
        raise BadSheets([whole_file(Words("文件含有公式单元格", "the file holds formula cells"), _PLAIN_VALUES)])
    else:
        rule = Words("这个压缩包不是表格文件", "this archive is no spreadsheet")
    raise BadSheets([whole_file(rule, _SAVE_AS)])


def _read_workbook(data: bytes, limits: Limits) -> tuple[Grid, ...]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            shown = {meta.name: meta.visible == SheetVisibleEnum.Visible for meta in book.sheets_metadata}
            if len(shown) > limits.sheets:
                raise BadSheets([_too_many(len(shown), limits.sheets, "个工作表", "worksheets")])
            grids = tuple(
                Grid(title, _sheet_rows(book, title, limits), hidden=not shown.get(title, True))
                for title in book.sheet_names
            )
    except PasswordError as error:
        rule = Words("文件设有打开密码", "the file is protected by a password")
        raise BadSheets(
            [whole_file(rule, Words("请去掉密码后另存再上传", "remove the password and save it again"))]
        ) from error
    except CalamineError as error:
        rule = Words("文件已损坏或不是表格文件", "the file is damaged or is no spreadsheet")
        raise BadSheets([whole_file(rule, _SAVE_AS)]) from error
    return _with_formulas(data, grids) if data.startswith(b"PK") else grids


def _sheet_rows(book: CalamineWorkbook, title: str, limits: Limits) -> tuple[tuple[Raw, ...], ...]:
    sheet = book.get_sheet_by_name(title)
    end = sheet.end
    if end is None:
        return ()
    for found, most, zh, en in (
        (end[0] + 1, limits.rows, "行", "rows"),
        (end[1] + 1, limits.columns, "列", "columns"),
    ):
        if found > most:
            raise BadSheets([_too_many(found, most, zh, en, sheet=title)])
    rows = sheet.to_python(skip_empty_area=False)
    return _checked(title, (tuple(row) for row in rows), limits)


def _checked(title: str, rows: Iterator[tuple[Raw, ...]], limits: Limits) -> tuple[tuple[Raw, ...], ...]:
    """The rows, refusing a text longer than the limit and a table larger than the limits."""
    kept: list[tuple[Raw, ...]] = []
    for row in rows:
        if len(kept) >= limits.rows:
            raise BadSheets([_too_many(limits.rows + 1, limits.rows, "行", "rows", sheet=title)])
        if len(row) > limits.columns:
            raise BadSheets([_too_many(len(row), limits.columns, "列", "columns", sheet=title)])
        for column, value in enumerate(row):
            if isinstance(value, str) and len(value) > limits.characters:
                rule = Words(
                    f"文字超过 {limits.characters} 个字",
                    f"the text is longer than {limits.characters} characters",
                )
                mend = Words("请缩短", "shorten it")
                place = (len(kept) + 1, letter(column))
                raise BadSheets([SheetFault(title, *place, "", value[:20] + "…", rule, mend)])
        kept.append(row)
    return tuple(kept)


def _with_formulas(data: bytes, grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
    """The grids with their formula and error cells named; the slow second look is taken only where needed."""
    if not _may_hold_formulas(data):
        return grids
    book = open_book(data, read_only=True)
    try:
        return tuple(_marked(book, grid) for grid in grids)
    finally:
        book.close()


def open_book(data: bytes, *, read_only: bool = False) -> openpyxl.Workbook:
    """The workbook as openpyxl holds it, formulas and styles included; `data` has passed `read_grids`.

    Raises BadSheets where openpyxl cannot read what calamine could.
    """
    try:
        with warnings.catch_warnings():
            # openpyxl warns of every part it does not keep; none of them bears on the cells
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(data), read_only=read_only)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, SyntaxError) as error:
        rule = Words("工作簿的内部结构不完整", "the inner structure of the workbook is incomplete")
        raise BadSheets([whole_file(rule, _SAVE_AS)]) from error


def _may_hold_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.namelist():
            is_sheet = member.startswith("xl/worksheets/") and member.endswith(".xml")
            if is_sheet and _FORMULA_OR_ERROR.search(archive.read(member)):
                return True
    return False


def _marked(book: openpyxl.Workbook, grid: Grid) -> Grid:
    if grid.name not in book.sheetnames:
        return grid
    found: Mapping[str, set[tuple[int, int]]] = {"f": set(), "e": set()}
    for row in book[grid.name].iter_rows():
        for cell in row:
            kind = getattr(cell, "data_type", "n")
            if kind in found and cell.row is not None and cell.column is not None:
                found[kind].add((cell.row, int(cell.column) - 1))
    # a formula never calculated has no value, so the values may end before the formulas do
    last = max((row for cells in found.values() for row, _ in cells), default=0)
    rows = grid.rows + ((),) * (last - len(grid.rows))
    return Grid(grid.name, rows, grid.hidden, frozenset(found["f"]), frozenset(found["e"]))


def _read_text(data: bytes, limits: Limits, name: str) -> Grid:
    text = _decode(data)
    head = text[:4096].lstrip().lower()
    if head.startswith(("<html", "<!doctype", "<?xml", "<table")):
        raise BadSheets(
            [whole_file(Words("这是网页格式的文件，不是表格", "this is a web page, not a spreadsheet"), _SAVE_AS)]
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows = (tuple(cast("list[Raw]", row)) for row in _lines(reader))
    return Grid(name or "CSV", _checked(name or "CSV", rows, limits))


def _lines(reader: "Iterator[list[str]]") -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        rule = Words(
            "文本表格中有不成对的引号或过长的内容", "the text table has an unpaired quote or too long a cell"
        )
        raise BadSheets([whole_file(rule, _SAVE_AS)]) from error


def _decode(data: bytes) -> str:
    """Text in UTF-8 (with or without mark), UTF-16 with mark, or GB 18030.

    Raises BadSheets for anything else, above all for pictures and documents under a false name.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codecs: tuple[str, ...] = ("utf-16",)
    else:
        codecs = ("utf-8-sig", "gb18030") if b"\x00" not in data else ()
    for codec in codecs:
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    rule = Words("文件不是表格，或文字编码无法识别", "the file is no sheet, or its text encoding is not known")
    raise BadSheets([whole_file(rule, _SAVE_AS)])


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",\t;", key=first.count)


def _too_many(found: int, most: int, zh: str, en: str, *, sheet: str = "") -> SheetFault:
    return SheetFault(
        sheet,
        None,
        "",
        "",
        "",
        Words(f"最多 {most} {zh}，这里有 {found} {zh}", f"at most {most} {en} are taken in, this has {found}"),
        Words("请删去多余的空白内容或分成几个文件", "remove blank surplus or split it into several files"),
    )
