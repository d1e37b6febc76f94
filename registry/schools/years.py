"""A school's part in a year: joining, leaving with a reason, coming back. Pupils of earlier years are not touched.

A room that has promised something to the year (a plan with seats) adds a rule that says why nobody may leave yet.
"""

import uuid
from collections.abc import Callable, Collection

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, expect_version, find_in, lock_row, transaction
from core.errors import Refused
from core.i18n import lazy as _l
from registry.schools.models import School, SchoolYear
from registry.schools.operations import take_part
from registry.schools.scope import YEARS, visible_schools

LONGEST_REASON = 200
LeaveRule = Callable[[SchoolYear], object | None]
_RULES: list[LeaveRule] = []


def add_leave_rule(rule: LeaveRule) -> None:
    """Register a later room's reason why a school may not leave a year yet (idempotent)."""
    if rule not in _RULES:
        _RULES.append(rule)


def join_year(actor: Actor, *, school_id: uuid.UUID, year: int) -> SchoolYear:
    """The bureau enters a school for a year. Raises NotVisible outside the county, Refused when it left the year."""
    with transaction():
        school = find_in(visible_schools(actor, YEARS).where(School.id == school_id))
        if not 2000 <= year <= 2100:
            raise Refused(_l("年份应在 2000 到 2100 之间。"), field="year")
        made = take_part(actor, school_id=school.id, year=year)
        if made.left_at is not None:
            raise Refused(_l("这所学校已退出这一年的招生，请点“恢复参加”。"), field="year")
        return made


def leave_year(actor: Actor, *, school_year_id: uuid.UUID, version: int, reason: str) -> SchoolYear:
    """The school takes no part in the year any more: no plan of the year can hold its programmes.

    Its pupils, letters and figures stay. Raises Refused without a reason, when it has left already, or while a
    later room needs it; Conflict when stale.
    """
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise Refused(_l("请写明退出的原因或文件，最多 200 字。"), field="reason")
    with transaction():
        year = _own(actor, school_year_id, version)
        if year.left_at is not None:
            raise Refused(_l("这所学校已经退出这一年的招生。"))
        for rule in _RULES:
            sentence = rule(year)
            if sentence is not None:
                raise Refused(sentence)
        year.left_at, year.left_reason = clock.now(), words
        record(actor, "schools.leave_year", year, year=year.year, reason=words)
        return year


def rejoin_year(actor: Actor, *, school_year_id: uuid.UUID, version: int) -> SchoolYear:
    """The school comes back into the year. Raises Refused when it has not left; Conflict when stale."""
    with transaction():
        year = _own(actor, school_year_id, version)
        if year.left_at is None:
            raise Refused(_l("这所学校正在参加这一年的招生。"))
        year.left_at, year.left_reason = None, ""
        record(actor, "schools.rejoin_year", year, year=year.year)
        return year


def schools_out_of(year: int, schools: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Which of these schools take no part in a year: never entered, or left."""
    query = select(SchoolYear.school_id).where(
        SchoolYear.year == year, SchoolYear.school_id.in_(schools), SchoolYear.left_at.is_(None)
    )
    return frozenset(schools) - set(db.session.scalars(query))


def _own(actor: Actor, school_year_id: uuid.UUID, version: int) -> SchoolYear:
    visible = visible_schools(actor, YEARS).with_only_columns(School.id)
    find_in(select(SchoolYear).where(SchoolYear.id == school_year_id, SchoolYear.school_id.in_(visible)))
    year = lock_row(SchoolYear, school_year_id)
    expect_version(year, version)
    return year
