"""Opening records and recording status, on both databases."""

import datetime as dt
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from core.audit.operations import House
from core.db import db, housekeeping
from core.errors import Refused
from core.identity import DocumentKind
from registry.front import Admission, ExamFacts, GuardianFacts, PersonFacts, SpellFacts, admit
from registry.schools.models import Programme
from registry.students.history import status_on
from registry.students.models import NumberKind, Person, RegistryNumber, Spell
from registry.students.operations import correct_entry, record_status
from registry.students.states import Event, Status
from tests.factories import JS, WJ, programme, school

ENTRY = dt.date(2026, 9, 1)


def facts(number: str | None = "320584200908150005", kind: DocumentKind = DocumentKind.RESIDENT_ID) -> PersonFacts:
    return PersonFacts(
        name="欧阳·𬭎",
        sex="2",
        birth_date=dt.date(2009, 8, 15),
        document_type=kind,
        document_number=number,
        ethnicity="14",
        guardians=(GuardianFacts(name="欧阳甲", relation="51", phone="13800000001"),),
    )


def spell_at(chosen: Programme) -> SpellFacts:
    exam = ExamFacts(year=2026, number="W001", score=Decimal("611.5"), full=Decimal(740))
    return SpellFacts(
        school_id=chosen.school_id,
        programme_id=chosen.id,
        source_county=WJ,
        entered_on=ENTRY,
        boards=True,
        exam=exam,
    )


def test_an_admission_opens_one_record_awaiting_approval(context: Flask) -> None:
    admitted = admit(House(), Admission(facts(), spell_at(programme(school(JS)))))
    spell = db.session.get_one(Spell, admitted.spell_id)
    assert status_on(spell.entries, ENTRY) is Status.AWAITING_APPROVAL
    assert (spell.source_county, spell.governing_province, spell.exam_score) == (WJ, "330000", Decimal("611.5"))
    number = db.session.scalars(select(RegistryNumber)).one()
    assert (number.kind, number.number) == (NumberKind.FORMAL, "G320584200908150005")


def test_personal_numbers_are_not_readable_in_the_database(context: Flask) -> None:
    admit(House(), Admission(facts(), spell_at(programme(school()))))
    raw = db.session.execute(text("SELECT document_number, document_index FROM person")).one()
    assert "320584" not in raw.document_number
    assert len(raw.document_index) == 64


def test_without_a_confirmed_id_the_number_is_temporary_and_counts_up(context: Flask) -> None:
    chosen = programme(school())
    for number in ("999310118000100001", None):
        kind = DocumentKind.TEMPORARY_STUDENT if number else DocumentKind.OTHER
        admit(House(), Admission(facts(number, kind), spell_at(chosen)))
    numbers = db.session.scalars(select(RegistryNumber)).all()
    assert {number.kind for number in numbers} == {NumberKind.TEMPORARY}
    assert len({number.number[:18] for number in numbers}) == 2


def test_a_second_open_record_is_refused_with_both_schools(context: Flask) -> None:
    admit(House(), Admission(facts(), spell_at(programme(school(name="甲职校")))))
    with pytest.raises(Refused) as refused:
        admit(House(), Admission(facts(), spell_at(programme(school(JS, name="乙职校")))))
    with context.test_request_context():
        sentence = str(refused.value.sentence)
    assert "甲职校" in sentence
    assert "乙职校" in sentence
    assert len(db.session.scalars(select(Spell)).all()) == 1


def test_a_leaver_comes_back_as_the_same_person(context: Flask) -> None:
    first = admit(House(), Admission(facts(), spell_at(programme(school()))))
    record_status(House(), spell_id=first.spell_id, event=Event.APPROVE, effective_on=ENTRY)
    record_status(House(), spell_id=first.spell_id, event=Event.WITHDRAW, effective_on=dt.date(2026, 10, 1))
    second = admit(House(), Admission(facts(), spell_at(programme(school(JS)))))
    assert second.person_id == first.person_id
    assert len(db.session.scalars(select(RegistryNumber)).all()) == 1


def test_an_impossible_event_is_refused_and_nothing_is_kept(context: Flask) -> None:
    admitted = admit(House(), Admission(facts(), spell_at(programme(school()))))
    with pytest.raises(Refused):
        record_status(House(), spell_id=admitted.spell_id, event=Event.GRADUATE, effective_on=ENTRY)
    assert len(db.session.get_one(Spell, admitted.spell_id).entries) == 1


def test_an_event_before_the_last_one_is_refused(context: Flask) -> None:
    admitted = admit(House(), Admission(facts(), spell_at(programme(school()))))
    with pytest.raises(Refused):
        record_status(House(), spell_id=admitted.spell_id, event=Event.APPROVE, effective_on=dt.date(2026, 8, 31))


def test_a_correction_keeps_what_was_known(context: Flask) -> None:
    admitted = admit(House(), Admission(facts(), spell_at(programme(school()))))
    entry = record_status(House(), spell_id=admitted.spell_id, event=Event.APPROVE, effective_on=ENTRY)
    correct_entry(House(), entry_id=entry.id, effective_on=dt.date(2026, 9, 5), note="补录")
    spell = db.session.get_one(Spell, admitted.spell_id)
    assert status_on(spell.entries, dt.date(2026, 9, 2)) is Status.AWAITING_APPROVAL
    assert status_on(spell.entries, dt.date(2026, 9, 5)) is Status.ENROLLED
    with pytest.raises(Refused):
        correct_entry(House(), entry_id=entry.id, effective_on=ENTRY, note="")


@pytest.mark.parametrize("statement", ["UPDATE status_entry SET status = '07'", "DELETE FROM status_entry"])
def test_the_database_itself_refuses_to_change_history(context: Flask, statement: str) -> None:
    admit(House(), Admission(facts(), spell_at(programme(school()))))
    with pytest.raises(DatabaseError, match="append-only"), housekeeping() as session:
        session.execute(text(statement))


def test_two_open_spells_of_one_person_break_a_constraint(context: Flask) -> None:
    admitted = admit(House(), Admission(facts(), spell_at(programme(school()))))
    other = programme(school())
    with pytest.raises(DatabaseError), housekeeping() as session:
        session.add(
            Spell(
                person_id=admitted.person_id,
                school_id=other.school_id,
                programme_id=other.id,
                source_county=WJ,
                governing_province="310000",
                entered_on=ENTRY,
            )
        )
    assert db.session.scalars(select(Person)).one().name == "欧阳·𬭎"
