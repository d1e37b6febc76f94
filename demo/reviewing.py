"""The county's officers decide on applications (预审): take the case, look, decide."""

import uuid

from core.access import Actor
from core.db import db
from enrolment.applications.models import Application
from enrolment.applications.records import version_in_force
from enrolment.reviews import claims, operations, refusals
from enrolment.reviews.operations import Seen

RETURN_CODE = "household_unclear"
REASON = "不在本县区报考范围内（演示）。"


def pass_(officer: Actor, application_id: uuid.UUID) -> None:
    """Everything is in order."""
    claims.claim(officer, application_id=application_id)
    operations.pass_(officer, application_id=application_id, seen=_seen(application_id))


def return_(officer: Actor, application_id: uuid.UUID) -> None:
    """A paper cannot be read: it goes back with a deadline."""
    claims.claim(officer, application_id=application_id)
    operations.return_(officer, application_id=application_id, seen=_seen(application_id), codes=[RETURN_CODE])


def propose_refusal(officer: Actor, application_id: uuid.UUID) -> None:
    """Not entitled, says the first officer."""
    claims.claim(officer, application_id=application_id)
    refusals.propose_refusal(officer, application_id=application_id, seen=_seen(application_id), reason=REASON)


def refuse(officer: Actor, second: Actor, application_id: uuid.UUID) -> None:
    """Not entitled, say two officers."""
    propose_refusal(officer, application_id)
    refusals.confirm_refusal(second, application_id=application_id, seen=_seen(application_id))


def _seen(application_id: uuid.UUID) -> Seen:
    """What the page of the case shows."""
    application = db.session.get_one(Application, application_id)
    in_force = version_in_force(application)
    if in_force is None:
        raise RuntimeError("only a submitted application is decided on")
    return Seen(application.version, in_force.number)
