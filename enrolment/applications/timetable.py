"""What a change of a county's dates does to its applications, and the message to the families."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import joinedload

from core.audit.operations import Signature
from core.clock import beijing_day
from core.db import db
from core.i18n import gettext as _
from enrolment.applications import notices
from enrolment.applications.models import (
    Applicant,
    Application,
    ApplicationState,
    ApplicationVersion,
    VersionState,
)
from enrolment.cycles.impact import ImpactLine, WindowChange


def impact_on_applications(change: WindowChange) -> Iterable[ImpactLine]:
    """Unsent drafts, lists that wait for a guardian, late submissions, the review, and whom a notice reaches."""
    if change.round_id is None:
        return
    states = _by_state(change)
    days = (beijing_day(change.after.closes_at) - beijing_day(change.before.closes_at)).days
    drafts, waiting = states.get(ApplicationState.DRAFT, 0), _versions(change, VersionState.AWAITING_GUARDIAN)
    if change.moves_filing and days:
        more = _("截止时间晚 %(days)s 天。", days=days) if days > 0 else _("截止时间早 %(days)s 天。", days=-days)
        yield ImpactLine(_("还没有提交的报名"), more, drafts, warning=days < 0 and drafts > 0)
        yield ImpactLine(_("等监护人确认的报名"), more, waiting, warning=days < 0 and waiting > 0)
    late = _versions(change, VersionState.SUBMITTED, late=True)
    if late:
        yield ImpactLine(_("新截止时间以后提交的报名"), _("已提交的仍然有效。"), late, warning=True)
    review = states.get(ApplicationState.SUBMITTED, 0)
    yield ImpactLine(_("待预审的报名"), _("预审照常进行；截止以前考生还可以修改，改后重新预审。"), review)
    if change.moves_filing:
        told = sum(count for state, count in states.items() if state is not ApplicationState.WITHDRAWN)
        yield ImpactLine(_("通知"), _("这些考生和监护人会收到新的报名时间。"), told)


def tell_families(_actor: Signature, change: WindowChange) -> None:
    """Inside the transaction of the save: every family with an application in the round reads the new time."""
    if change.round_id is None or not change.moves_filing:
        return
    query = (
        select(Application)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(_there(change), Application.state != ApplicationState.WITHDRAWN)
        .options(joinedload(Application.applicant).selectinload(Applicant.guardians))
        .order_by(Application.id)
    )
    facts = {"opens": change.after.opens_at, "until": change.after.closes_at}
    for one in db.session.scalars(query).unique():
        notices.tell_family(one.applicant, notices.MOVED, facts, link=f"/applications/{one.id}")


def _by_state(change: WindowChange) -> dict[ApplicationState, int]:
    query = (
        select(Application.state, func.count(Application.id))
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(_there(change))
        .group_by(Application.state)
    )
    return {state: int(count) for state, count in db.session.execute(query)}


def _versions(change: WindowChange, state: VersionState, *, late: bool = False) -> int:
    query = (
        select(func.count(ApplicationVersion.id))
        .join(Application, Application.id == ApplicationVersion.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(_there(change), ApplicationVersion.state == state)
    )
    if late:
        query = query.where(ApplicationVersion.submitted_at >= change.after.closes_at)
    return int(db.session.scalar(query) or 0)


def _there(change: WindowChange) -> ColumnElement[bool]:
    return and_(Application.round_id == change.round_id, Applicant.county == change.county)
