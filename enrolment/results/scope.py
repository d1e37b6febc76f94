"""Which placements an actor may see. Before the release only those who prepare it see anything."""

import uuid

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import joinedload

from core.access import Actor
from core.db import db, find_in
from enrolment.applications.models import Applicant, ApplicantGuardian, Application
from enrolment.cycles.models import Round
from enrolment.results.models import Placement
from enrolment.results.visibility import released_placements
from registry.schools.models import Programme, School

OWN = "results.own"
SCHOOL = "results.school"
COUNTY = "results.county"


def visible_placements(actor: Actor) -> Select[Placement]:
    """Released placements: a family's own, a school's own admissions, a bureau's own pupils and schools."""
    return (
        released_placements()
        .join(Application, Application.id == Placement.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .outerjoin(Programme, Programme.id == Placement.programme_id)
        .outerjoin(School, School.id == Programme.school_id)
        .where(or_(*_conditions(actor), false()))
    )


def get_placement(actor: Actor, placement_id: uuid.UUID) -> Placement:
    """The placement, if visible; NotVisible otherwise."""
    return _one(visible_placements(actor).where(Placement.id == placement_id))


def placement_of(actor: Actor, application_id: uuid.UUID) -> Placement | None:
    """The placement of an application, if visible."""
    query = visible_placements(actor).where(Placement.application_id == application_id)
    return db.session.scalars(whole(query)).unique().one_or_none()


def whole(query: Select[Placement]) -> Select[Placement]:
    """Placements with all that a page says of one: the pupil, the round, the programme and its school."""
    return query.options(
        joinedload(Placement.application).options(
            joinedload(Application.applicant).options(joinedload(Applicant.guardians), joinedload(Applicant.scores)),
            joinedload(Application.round).joinedload(Round.cycle),
        ),
        joinedload(Placement.programme).options(
            joinedload(Programme.major),
            joinedload(Programme.college_major),
            joinedload(Programme.school).joinedload(School.organisation),
        ),
    )


def _one(query: Select[Placement]) -> Placement:
    return find_in(whole(query))


def _conditions(actor: Actor) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if actor.account_id is not None and actor.grants_for(OWN):
        children = select(ApplicantGuardian.applicant_id).where(ApplicantGuardian.account_id == actor.account_id)
        conditions.append(or_(Applicant.account_id == actor.account_id, Applicant.id.in_(children)))
    if schools := actor.schools(SCHOOL):
        conditions.append(School.organisation_id.in_(schools))
    if counties := actor.counties(COUNTY):
        conditions.append(or_(Applicant.county.in_(counties), School.county.in_(counties)))
    return conditions
