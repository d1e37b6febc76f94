"""What waits for an actor on the home page: a reported plan that their county has not agreed to yet."""

from collections.abc import Iterable

from flask import url_for
from sqlalchemy import select

from core.access import Actor
from core.db import db
from core.i18n import lazy as _l
from core.web.home import HomeCard
from enrolment.plans.models import Plan, PlanAgreement
from enrolment.plans.operations import AGREE
from enrolment.plans.states import PlanState


def plan_cards(actor: Actor) -> Iterable[HomeCard]:
    """The card of an approver."""
    counties = actor.counties(AGREE)
    if not counties:
        return
    given = select(PlanAgreement.plan_id).where(PlanAgreement.county.in_(counties))
    waiting = db.session.scalars(
        select(Plan.id).where(Plan.state == PlanState.REPORTED, Plan.id.not_in(given)).order_by(Plan.number.desc())
    ).all()
    if waiting:
        yield HomeCard(
            _l("待批准的招生计划"),
            len(waiting),
            url_for("plans.version", plan_id=waiting[0]),
            _l("已报送、本县区还没有批准的计划版本"),
            urgent=True,
        )
