"""Which jobs an actor may see: their own; the system administrator all of them."""

from sqlalchemy import Select, false, select

from core.access import Actor
from core.jobs.models import Job

SEE_ALL = "jobs.see_all"


def visible_jobs(actor: Actor) -> Select[Job]:
    """The jobs whose progress this actor may look at and whose end they may ask for."""
    if actor.may(SEE_ALL):
        return select(Job)
    if actor.account_id is None:
        return select(Job).where(false())
    return select(Job).where(Job.requested_by == actor.account_id)
