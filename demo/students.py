"""The registry of earlier years: students enter, move, leave; each entry recorded on a day of its own."""

import datetime as dt
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core import clock
from core.access import Actor, Role
from core.audit import record
from core.db import db, transaction
from core.identity import DocumentKind
from demo.actors import Staff
from demo.content import ProgrammeFacts, county_codes, programmes
from demo.histories import Course, courses
from demo.invented import Invented, Inventor
from demo.offices import Zone
from demo.stages import Stage
from registry.students.models import SchoolClass, Spell, StatusEntry
from registry.students.operations import (
    ExamFacts,
    GuardianFacts,
    PersonFacts,
    SpellFacts,
    correct_entry,
    open_spell,
    record_status,
)

EARLIER_YEARS = 4
_BATCH = 60
_CORRECTED = 30
"""The newest entry of every thirtieth student was a day off,"""

_NOTICED = dt.timedelta(days=9)
"""which somebody noticed later."""


@dataclass
class Student:
    """One student to be: who, where, when, and what will happen."""

    person: Invented
    programme: ProgrammeFacts
    entered_on: dt.date
    number: str
    course: Course
    spell_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """Something the registrar does at a moment: open (``at_step`` -1), the n-th happening, or a correction."""

    at: dt.datetime
    student: Student
    at_step: int
    corrects: bool = False


class Registry:
    """The registrars of the six schools at their desks, through four years."""

    def __init__(self, zone: Zone, staff: Staff, inventor: Inventor, year: int) -> None:
        self._zone, self._inventor = zone, inventor
        self._registrars: dict[int, Actor] = {
            serial: staff.actor(Role.SCHOOL_REGISTRAR, office) for serial, office in enumerate(zone.offices)
        }
        self._first = year - EARLIER_YEARS
        self._classes: dict[tuple[int, str, int], uuid.UUID] = {}

    def plan(self, count: int, today: dt.date) -> list[Student]:
        """``count`` students, evenly over the years, each with a course that fits."""
        chance = self._inventor.chance
        rows = programmes()
        entries = [
            (dt.date(self._first + serial % EARLIER_YEARS, 9, 1), rows[(serial // EARLIER_YEARS) % len(rows)])
            for serial in range(count)
        ]
        drawn = courses([(day, row.years) for day, row in entries], today, chance)
        return [
            self._student(serial, row, _entry(day, course, today, chance), course)
            for serial, ((day, row), course) in enumerate(zip(entries, drawn, strict=True), start=1)
        ]

    def _student(self, serial: int, row: ProgrammeFacts, day: dt.date, course: Course) -> Student:
        return Student(self._someone(row, day.year), row, day, f"{day:%Y}{row.code}{serial:04}", course)

    def build(self, students: Sequence[Student], stage: Stage) -> None:
        """Do everything in the order in which it happened."""
        deeds = sorted(self._deeds(students), key=lambda one: one.at)
        for start in range(0, len(deeds), _BATCH):
            with transaction():
                for deed in deeds[start : start + _BATCH]:
                    with clock.frozen(deed.at):
                        self._do(deed)
                    stage.step()
            db.session.expunge_all()

    def deeds_of(self, students: Sequence[Student]) -> int:
        """How many steps building these students takes."""
        return sum(1 + len(one.course.happenings) for one in students)

    def _someone(self, row: ProgrammeFacts, year: int) -> Invented:
        sources = [one for one in county_codes() if row.seats_for(one)] or [row.county]
        return self._inventor.pupil(self._inventor.chance.choice(sources), year)

    def _deeds(self, students: Sequence[Student]) -> Iterator[Deed]:
        chance = self._inventor.chance
        for place, one in enumerate(students):
            yield Deed(_office_hour(one.entered_on, chance), one, -1)
            last = None
            for step, happening in enumerate(one.course.happenings):
                day = one.entered_on + dt.timedelta(days=happening.days + happening.late)
                last = Deed(_office_hour(day, chance), one, step)
                yield last
            if last is not None and place % _CORRECTED == 0 and last.at + _NOTICED < clock.now():
                yield Deed(last.at + _NOTICED, one, last.at_step, corrects=True)

    def _do(self, deed: Deed) -> None:
        registrar = self._registrars[deed.student.programme.school]
        if deed.at_step < 0:
            self._open(registrar, deed.student)
        elif deed.corrects:
            _correct(registrar, deed.student)
        else:
            happening = deed.student.course.happenings[deed.at_step]
            record_status(
                registrar,
                spell_id=_spell_id(deed.student),
                event=happening.event,
                effective_on=deed.student.entered_on + dt.timedelta(days=happening.days),
                reason=happening.reason,
                note=happening.note,
            )

    def _open(self, registrar: Actor, student: Student) -> None:
        spell = open_spell(registrar, person=self._facts(student), spell=self._spell(student))
        student.spell_id = spell.id
        self._place(registrar, spell, student)

    def _facts(self, student: Student) -> PersonFacts:
        someone = student.person
        return PersonFacts(
            name=someone.name,
            sex=someone.sex,
            birth_date=someone.birth_date,
            document_type=DocumentKind.RESIDENT_ID,
            document_number=someone.document_number,
            ethnicity=someone.ethnicity,
            phone=someone.phone,
            address=someone.address,
            guardians=(GuardianFacts(self._inventor.guardian_name(someone.name), "51", self._inventor.phone()),),
        )

    def _spell(self, student: Student) -> SpellFacts:
        chance, year = self._inventor.chance, student.entered_on.year
        full = Decimal(700)
        return SpellFacts(
            school_id=self._zone.schools[student.programme.school],
            programme_id=self._zone.programmes[student.programme.code],
            source_county=student.person.county,
            entered_on=student.entered_on,
            boards=chance.random() < 0.7,
            exam=ExamFacts(year, f"{year}{student.number[-4:]}", Decimal(chance.randint(560, 1200)) / 2, full),
            first=student.course.first,
        )

    def _place(self, registrar: Actor, spell: Spell, student: Student) -> None:
        """Class and school number: the roster of the first school day."""
        key = (student.programme.school, student.programme.code, student.entered_on.year)
        if key not in self._classes:
            self._classes[key] = self._class(registrar, student).id
        with transaction() as session:
            spell.class_id, spell.school_number = self._classes[key], student.number
            session.flush()
            record(registrar, "students.place_in_class", spell, number=student.number)

    def _class(self, registrar: Actor, student: Student) -> SchoolClass:
        programme, year = student.programme, student.entered_on.year
        with transaction() as session:
            made = SchoolClass(
                school_id=self._zone.schools[programme.school],
                programme_id=self._zone.programmes[programme.code],
                entry_year=year,
                name=f"{year % 100:02}{programme.code}",
            )
            session.add(made)
            session.flush()
            record(registrar, "students.open_class", made, name=made.name)
            return made


def _entry(day: dt.date, course: Course, today: dt.date, chance: random.Random) -> dt.date:
    """The first of September, or a few weeks ago where something is still under way."""
    return today - dt.timedelta(days=chance.randint(20, 60)) if course.recent else day


def _correct(registrar: Actor, student: Student) -> None:
    """The day of the newest entry was a day off."""
    spell = db.session.get_one(Spell, _spell_id(student))
    newest: StatusEntry = max(spell.entries, key=lambda one: (one.effective_on, one.recorded_at))
    correct_entry(
        registrar,
        entry_id=newest.id,
        effective_on=newest.effective_on + dt.timedelta(days=1),
        note="日期录入有误，按原件更正（演示）",
    )


def _spell_id(student: Student) -> uuid.UUID:
    if student.spell_id is None:
        raise RuntimeError("the record is not open yet")
    return student.spell_id


def _office_hour(day: dt.date, chance: random.Random) -> dt.datetime:
    return clock.at_beijing(day, chance.randint(8, 16), chance.randint(0, 59))
