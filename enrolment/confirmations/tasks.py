"""The jobs of this room: the default at the confirmation deadline, asked for by a regular duty."""

import datetime as dt
import uuid

from core.audit.operations import House
from core.db import db, housekeeping, transaction
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.jobs.context import JobContext
from core.jobs.registry import add_duty, add_kind
from core.web.pages import settings
from enrolment.confirmations import reminding, supplementary
from enrolment.confirmations.deadline import JOB_KIND, apply_default, ask_for_defaults, unanswered
from enrolment.confirmations.letters import verification_site
from enrolment.cycles.models import Round
from enrolment.results.models import Placement

HOUSE = House("deadline")
_EVERY = dt.timedelta(minutes=1)


def answer_for_the_silent(context: JobContext) -> None:
    """The handler: one transaction a place, so that a worker that dies leaves whole answers and the next goes on."""
    site = verification_site(settings())
    ids = db.session.scalars(
        unanswered(uuid.UUID(context.arguments["round_id"])).with_only_columns(Placement.id)
    ).all()
    done = 0
    for number, placement_id in enumerate(ids, start=1):
        context.progress("answer", number / len(ids))
        done += apply_default(HOUSE, placement_id=placement_id, site=site, hold=context.hold)
    with housekeeping() as session:
        context.fence(session, message=_("按默认办理了 %(count)s 人。", count=done))


def invite_the_unplaced(context: JobContext) -> None:
    """The handler: all messages in one transaction with the end of the job, so that nobody is told twice."""
    context.progress("invite", 0.0)
    with transaction() as session:
        context.hold(session)
        count = supplementary.invite(HOUSE, session.get_one(Round, uuid.UUID(context.arguments["round_id"])))
        context.fence(session, message=_("已邀请 %(count)s 名学生。", count=count))


def remind_the_silent(context: JobContext) -> None:
    """The handler: all messages in one transaction with the end of the job, so that nobody is told twice."""
    context.progress("remind", 0.0)
    with transaction() as session:
        context.hold(session)
        count = reminding.remind(HOUSE, session.get_one(Round, uuid.UUID(context.arguments["round_id"])))
        context.fence(session, message=_("已提醒 %(count)s 名学生。", count=count))


def register() -> None:
    """Make the job and its duty known to the workers."""
    add_kind(
        JOB_KIND,
        answer_for_the_silent,
        label=_l("确认截止后按默认办理"),
        stages={"answer": _l("逐人办理")},
    )
    add_kind(
        supplementary.JOB_KIND,
        invite_the_unplaced,
        label=_l("邀请参加征求志愿"),
        stages={"invite": _l("写通知")},
    )
    add_kind(
        reminding.JOB_KIND,
        remind_the_silent,
        label=_l("确认截止前提醒"),
        stages={"remind": _l("写通知")},
    )
    add_duty("confirmations.deadlines", _EVERY, _ask)


def _ask() -> None:
    ask_for_defaults(HOUSE)
    reminding.ask_for_reminders(HOUSE)
