"""Reading a worksheet by its layout: every row typed, every fault named."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from core.sheets.faults import SheetFault, SheetNote
from core.sheets.grid import Grid, Raw, letter
from core.sheets.heads import Head, Place, find_head
from core.sheets.kinds import Kind, Taken, Unreadable, Value
from core.sheets.layout import EXAMPLE_MARK, TOTAL_WORDS, Layout
from core.sheets.repair import exact_number, is_blank
from core.words import Words

T = TypeVar("T")

_SERIAL_HEADINGS = frozenset({"序号", "行号", "no", "no."})


@dataclass(frozen=True, slots=True)
class Row:
    """One row read; `number` is its row in the file. Getters answer None (or nothing) for a blank cell."""

    sheet: str
    number: int
    values: dict[str, Value]
    members: dict[str, tuple[tuple[str, Value | None], ...]]
    places: dict[str, Place]
    sensitive: frozenset[str]
    flawed: frozenset[str]
    """Keys whose cell was refused: they have no value, and need no second fault."""

    def text(self, key: str) -> str | None:
        """A text, identifier or code."""
        return _typed(self.values.get(key), str, key)

    def whole(self, key: str) -> int | None:
        """A whole number."""
        return _typed(self.values.get(key), int, key)

    def decimal(self, key: str) -> Decimal | None:
        """An exact decimal."""
        return _typed(self.values.get(key), Decimal, key)

    def date(self, key: str) -> dt.date | None:
        """A date."""
        return _typed(self.values.get(key), dt.date, key)

    def flag(self, key: str) -> bool | None:
        """A yes or no."""
        return _typed(self.values.get(key), bool, key)

    def items(self, key: str) -> tuple[str, ...]:
        """The entries of a list; none where the cell is blank."""
        found: tuple[str, ...] | None = _typed(self.values.get(key), tuple, key)
        return found or ()

    def family(self, key: str) -> tuple[tuple[str, Value | None], ...]:
        """The members of a family in the order of the columns: (label, value or None)."""
        return self.members.get(key, ())

    def fault(self, key: str, rule: Words, mend: Words, *, value: str | None = None) -> SheetFault:
        """A fault of this row at column `key` (or `family key:label`), or of the whole row for ""."""
        place = self.places.get(key)
        shown = value if value is not None else self._shown(key)
        column, heading = (letter(place.index), place.heading) if place else ("", "")
        return SheetFault(self.sheet, self.number, column, heading, shown, rule, mend)

    def note(self, key: str, what: Words) -> SheetNote:
        """A note on this row at column `key`."""
        place = self.places.get(key)
        column, heading = (letter(place.index), place.heading) if place else ("", "")
        return SheetNote(self.sheet, self.number, column, heading, "", "", what)

    def _shown(self, key: str) -> str:
        value = self.values.get(key)
        if value is None:
            return ""
        text = "、".join(value) if isinstance(value, tuple) else str(value)
        return masked(text) if key in self.sensitive else text


def _typed(value: Value | None, wanted: type[T], key: str) -> T | None:
    if value is None or isinstance(value, wanted):
        return value
    raise TypeError(f"column {key} holds {type(value).__name__}, asked for {wanted.__name__}")


@dataclass(frozen=True, slots=True)
class Table:
    """A worksheet read by its layout."""

    sheet: str
    rows: tuple[Row, ...]
    faults: tuple[SheetFault, ...]
    notes: tuple[SheetNote, ...]
    members: dict[str, tuple[str, ...]]
    """For each family the labels found, in the order of the columns."""


def masked(text: str) -> str:
    """A personal number as it may be shown: the first four and last four characters, stars between."""
    if len(text) <= 8:
        return "*" * len(text)
    return text[:4] + "*" * (len(text) - 8) + text[-4:]


def read_table(grid: Grid, layout: Layout) -> Table:
    """The rows of `grid` as `layout` declares them; faults and notes are collected, nothing is raised."""
    head = find_head(grid, layout)
    if isinstance(head, SheetFault):
        return Table(grid.name, (), (head,), (), {})
    reader = _Reader(grid, layout, head)
    rows = tuple(row for row in map(reader.row, range(head.first_row, len(grid.rows) + 1)) if row is not None)
    suspects, unused = _unused_columns(grid, layout, head)
    faults = (*head.faults, *suspects, *reader.faults)
    labels = {key: tuple(label for label, _ in members) for key, members in head.families.items()}
    return Table(grid.name, rows, faults, (*unused, *reader.notes), labels)


class _Reader:
    """Reads row after row and keeps what is wrong."""

    def __init__(self, grid: Grid, layout: Layout, head: Head) -> None:
        self.grid = grid
        self.faults: list[SheetFault] = []
        self.notes: list[SheetNote] = []
        self._columns = [
            (column, head.columns[column.key]) for column in layout.columns if column.key in head.columns
        ]
        self._families = [(family, head.families[family.key]) for family in layout.families]
        self._sensitive = frozenset(column.key for column in layout.columns if column.sensitive)
        self._marked_cells = grid.formulas | grid.errors
        self._marked_rows = {row for row, _ in self._marked_cells}
        self._places = dict(head.columns)
        for family, members in self._families:
            self._places.update({f"{family.key}:{label}": place for label, place in members})

    def row(self, number: int) -> Row | None:
        cells = self.grid.rows[number - 1]
        if self._passed_over(number, cells):
            return None
        values: dict[str, Value] = {}
        flawed: set[str] = set()
        for column, place in self._columns:
            raw = cells[place.index] if place.index < len(cells) else ""
            if self._blank(number, place, raw):
                if column.required:
                    self._refuse(number, place, "", _fill_in(column.heading), flawed, column.key)
                continue
            taken = self._read(number, place, raw, column.kind, column.key in self._sensitive)
            if taken is None:
                flawed.add(column.key)
            else:
                values[column.key] = taken.value
        members = {}
        for family, found in self._families:
            members[family.key] = tuple(
                (label, self._member(number, place, cells, family.kind, f"{family.key}:{label}", flawed))
                for label, place in found
            )
        return Row(self.grid.name, number, values, members, self._places, self._sensitive, frozenset(flawed))

    def _passed_over(self, number: int, cells: tuple[Raw, ...]) -> bool:
        if number not in self._marked_rows and all(is_blank(cell) for cell in cells):
            return True
        texts = [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]
        if EXAMPLE_MARK in texts:
            return True
        if texts and texts[0] in TOTAL_WORDS:
            what = Words("合计行没有使用", "the row of totals was not used")
            self.notes.append(SheetNote(self.grid.name, number, "", "", "", "", what))
            return True
        return False

    def _member(
        self, number: int, place: Place, cells: tuple[Raw, ...], kind: Kind, key: str, flawed: set[str]
    ) -> Value | None:
        raw = cells[place.index] if place.index < len(cells) else ""
        if self._blank(number, place, raw):
            return None
        taken = self._read(number, place, raw, kind, sensitive=False)
        if taken is None:
            flawed.add(key)
            return None
        return taken.value

    def _blank(self, number: int, place: Place, raw: Raw) -> bool:
        return is_blank(raw) and (number, place.index) not in self._marked_cells

    def _read(self, number: int, place: Place, raw: Raw, kind: Kind, sensitive: bool) -> Taken | None:
        at = (self.grid.name, number, letter(place.index), place.heading)
        try:
            self._demand_value(number, place)
            taken = kind.read(raw)
        except Unreadable as error:
            shown = masked(str(raw)) if sensitive else _shown(raw)
            self.faults.append(SheetFault(*at, shown, error.rule, error.mend))
            return None
        if taken.repaired is not None:
            change = ("", "") if sensitive else (_shown(raw), _shown_value(taken.value))
            self.notes.append(SheetNote(*at, *change, taken.repaired))
        return taken

    def _demand_value(self, number: int, place: Place) -> None:
        if (number, place.index) in self.grid.formulas:
            raise Unreadable(
                Words("单元格里是公式，不是数值", "the cell holds a formula, not a value"),
                Words("请复制后选择“粘贴为数值”", 'copy it and use "paste values"'),
            )
        if (number, place.index) in self.grid.errors:
            raise Unreadable(
                Words("单元格里是错误值（如 #N/A）", "the cell holds an error value (as #N/A)"),
                Words("请填写实际内容", "fill in the real content"),
            )

    def _refuse(
        self, number: int, place: Place, value: str, why: tuple[Words, Words], flawed: set[str], key: str
    ) -> None:
        flawed.add(key)
        at = (self.grid.name, number, letter(place.index), place.heading)
        self.faults.append(SheetFault(*at, value, *why))


def _fill_in(heading: str) -> tuple[Words, Words]:
    return (
        Words("这一格还没有填写", "the cell is blank"),
        Words(f"请填写{heading}", f"fill in {heading}"),
    )


def _shown(raw: Raw) -> str:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return f"{exact_number(raw):f}"
    text = str(raw)
    return text if len(text) <= 60 else text[:59] + "…"


def _shown_value(value: Value) -> str:
    return "、".join(value) if isinstance(value, tuple) else str(value)


def _unused_columns(grid: Grid, layout: Layout, head: Head) -> tuple[list[SheetFault], list[SheetNote]]:
    """Unknown columns: refused where they look like a family's columns, else named."""
    faults, notes = [], []
    for place in head.unused:
        at = (grid.name, head.first_row - 1, letter(place.index), place.heading)
        family = next(
            (
                family
                for family in layout.families
                if family.suspects and _numbers_only(grid, head, place.index, family.suspects)
            ),
            None,
        )
        if family is not None and place.heading.strip().lower() not in _SERIAL_HEADINGS:
            shown = "、".join(family.samples)
            rule = Words(
                "这一列全是数字，列名却没有认出来",
                "the column holds numbers only, but its heading is not known",
            )
            mend = Words(
                f"若是这类内容，列名应如 {shown}；若不需要请删去这一列",
                f"if it belongs to these, head it as {shown}; else remove it",
            )
            faults.append(SheetFault(*at, "", rule, mend))
        else:
            what = Words("列名没有认出来，这一列没有使用", "the heading is not known; the column was not used")
            notes.append(SheetNote(*at, "", "", what))
    return faults, notes


def _numbers_only(grid: Grid, head: Head, index: int, most: int) -> bool:
    cells = [row[index] for row in grid.rows[head.first_row - 1 :] if index < len(row) and not is_blank(row[index])]
    return bool(cells) and all(_is_small_number(cell, most) for cell in cells)


def _is_small_number(cell: Raw, most: int) -> bool:
    if isinstance(cell, str):
        return bool(re.fullmatch(r"\d{1,6}(\.\d+)?", cell.strip())) and Decimal(cell.strip()) <= most
    return isinstance(cell, int | float) and not isinstance(cell, bool) and 0 <= cell <= most
