"""Which spells and persons an actor may see: the scope is part of the query."""

import uuid

from sqlalchemy import ColumnElement, Select, false, or_, select

from core.access import Actor
from core.db import find_in
from registry.schools.models import School
from registry.students.models import Guardian, Person, Spell

SEE = "students.see"
OWN = "students.own"


def visible_spells(actor: Actor) -> Select[Spell]:
    """A school sees its own pupils; a bureau those of its schools and those who come from it.

    A province sees the spells it governs and the pupils who come from it; a family its own.
    """
    return select(Spell).join(School, School.id == Spell.school_id).where(or_(*_conditions(actor), false()))


def visible_persons(actor: Actor) -> Select[Person]:
    """The persons with at least one visible spell."""
    spells = visible_spells(actor).with_only_columns(Spell.person_id)
    return select(Person).where(Person.id.in_(spells))


def get_person(actor: Actor, person_id: uuid.UUID) -> Person:
    """The person, if visible; NotVisible otherwise."""
    return find_in(visible_persons(actor).where(Person.id == person_id))


def _conditions(actor: Actor) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if schools := actor.schools(SEE):
        conditions.append(School.organisation_id.in_(schools))
    if counties := actor.counties(SEE):
        conditions.append(or_(School.county.in_(counties), Spell.source_county.in_(counties)))
    for province in actor.provinces(SEE):
        conditions.append(or_(Spell.governing_province == province, Spell.source_county.startswith(province[:2])))
    if actor.account_id is not None and actor.grants_for(OWN):
        own = select(Person.id).where(Person.account_id == actor.account_id)
        children = select(Guardian.person_id).where(Guardian.account_id == actor.account_id)
        conditions.append(or_(Spell.person_id.in_(own), Spell.person_id.in_(children)))
    return conditions
