"""What waits for an approver on the home page: a reported plan, and an edition of the county's rules of entry."""

from collections.abc import Iterable

from flask import url_for
from sqlalchemy import literal, select

from core.access import Actor
from core.db import db
from core.i18n import lazy as _l
from core.web.home import HomeCard
from enrolment.cycles.rule_cards import revision_card, waiting_revisions
from enrolment.plans.models import Plan, PlanAgreement
from enrolment.plans.operations import AGREE
from enrolment.plans.states import PlanState


def plan_cards(actor: Actor) -> Iterable[HomeCard]:
    """The cards of an approver, from one query."""
    counties = actor.counties(AGREE)
    if not counties:
        return
    given = select(PlanAgreement.plan_id).where(PlanAgreement.county.in_(counties))
    plans = select(literal("plan"), Plan.number, Plan.id).where(
        Plan.state == PlanState.REPORTED, Plan.id.not_in(given)
    )
    revised = waiting_revisions(counties).subquery()
    rows = db.session.execute(plans.union_all(select(literal("rules"), literal(0), revised.c.id))).all()
    waiting = [
        one for _, one in sorted(((number, one) for kind, number, one in rows if kind == "plan"), reverse=True)
    ]
    if waiting:
        yield HomeCard(
            _l("待批准的招生计划"),
            len(waiting),
            url_for("plans.version", plan_id=waiting[0]),
            _l("已报送、本县区还没有批准的计划版本"),
            urgent=True,
        )
    revisions = [one for kind, _, one in rows if kind == "rules"]
    if revisions:
        yield revision_card(revisions)
