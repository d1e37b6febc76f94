"""A comparison as the bureaus read it: figures with their difference to the base, pictures, whose result changes."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.access import Actor
from core.charts.bars import Stack, stacked_bars
from core.charts.dots import Dot, dot_plot
from core.charts.figure import ChartFigure
from core.charts.heat import Cell, heat_table
from core.charts.matrix import flow_matrix
from core.db import db
from core.divisions import full_name
from core.i18n import current_language
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.identity import document_tail
from core.sheets import Heading, SheetOut, Text, write_workbook
from core.words import Words
from enrolment.applications.models import Applicant
from enrolment.plans.sheet import PlanSheet
from enrolment.rounds.comparing import Figures, Move, Solution, figures_of, fill_of, flows_of, moves
from enrolment.rounds.desk_words import Labels
from registry.schools.models import School

PUPILS = Words("人", "pupils")
TURNS = {
    "gained": _l("新增录取"),
    "lost": _l("不再录取"),
    "better": _l("志愿更靠前"),
    "worse": _l("志愿更靠后"),
    "adjusted": _l("调剂到别处"),
}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure across the solutions: what it is, its values as shown, each difference to the base."""

    label: str
    values: tuple[str, ...]
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One pupil whose result changes, masked by right: ``name`` and the whole number for the own county only."""

    number: str
    name: str
    county: str
    before: str
    after: str
    turn: str


def figure_rows(figures: Sequence[Figures]) -> tuple[FigureRow, ...]:
    """The table of figures; the first solution is the base."""
    longest = max(len(one.by_rank) for one in figures)
    rows = [
        _counted(_("考生"), figures, lambda one: one.applicants),
        _counted(_("录取"), figures, lambda one: one.placed),
        *(
            _row(_("第 %(rank)s 志愿", rank=rank), [_at(one.by_rank, rank - 1) for one in figures])
            for rank in range(1, longest + 1)
        ),
        _counted(_("调剂录取"), figures, lambda one: one.adjusted),
        _counted(_("未录取"), figures, lambda one: one.unplaced),
        _counted(_("退档"), figures, lambda one: one.returned),
        _counted(_("空余名额"), figures, lambda one: one.unfilled),
        _counted(_("志愿序号之和"), figures, lambda one: one.rank_sum),
        _counted(_("到外县区就读"), figures, lambda one: one.away),
        _counted(_("不开班的专业"), figures, lambda one: len(one.closed)),
        _counted(_("保底缺口"), figures, lambda one: one.shortfall),
    ]
    rows += [_rate_row(place, figures) for place in range(len(figures[0].rates))]
    return tuple(rows)


def _at(values: Sequence[int], place: int) -> int:
    return values[place] if place < len(values) else 0


def _counted(label: str, figures: Sequence[Figures], of: Callable[[Figures], int]) -> FigureRow:
    return _row(label, [of(one) for one in figures])


def _row(label: str, values: Sequence[int]) -> FigureRow:
    differences = tuple("" if value == values[0] else f"{value - values[0]:+,}" for value in values)
    return FigureRow(label, tuple(f"{value:,}" for value in values), differences)


def _rate_row(place: int, figures: Sequence[Figures]) -> FigureRow:
    code = figures[0].rates[place].county
    rates = [next(row.rate for row in one.rates if row.county == code) for one in figures]
    gaps = tuple("" if rate == rates[0] else f"{100 * (rate - rates[0]):+.1f}" for rate in rates)
    label = _("%(county)s录取率", county=full_name(code, current_language()))
    return FigureRow(label, tuple(f"{rate:.1%}" for rate in rates), gaps)


def pictures(solutions: Sequence[Solution], figures: Sequence[Figures]) -> tuple[ChartFigure, ...]:
    """Rank-of-choice bars, county rates with their range, and per solution the fill and the flows."""
    language = current_language()
    drawn = [_ranks(solutions, figures, language)]
    dots = [_dot(one, own) for one, own in zip(solutions, figures, strict=True) if own.applicants]
    if dots:
        head = (_("方案"), _("录取率"), _("最低的县区"), _("最高的县区"))
        drawn.append(dot_plot(_("录取率和各县区的范围"), dots, head=head, language=language))
    for one in solutions:
        drawn += _maps(one, language)
    return tuple(drawn)


def _ranks(solutions: Sequence[Solution], figures: Sequence[Figures], language: str) -> ChartFigure:
    longest = max(len(one.by_rank) for one in figures)
    series = [*(_("第 %(rank)s 志愿", rank=rank) for rank in range(1, longest + 1)), _("调剂录取"), _("未录取")]
    stacks = [
        Stack(one.title, (*(_at(own.by_rank, at) for at in range(longest)), own.adjusted, own.unplaced))
        for one, own in zip(solutions, figures, strict=True)
    ]
    return stacked_bars(_("按志愿顺序的录取情况"), series, stacks, head=_("方案"), unit=PUPILS, language=language)


def _dot(one: Solution, own: Figures) -> Dot:
    rates = [row.rate for row in own.rates if row.applicants]
    return Dot(one.title, own.rate, min(rates), max(rates))


def _maps(one: Solution, language: str) -> list[ChartFigure]:
    schools = _school_names(one.sheet, language)
    counties = {row.code: full_name(row.code, language) for row in one.sheet.counties}
    fill = {(schools[school], counties[county]): Cell(*cell) for (school, county), cell in fill_of(one).items()}
    drawn = []
    if fill:
        title = _("%(name)s：各校对各县区的计划完成情况", name=one.title)
        head = _("招生学校")
        rows = [name for name in schools.values() if any(row == name for row, _column in fill)]
        drawn.append(heat_table(title, rows, [*counties.values()], fill, head=head, language=language))
    flows = {(counties[county], schools[school]): count for (county, school), count in flows_of(one).items()}
    title = _("%(name)s：各县区考生到各校的去向", name=one.title)
    drawn.append(
        flow_matrix(
            title,
            [*counties.values()],
            [*schools.values()],
            flows,
            head=_("生源县区"),
            unit=PUPILS,
            language=language,
        )
    )
    return drawn


def _school_names(sheet: PlanSheet, language: str) -> dict[str, str]:
    """The schools of a sheet in its order, by code: the register's name in the reader's language."""
    codes = [one.code for one in sheet.schools]
    query = select(School).where(School.code.in_(codes)).options(joinedload(School.organisation))
    known = {one.code: one.name(language) for one in db.session.scalars(query)}
    return {one.code: known.get(one.code, one.name) for one in sheet.schools}


def all_figures(solutions: Iterable[Solution]) -> tuple[Figures, ...]:
    """The figures of each solution."""
    return tuple(figures_of(one) for one in solutions)


def changed_pupils(
    actor: Actor, permission: str, cycle_id: uuid.UUID, base: Solution, other: Solution
) -> tuple[Shown, ...]:
    """Whose result differs; name and whole number only for pupils of the actor's own county."""
    found = moves(base, other)
    own = actor.counties(permission)
    names = _names(cycle_id, [one.applicant for one in found if one.county in own])
    before, after = Labels(base.sheet), Labels(other.sheet)
    return tuple(_shown(one, own, names, before, after) for one in found)


def _shown(one: Move, own: frozenset[str], names: Mapping[str, str], before: Labels, after: Labels) -> Shown:
    mine = one.county in own
    return Shown(
        number=one.applicant if mine else document_tail(one.applicant),
        name=names.get(one.applicant, "") if mine else "",
        county=full_name(one.county, current_language()),
        before=_place(before, one.before, one.rank_before),
        after=_place(after, one.after, one.rank_after),
        turn=str(TURNS[one.turn]),
    )


def _place(labels: Labels, code: str | None, rank: int | None) -> str:
    if code is None:
        return _("未录取")
    return _("%(place)s（第 %(rank)s 志愿）", place=labels.programme_and_school(code), rank=rank)


def _names(cycle_id: uuid.UUID, numbers: Sequence[str]) -> dict[str, str]:
    query = select(Applicant.candidate_number, Applicant.name).where(
        Applicant.cycle_id == cycle_id, Applicant.candidate_number.in_(numbers)
    )
    return {number: name for number, name in db.session.execute(query)}


def changes_workbook(rows: Sequence[Shown], base: str, other: str) -> bytes:
    """The same list as a workbook."""
    line = Text(longest=300)
    headings = tuple(
        Heading(label, line, width=width)
        for label, width in (
            (_("考生号"), 16),
            (_("姓名"), 12),
            (_("县区"), 14),
            (_("原来：%(name)s", name=base), 36),
            (_("现在：%(name)s", name=other), 36),
            (_("变化"), 14),
        )
    )
    body = [(one.number, one.name or None, one.county, one.before, one.after, one.turn) for one in rows]
    return write_workbook([SheetOut(_("结果有变化的考生"), headings, body)], title=_("结果有变化的考生"))
