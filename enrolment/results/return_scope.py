"""Who sees which files sent to a school, and which returns."""

import uuid

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import joinedload

from core.access import Actor
from core.db import find_in
from enrolment.applications.models import Applicant, Application
from enrolment.results.models import Placement
from enrolment.results.returning import DECIDE, PROPOSE
from enrolment.rounds.models import FileReturn, ReturnWindow, Run, RunState
from registry.schools.models import Programme, School


def visible_sent(actor: Actor) -> Select[Placement]:
    """The files a stored run sends to the actor's own schools, from when the bureaus let the schools look."""
    schools = actor.schools(PROPOSE)
    return (
        select(Placement)
        .join(Run, Run.id == Placement.run_id)
        .join(ReturnWindow, ReturnWindow.run_id == Run.id)
        .join(Programme, Programme.id == Placement.programme_id)
        .join(School, School.id == Programme.school_id)
        .join(Application, Application.id == Placement.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Run.state == RunState.STORED, School.organisation_id.in_(schools) if schools else false())
        .options(
            joinedload(Placement.application).joinedload(Application.applicant),
            joinedload(Placement.programme).joinedload(Programme.major),
        )
        .order_by(Programme.code, Applicant.candidate_number)
    )


def get_sent(actor: Actor, placement_id: uuid.UUID) -> Placement:
    """One file sent to the actor's own school, or NotVisible."""
    return find_in(visible_sent(actor).where(Placement.id == placement_id))


def visible_returns(actor: Actor) -> Select[FileReturn]:
    """A school's own returns, and for a bureau those of its own pupils and its own schools."""
    conditions: list[ColumnElement[bool]] = []
    if schools := actor.schools(PROPOSE):
        conditions.append(School.organisation_id.in_(schools))
    if counties := actor.counties(DECIDE):
        conditions.append(or_(Applicant.county.in_(counties), School.county.in_(counties)))
    return (
        select(FileReturn)
        .join(Programme, Programme.id == FileReturn.programme_id)
        .join(School, School.id == Programme.school_id)
        .join(Application, Application.id == FileReturn.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(or_(*conditions, false()))
        .options(
            joinedload(FileReturn.application).joinedload(Application.applicant),
            joinedload(FileReturn.programme).options(
                joinedload(Programme.major), joinedload(Programme.school).joinedload(School.organisation)
            ),
        )
        .order_by(FileReturn.proposed_at.desc())
    )


def get_return(actor: Actor, return_id: uuid.UUID) -> FileReturn:
    """A visible return, or NotVisible."""
    return find_in(visible_returns(actor).where(FileReturn.id == return_id))
