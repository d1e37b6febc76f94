"""Stating a county's graduates, and what the grid of a plan is measured against: graduates and last year's plan."""

import uuid
from collections.abc import Mapping

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, lock_row, transaction
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l
from enrolment.cycles.models import Cycle, Round
from enrolment.plans.graduate_models import CountyGraduates
from enrolment.plans.models import Plan
from enrolment.plans.operations import EDIT
from enrolment.plans.queries import load_whole, plan_in_force

MOST = 999_999


def state_graduates(actor: Actor, *, cycle_id: uuid.UUID, county: str, graduates: int, basis: str) -> CountyGraduates:
    """Set a county's number of graduates. Raises NotAllowed for another county, Refused without a basis."""
    if actor.account_id is None or county not in actor.counties(EDIT):
        raise NotAllowed(_l("毕业生人数由本县区教育局填写，您的账号不属于这个县区。"))
    if not 0 <= graduates <= MOST:
        raise Refused(_l("毕业生人数应在 0 到 %(most)s 之间。", most=MOST), field="graduates")
    if not basis.strip():
        raise Refused(_l("请写明毕业生人数的依据，例如学籍统计的日期。"), field="basis")
    with transaction() as session:
        lock_row(Cycle, cycle_id)
        query = select(CountyGraduates).where(CountyGraduates.cycle_id == cycle_id, CountyGraduates.county == county)
        found = session.scalars(query).one_or_none()
        before = found.graduates if found else None
        if found is None:
            found = CountyGraduates(cycle_id=cycle_id, county=county)
            session.add(found)
        found.graduates, found.basis = graduates, basis.strip()[:200]
        found.stated_by = actor.account_id
        found.stated_at = clock.now()
        session.flush()
        record(actor, "plans.state_graduates", found, county=county, before=before, after=graduates)
        return found


def graduates_of(cycle_id: uuid.UUID) -> Mapping[str, int]:
    """The graduates of a year by county, as far as stated."""
    query = select(CountyGraduates.county, CountyGraduates.graduates).where(CountyGraduates.cycle_id == cycle_id)
    return {county: count for county, count in db.session.execute(query)}


def last_year_of(plan: Plan) -> Plan | None:
    """The plan in force of the same round of the year before, with all its content."""
    cycle = plan.round.cycle
    query = (
        select(Round.id)
        .join(Cycle, Cycle.id == Round.cycle_id)
        .where(Cycle.year == cycle.year - 1, Round.number == plan.round.number)
    )
    round_id = db.session.scalar(query)
    found = plan_in_force(round_id) if round_id else None
    return load_whole(select(Plan).where(Plan.id == found.id))[0] if found else None
