"""Lines over time: counts by day, told apart by colour and by shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import altair as alt

from core.charts.figure import ChartFigure, Drawing, finish, kept
from core.charts.palette import CATEGORIES, colour
from core.charts.readings import lines_reading
from core.clock import date_cell
from core.words import Words

HEIGHT = 280
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


@dataclass(frozen=True, slots=True)
class Line:
    """A named series of days and counts, in the order of time."""

    name: str
    points: tuple[tuple[date, int], ...]


@kept
def lines(title: str, data: Sequence[Line], *, head: str, unit: Words, language: str = "zh") -> ChartFigure:
    """Counts over days from zero. The first line is the one the sentence speaks about.

    *head* names the first column of the table. A day missing in a line breaks it and shows as ``—``.
    Raises ValueError without points and for more lines than colours.
    """
    if not any(line.points for line in data) or not data[0].points:
        raise ValueError("a chart needs at least one point; show the empty state instead")
    if len(data) > len(CATEGORIES):
        raise ValueError(f"at most {len(CATEGORIES)} lines can be told apart, not {len(data)}")
    days = sorted({day for line in data for day, _ in line.points})
    counts = {(line.name, day): count for line in data for day, count in line.points}
    rows = [
        {"day": date_cell(day), "name": line.name, "count": counts.get((line.name, day))}
        for line in data
        for day in days
    ]
    names = [line.name for line in data]
    colours = [colour(token) for token in CATEGORIES]
    base = alt.Chart({"values": rows}).encode(
        x=alt.X(
            "day:O",
            title=None,
            axis=alt.Axis(labelAngle=0, labelOverlap="greedy", labelExpr="slice(datum.label, 5)", grid=False),
        ),
        y=alt.Y("count:Q", title=None, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5)),
        color=alt.Color("name:N", title=None, sort=names, scale=_scale(names, colours)),
    )
    strokes = base.mark_line(strokeWidth=2.5)
    marks = base.mark_point(filled=True, size=60, opacity=1).encode(
        shape=alt.Shape("name:N", title=None, sort=names, scale=_scale(names, SHAPES))
    )
    return finish(
        Drawing(
            title=title,
            layers=alt.layer(strokes, marks),
            height=HEIGHT,
            reading=lines_reading(data[0].name, data[0].points, unit),
            table_head=(head, *names),
            table_rows=tuple((date_cell(day), *(counts.get((name, day), "—") for name in names)) for day in days),
            unit=unit,
            language=language,
        )
    )


def _scale(names: list[str], signs: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=names, range=list(signs[: len(names)]))
