"""The only door through which the enrolment half enters the registry."""

import uuid
from dataclasses import dataclass

from core.audit.operations import Signature
from registry.students.operations import (
    ExamFacts,
    GuardianFacts,
    PersonFacts,
    SpellFacts,
    open_spell,
)

__all__ = ["Admission", "Admitted", "ExamFacts", "GuardianFacts", "PersonFacts", "SpellFacts", "admit"]


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
