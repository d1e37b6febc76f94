"""Schools, their programmes and their part in a year: entered once, corrected with an audit entry."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select

from core.access import Actor, Organisation, OrganisationKind
from core.audit import record
from core.audit.operations import Signature
from core.codes import MajorLevel, catalogue, catalogue_years
from core.db import db, expect_version, find, lock_row, transaction
from core.errors import NotVisible, Refused
from core.i18n import lazy as _l
from registry.schools.models import Major, Programme, ProgrammeOwner, School, SchoolYear, Stage, TrainingForm
from registry.schools.scope import CORRECT, visible_programmes, visible_schools

MOST_LINES, LONGEST_LINE = 20, 100
LATEST_YEARS = 8


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What a school says of itself. Telephone and addresses stand on the public pages."""

    address_zh: str = ""
    address_en: str = ""
    phone: str = ""
    introduction_zh: str = ""
    introduction_en: str = ""
    boarding: bool = False


@dataclass(frozen=True, slots=True)
class MajorKey:
    """A major: catalogue year and code."""

    year: int
    code: str


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """School × major × form. A through-train names its ``college_major``; fees are yuan a school year."""

    code: str
    major: MajorKey
    form: TrainingForm
    years: int
    college_major: MajorKey | None = None
    partner_college_id: uuid.UUID | None = None
    owners: tuple[uuid.UUID, ...] = ()
    tuition_yuan: int = 0
    boarding: bool = False
    boarding_yuan: int = 0
    note_zh: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """What may be corrected of a programme after it was opened: money, beds, notes; never the major."""

    tuition_yuan: int
    boarding: bool
    boarding_yuan: int
    note_zh: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class ArrivalFacts:
    """How new pupils arrive in a year: the letters of that year say it."""

    arrival_place: str
    arrival_hours: str
    bring: tuple[str, ...]
    late_sentence: str


def open_school(
    actor: Signature, *, organisation_id: uuid.UUID, code: str, facts: SchoolFacts | None = None
) -> School:
    """Enter a school of an organisation; its county is the organisation's.

    Raises Refused when the organisation is no school, is entered already, or the code is taken.
    """
    with transaction() as session:
        office = find(Organisation, organisation_id)
        if office.kind is not OrganisationKind.SCHOOL or not office.division:
            raise Refused(_l("只有写明所在县区的学校单位可以登记为学校。"))
        taken = select(School.id).where((School.organisation_id == office.id) | (School.code == code))
        if session.scalars(taken).first() is not None:
            raise Refused(_l("这所学校或学校代码 %(code)s 已经登记过。", code=code), field="code")
        school = School(organisation_id=office.id, code=code, county=office.division)
        _write(school, facts or SchoolFacts())
        session.add(school)
        session.flush()
        record(actor, "schools.open", school, code=code, county=school.county)
        return school


def open_programme(actor: Signature, *, school_id: uuid.UUID, facts: ProgrammeFacts) -> Programme:
    """Enter a programme of a school.

    Raises Refused for a code that is taken, an unknown major, a stage that does not fit the form, or numbers
    out of range.
    """
    with transaction() as session:
        school = lock_row(School, school_id)
        _refuse_programme(facts)
        college = facts.college_major
        programme = Programme(
            school_id=school.id,
            code=facts.code,
            catalogue_year=facts.major.year,
            major_code=facts.major.code,
            college_catalogue_year=college.year if college else None,
            college_major_code=college.code if college else None,
            form=facts.form,
            years=facts.years,
            partner_college_id=facts.partner_college_id,
            tuition_yuan=facts.tuition_yuan,
            boarding=facts.boarding,
            boarding_yuan=facts.boarding_yuan,
            note_zh=facts.note_zh,
            note_en=facts.note_en,
        )
        programme.owners = [ProgrammeOwner(organisation_id=one) for one in dict.fromkeys(facts.owners)]
        session.add(programme)
        session.flush()
        record(actor, "schools.open_programme", programme, code=facts.code, school=school.code)
        return programme


def take_part(actor: Signature, *, school_id: uuid.UUID, year: int, letter_pattern: str = "") -> SchoolYear:
    """A school takes part in the enrolment of a year; the arrangements of its last year are carried over.

    Taking part twice gives the same row.
    """
    with transaction() as session:
        school = lock_row(School, school_id)
        years = session.scalars(
            select(SchoolYear).where(SchoolYear.school_id == school.id).order_by(SchoolYear.year.desc())
        ).all()
        found = next((one for one in years if one.year == year), None)
        if found is not None:
            record(actor, "schools.take_part_again", found, year=year)
            return found
        last = next((one for one in years if one.year < year), None)
        made = SchoolYear(school_id=school.id, year=year)
        if last is not None:
            _write(made, _arrival_of(last))
            made.letter_pattern = last.letter_pattern
        if letter_pattern:
            made.letter_pattern = letter_pattern
        session.add(made)
        session.flush()
        record(actor, "schools.take_part", made, year=year, school=school.code)
        return made


def correct_school(actor: Actor, *, school_id: uuid.UUID, version: int, facts: SchoolFacts) -> School:
    """Correct what a school says of itself. Raises NotVisible outside the scope, Conflict when stale."""
    with transaction():
        _demand(visible_schools(actor, CORRECT).where(School.id == school_id).with_only_columns(School.id))
        school = lock_row(School, school_id)
        expect_version(school, version)
        record(actor, "schools.correct", school, changed=_write(school, facts))
        return school


def correct_programme(actor: Actor, *, programme_id: uuid.UUID, version: int, facts: OfferFacts) -> Programme:
    """Correct fee, boarding and notes of a programme; versions of a plan keep what they stated."""
    with transaction():
        _demand(
            visible_programmes(actor, CORRECT).where(Programme.id == programme_id).with_only_columns(Programme.id)
        )
        programme = lock_row(Programme, programme_id)
        expect_version(programme, version)
        _refuse_money(facts.tuition_yuan, facts.boarding_yuan)
        record(actor, "schools.correct_programme", programme, changed=_write(programme, facts))
        return programme


def correct_arrival(actor: Actor, *, school_year_id: uuid.UUID, version: int, facts: ArrivalFacts) -> SchoolYear:
    """Correct the arrival arrangements of a year. Letters that were issued keep what they said."""
    with transaction():
        found = find(SchoolYear, school_year_id)
        _demand(visible_schools(actor, CORRECT).where(School.id == found.school_id).with_only_columns(School.id))
        year = lock_row(SchoolYear, school_year_id)
        expect_version(year, version)
        _refuse_bring(facts.bring)
        record(actor, "schools.correct_arrival", year, changed=_write(year, facts), year=year.year)
        return year


def seed_majors(actor: Signature) -> int:
    """Enter the majors of all catalogues of the code sets that are missing; returns how many were."""
    stages = {MajorLevel.SECONDARY: Stage.SECONDARY, MajorLevel.COLLEGE: Stage.COLLEGE}
    with transaction() as session:
        known = {(year, code) for year, code in session.execute(select(Major.catalogue_year, Major.code))}
        added = [
            Major(catalogue_year=year, code=one.code, stage=stages[one.level], name_zh=one.zh, name_en=one.en)
            for year in catalogue_years()
            for one in catalogue(year)
            if (year, one.code) not in known
        ]
        session.add_all(added)
        record(actor, "schools.seed_majors", ("major", "catalogues"), added=len(added))
        return len(added)


def _demand(visible: Any) -> None:
    if db.session.scalar(visible) is None:
        raise NotVisible


def _write(row: Any, facts: Any) -> list[str]:
    """Put the facts into the row; returns the names of the columns that changed."""
    changed = []
    for one in fields(facts):
        value = getattr(facts, one.name)
        value = list(value) if isinstance(value, tuple) else value
        if getattr(row, one.name) != value:
            setattr(row, one.name, value)
            changed.append(one.name)
    return changed


def _arrival_of(year: SchoolYear) -> ArrivalFacts:
    return ArrivalFacts(year.arrival_place, year.arrival_hours, tuple(year.bring), year.late_sentence)


def _refuse_programme(facts: ProgrammeFacts) -> None:
    if db.session.scalars(select(Programme.id).where(Programme.code == facts.code)).first() is not None:
        raise Refused(_l("招生代码 %(code)s 已经用过，请换一个。", code=facts.code), field="code")
    if (facts.form is TrainingForm.PLAIN) is (facts.college_major is not None):
        raise Refused(_l("贯通培养要写明高职专业；三年制没有高职专业。"), field="college_major")
    _refuse_major(facts.major, Stage.SECONDARY)
    if facts.college_major is not None:
        _refuse_major(facts.college_major, Stage.COLLEGE)
    if not 1 <= facts.years <= LATEST_YEARS:
        raise Refused(_l("学制应为 1 到 %(most)s 年。", most=LATEST_YEARS), field="years")
    _refuse_money(facts.tuition_yuan, facts.boarding_yuan)


def _refuse_major(key: MajorKey, stage: Stage) -> None:
    found = db.session.get(Major, (key.year, key.code))
    if found is None or found.stage is not stage:
        raise Refused(
            _l("%(year)s 年专业目录中没有这个阶段的专业代码“%(code)s”，请核对。", year=key.year, code=key.code)
        )


def _refuse_money(*amounts: int) -> None:
    if any(amount < 0 for amount in amounts):
        raise Refused(_l("收费不能小于 0 元。"), field="tuition_yuan")


def _refuse_bring(lines: Sequence[str]) -> None:
    if len(lines) > MOST_LINES or any(len(one) > LONGEST_LINE for one in lines):
        raise Refused(
            _l("所带物品最多 %(lines)s 行，每行不超过 %(signs)s 字。", lines=MOST_LINES, signs=LONGEST_LINE),
            field="bring",
        )
