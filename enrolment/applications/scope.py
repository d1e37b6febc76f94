"""Whose applications an actor may see. What is outside does not exist for them (404).

A pupil sees the own application, a guardian those of the own children, a county bureau those of its own
pupils. Host schools, provinces and the committee see none here: before the release a wish is nobody's
business but the family's and its county's.
"""

import uuid
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from core.access import Actor, Role
from core.db import Base, db, find_in
from enrolment.applications.models import (
    Applicant,
    ApplicantGuardian,
    Application,
    ApplicationVersion,
    Choice,
    Paper,
)
from enrolment.cycles.models import Round
from registry.schools.models import Programme, School

Row = TypeVar("Row", bound=Base)

OWN = "applications.own"
SEE = "applications.see"


def visible_applicants(actor: Actor) -> Select[Applicant]:
    """The pupils an actor may see."""
    return select(Applicant).where(_own_or_county(actor))


def visible_applications(actor: Actor) -> Select[Application]:
    """The applications of the pupils an actor may see."""
    return select(Application).join(Applicant, Applicant.id == Application.applicant_id).where(_own_or_county(actor))


def own_applications(actor: Actor) -> Select[Application]:
    """The applications an actor may fill in: a pupil's own, a guardian's children's; never an officer's."""
    return select(Application).join(Applicant, Applicant.id == Application.applicant_id).where(_own(actor))


def _with_round(query: Select[Application]) -> Select[Application]:
    """The application with its pupil, guardians, round, year and lists, whose lines name school and major."""
    lists = selectinload(Application.versions).joinedload(ApplicationVersion.choices)
    return query.options(
        contains_eager(Application.applicant).joinedload(Applicant.guardians),
        joinedload(Application.round).joinedload(Round.cycle),
        lists.joinedload(Choice.programme).options(
            joinedload(Programme.major),
            joinedload(Programme.college_major),
            joinedload(Programme.school).joinedload(School.organisation),
        ),
    )


def own_applicants(actor: Actor) -> Select[Applicant]:
    """The pupils an actor acts for: oneself, or the own children."""
    return select(Applicant).where(_own(actor))


def get_applicant(actor: Actor, applicant_id: uuid.UUID) -> Applicant:
    """The pupil, if visible; NotVisible otherwise."""
    return _one(visible_applicants(actor).where(Applicant.id == applicant_id))


def get_application(actor: Actor, application_id: uuid.UUID) -> Application:
    """The application, if visible; NotVisible otherwise."""
    return _one(_with_round(visible_applications(actor).where(Application.id == application_id)))


def get_own(actor: Actor, application_id: uuid.UUID) -> Application:
    """The application, if the actor may fill it in; NotVisible otherwise."""
    return _one(_with_round(own_applications(actor).where(Application.id == application_id)))


def get_version(actor: Actor, application_id: uuid.UUID, number: int) -> ApplicationVersion:
    """One version of a visible application; NotVisible otherwise."""
    visible = visible_applications(actor).where(Application.id == application_id).with_only_columns(Application.id)
    query = select(ApplicationVersion).where(
        ApplicationVersion.application_id.in_(visible), ApplicationVersion.number == number
    )
    return _one(query)


def get_paper(actor: Actor, paper_id: uuid.UUID) -> Paper:
    """One paper of a visible pupil; NotVisible otherwise."""
    query = (
        select(Paper)
        .join(Applicant, Applicant.id == Paper.applicant_id)
        .where(_own_or_county(actor), Paper.id == paper_id)
    )
    return _one(query)


def guardian_of(actor: Actor, applicant_id: uuid.UUID) -> ApplicantGuardian | None:
    """The actor as guardian of this pupil; None if they are not."""
    if actor.account_id is None or Role.GUARDIAN not in actor.roles:
        return None
    query = select(ApplicantGuardian).where(
        ApplicantGuardian.applicant_id == applicant_id, ApplicantGuardian.account_id == actor.account_id
    )
    return db.session.scalars(query).first()


def guardian_among(actor: Actor, applicant: Applicant) -> ApplicantGuardian | None:
    """The same for a pupil whose guardians have been read already."""
    if actor.account_id is None or Role.GUARDIAN not in actor.roles:
        return None
    return next((one for one in applicant.guardians if one.account_id == actor.account_id), None)


def county_of(actor: Actor) -> str | None:
    """The county of the pupil, or of a guardian's first child: where the catalogue begins for them."""
    query = own_applicants(actor).with_only_columns(Applicant.county).order_by(Applicant.county).limit(1)
    return db.session.scalar(query)


def children_of(actor: Actor) -> int:
    """How many pupils the actor acts for."""
    return db.session.scalar(select(func.count()).select_from(own_applicants(actor).subquery())) or 0


def _own(actor: Actor) -> ColumnElement[bool]:
    if actor.account_id is None or not actor.grants_for(OWN):
        return false()
    children = select(ApplicantGuardian.applicant_id).where(ApplicantGuardian.account_id == actor.account_id)
    return or_(Applicant.account_id == actor.account_id, Applicant.id.in_(children))


def _own_or_county(actor: Actor) -> ColumnElement[bool]:
    counties = actor.counties(SEE)
    return or_(_own(actor), Applicant.county.in_(counties)) if counties else _own(actor)


def _one(query: Select[Row]) -> Row:
    return find_in(query)
