"""The list of students: its columns, its search, its order."""

from flask import url_for
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from core import clock
from core.access import Actor
from core.i18n import current_language
from core.i18n import lazy as _l
from core.tables import Column, ListSpec, text
from registry.schools.models import Programme, School
from registry.students.models import Person, Spell
from registry.students.scope import visible_spells
from registry.students.timeline import status_word


def listed_spells(actor: Actor) -> Select[Spell]:
    """The visible spells with everything a row shows, in a fixed number of queries."""
    return (
        select(Spell)
        .join(Person, Person.id == Spell.person_id)
        .where(Spell.id.in_(visible_spells(actor).with_only_columns(Spell.id)))
        .options(
            contains_eager(Spell.person),
            joinedload(Spell.school).joinedload(School.organisation),
            joinedload(Spell.programme).options(joinedload(Programme.major), joinedload(Programme.college_major)),
            selectinload(Spell.entries),
        )
    )


def _matches(wanted: str) -> ColumnElement[bool]:
    """Any part of the name, pinyin or its initials from the start, or the school's own number."""
    lowered = wanted.strip().lower()
    return or_(
        Person.name.contains(wanted.strip(), autoescape=True),
        Person.name_initials.startswith(lowered, autoescape=True),
        func.lower(func.replace(Person.name_pinyin, " ", "")).startswith(lowered.replace(" ", ""), autoescape=True),
        Spell.school_number == wanted.strip(),
    )


def _link(spell: Spell) -> str:
    return url_for("students.student", person_id=spell.person_id)


STUDENTS: ListSpec[Spell] = ListSpec(
    columns=(
        Column("name", _l("姓名"), value=lambda spell: spell.person.name, sort=Person.name_pinyin, link=_link),
        Column("number", _l("学号"), value=lambda spell: spell.school_number, sort=Spell.school_number),
        Column("school", _l("学校"), value=lambda spell: spell.school.name(current_language()), width=28),
        Column("major", _l("专业"), value=lambda spell: spell.programme.name(current_language()), width=28),
        Column("entered", _l("入学日期"), value=lambda spell: spell.entered_on, sort=Spell.entered_on),
        Column("status", _l("学籍状态"), value=lambda spell: status_word(spell, clock.today())),
    ),
    last=(Person.name_pinyin.asc(), Spell.id.asc()),
    filters=(text("q", _l("姓名、拼音首字母或学号"), _matches),),
    sort="name",
)
