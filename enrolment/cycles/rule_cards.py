"""What waits for an approver on the home page: an edition of the county's rules that another person proposed."""

from collections.abc import Iterable

from flask import url_for
from sqlalchemy import select

from core.access import Actor
from core.db import db
from core.i18n import lazy as _l
from core.web.home import HomeCard
from enrolment.cycles.revisions import APPROVE
from enrolment.cycles.rule_models import RevisionState, RuleRevision


def rule_cards(actor: Actor) -> Iterable[HomeCard]:
    """The card of an approver; nothing while nothing waits."""
    counties = actor.counties(APPROVE)
    if not counties:
        return
    query = select(RuleRevision.id).where(
        RuleRevision.county.in_(counties), RuleRevision.state == RevisionState.PROPOSED
    )
    waiting = db.session.scalars(query).all()
    if waiting:
        yield HomeCard(
            _l("待批准的报考规则"),
            len(waiting),
            url_for("rules.revision", revision_id=waiting[0]),
            _l("本县区另一位人员提出、还没有批准的规则"),
            urgent=True,
        )
