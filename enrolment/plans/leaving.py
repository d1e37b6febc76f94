"""A school may leave a year only when no plan of the year in force holds its programmes."""

from sqlalchemy import func, select

from core.db import db
from core.i18n import lazy as _l
from enrolment.cycles.models import Cycle, Round
from enrolment.plans.models import Plan, PlanProgramme
from enrolment.plans.queries import in_force
from registry.schools.models import Programme, SchoolYear


def bar_to_leaving(year: SchoolYear) -> object | None:
    """Why the school cannot leave the year yet: its programmes stand in the plan in force of a round."""
    rounds = select(Round).join(Cycle, Cycle.id == Round.cycle_id).where(Cycle.year == year.year)
    for one in db.session.scalars(rounds.order_by(Round.number)).all():
        rows = (
            select(func.count(PlanProgramme.id))
            .join(Programme, Programme.id == PlanProgramme.programme_id)
            .where(
                PlanProgramme.plan_id == in_force(one.id).with_only_columns(Plan.id).scalar_subquery(),
                Programme.school_id == year.school_id,
            )
        )
        found = int(db.session.scalar(rows) or 0)
        if found:
            told: object = _l(
                "第 %(number)s 轮生效的计划里还有这所学校的 %(count)s 个专业。"
                "请先另做一版没有这所学校的计划，批准后再退出。",
                number=one.number,
                count=found,
            )
            return told
    return None
