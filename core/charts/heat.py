"""Heat table: how full the plan is, school by county, figures in every cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from core.charts.figure import ChartFigure, Drawing, finish, kept
from core.charts.palette import HEAT, INK, PAPER, QUIET, colour, text_on
from core.charts.readings import heat_reading, share

ROW = 38


@dataclass(frozen=True, slots=True)
class Cell:
    """Admitted against planned in one cell of the plan."""

    filled: int
    quota: int


@kept
def heat_table(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Mapping[tuple[str, str], Cell],
    *,
    head: str,
    language: str = "zh",
) -> ChartFigure:
    """A table coloured by the share filled; a pair without a cell has no plan and stays blank.

    Five steps from 0 % to 100 %; the figure stands in each cell, so the colour is only a help. Raises
    ValueError without cells.
    """
    if not cells:
        raise ValueError("a chart needs at least one cell; show the empty state instead")
    drawn = [_drawn(row, column, cells.get((row, column))) for row in rows for column in columns]
    base = alt.Chart({"values": drawn}).encode(
        x=alt.X("column:N", title=None, sort=list(columns), axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("row:N", title=None, sort=list(rows)),
    )
    marks = base.mark_rect(stroke=colour(PAPER), strokeWidth=3).encode(color=alt.Color("paint:N", scale=None))
    words = [
        base.transform_filter(f"datum.ink === '{ink}'").mark_text(color=colour(ink)).encode(text="text:N")
        for ink in (INK, PAPER, QUIET)
    ]
    planned = {pair: cell for pair, cell in cells.items() if cell.quota}
    emptiest = min(planned, key=lambda pair: planned[pair].filled / planned[pair].quota, default=None)
    return finish(
        Drawing(
            title=title,
            layers=alt.layer(marks, *words),
            height=ROW * len(rows),
            reading=heat_reading(
                sum(cell.filled for cell in cells.values()),
                sum(cell.quota for cell in cells.values()),
                None if emptiest is None else (*emptiest, planned[emptiest].filled, planned[emptiest].quota),
            ),
            table_head=(head, *columns),
            table_rows=tuple((row, *(_text(cells.get((row, column))) for column in columns)) for row in rows),
            language=language,
        )
    )


def _drawn(row: str, column: str, cell: Cell | None) -> dict[str, Any]:
    token = _token(cell)
    ink = QUIET if token == PAPER else text_on(token)
    return {"row": row, "column": column, "text": _text(cell), "paint": colour(token), "ink": ink}


def _token(cell: Cell | None) -> str:
    """The step of the ramp, blank without a plan: none filled, up to 40 %, up to 70 %, below full, full or over."""
    if cell is None or not cell.quota:
        return PAPER
    steps = (0, 0.4, 0.7, 0.999)
    return HEAT[sum(cell.filled / cell.quota > step for step in steps)]


def _text(cell: Cell | None) -> str:
    if cell is None:
        return "—"
    return f"{cell.filled}/{cell.quota}　{share(cell.filled, cell.quota)}"
