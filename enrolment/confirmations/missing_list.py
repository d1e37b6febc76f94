"""The list of pupils who have not come, with the last call about each."""

from flask import url_for
from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from core.access import Actor
from core.i18n import current_language
from core.i18n import lazy as _l
from core.tables import Column, ListSpec, text
from enrolment.applications.models import Applicant, Application
from enrolment.confirmations.desk import missing_placements
from enrolment.confirmations.models import CallResult, MissingMark
from enrolment.results.models import Placement

CALL_WORDS = {
    CallResult.COMING: _l("会来报到"),
    CallResult.LATER: _l("延期报到"),
    CallResult.NOT_COMING: _l("不来了"),
    CallResult.NO_ANSWER: _l("没有接通"),
}

MissingRow = tuple[Placement, MissingMark | None]


def missing_rows(actor: Actor) -> Select[Placement, MissingMark]:
    """Missing pupils of the actor's schools, each with the newest call about them or None."""
    mark = aliased(MissingMark)
    newest = select(func.max(mark.at)).where(mark.placement_id == Placement.id).correlate(Placement).scalar_subquery()
    return (
        select(Placement, MissingMark)
        .join(Application, Application.id == Placement.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .outerjoin(MissingMark, and_(MissingMark.placement_id == Placement.id, MissingMark.at == newest))
        .where(Placement.id.in_(missing_placements(actor).with_only_columns(Placement.id)))
    )


def _applicant(row: MissingRow) -> Applicant:
    return row[0].application.applicant


MISSING: ListSpec[MissingRow] = ListSpec(
    columns=(
        Column(
            "name",
            _l("姓名"),
            value=lambda row: _applicant(row).name,
            sort=Applicant.name,
            link=lambda row: url_for("missing.pupil", placement_id=row[0].id),
        ),
        Column(
            "candidate",
            _l("考生号"),
            value=lambda row: _applicant(row).candidate_number,
            sort=Applicant.candidate_number,
        ),
        Column(
            "major",
            _l("专业"),
            value=lambda row: row[0].programme.name(current_language()) if row[0].programme else "",
            width=28,
        ),
        Column("call", _l("最近一次电话"), value=lambda row: CALL_WORDS[row[1].result] if row[1] else None),
        Column("called", _l("电话时间"), value=lambda row: row[1].at if row[1] else None, sort=MissingMark.at),
        Column(
            "extended",
            _l("延期至"),
            value=lambda row: row[1].extended_until if row[1] else None,
            sort=MissingMark.extended_until,
        ),
    ),
    last=(Applicant.county.asc(), Applicant.candidate_number.asc()),
    filters=(text("q", _l("姓名"), lambda value: Applicant.name.contains(value, autoescape=True)),),
)
