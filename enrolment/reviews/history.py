"""The decisions on a case, and whether the last one can still be taken back."""

from collections.abc import Sequence

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.db import db
from enrolment.applications.models import Application
from enrolment.applications.records import version_in_force
from enrolment.reviews.models import ReviewDecision, Verdict
from enrolment.reviews.operations import UNDO_TIME


def decisions_of(application: Application) -> Sequence[ReviewDecision]:
    """All decisions on a case, newest first."""
    query = (
        select(ReviewDecision)
        .where(ReviewDecision.application_id == application.id)
        .order_by(ReviewDecision.number.desc())
    )
    return db.session.scalars(query).all()


def undoable(actor: Actor, application: Application) -> ReviewDecision | None:
    """The actor's own last decision, while it can be taken back."""
    last = next(iter(decisions_of(application)), None)
    if last is None or last.verdict is Verdict.UNDONE or last.decided_by != actor.account_id:
        return None
    in_force = version_in_force(application)
    fresh = clock.now() <= last.decided_at + UNDO_TIME and application.round.locked_at is None
    return last if fresh and in_force is not None and in_force.id == last.version_id else None
