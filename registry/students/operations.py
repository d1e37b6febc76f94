"""Opening spells and recording status: the only ways a student's history grows."""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from core import clock
from core.audit import record
from core.audit.operations import Signature
from core.crypto import blind_index
from core.db import db, lock_row, transaction
from core.errors import Refused
from core.i18n import current_language
from core.i18n import lazy as _l
from core.identity import DocumentKind, formal_number, temporary_number
from core.names import initials, pinyin
from registry.schools.models import School
from registry.students.history import status_on
from registry.students.models import (
    Guardian,
    IdentityState,
    NumberKind,
    Person,
    RegistryNumber,
    Spell,
    StatusEntry,
)
from registry.students.states import TERMINAL, Event, ForbiddenEvent, step


@dataclass(frozen=True, slots=True)
class GuardianFacts:
    """A guardian as the enrolment half knows them."""

    name: str
    relation: str
    phone: str
    account_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Who somebody is, from checked papers; dates and codes as in the code sets."""

    name: str
    sex: str
    birth_date: dt.date | None
    document_type: DocumentKind
    document_number: str | None
    ethnicity: str | None = None
    phone: str | None = None
    address: str | None = None
    account_id: uuid.UUID | None = None
    guardians: tuple[GuardianFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class ExamFacts:
    """The entrance exam in the pupil's own county: never converted, never compared."""

    year: int
    number: str
    score: Decimal | None
    full: Decimal | None


@dataclass(frozen=True, slots=True)
class SpellFacts:
    """A stay at a school as it begins. ``origin_id`` is the placement that led here.

    ``first`` is the event that opens the record: an arrival, a pre-registration, a kept admission.
    """

    school_id: uuid.UUID
    programme_id: uuid.UUID
    source_county: str
    entered_on: dt.date
    boards: bool
    entry_kind: str = "01"
    exam: ExamFacts | None = None
    origin_id: uuid.UUID | None = None
    first: Event = Event.OPEN


def find_person(document_type: DocumentKind, document_number: str) -> Person | None:
    """The person with this document, found by its blind index."""
    query = select(Person).where(
        Person.document_type == document_type.value,
        Person.document_index == blind_index("document", document_number),
    )
    return db.session.scalars(query).one_or_none()


def open_spell(actor: Signature, *, person: PersonFacts, spell: SpellFacts) -> Spell:
    """Open a record for a person (new or known): spell, first status entry, record number.

    Raises Refused, naming both schools, while the person has an open spell anywhere (双重学籍).
    """
    with transaction() as session:
        school = session.get_one(School, spell.school_id)
        someone = _person(actor, person)
        _refuse_second_record(someone, school)
        opened = Spell(
            person_id=someone.id,
            school_id=spell.school_id,
            programme_id=spell.programme_id,
            source_county=spell.source_county,
            governing_province=school.organisation.province,
            entered_on=spell.entered_on,
            entry_kind=spell.entry_kind,
            boards=spell.boards,
            exam_year=spell.exam.year if spell.exam else None,
            exam_number=spell.exam.number if spell.exam else None,
            exam_score=spell.exam.score if spell.exam else None,
            exam_full=spell.exam.full if spell.exam else None,
            origin_id=spell.origin_id,
        )
        session.add(opened)
        session.flush()
        _append(actor, opened, spell.first, spell.entered_on)
        _number(someone, person, school, spell.entered_on)
        record(actor, "students.open_spell", opened, school=school.code, person=str(someone.id))
        return opened


def record_status(
    actor: Signature,
    *,
    spell_id: uuid.UUID,
    event: Event,
    effective_on: dt.date,
    reason: str | None = None,
    note: str = "",
    case_id: uuid.UUID | None = None,
) -> StatusEntry:
    """Add a status entry by an event of the table; closes or re-opens the spell where the status says so.

    Raises Refused when the event is not possible in the status of that day, or lies before the last entry.
    """
    with transaction() as session:
        spell = lock_row(Spell, spell_id)
        latest = max((entry.effective_on for entry in spell.entries), default=effective_on)
        if effective_on < latest:
            raise Refused(_l("生效日期早于最近一次异动的生效日期，请先更正原记录。"), field="effective_on")
        entry = _append(actor, spell, event, effective_on, reason=reason, note=note, case_id=case_id)
        spell.left_on = effective_on if entry.status in TERMINAL else None
        session.flush()
        record(
            actor,
            "students.record_status",
            spell,
            event=event.value,
            status=entry.status.value,
            effective_on=effective_on.isoformat(),
        )
        return entry


def correct_entry(actor: Signature, *, entry_id: uuid.UUID, effective_on: dt.date, note: str) -> StatusEntry:
    """Put the effective day of an entry right: a new entry that corrects the old one, nothing overwritten."""
    with transaction() as session:
        wrong = session.get_one(StatusEntry, entry_id)
        lock_row(Spell, wrong.spell_id)
        if session.scalars(select(StatusEntry).where(StatusEntry.corrects_id == entry_id)).first():
            raise Refused(_l("这条记录已经更正过，请更正最新的一条。"))
        right = StatusEntry(
            spell_id=wrong.spell_id,
            status=wrong.status,
            event=wrong.event,
            reason=wrong.reason,
            effective_on=effective_on,
            recorded_at=clock.now(),
            recorded_by=actor.account_id,
            note=note,
            corrects_id=wrong.id,
        )
        session.add(right)
        session.flush()
        record(actor, "students.correct_entry", right, corrects=str(wrong.id), effective_on=effective_on.isoformat())
        return right


def _person(actor: Signature, facts: PersonFacts) -> Person:
    known = find_person(facts.document_type, facts.document_number) if facts.document_number else None
    if known is not None:
        return known
    open_identity = facts.document_number is None or facts.document_type.state.value == "open"
    someone = Person(
        name=facts.name,
        name_pinyin=pinyin(facts.name),
        name_initials=initials(facts.name),
        sex=facts.sex,
        birth_date=facts.birth_date,
        ethnicity=facts.ethnicity,
        document_type=facts.document_type.value,
        document_number=facts.document_number,
        identity_state=IdentityState.OPEN if open_identity else IdentityState.CONFIRMED,
        phone=facts.phone,
        address=facts.address,
        account_id=facts.account_id,
        created_at=clock.now(),
        guardians=[
            Guardian(name=one.name, relation=one.relation, phone=one.phone, account_id=one.account_id)
            for one in facts.guardians
        ],
    )
    db.session.add(someone)
    db.session.flush()
    record(actor, "students.open_person", someone)
    return someone


def _refuse_second_record(someone: Person, school: School) -> None:
    open_spell = db.session.scalars(
        select(Spell).where(Spell.person_id == someone.id, Spell.left_on.is_(None))
    ).one_or_none()
    if open_spell is not None:
        raise Refused(
            _l(
                "该生在%(other)s已有在籍学籍，%(here)s不能重复建立。请两校核实后，由两地教育局办结。",
                other=open_spell.school.name(current_language()),
                here=school.name(current_language()),
            )
        )


def _append(
    actor: Signature,
    spell: Spell,
    event: Event,
    effective_on: dt.date,
    *,
    reason: str | None = None,
    note: str = "",
    case_id: uuid.UUID | None = None,
) -> StatusEntry:
    try:
        status = step(status_on(spell.entries, effective_on), event)
    except ForbiddenEvent as error:
        raise Refused(error.words) from error
    entry = StatusEntry(
        status=status,
        event=event.value,
        effective_on=effective_on,
        recorded_at=clock.now(),
        recorded_by=actor.account_id,
        reason=reason,
        note=note,
        case_id=case_id,
    )
    spell.entries.append(entry)
    return entry


def _number(someone: Person, facts: PersonFacts, school: School, day: dt.date) -> None:
    """A formal number on a confirmed ID, else a temporary one; a number already held is kept for life."""
    if someone.numbers:
        return
    if someone.identity_state is IdentityState.CONFIRMED and facts.document_type in (
        DocumentKind.RESIDENT_ID,
        DocumentKind.RESIDENCE_PERMIT,
    ):
        kind, number = NumberKind.FORMAL, formal_number(str(facts.document_number)).value
    else:
        serial = _temporary_count(school, day.year) + 1
        kind, number = NumberKind.TEMPORARY, temporary_number(school.code, day.year, serial).value
    db.session.add(RegistryNumber(person_id=someone.id, kind=kind, number=number, valid_from=day))


def _temporary_count(school: School, year: int) -> int:
    """Temporary numbers given so far for a school and year; the school row's lock keeps it exact."""
    lock_row(School, school.id)
    query = (
        select(func.count(RegistryNumber.id))
        .join(Spell, Spell.person_id == RegistryNumber.person_id)
        .where(
            RegistryNumber.kind == NumberKind.TEMPORARY,
            Spell.school_id == school.id,
            func.extract("year", RegistryNumber.valid_from) == year,
        )
    )
    return int(db.session.scalar(query) or 0)
