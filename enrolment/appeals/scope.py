"""Which cases an actor may see: the bureau of the pupil's county, nobody else."""

import uuid

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from core.access import Actor
from core.db import db, find_in
from enrolment.appeals.models import CorrectionCase
from enrolment.applications.models import Applicant, Application
from enrolment.results.models import Placement
from registry.schools.models import Programme, School

SEE, PROPOSE, DECIDE = "appeals.see", "appeals.propose", "appeals.decide"


def visible_cases(actor: Actor) -> Select[CorrectionCase]:
    """The cases about pupils of the actor's counties."""
    return (
        select(CorrectionCase)
        .join(Application, Application.id == CorrectionCase.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Applicant.county.in_(actor.counties(SEE)))
    )


def get_case(actor: Actor, case_id: uuid.UUID) -> CorrectionCase:
    """The case with its pupil and its results, if visible; NotVisible otherwise."""
    school = joinedload(Programme.school).joinedload(School.organisation)
    query = (
        visible_cases(actor)
        .where(CorrectionCase.id == case_id)
        .options(
            joinedload(CorrectionCase.application).joinedload(Application.applicant),
            joinedload(CorrectionCase.placement)
            .joinedload(Placement.programme)
            .options(school, joinedload(Programme.major)),
            joinedload(CorrectionCase.programme).options(school, joinedload(Programme.major)),
        )
    )
    return find_in(query)


def application_of(actor: Actor, candidate_number: str) -> Application | None:
    """The newest application of a pupil of the actor's counties, by candidate number; None if there is none."""
    query = (
        select(Application)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(
            Applicant.candidate_number == candidate_number.strip().upper(),
            Applicant.county.in_(actor.counties(PROPOSE)),
        )
        .order_by(Application.opened_at.desc())
        .limit(1)
    )
    return db.session.scalars(query).one_or_none()
