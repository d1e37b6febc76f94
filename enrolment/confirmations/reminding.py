"""A word before the confirmation deadline to every family that has not answered, once a round."""

import datetime as dt
import uuid

from sqlalchemy import Select, select

from core import clock
from core.audit import record
from core.audit.operations import Signature
from core.db import db, transaction
from core.jobs.models import Job, JobState
from core.jobs.operations import request
from enrolment.applications.models import Application
from enrolment.confirmations.deadline import silent_places
from enrolment.confirmations.giving_up import tell_family
from enrolment.cycles.models import Round
from enrolment.results.models import Placement
from enrolment.results.promises import default_words

JOB_KIND = "confirmations.remind"
REMINDED = "confirmations.remind"
BEFORE = dt.timedelta(days=2)
_DONE = (JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED)


def to_remind(round_id: uuid.UUID | None = None) -> Select[Placement]:
    """Silent places whose deadline comes within two days, of one round or of all."""
    now = clock.now()
    query = silent_places().where(Round.confirm_until > now, Round.confirm_until <= now + BEFORE)
    return query if round_id is None else query.where(Application.round_id == round_id)


def ask_for_reminders(actor: Signature) -> int:
    """Ask for one job for each round that is due and has had none; how many were asked for."""
    due = db.session.scalars(to_remind().with_only_columns(Application.round_id).order_by(None).distinct()).all()
    if not due:
        return 0
    had = select(Job.arguments).where(Job.kind == JOB_KIND, Job.state.in_(_DONE))
    known = {one["round_id"] for one in db.session.scalars(had)}
    wanted = sorted(str(one) for one in due if str(one) not in known)
    for round_id in wanted:
        with transaction():
            request(actor, JOB_KIND, {"round_id": round_id})
    return len(wanted)


def remind(actor: Signature, in_round: Round) -> int:
    """Inside a transaction: the pupil and every guardian read until when, and what silence means; how many pupils."""
    places = db.session.scalars(to_remind(in_round.id)).all()
    words = {}
    for place in places:
        county = place.application.applicant.county
        if county not in words:
            words[county] = default_words(in_round, county)
        tell_family(place, REMINDED, {"until": in_round.confirm_until, "default": words[county]})
    record(actor, "confirmations.remind", in_round, pupils=len(places))
    return len(places)
