"""Finding the head of a sheet: renamed, moved and extra columns, title rows above, heads in two lines."""

from dataclasses import dataclass

from core.sheets.faults import SheetFault
from core.sheets.grid import Grid, Raw, letter
from core.sheets.layout import RESULT_HEADINGS, Column, Family, Layout, normal_heading
from core.sheets.repair import close_to, did_you_mean
from core.words import Words

_ROWS_SEARCHED = 15
_IGNORED = frozenset(normal_heading(heading) for heading in RESULT_HEADINGS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands in the file: number from 0 and the heading as written there."""

    index: int
    heading: str


@dataclass(frozen=True, slots=True)
class Head:
    """What was recognised: the first data row (from 1), columns by key, family members as (label, place).

    `unused` are the columns nobody knows and nobody could have meant.
    """

    first_row: int
    columns: dict[str, Place]
    families: dict[str, tuple[tuple[str, Place], ...]]
    unused: tuple[Place, ...]
    faults: tuple[SheetFault, ...]


def find_head(grid: Grid, layout: Layout) -> Head | SheetFault:
    """The head of `grid`, or the fault that says why there is none."""
    known = _Known(layout)
    best: tuple[int, int, list[str]] = (0, 0, [])
    for start in range(min(_ROWS_SEARCHED, len(grid.rows))):
        one = [_text(cell) for cell in grid.rows[start]]
        two = _joined(grid, start, known)
        for lines, headings in ((1, one), (2, two)):
            found = sum(1 for text in headings if known.names(text))
            if found > best[0]:
                best = (found, start + lines, headings)
    if best[0] < min(2, len(layout.columns)):
        return _no_head(grid, layout)
    return _head(grid, known, best[1], best[2])


class _Known:
    """The headings a layout recognises."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._by_name = {normal_heading(name): column for column in layout.columns for name in column.headings}

    def names(self, heading: str) -> tuple[Column | Family, str] | None:
        """The column or family a heading names, with the label inside the family."""
        normal = normal_heading(heading)
        if not normal:
            return None
        column = self._by_name.get(normal)
        if column is not None:
            return column, ""
        for family in self.layout.families:
            match = family.pattern.fullmatch(normal)
            label = family.label(match) if match else None
            if label is not None:
                return family, label
        return None


def _text(cell: Raw) -> str:
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return str(cell).strip()


def _joined(grid: Grid, start: int, known: _Known) -> list[str]:
    """Rows `start` and the next read as one head: a merged upper cell reaches over blanks to its right."""
    if start + 1 >= len(grid.rows):
        return []
    upper, lower = grid.rows[start], grid.rows[start + 1]
    joined, carried = [], ""
    for index in range(max(len(upper), len(lower))):
        above = _text(upper[index]) if index < len(upper) else ""
        below = _text(lower[index]) if index < len(lower) else ""
        carried = above or carried
        joined.append(_one_heading(above, carried, below, known))
    return joined


def _one_heading(above: str, carried: str, below: str, known: _Known) -> str:
    if not below:
        return above
    if known.names(below):
        return below
    both = carried + below
    return both if known.names(both) else below


def _no_head(grid: Grid, layout: Layout) -> SheetFault:
    wanted = "、".join(column.heading for column in layout.columns if column.required or column.present)
    return SheetFault(
        grid.name,
        None,
        "",
        "",
        "",
        Words(
            f"没有找到表头（前 {_ROWS_SEARCHED} 行内）",
            f"no row of headings was found in the first {_ROWS_SEARCHED} rows",
        ),
        Words(f"请保留模板的表头，至少要有：{wanted}", f"keep the head of the template, with at least: {wanted}"),
    )


def _head(grid: Grid, known: _Known, row: int, headings: list[str]) -> Head:
    columns: dict[str, Place] = {}
    families: dict[str, list[tuple[str, Place]]] = {family.key: [] for family in known.layout.families}
    unknown: list[Place] = []
    faults: list[SheetFault] = []
    for index, text in enumerate(headings):
        place = Place(index, text)
        named = known.names(text)
        if named is None:
            if normal_heading(text) and normal_heading(text) not in _IGNORED:
                unknown.append(place)
            continue
        target, label = named
        twice = columns.get(target.key) if isinstance(target, Column) else dict(families[target.key]).get(label)
        if twice is not None:
            faults.append(_twice(grid.name, row, place, twice))
        elif isinstance(target, Column):
            columns[target.key] = place
        else:
            families[target.key].append((label, place))
    missing = [column for column in known.layout.columns if column.key not in columns]
    near, unused, suggested = _unknown(grid.name, row, unknown, missing, known.layout.families)
    faults += near
    faults += _missing(grid.name, row, [column for column in missing if column.heading not in suggested], unknown)
    faults += _too_few(grid.name, row, known.layout.families, families)
    kept = {key: tuple(members) for key, members in families.items()}
    return Head(row + 1, columns, kept, tuple(unused), tuple(faults))


def _twice(sheet: str, row: int, place: Place, first: Place) -> SheetFault:
    return SheetFault(
        sheet,
        row,
        letter(place.index),
        place.heading,
        "",
        Words(f"与 {letter(first.index)} 列是同一项", f"names the same as column {letter(first.index)}"),
        Words("请只保留一列", "keep one of the two columns"),
    )


def _unknown(
    sheet: str, row: int, unknown: list[Place], missing: list[Column], families: tuple[Family, ...]
) -> tuple[list[SheetFault], list[Place], set[str]]:
    """Headings that resemble a column not found are refused; the others are left unused.

    Answers the faults, the unused places and the headings that were suggested.
    """
    wanted = {name: column.heading for column in missing for name in column.headings}
    samples = [sample for family in families for sample in family.samples]
    faults, unused, suggested = [], [], set()
    for place in unknown:
        close = [wanted.get(name, name) for name in close_to(place.heading, (*wanted, *samples))]
        close += [one.samples[0] for one in families if one.word and one.word in place.heading and not close]
        if not close:
            unused.append(place)
            continue
        suggested.update(close)
        at = (sheet, row, letter(place.index), place.heading)
        rule = Words("列名没有认出来", "the heading is not known")
        faults.append(SheetFault(*at, "", rule, did_you_mean(close)))
    return faults, unused, suggested


def _missing(sheet: str, row: int, missing: list[Column], unknown: list[Place]) -> list[SheetFault]:
    faults = []
    for column in missing:
        if not (column.required or column.present):
            continue
        close = close_to(column.heading, [place.heading for place in unknown], cutoff=0.5)
        mend = (
            Words(f"“{close[0]}”这一列是否就是？请改列名", f'is it the column "{close[0]}"? Rename it')
            if close
            else Words("请加上这一列，或使用模板", "add the column, or use the template")
        )
        rule = Words("缺少这一列", "the column is missing")
        faults.append(SheetFault(sheet, row, "", column.heading, "", rule, mend))
    return faults


def _too_few(
    sheet: str, row: int, families: tuple[Family, ...], found: dict[str, list[tuple[str, Place]]]
) -> list[SheetFault]:
    faults = []
    for family in families:
        if len(found[family.key]) < family.least:
            shown = "、".join(family.samples)
            rule = Words(
                f"至少要有 {family.least} 列，如 {shown}", f"at least {family.least} such columns, as {shown}"
            )
            mend = Words("请加上这样的列，或使用模板", "add such columns, or use the template")
            faults.append(SheetFault(sheet, row, "", family.samples[0], "", rule, mend))
    return faults
