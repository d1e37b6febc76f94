"""Which schools an actor sees and may correct: its own; a county bureau those of its county."""

import uuid

from sqlalchemy import ColumnElement, Select, false, or_, select

from core.access import Actor
from core.db import find, find_in
from registry.schools.models import Programme, School, SchoolYear

SEE, CORRECT, YEARS = "schools.see", "schools.correct", "schools.years"


def visible_schools(actor: Actor, permission: str = SEE) -> Select[School]:
    """The schools an actor answers for."""
    return select(School).where(_own(actor, permission))


def visible_programmes(actor: Actor, permission: str = SEE) -> Select[Programme]:
    """The programmes of those schools."""
    return select(Programme).join(School, School.id == Programme.school_id).where(_own(actor, permission))


def get_school(actor: Actor, school_id: uuid.UUID) -> School:
    """The school, if visible; NotVisible otherwise."""
    return find_in(visible_schools(actor).where(School.id == school_id))


def get_programme(actor: Actor, programme_id: uuid.UUID) -> Programme:
    """The programme, if visible; NotVisible otherwise."""
    return find_in(visible_programmes(actor).where(Programme.id == programme_id))


def get_year(actor: Actor, school_year_id: uuid.UUID) -> SchoolYear:
    """A school's part in a year, if the school is visible; NotVisible otherwise."""
    found = find(SchoolYear, school_year_id)
    get_school(actor, found.school_id)
    return found


def _own(actor: Actor, permission: str) -> ColumnElement[bool]:
    conditions = []
    if schools := actor.schools(permission):
        conditions.append(School.organisation_id.in_(schools))
    if counties := actor.counties(permission):
        conditions.append(School.county.in_(counties))
    return or_(*conditions) if conditions else false()
