"""Bars: quantities side by side, quantities in parts, and steps of a procedure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from core.charts.figure import ChartFigure, Drawing, finish, kept
from core.charts.palette import CATEGORIES, INK, NONE, PAPER, QUIET, RANKS, colour, text_on
from core.charts.readings import bars_reading, funnel_reading, share, stacks_reading
from core.words import Words

ROW = 34
"""Height of one bar with its gap, in pixels."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One named quantity; a step of a procedure in :func:`funnel`."""

    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar in parts, in the order of the series."""

    label: str
    parts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All parts together."""
        return sum(self.parts)


@kept
def bars(title: str, data: Sequence[Bar], *, head: tuple[str, str], unit: Words, language: str = "zh") -> ChartFigure:
    """Horizontal bars in the given order, each with its figure.

    *head* names the two columns of the table. Raises ValueError without data.
    """
    _need(data)
    rows = [{"label": bar.label, "value": bar.value, "text": f"{bar.value:,}"} for bar in data]
    base = alt.Chart({"values": rows}).encode(y=_labels(data))
    marks = base.mark_bar(color=colour(CATEGORIES[0]), height={"band": 0.62}).encode(x=_length(rows))
    return finish(
        Drawing(
            title=title,
            layers=marks + _figures_behind(base),
            height=ROW * len(data),
            reading=bars_reading([(bar.label, bar.value) for bar in data], unit),
            table_head=head,
            table_rows=tuple((bar.label, bar.value) for bar in data),
            unit=unit,
            language=language,
        )
    )


@kept
def stacked_bars(
    title: str,
    series: Sequence[str],
    data: Sequence[Stack],
    *,
    head: str,
    unit: Words,
    ranked: bool = True,
    last_is_rest: bool = True,
    language: str = "zh",
) -> ChartFigure:
    """Bars of equal length in shares of their whole, as for the rank of choice by county.

    Ordered series (*ranked*) take the ramp from dark to light; *last_is_rest* paints the last one as
    what is missing (未录取). The table has counts and shares. Raises ValueError without data, for
    parts that do not match the series, and for more series than colours.
    """
    _need(data)
    tokens = _series_tokens(len(series), ranked=ranked, last_is_rest=last_is_rest)
    if any(len(stack.parts) != len(series) for stack in data):
        raise ValueError("every bar needs one part for each series")
    rows = [row for stack in data for row in _segments(stack, series, tokens)]
    base = alt.Chart({"values": rows}).encode(y=_labels(data))
    marks = base.mark_bar(stroke=colour(QUIET), strokeWidth=0.6, height={"band": 0.7}).encode(
        x=alt.X("from:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5)),
        x2="to:Q",
        color=alt.Color(
            "series:N",
            title=None,
            sort=list(series),
            scale=alt.Scale(domain=list(series), range=[colour(token) for token in tokens]),
        ),
    )
    words = [_share_words(base, ink) for ink in (INK, PAPER)]
    return finish(
        Drawing(
            title=title,
            layers=alt.layer(marks, *words),
            height=(ROW + 4) * len(data),
            reading=stacks_reading(series[0], [(stack.label, stack.parts[0], stack.total) for stack in data]),
            table_head=(
                head,
                *(_with_unit(name, unit, language) for name in series),
                *(f"{name} %" for name in series),
            ),
            table_rows=tuple(_counts_and_shares(stack) for stack in data),
            language=language,
        )
    )


def _with_unit(name: str, unit: Words, language: str) -> str:
    said = unit.text(language)
    return f"{name} ({said})" if language == "en" else f"{name}（{said}）"


def _share_words(base: alt.Chart, ink: str) -> alt.Chart:
    """The shares written on segments that are wide enough, in the ink that reads on them."""
    wide = base.transform_filter(f"datum.wide && datum.ink === '{ink}'")
    words: alt.Chart = wide.mark_text(color=colour(ink), fontSize=12).encode(x="middle:Q", text="text:N")
    return words


def _counts_and_shares(stack: Stack) -> tuple[str | int, ...]:
    return (stack.label, *stack.parts, *(share(part, stack.total) for part in stack.parts))


@kept
def funnel(
    title: str, steps: Sequence[Bar], *, head: tuple[str, str, str, str], unit: Words, language: str = "zh"
) -> ChartFigure:
    """Steps of a procedure from the widest to what is left, each with its share of the step before.

    *head* names the columns: step, count, share of the step before, share of the first. Raises
    ValueError without steps.
    """
    _need(steps)
    first = steps[0].value
    before = [first, *(step.value for step in steps)]
    table = tuple(
        (step.label, step.value, share(step.value, earlier), share(step.value, first))
        for step, earlier in zip(steps, before, strict=False)
    )
    rows = [
        {"label": label, "value": value, "text": f"{value:,}" if place == 0 else f"{value:,}　{kept}"}
        for place, (label, value, kept, _) in enumerate(table)
    ]
    base = alt.Chart({"values": rows}).encode(y=_labels(steps))
    marks = base.mark_bar(color=colour(RANKS[1]), height={"band": 0.74}).encode(x=_length(rows, room=1.25))
    return finish(
        Drawing(
            title=title,
            layers=marks + _figures_behind(base),
            height=ROW * len(steps),
            reading=funnel_reading([(step.label, step.value) for step in steps], unit),
            table_head=head,
            table_rows=table,
            unit=unit,
            language=language,
        )
    )


def _need(data: Sequence[object]) -> None:
    if not data:
        raise ValueError("a chart needs at least one row; show the empty state instead")


def _labels(data: Sequence[Bar] | Sequence[Stack]) -> alt.Y:
    return alt.Y("label:N", title=None, sort=[row.label for row in data])


def _length(rows: Sequence[dict[str, Any]], room: float = 1.12) -> alt.X:
    """The scale of lengths: from zero, with room for the figure behind the longest bar."""
    longest = max(1, *(row["value"] for row in rows))
    return alt.X("value:Q", title=None, axis=None, scale=alt.Scale(domain=[0, longest * room], nice=False))


def _figures_behind(base: alt.Chart) -> alt.Chart:
    text: alt.Chart = base.mark_text(align="left", dx=6, color=colour(INK))
    return text.encode(x="value:Q", text="text:N")


def _series_tokens(count: int, *, ranked: bool, last_is_rest: bool) -> list[str]:
    colours = RANKS if ranked else CATEGORIES
    named = count - 1 if last_is_rest else count
    if named > len(colours):
        raise ValueError(f"at most {len(colours)} series can be told apart, not {named}")
    return [*colours[:named], *([NONE] if last_is_rest else [])]


def _segments(stack: Stack, series: Sequence[str], tokens: Sequence[str]) -> list[dict[str, Any]]:
    """The parts of a bar with their places; a figure is written where it fits."""
    rows, start = [], 0
    for name, token, part in zip(series, tokens, stack.parts, strict=True):
        whole = stack.total or 1
        end = start + part
        rows.append(
            {
                "label": stack.label, "series": name, "from": start / whole, "to": end / whole,
                "middle": (start + end) / 2 / whole, "text": share(part, whole), "ink": text_on(token),
                "wide": part / whole >= 0.075,
            }
        )  # fmt: skip
        start = end
    return rows
