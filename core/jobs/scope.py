"""Which jobs an actor may see: their own, shared kinds of their own office; the system administrator all of them."""

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from core.access import Actor
from core.accounts.models import RoleGrant
from core.jobs.models import Job
from core.jobs.registry import shared_kinds

SEE_ALL = "jobs.see_all"


def visible_jobs(actor: Actor) -> Select[Job]:
    """The jobs whose progress this actor may look at and whose end they may ask for."""
    if actor.may(SEE_ALL):
        return select(Job)
    if actor.account_id is None:
        return select(Job).where(false())
    return select(Job).where(or_(Job.requested_by == actor.account_id, *_shared(actor)))


def _shared(actor: Actor) -> list[ColumnElement[bool]]:
    """The kinds shared with this actor, as far as a colleague of the same office asked for them."""
    found = []
    for kind, permission in shared_kinds().items():
        offices = {grant.organisation_id for grant in actor.grants_for(permission)} - {None}
        if offices:
            colleagues = select(RoleGrant.account_id).where(
                RoleGrant.organisation_id.in_(offices), RoleGrant.ended_at.is_(None)
            )
            found.append(and_(Job.kind == kind, Job.requested_by.in_(colleagues)))
    return found
