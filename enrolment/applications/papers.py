"""Uploading one paper. A newer upload replaces the older, which stays on record."""

import datetime as dt
import uuid

from core.access import Actor
from core.audit import record
from core.clock import beijing_day
from core.db import transaction
from core.errors import Refused
from core.files.gate import Stream
from core.files.limits import EVIDENCE
from core.files.operations import keep
from core.i18n import lazy as _l
from enrolment.applications.consents import may_take_sensitive
from enrolment.applications.models import Application, Paper, PaperKind, PaperState, VersionState
from enrolment.applications.progress import consents_of, current_papers
from enrolment.applications.records import demand_open, edited_version, lock_own
from enrolment.applications.scope import get_own
from enrolment.applications.states import Item, Reason, paper_open
from enrolment.applications.tasks import Hindrance
from enrolment.applications.words import HINDRANCES, REASONS


def put_paper(
    actor: Actor, *, application_id: uuid.UUID, kind: PaperKind, stream: Stream, name: str, at: dt.datetime
) -> Paper:
    """Take a photo or PDF in as the paper of its kind.

    Raises BadUpload for a file that does not pass, Refused outside the window, for a paper that an officer
    has accepted, and for a child under 14 whose guardian has not agreed yet; then nothing is stored.
    """
    _demand(get_own(actor, application_id), kind, at)
    with transaction() as session:
        application = lock_own(actor, application_id)
        _demand(application, kind, at)
        file = keep(actor, stream, name, EVIDENCE)
        before = current_papers(application.applicant).get(kind)
        if before is not None:
            before.state = PaperState.REPLACED
            session.flush()
        paper = Paper(applicant_id=application.applicant_id, kind=kind, file_id=file.id, uploaded_at=at)
        session.add(paper)
        session.flush()
        session.expire(application.applicant, ["papers"])
        record(actor, "applications.put_paper", paper, kind=kind.value, replaces=before is not None)
        return paper


def _demand(application: Application, kind: PaperKind, at: dt.datetime) -> None:
    """Everything that can stand in the way, before the file is looked at and again under the lock."""
    demand_open(application, at, Item.of_paper(kind))
    applicant = application.applicant
    before = current_papers(applicant).get(kind)
    if not paper_open(kind, application.state, application.open_items, before.state if before else None):
        raise Refused(_l("这份材料已经审核，不用再上传。"))
    edited = edited_version(application)
    if edited is not None and edited.state is VersionState.AWAITING_GUARDIAN:
        raise Refused(REASONS[Reason.WAITS_FOR_GUARDIAN])
    if not may_take_sensitive(consents_of(applicant), applicant.birth_date, beijing_day(at)):
        raise Refused(HINDRANCES[Hindrance.GUARDIAN_CONSENT])
