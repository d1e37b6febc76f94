"""Flow matrix: how many go from each row to each column, figures in every cell."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from core.charts.figure import ChartFigure, Drawing, finish, kept
from core.charts.palette import HEAT, INK, PAPER, QUIET, colour, text_on
from core.charts.readings import flows_reading
from core.words import Words

ROW = 38


@kept
def flow_matrix(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Mapping[tuple[str, str], int],
    *,
    head: str,
    unit: Words,
    language: str = "zh",
) -> ChartFigure:
    """A table of counts, coloured by the share of the largest; the figure stands in each cell.

    Raises ValueError without rows or columns.
    """
    if not rows or not columns:
        raise ValueError("a chart needs at least one cell; show the empty state instead")
    largest = max(counts.values(), default=0)
    drawn = [_drawn(row, column, counts.get((row, column), 0), largest) for row in rows for column in columns]
    base = alt.Chart({"values": drawn}).encode(
        x=alt.X(
            "column:N", title=None, sort=list(columns), axis=alt.Axis(orient="top", labelAngle=0, labelLimit=140)
        ),
        y=alt.Y("row:N", title=None, sort=list(rows)),
    )
    marks = base.mark_rect(stroke=colour(PAPER), strokeWidth=3).encode(color=alt.Color("paint:N", scale=None))
    words = [
        base.transform_filter(f"datum.ink === '{ink}'").mark_text(color=colour(ink)).encode(text="text:N")
        for ink in (INK, PAPER, QUIET)
    ]
    return finish(
        Drawing(
            title=title,
            layers=alt.layer(marks, *words),
            height=ROW * len(rows),
            reading=flows_reading([(*pair, count) for pair, count in sorted(counts.items())], unit),
            table_head=(head, *columns),
            table_rows=tuple((row, *(counts.get((row, column), 0) for column in columns)) for row in rows),
            language=language,
        )
    )


def _drawn(row: str, column: str, count: int, largest: int) -> dict[str, Any]:
    token = HEAT[min(4, 1 + int(4 * count / (largest + 1)))] if count else PAPER
    ink = QUIET if token == PAPER else text_on(token)
    return {"row": row, "column": column, "text": f"{count:,}", "paint": colour(token), "ink": ink}
