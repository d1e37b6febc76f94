"""Workbooks of several sheets that refer to each other: finding the sheets, checking the references."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.sheets.faults import SheetFault, SheetNote
from core.sheets.grid import Grid
from core.sheets.layout import normal_heading
from core.sheets.repair import close_to, did_you_mean, is_blank, nearest
from core.sheets.table import Row
from core.words import Words

IGNORED_SHEETS = ("说明", "填写说明", "检查结果", "选项")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A worksheet looked for: by any of its names; `required` ones must be there."""

    key: str
    names: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Sorted:
    """The sheets of a workbook by the key they were wanted under."""

    grids: dict[str, Grid]
    faults: tuple[SheetFault, ...]
    notes: tuple[SheetNote, ...]


def sort_sheets(grids: Sequence[Grid], wanted: Sequence[Wanted]) -> Sorted:
    """Find the wanted worksheets by name.

    A name that resembles a sheet not found is refused; any other visible sheet with content is named and left
    unused. A workbook of one sheet may hold it under any name if only one is wanted.
    """
    by_name = {normal_heading(name): one.key for one in wanted for name in one.names}
    ignored = {normal_heading(name) for name in IGNORED_SHEETS}
    found: dict[str, Grid] = {}
    others: list[Grid] = []
    faults: list[SheetFault] = []
    for grid in grids:
        key = by_name.get(normal_heading(grid.name))
        if key is None:
            if normal_heading(grid.name) not in ignored and not grid.hidden and _holds_anything(grid):
                others.append(grid)
        elif key in found:
            rule = Words(f"与工作表“{found[key].name}”是同一内容", f'the same content as sheet "{found[key].name}"')
            mend = Words("请合并到一个工作表", "put both into one worksheet")
            faults.append(SheetFault(grid.name, None, "", "", "", rule, mend))
        else:
            found[key] = grid
    missing = [one for one in wanted if one.key not in found]
    near, notes, hinted = _others(others, missing)
    faults += near
    faults += [_missing(one) for one in missing if one.required and one.key not in hinted]
    return Sorted(found, tuple(faults), tuple(notes))


def _others(others: Iterable[Grid], missing: Sequence[Wanted]) -> tuple[list[SheetFault], list[SheetNote], set[str]]:
    keys = {name: one for one in missing for name in one.names}
    faults, notes, hinted = [], [], set()
    for grid in others:
        close = close_to(grid.name, keys, cutoff=0.6)
        if close:
            hinted.add(keys[close[0]].key)
            rule = Words("工作表的名称没有认出来", "the name of the worksheet is not known")
            meant = keys[close[0]].names[0]
            faults.append(SheetFault(grid.name, None, "", "", "", rule, did_you_mean([meant])))
        else:
            what = Words("这个工作表没有使用", "the worksheet was not used")
            notes.append(SheetNote(grid.name, None, "", "", "", "", what))
    return faults, notes, hinted


def _missing(wanted: Wanted) -> SheetFault:
    rule = Words("缺少这个工作表", "the worksheet is missing")
    mend = Words("请使用模板中的工作表", "use the worksheet of the template")
    return SheetFault(wanted.names[0], None, "", "", "", rule, mend)


def _holds_anything(grid: Grid) -> bool:
    return any(not is_blank(cell) for row in grid.rows for cell in row)


@dataclass(frozen=True, slots=True)
class Known:
    """The entries a cell may refer to: `codes` gives for every word that names one (code, name) its code."""

    what: Words
    codes: Mapping[str, str]

    def find(self, word: str) -> str | None:
        """The code that `word` names, letter case apart; None if nothing of the kind is known."""
        found = self.codes.get(word)
        if found is not None:
            return found
        folded = word.casefold()
        return next((code for name, code in self.codes.items() if name.casefold() == folded), None)


@dataclass(slots=True)
class Findings:
    """The faults found so far while rows are checked against each other."""

    faults: list[SheetFault] = field(default_factory=list)

    def add(self, row: Row, key: str, rule: Words, mend: Words, *, value: str | None = None) -> None:
        """A fault of `row` at column `key`."""
        self.faults.append(row.fault(key, rule, mend, value=value))

    def refer(self, row: Row, key: str, word: str | None, known: Known) -> str | None:
        """The code `word` refers to; an unknown one becomes a fault with the nearest known words."""
        if word is None:
            return None
        code = known.find(word)
        if code is None:
            rule = Words(f"没有登记过这个{known.what.zh}", f"no such {known.what.en} is listed")
            self.add(row, key, rule, nearest(word, known.codes), value=word)
        return code

    def demand(self, row: Row, key: str, value: object, heading: str) -> None:
        """A fault if a cell needed in this row is blank (and was not refused already)."""
        if value is None and key not in row.flawed:
            rule = Words("这一格在本行必须填写", "this cell is needed in this row")
            self.add(row, key, rule, Words(f"请填写{heading}", f"fill in {heading}"))

    def twice(self, rows: Iterable[tuple[Row, object]], key: str, what: Words) -> None:
        """A fault at every row whose identity was seen before, naming the first row."""
        first: dict[object, Row] = {}
        for row, identity in rows:
            if identity is None:
                continue
            before = first.setdefault(identity, row)
            if before is not row:
                where = f"“{before.sheet}”第 {before.number} 行"
                where_en = f'row {before.number} of "{before.sheet}"'
                rule = Words(f"{what.zh}重复，已见于{where}", f"{what.en} stands twice, first in {where_en}")
                self.add(row, key, rule, Words("请只保留一行", "keep one row"))
