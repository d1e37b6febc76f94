"""您还没有提交: the reminder that stands on every page of a family until a draft was sent."""

from collections.abc import Iterable

from flask import url_for
from sqlalchemy import and_, select

from core.access import Actor
from core.db import db
from core.i18n import gettext as _
from core.web.standing import StandingNote
from enrolment.applications.models import Applicant, Application, ApplicationState, ApplicationVersion, VersionState
from enrolment.applications.scope import own_applications
from enrolment.cycles.models import CountyWindow, Round
from enrolment.cycles.words import deadline_text


def unsent_notes(actor: Actor) -> Iterable[StandingNote]:
    """One note for each application that was begun and never sent, while its round takes applications."""
    if not actor.is_family:
        return
    drafts = select(ApplicationVersion.application_id).where(ApplicationVersion.state == VersionState.DRAFT)
    of_county = and_(
        CountyWindow.cycle_id == Round.cycle_id,
        CountyWindow.round_number == Round.number,
        CountyWindow.county == Applicant.county,
    )
    query = (
        own_applications(actor)
        .join(Round, Round.id == Application.round_id)
        .outerjoin(CountyWindow, of_county)
        .where(
            Application.state == ApplicationState.DRAFT,
            Round.locked_at.is_(None),
            Application.id.in_(drafts),
        )
        .with_only_columns(Application.id, CountyWindow.closes_at)
        .order_by(Application.opened_at)
    )
    for application_id, closes_at in db.session.execute(query):
        yield StandingNote(
            word=_("您还没有提交"),
            until=deadline_text(closes_at),
            label=_("继续填写"),
            link=url_for("applications.tasks", application_id=application_id),
        )
