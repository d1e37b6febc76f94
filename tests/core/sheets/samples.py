"""Small workbooks for the tests of sheets."""

import io
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal

import openpyxl

from core.sheets import (
    Code,
    Column,
    Date,
    Exact,
    Family,
    Grid,
    Identifier,
    Layout,
    ListOf,
    Text,
    Whole,
    Words,
    YesNo,
    read_grids,
)

NOTE = Words("说明", "note")


def _subject(match: re.Match[str]) -> str | None:
    return f"{match['subject']}/{match['full']}"


def _wish(match: re.Match[str]) -> str | None:
    return str(int(match["rank"]))


SCORES = Family(
    "score",
    re.compile(r"(?P<subject>[^\d/()]+)/(?P<full>\d+)"),
    _subject,
    Exact(places=1, most=Decimal(200)),
    NOTE,
    ("语文/150", "数学/150"),
    suspects=200,
)
WISHES = Family("wish", re.compile(r"志愿(?P<rank>\d+)"), _wish, Identifier(), NOTE, ("志愿1", "志愿2"), least=1)

PUPILS = Layout(
    "学生",
    (
        Column("number", "考生号", Identifier(), NOTE, required=True, aliases=("报名号",)),
        Column("name", "姓名", Text(longest=20, name=True), NOTE, required=True),
        Column("sex", "性别", Code({"M": ("男",), "F": ("女",)}), NOTE, present=True),
        Column("born", "出生日期", Date(), NOTE),
        Column("entered", "入学年月", Date(month=True), NOTE),
        Column("age", "年龄", Whole(least=5, most=30), NOTE),
        Column("boards", "住宿", YesNo(), NOTE),
        Column("tags", "类别", ListOf(Text(longest=10)), NOTE),
        Column("document", "证件号码", Identifier(pattern=r"\d{17}[\dX]"), NOTE, sensitive=True),
    ),
    (SCORES, WISHES),
)

FULL_HEAD = (
    "考生号",
    "姓名",
    "性别",
    "出生日期",
    "入学年月",
    "年龄",
    "住宿",
    "类别",
    "证件号码",
    "语文/150",
    "志愿1",
)


def grid_of(*rows: Sequence[object], name: str = "学生") -> Grid:
    """A grid as a file would give it."""
    return Grid(name, tuple(tuple(row) for row in rows))


def book_of(*rows: Sequence[object], name: str = "学生") -> bytes:
    """An .xlsx written by openpyxl, which turns texts beginning with = into formulas as people do."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def zip_of(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive with these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def cells(data: bytes, sheet: int = 0) -> tuple[tuple[object, ...], ...]:
    """What stands in a workbook."""
    return read_grids(data)[sheet].rows
