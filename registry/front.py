"""The only door through which the enrolment half enters the registry."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, tuple_

from core.audit.operations import Signature
from core.db import db
from registry.students.models import Person, Spell
from registry.students.operations import (
    ExamFacts,
    GuardianFacts,
    PersonFacts,
    SpellFacts,
    open_spell,
)

__all__ = [
    "Admission",
    "Admitted",
    "ExamFacts",
    "GuardianFacts",
    "PersonFacts",
    "SpellFacts",
    "admit",
    "enrolled_documents",
]


@dataclass(frozen=True, slots=True)
class Admission:
    """An admitted pupil who has arrived: checked facts, carried over without retyping."""

    person: PersonFacts
    spell: SpellFacts


@dataclass(frozen=True, slots=True)
class Admitted:
    """The record that was opened."""

    person_id: uuid.UUID
    spell_id: uuid.UUID


def admit(actor: Signature, admission: Admission) -> Admitted:
    """Open the registry record; joins the caller's transaction, so arrival and record stand or fall together."""
    spell = open_spell(actor, person=admission.person, spell=admission.spell)
    return Admitted(person_id=spell.person_id, spell_id=spell.id)


def enrolled_documents(documents: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Those of the documents (type, blind index) whose bearer has an open stay at a school; no names, no places."""
    if not documents:
        return frozenset()
    query = (
        select(Person.document_type, Person.document_index)
        .join(Spell, Spell.person_id == Person.id)
        .where(Spell.left_on.is_(None), tuple_(Person.document_type, Person.document_index).in_(sorted(documents)))
    )
    return frozenset((kind, index) for kind, index in db.session.execute(query) if index is not None)
