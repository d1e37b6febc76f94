"""The list of admitted pupils that a school or a bureau reads after the release."""

from flask import url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from core.access import Actor
from core.i18n import current_language
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.tables import Column, ListSpec, text
from enrolment.applications.models import Applicant, Application
from enrolment.results.models import Placement
from enrolment.results.scope import visible_placements
from registry.schools.models import Programme, School


def admitted_placements(actor: Actor) -> Select[Placement]:
    """The visible placements that hold a place, with everything a row shows."""
    return (
        select(Placement)
        .join(Application, Application.id == Placement.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(
            Placement.programme_id.is_not(None),
            Placement.id.in_(visible_placements(actor).with_only_columns(Placement.id)),
        )
        .options(
            joinedload(Placement.application).joinedload(Application.applicant),
            joinedload(Placement.programme).options(
                joinedload(Programme.major),
                joinedload(Programme.college_major),
                joinedload(Programme.school).joinedload(School.organisation),
            ),
        )
    )


def _applicant(row: Placement) -> Applicant:
    return row.application.applicant


def _school(row: Placement) -> str:
    return row.programme.school.name(current_language()) if row.programme else ""


def _major(row: Placement) -> str:
    return row.programme.name(current_language()) if row.programme else ""


def _rank(row: Placement) -> object:
    return _("调剂录取") if row.adjusted else row.rank


ADMITTED: ListSpec[Placement] = ListSpec(
    columns=(
        Column(
            "name",
            _l("姓名"),
            value=lambda row: _applicant(row).name,
            sort=Applicant.name,
            link=lambda row: url_for("results.result", application_id=row.application_id),
        ),
        Column(
            "number",
            _l("考生号"),
            value=lambda row: _applicant(row).candidate_number,
            sort=Applicant.candidate_number,
        ),
        Column("school", _l("学校"), value=_school, width=28),
        Column("major", _l("专业"), value=_major, width=28),
        Column(
            "rank", _l("志愿顺序"), value=lambda row: _("调剂录取") if row.adjusted else row.rank, sort=Placement.rank
        ),
    ),
    last=(Applicant.county.asc(), Applicant.candidate_number.asc()),
    filters=(text("q", _l("姓名"), lambda value: Applicant.name.contains(value, autoescape=True)),),
    sort="number",
)
