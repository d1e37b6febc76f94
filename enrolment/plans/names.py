"""Programmes and schools of a plan by name: Chinese as the version states it, English as the register has it."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.db import db
from core.words import Words
from enrolment.plans.models import PlanProgramme
from registry.schools.models import Programme, School


def programme_words(row: PlanProgramme) -> Words:
    """The programme's name in both languages."""
    return Words(row.stated["name"], row.programme.name("en"))


def school_words(row: PlanProgramme, stated: str) -> Words:
    """The school's name in both languages; ``stated`` is the version's own."""
    return Words(stated, row.programme.school.name("en"))


def registered_names(codes: Iterable[str]) -> Mapping[str, Words]:
    """Names of the programmes on the register, by code."""
    return {one.code: Words(one.name("zh"), one.name("en")) for one in _registered(codes)}


def names_with_school(codes: Iterable[str]) -> Mapping[str, Words]:
    """The same with the school behind it, in brackets."""
    return {
        one.code: Words(
            f"{one.name('zh')}（{one.school.name('zh')}）",
            f"{one.name('en')} ({one.school.name('en')})",
        )
        for one in _registered(codes)
    }


def _registered(codes: Iterable[str]) -> Iterable[Programme]:
    query = (
        select(Programme)
        .where(Programme.code.in_(sorted(codes)))
        .options(
            joinedload(Programme.major),
            joinedload(Programme.college_major),
            joinedload(Programme.school).joinedload(School.organisation),
        )
    )
    return db.session.scalars(query)
