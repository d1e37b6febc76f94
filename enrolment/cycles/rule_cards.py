"""What waits for an approver on the home page: an edition of the county's rules that another person proposed."""

import uuid
from collections.abc import Collection, Sequence

from flask import url_for
from sqlalchemy import Select, select

from core.i18n import lazy as _l
from core.web.home import HomeCard
from enrolment.cycles.rule_models import RevisionState, RuleRevision


def waiting_revisions(counties: Collection[str]) -> Select[uuid.UUID]:
    """The editions of these counties that wait for their second person."""
    return select(RuleRevision.id).where(
        RuleRevision.county.in_(counties), RuleRevision.state == RevisionState.PROPOSED
    )


def revision_card(waiting: Sequence[uuid.UUID]) -> HomeCard:
    """The card of an approver."""
    return HomeCard(
        _l("待批准的报考规则"),
        len(waiting),
        url_for("rules.revision", revision_id=waiting[0]),
        _l("本县区另一位人员提出、还没有批准的规则"),
        urgent=True,
    )
