"""Dot plot with ranges: rates side by side with how sure or how wide they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

import altair as alt

from core.charts.figure import ChartFigure, Drawing, finish, kept
from core.charts.palette import CATEGORIES, INK, QUIET, colour
from core.charts.readings import dots_reading

ROW = 40


@dataclass(frozen=True, slots=True)
class Dot:
    """A rate between 0 and 1 with the range it lies in (of its schools, or of earlier years)."""

    label: str
    value: float
    low: float
    high: float


@kept
def dot_plot(
    title: str, data: Sequence[Dot], *, head: tuple[str, str, str, str], language: str = "zh"
) -> ChartFigure:
    """One line a row: a bar from low to high and a dot at the value, on a scale to 100 %.

    The scale begins at the whole ten below the lowest range: positions are compared, not lengths.

    *head* names the columns: label, rate, lowest, highest. Raises ValueError without data or when
    values are not ordered 0 ≤ low ≤ value ≤ high ≤ 1.
    """
    if not data:
        raise ValueError("a chart needs at least one row; show the empty state instead")
    if not all(0 <= dot.low <= dot.value <= dot.high <= 1 for dot in data):
        raise ValueError("a rate must lie inside its range, between 0 and 1")
    rows = [
        {"label": dot.label, "value": dot.value, "low": dot.low, "high": dot.high, "text": f"{dot.value:.1%}"}
        for dot in data
    ]
    start = floor(min(dot.low for dot in data) * 10) / 10
    base = alt.Chart({"values": rows}).encode(
        y=alt.Y("label:N", title=None, sort=[dot.label for dot in data], axis=alt.Axis(grid=True))
    )
    scale = alt.X("low:Q", title=None, scale=alt.Scale(domain=[start, 1]), axis=alt.Axis(format="%", tickCount=5))
    ranges = base.mark_rule(strokeWidth=5, strokeCap="round", color=colour(QUIET), opacity=0.45).encode(
        x=scale, x2="high:Q"
    )
    dots = base.mark_circle(size=170, color=colour(CATEGORIES[0]), opacity=1).encode(x="value:Q")
    words = base.mark_text(dy=-15, color=colour(INK)).encode(x="value:Q", text="text:N")
    return finish(
        Drawing(
            title=title,
            layers=alt.layer(ranges, dots, words),
            height=(ROW + 6) * len(data),
            reading=dots_reading([(dot.label, dot.value) for dot in data]),
            table_head=head,
            table_rows=tuple((dot.label, f"{dot.value:.1%}", f"{dot.low:.1%}", f"{dot.high:.1%}") for dot in data),
            language=language,
        )
    )
