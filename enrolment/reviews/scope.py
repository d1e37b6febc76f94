"""Which applications a reviewer sees: those of the own county's pupils, once they were submitted."""

import uuid

from sqlalchemy import Select, select

from core.access import Actor
from core.db import find_in
from enrolment.applications.models import Applicant, Application, ApplicationState

SEE, DECIDE, CONFIRM = "reviews.see", "reviews.decide", "reviews.confirm"

_NOT_SENT = (ApplicationState.DRAFT, ApplicationState.WITHDRAWN)


def visible_cases(actor: Actor, permission: str = SEE) -> Select[Application]:
    """Submitted applications of the pupils of the actor's counties; for everybody else none."""
    return (
        select(Application)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Applicant.county.in_(actor.counties(permission)), Application.state.not_in(_NOT_SENT))
    )


def get_case(actor: Actor, application_id: uuid.UUID, permission: str = SEE) -> Application:
    """The application, if visible; NotVisible otherwise."""
    return find_in(visible_cases(actor, permission).where(Application.id == application_id))
