"""Which placements an actor may see. Before the release only those who prepare it see anything."""

import uuid

from sqlalchemy import ColumnElement, Select, false, or_, select

from core.access import Actor
from core.db import db
from core.errors import NotVisible
from enrolment.applications.models import Applicant, ApplicantGuardian, Application
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
    found = db.session.scalars(visible_placements(actor).where(Placement.id == placement_id)).one_or_none()
    if found is None:
        raise NotVisible
    return found


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
