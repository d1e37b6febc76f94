"""The figures of a stored run: counts by rank of choice and county, and how full each school became."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from core.charts.bars import Stack, stacked_bars
from core.charts.figure import ChartFigure
from core.charts.heat import Cell, heat_table
from core.db import db
from core.divisions import full_name
from core.i18n import current_language
from core.i18n import gettext as _
from core.words import Words
from enrolment.applications.models import Applicant, Application
from enrolment.plans.models import PlanProgramme, QuotaCell
from enrolment.results.models import Placement
from enrolment.rounds.models import Run
from registry.schools.models import Programme, School

_Counted = Counter[tuple[str, int | None]]
"""Pupils by county and rank; None stands for the unplaced, ``_ADJUSTED`` for places outside the own list."""
_ADJUSTED = 0


@dataclass(frozen=True, slots=True)
class CountyFigures:
    """One county: applicants, by rank of the choice (index 0 = first), placed by adjustment, unplaced."""

    county: str
    name: str
    applicants: int
    by_rank: tuple[int, ...]
    adjusted: int
    unplaced: int

    @property
    def admitted(self) -> int:
        return self.applicants - self.unplaced


@dataclass(frozen=True, slots=True)
class RunFigures:
    """The figures of a run and the two pictures that show them."""

    counties: tuple[CountyFigures, ...]
    ranks: int
    applicants: int
    admitted: int
    by_rank: ChartFigure | None
    fill: ChartFigure | None


def figures_of(run: Run) -> RunFigures:
    """All figures in three queries, whatever the number of applicants."""
    counted = _Counted()
    query = (
        select(Applicant.county, Placement.rank, Placement.adjusted, func.count(Placement.id))
        .join(Application, Application.id == Placement.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Placement.run_id == run.id, Placement.corrects_id.is_(None))
        .group_by(Applicant.county, Placement.rank, Placement.adjusted)
    )
    for county, rank, adjusted, count in db.session.execute(query):
        counted[county, _ADJUSTED if adjusted else rank] += count
    ranks = max((rank for _county, rank in counted if rank is not None), default=_ADJUSTED)
    counties = tuple(_county(code, counted, ranks) for code in sorted({county for county, _rank in counted}))
    applicants = sum(one.applicants for one in counties)
    return RunFigures(
        counties=counties,
        ranks=ranks,
        applicants=applicants,
        admitted=sum(one.admitted for one in counties),
        by_rank=_rank_chart(counties, ranks) if applicants else None,
        fill=_fill_chart(run),
    )


def _county(code: str, counted: _Counted, ranks: int) -> CountyFigures:
    by_rank = tuple(counted[code, rank] for rank in range(1, ranks + 1))
    adjusted, unplaced = counted[code, _ADJUSTED], counted[code, None]
    return CountyFigures(
        code, county_name(code), sum(by_rank) + adjusted + unplaced, by_rank, adjusted=adjusted, unplaced=unplaced
    )


def county_name(code: str) -> str:
    """The short name of a county in the reader's language."""
    return full_name(code, current_language())


def _rank_chart(counties: Sequence[CountyFigures], ranks: int) -> ChartFigure:
    series = [*(_("第 %(rank)s 志愿", rank=rank) for rank in range(1, ranks + 1)), _("调剂录取"), _("未录取")]
    return stacked_bars(
        _("各县区按志愿顺序的录取情况"),
        series,
        [Stack(one.name, (*one.by_rank, one.adjusted, one.unplaced)) for one in counties if one.applicants],
        head=_("生源县区"),
        unit=Words("人", "pupils"),
        language=current_language(),
    )


def _fill_chart(run: Run) -> ChartFigure | None:
    language = current_language()
    seats = (
        select(School.id, QuotaCell.county, func.sum(QuotaCell.seats))
        .join(PlanProgramme, PlanProgramme.id == QuotaCell.plan_programme_id)
        .join(Programme, Programme.id == PlanProgramme.programme_id)
        .join(School, School.id == Programme.school_id)
        .where(PlanProgramme.plan_id == run.snapshot.plan_id)
        .group_by(School.id, QuotaCell.county)
    )
    filled = (
        select(Programme.school_id, QuotaCell.county, func.count(Placement.id))
        .join(Programme, Programme.id == Placement.programme_id)
        .join(QuotaCell, QuotaCell.id == Placement.cell_id)
        .where(Placement.run_id == run.id, Placement.corrects_id.is_(None))
        .group_by(Programme.school_id, QuotaCell.county)
    )
    taken = {(school_id, county): count for school_id, county, count in db.session.execute(filled)}
    cells: dict[tuple[str, str], Cell] = {}
    schools = db.session.scalars(select(School).options(joinedload(School.organisation)))
    names = {one.id: one.name(language) for one in schools}
    for school_id, county, quota in db.session.execute(seats):
        if quota:
            pair = (names[school_id], county_name(county))
            cells[pair] = Cell(taken.get((school_id, county), 0), int(quota))
    if not cells:
        return None
    return heat_table(
        _("各校对各县区的计划完成情况"),
        sorted({row for row, _column in cells}),
        sorted({column for _row, column in cells}),
        cells,
        head=_("招生学校"),
        language=language,
    )
