"""What a family does with its application as a whole: open, check, send, take back, correct, withdraw.

``at`` is when the request arrived; deadlines are judged by it and by nothing else.
"""

import datetime as dt
import uuid

from core.access import Actor
from core.audit import record
from core.db import db, expect_version, lock_row, transaction
from core.errors import NotVisible, Refused
from core.i18n import lazy as _l
from enrolment.applications import notices
from enrolment.applications.catalogue import catalogue_of
from enrolment.applications.clashes import demand_not_lost, end_clashes
from enrolment.applications.entry import demand_entry
from enrolment.applications.models import Applicant, Application, ApplicationState, ApplicationVersion
from enrolment.applications.progress import current_papers, list_faults, progress_of
from enrolment.applications.receipts import end_receipt
from enrolment.applications.records import (
    demand_open,
    demand_possible,
    demand_window,
    draft_of,
    edited_version,
    filing_until,
    hold_round,
    lock_own,
    move,
    newest_version,
    version_in_force,
)
from enrolment.applications.scope import own_applicants
from enrolment.applications.states import Event, Item, PaperKind, PaperState
from enrolment.applications.tasks import ready_to_send
from enrolment.applications.words import bar_text
from enrolment.cycles.queries import open_round, window_of


def open_application(actor: Actor, *, applicant_id: uuid.UUID, at: dt.datetime) -> Application:
    """Begin an application in the round that is open; an existing one is returned as it is.

    Raises Refused outside the county's window, without an open round, or for a pupil who may not take part.
    """
    with transaction() as session:
        applicant = _own_applicant(actor, applicant_id)
        in_round = open_round(applicant.cycle)
        if in_round is None:
            raise Refused(_l("现在没有开放报名的轮次。时间安排公布在“跨省中职报名”页面。"))
        found = next((one for one in applicant.applications if one.round_id == in_round.id), None)
        if found is not None:
            record(actor, "applications.open_again", found)
            return found
        hold_round(in_round.id)
        demand_window(window_of(in_round, applicant.county), at)
        demand_entry(applicant, in_round)
        application = Application(
            applicant_id=applicant.id,
            round_id=in_round.id,
            state=ApplicationState.DRAFT,
            opened_at=at,
            identity_checked_at=_checked_before(applicant),
        )
        session.add(application)
        session.flush()
        draft_of(application)
        record(actor, "applications.open", application, round=in_round.number)
        return application


def check_identity(actor: Actor, *, application_id: uuid.UUID, version: int, at: dt.datetime) -> Application:
    """The pupil has looked at the county's data and found them right."""
    with transaction():
        application = lock_own(actor, application_id)
        expect_version(application, version)
        demand_open(application, at, Item.IDENTITY)
        application.identity_checked_at = at
        record(actor, "applications.check_identity", application)
        return application


def send(actor: Actor, *, application_id: uuid.UUID, version: int, at: dt.datetime) -> Application:
    """Send the draft to the guardian; only the guardian's confirmation submits it.

    ``version`` is that of the draft as the check page showed it. Raises Refused while a task is open or the
    list has a fault, Conflict when the draft changed since the page was made.
    """
    with transaction():
        application = lock_own(actor, application_id)
        demand_open(application, at, Item.CHOICES)
        demand_possible(application, Event.SEND)
        draft = newest_version(application)
        expect_version(draft, version)
        _demand_ready(application)
        move(application, Event.SEND)
        draft.sent_at, draft.guardian_comment = at, ""
        record(actor, "applications.send", application, number=draft.number, choices=_codes(application))
        _ask_guardians(application)
        return application


def take_back(actor: Actor, *, application_id: uuid.UUID, at: dt.datetime) -> Application:
    """Back to the draft while the guardian has not answered."""
    with transaction():
        application = lock_own(actor, application_id)
        demand_open(application, at, Item.CHOICES)
        move(application, Event.TAKE_BACK)
        record(actor, "applications.take_back", application)
        return application


def remind_guardian(actor: Actor, *, application_id: uuid.UUID, at: dt.datetime) -> Application:
    """Send the guardians the request once more."""
    with transaction():
        application = lock_own(actor, application_id)
        demand_open(application, at, Item.CHOICES)
        demand_possible(application, Event.GUARDIAN_CONFIRM)
        _ask_guardians(application)
        record(actor, "applications.remind_guardian", application)
        return application


def begin_change(actor: Actor, *, application_id: uuid.UUID, at: dt.datetime) -> Application:
    """Re-open a submitted list as a new draft; the submitted version stays in force, both phones are told."""
    with transaction():
        application = lock_own(actor, application_id)
        demand_open(application, at, Item.CHOICES)
        draft = start_edit(application)
        record(actor, "applications.begin_change", application, number=draft.number)
        return application


def start_edit(application: Application) -> ApplicationVersion:
    """Inside a transaction: the draft to write into; the first change of a submitted list is told to both."""
    fresh = edited_version(application) is None
    move(application, Event.EDIT)
    draft = draft_of(application)
    if fresh and version_in_force(application) is not None:
        notices.tell_family(application.applicant, notices.CHANGING, link=notices.FREEZE_PATH)
    return draft


def correct(actor: Actor, *, application_id: uuid.UUID, version: int, at: dt.datetime) -> Application:
    """Send a returned application back to the officers; the papers asked for have been uploaded again.

    Raises Refused while a returned paper is missing, or when the list was changed (that one is sent anew).
    """
    with transaction():
        application = lock_own(actor, application_id)
        expect_version(application, version)
        demand_open(application, at)
        demand_possible(application, Event.CORRECT)
        if Item.CHOICES in application.open_items:
            raise Refused(_l("退回的是志愿，请修改志愿后提交报名，由监护人确认。"))
        missing = _papers_still_returned(application)
        if missing:
            raise Refused(_l("还有 %(count)s 份材料没有重新上传，请先上传。", count=len(missing)))
        move(application, Event.CORRECT)
        record(actor, "applications.correct", application)
        return application


def withdraw(actor: Actor, *, application_id: uuid.UUID, version: int, at: dt.datetime) -> Application:
    """Withdraw the submitted application; it can be taken up again until the county closes."""
    with transaction():
        application = lock_own(actor, application_id)
        expect_version(application, version)
        demand_open(application, at)
        in_force = version_in_force(application)
        move(application, Event.WITHDRAW)
        if in_force is not None:
            end_receipt(actor, in_force)
        end_clashes(actor, application)
        until = filing_until(application)
        record(actor, "applications.withdraw", application)
        notices.tell_family(
            application.applicant,
            notices.WITHDRAWN,
            {"until": until or ""},
            link=notices.FREEZE_PATH,
        )
        return application


def take_up_again(actor: Actor, *, application_id: uuid.UUID, version: int, at: dt.datetime) -> Application:
    """A withdrawn application becomes a draft with its last choices; it has to be submitted again."""
    with transaction():
        application = lock_own(actor, application_id)
        expect_version(application, version)
        demand_not_lost(application.applicant, application.round_id)
        move(application, Event.OPEN)
        demand_open(application, at)
        draft_of(application)
        record(actor, "applications.take_up_again", application)
        return application


def _own_applicant(actor: Actor, applicant_id: uuid.UUID) -> Applicant:
    visible = own_applicants(actor).where(Applicant.id == applicant_id).with_only_columns(Applicant.id)
    if db.session.scalar(visible) is None:
        raise NotVisible
    return lock_row(Applicant, applicant_id)


def _checked_before(applicant: Applicant) -> dt.datetime | None:
    """When the pupil found the county's data right in an earlier round of the year: only the choices are new."""
    return max((one.identity_checked_at for one in applicant.applications if one.identity_checked_at), default=None)


def _ask_guardians(application: Application) -> None:
    until = filing_until(application) or ""
    link = f"/applications/{application.id}/confirm"
    notices.tell_guardians(application.applicant, notices.AWAITING, {"until": until}, link=link)


def _demand_ready(application: Application) -> None:
    catalogue = catalogue_of(application.round, application.applicant.county)
    faults = list_faults(application, newest_version(application), catalogue)
    if faults:
        rank, refusal = faults[0]
        sentence = bar_text(refusal)
        if rank:
            raise Refused(_l("第 %(rank)s 志愿：%(sentence)s", rank=rank, sentence=sentence))
        raise Refused(sentence)
    if not ready_to_send(progress_of(application, catalogue)):
        raise Refused(_l("还有任务没有完成，请回到报名任务，完成后再提交。"))


def _papers_still_returned(application: Application) -> list[PaperKind]:
    papers = current_papers(application.applicant)
    return [kind for kind, paper in papers.items() if paper.state is PaperState.RETURNED]


def _codes(application: Application) -> list[str]:
    return [choice.programme.code for choice in newest_version(application).choices]
