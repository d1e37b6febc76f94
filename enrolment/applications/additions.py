"""A programme added while filing is open: every pupil of a county with seats in it is told, by a job.

Nobody has to do anything: what was submitted stays in force, and can be changed until the county closes.
"""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core import clock
from core.audit import record
from core.audit.operations import House, Signature
from core.db import db, find, transaction
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.jobs.context import JobContext
from core.jobs.operations import request
from core.jobs.registry import add_kind
from core.words import Words
from enrolment.applications import notices
from enrolment.applications.models import Applicant
from enrolment.cycles.clock import Phase, phase
from enrolment.cycles.models import Round
from enrolment.cycles.queries import window_of, windows_of
from enrolment.plans.changes import Opened
from registry.schools.models import Programme, School

JOB_KIND = "applications.tell_added"
HOUSE = House("plan")
_SEVERAL = 5


def ask_to_tell(actor: Signature, opened: Opened) -> None:
    """Inside the transaction of the approval: one job for the counties whose filing is open now."""
    in_round, now = find(Round, opened.round_id), clock.now()
    open_now = {one.county for one in windows_of(in_round) if phase(one, now) is Phase.OPEN}
    counties = {
        county: [str(one) for one in programmes]
        for county, programmes in opened.programmes.items()
        if county in open_now
    }
    if counties:
        request(actor, JOB_KIND, {"round_id": str(in_round.id), "counties": counties})


def tell_added(in_round: Round, county: str, programmes: Collection[uuid.UUID]) -> int:
    """Inside a transaction: tell every pupil of a county and the guardians; returns how many pupils."""
    window, names = window_of(in_round, county), _names(programmes)
    until = window.closes_at if window else ""
    query = (
        select(Applicant)
        .where(
            Applicant.cycle_id == in_round.cycle_id,
            Applicant.county == county,
            Applicant.account_id.is_not(None),
            Applicant.taken_elsewhere.is_(False),
        )
        .options(selectinload(Applicant.guardians))
        .order_by(Applicant.id)
    )
    pupils = db.session.scalars(query).all()
    for pupil in pupils:
        notices.tell_family(pupil, notices.ADDED, {"programmes": names, "until": until}, link="/applications")
    return len(pupils)


def tell(context: JobContext) -> None:
    """The handler: all notices in one transaction with the end of the job, so that nobody is told twice."""
    context.progress("tell", 0.0)
    with transaction() as session:
        context.hold(session)
        in_round = session.get_one(Round, uuid.UUID(context.arguments["round_id"]))
        told = {
            county: tell_added(in_round, county, [uuid.UUID(one) for one in programmes])
            for county, programmes in context.arguments["counties"].items()
        }
        record(HOUSE, "applications.tell_added", in_round, told=told)
        context.fence(session, message=_("已通知 %(count)s 名考生。", count=sum(told.values())))


def register() -> None:
    """Make the job known to the workers."""
    add_kind(JOB_KIND, tell, label=_l("通知新增的招生专业"), stages={"tell": _l("写通知")})


def _names(programmes: Collection[uuid.UUID]) -> Words:
    query = (
        select(Programme)
        .where(Programme.id.in_(programmes))
        .options(
            joinedload(Programme.major),
            joinedload(Programme.college_major),
            joinedload(Programme.school).joinedload(School.organisation),
        )
        .order_by(Programme.code)
    )
    rows = db.session.scalars(query).all()
    zh = [f"{one.school.name('zh')} {one.name('zh')}" for one in rows[:_SEVERAL]]
    en = [f"{one.name('en')}, {one.school.name('en')}" for one in rows[:_SEVERAL]]
    more = len(rows) - _SEVERAL
    return Words(
        "；".join(zh) + (f" 等 {len(rows)} 个" if more > 0 else ""),
        "; ".join(en) + (f" and {more} more" if more > 0 else ""),
    )
