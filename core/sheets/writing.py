"""Sheets going out: exports and templates, safe to open and exact when they come back.

Every text is written as text: a name that begins with = + - @, a tab or a line feed never becomes a
formula, a long number never a figure. The finished file is read back and compared before it leaves.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from core.sheets.grid import Raw, letter, read_grids
from core.sheets.kinds import Exact, Kind, Text, Value, Whole
from core.sheets.layout import EXAMPLE_MARK, Layout
from core.sheets.limits import Limits
from core.sheets.repair import exact_number, is_blank
from core.words import Words

Shown = str | int | Decimal | dt.date | None
"""What a cell going out may hold."""

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_FIRST_DAY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""The date every workbook bears, so that equal content gives equal bytes."""
_FILL_ROWS = 2_000
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OWN_LIMITS = Limits(sent_bytes=1 << 30, unfolded_bytes=1 << 31, rows=1 << 20, columns=1 << 14, characters=1 << 15)


@dataclass(frozen=True, slots=True)
class Heading:
    """One column going out: the words above it, the kind of its cells, a note and a width in characters."""

    text: str
    kind: Kind
    note: Words = Words("", "")
    required: bool = False
    width: int = 14


@dataclass(frozen=True, slots=True)
class SheetOut:
    """One worksheet going out. `rows` hold one entry per heading; None leaves the cell blank.

    `fill_in` makes it a form: drop-downs, notes and text format reach down below the rows. `example` is a row
    in grey that readers pass over. `preamble` are lines above the head.
    """

    name: str
    headings: tuple[Heading, ...]
    rows: Sequence[Sequence[Value | None]] = ()
    fill_in: bool = False
    example: tuple[Value | None, ...] = ()
    preamble: tuple[str, ...] = ()


class NotAsWritten(RuntimeError):
    """The finished workbook does not read back as it was meant; it must not leave."""


def headings_of(layout: Layout, members: Mapping[str, Sequence[str]] | None = None) -> tuple[Heading, ...]:
    """The headings of a layout, its families with the given member headings (default: their samples)."""
    single = tuple(
        Heading(column.heading, column.kind, column.note, column.required, column.width) for column in layout.columns
    )
    many = tuple(
        Heading(text, family.kind, family.note, width=family.width)
        for family in layout.families
        for text in (members or {}).get(family.key, family.samples)
    )
    return single + many


def write_workbook(sheets: Sequence[SheetOut], *, title: str = "") -> bytes:
    """The sheets as .xlsx; equal sheets give equal bytes.

    Raises NotAsWritten if reading the result back does not give what was to be written.
    """
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": title, "created": _FIRST_DAY})
        styles = _Styles(book)
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, styles)
    data = target.getvalue()
    _prove(data, sheets)
    return data


def write_text(sheet: SheetOut) -> bytes:
    """One sheet as CSV in UTF-8 with mark; texts a spreadsheet would take for formulas get a leading '."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    for row in _lines(sheet):
        writer.writerow([_guarded(cell) for cell in row])
    return target.getvalue().encode("utf-8-sig")


def _guarded(cell: Shown) -> str:
    if isinstance(cell, str):
        return "'" + cell if cell.startswith(_DANGEROUS) else cell
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return "" if cell is None else str(cell)


class _Styles:
    """The few looks of a workbook."""

    def __init__(self, book: Workbook) -> None:
        wrap = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#B7BEC6"}
        self.head: Format = book.add_format({**wrap, "bold": True, "bg_color": "#DCE6F1", "num_format": "@"})
        self.duty: Format = book.add_format({**wrap, "bold": True, "bg_color": "#FFE9B8", "num_format": "@"})
        self.text: Format = book.add_format({"num_format": "@"})
        self.kept: Format = book.add_format({"num_format": "@", "quote_prefix": True})
        self.number: Format = book.add_format({"num_format": "General"})
        self.example: Format = book.add_format({"num_format": "@", "italic": True, "font_color": "#6B7280"})
        self.lead: Format = book.add_format({"italic": True, "font_color": "#374151"})


def _write_sheet(sheet: Worksheet, out: SheetOut, styles: _Styles) -> None:
    head_row = len(out.preamble)
    for index, line in enumerate(out.preamble):
        sheet.write_string(index, 0, line, styles.lead)
    for index, heading in enumerate(out.headings):
        style = styles.text if _is_text(heading.kind) else styles.number
        sheet.set_column(index, index, heading.width, style if out.fill_in else None)
        sheet.write_string(head_row, index, heading.text, styles.duty if heading.required else styles.head)
        if out.fill_in:
            shape, said = heading.kind.shape, heading.note
            note = "\n".join(filter(None, (said.zh, shape.zh, said.en, shape.en)))
            sheet.write_comment(head_row, index, note, {"x_scale": 2, "y_scale": 1.5})
    sheet.freeze_panes(head_row + 1, 1)
    row = head_row + 1
    if out.example:
        _write_row(sheet, row, (*_cells(out, out.example), EXAMPLE_MARK), styles, styles.example)
        row += 1
    for values in out.rows:
        _write_row(sheet, row, _cells(out, values), styles, None)
        row += 1
    if out.fill_in:
        _add_choices(sheet, out, head_row + 1)
    elif out.rows:
        sheet.autofilter(head_row, 0, row - 1, len(out.headings) - 1)


def _write_row(sheet: Worksheet, row: int, cells: Sequence[Shown], styles: _Styles, style: Format | None) -> None:
    for index, cell in enumerate(cells):
        if isinstance(cell, Decimal | int):
            sheet.write_number(row, index, cell, style)
        elif cell is not None and cell != "":
            text = str(cell)
            sheet.write_string(
                row, index, text, style or (styles.kept if text.startswith(_DANGEROUS) else styles.text)
            )


def _add_choices(sheet: Worksheet, out: SheetOut, first: int) -> None:
    for index, heading in enumerate(out.headings):
        choices = heading.kind.choices
        if choices and len(",".join(choices)) <= 255:
            sheet.data_validation(
                first,
                index,
                first + _FILL_ROWS,
                index,
                {
                    "validate": "list",
                    "source": list(choices),
                    "error_title": "请从列表中选择",
                    "error_message": "、".join(choices)[:200],
                },
            )


def _cells(out: SheetOut, values: Sequence[Value | None]) -> tuple[Shown, ...]:
    if len(values) != len(out.headings):
        raise ValueError(f"{out.name}: {len(values)} values for {len(out.headings)} columns")
    return tuple(
        None if value is None else _clean(heading.kind.write(value))
        for heading, value in zip(out.headings, values, strict=True)
    )


def _clean(cell: Shown) -> Shown:
    """Control characters that a workbook cannot hold become visible replacement marks."""
    return _UNWRITABLE.sub("\ufffd", cell) if isinstance(cell, str) else cell


def _is_text(kind: Kind) -> bool:
    return not isinstance(kind, Whole | Exact)


def _lines(out: SheetOut) -> list[tuple[Shown, ...]]:
    lines: list[tuple[Shown, ...]] = [(line,) for line in out.preamble]
    lines.append(tuple(heading.text for heading in out.headings))
    if out.example:
        lines.append((*_cells(out, out.example), EXAMPLE_MARK))
    lines.extend(_cells(out, values) for values in out.rows)
    return lines


def _prove(data: bytes, sheets: Sequence[SheetOut]) -> None:
    """Read the file back and compare cell by cell; refuse any formula."""
    grids = {grid.name: grid for grid in read_grids(data, limits=_OWN_LIMITS)}
    for out in sheets:
        grid = grids.get(out.name)
        if grid is None or grid.formulas or grid.errors:
            raise NotAsWritten(out.name)
        lines = _lines(out)
        for number, line in enumerate(lines):
            read = grid.rows[number] if number < len(grid.rows) else ()
            for index, cell in enumerate(line):
                if not _same(cell, read[index] if index < len(read) else ""):
                    raise NotAsWritten(f"{out.name}!{letter(index)}{number + 1}")


def _same(meant: Shown, read: Raw) -> bool:
    if meant is None or meant == "":
        return is_blank(read)
    if isinstance(meant, Decimal | int):
        return isinstance(read, int | float) and exact_number(read) == meant
    return isinstance(read, str) and read == str(meant)


def plain(text: str, *, width: int = 18, note: Words | None = None) -> Heading:
    """A heading over free text of any length, for reports."""
    return Heading(text, Text(longest=32_000), note or Words("", ""), width=width)


def figure(text: str, *, width: int = 10) -> Heading:
    """A heading over exact numbers, for reports."""
    return Heading(text, Exact(places=12, least=Decimal(-(10**15))), width=width)
