"""An application's row and its versions as the operations handle them: locked, placed, copied, moved."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from core import clock
from core.access import Actor
from core.db import db, lock_row
from core.errors import NotVisible, Refused
from core.i18n import current_language
from core.i18n import lazy as _l
from enrolment.applications.models import Application, ApplicationState, ApplicationVersion, Choice, VersionState
from enrolment.applications.scope import own_applications
from enrolment.applications.states import (
    IN_FORCE_AFTER,
    Event,
    Illegal,
    Item,
    Position,
    Reason,
    item_open,
    step,
)
from enrolment.applications.words import REASONS, refusal_of
from enrolment.cycles.clock import Phase, phase
from enrolment.cycles.models import CountyWindow, Round
from enrolment.cycles.queries import window_of

EDITED = (VersionState.DRAFT, VersionState.AWAITING_GUARDIAN)


def lock_own(actor: Actor, application_id: uuid.UUID) -> Application:
    """The actor's own application, locked; its round is held so that nobody locks it meanwhile.

    Raises NotVisible for a foreign one.
    """
    visible = own_applications(actor).where(Application.id == application_id).with_only_columns(Application.round_id)
    round_id = db.session.scalar(visible)
    if round_id is None:
        raise NotVisible
    hold_round(round_id)
    return lock_row(Application, application_id)


def hold_round(round_id: uuid.UUID) -> Round:
    """The round, kept from being locked until the transaction ends (others may hold it as well)."""
    query = (
        select(Round).where(Round.id == round_id).with_for_update(read=True).execution_options(populate_existing=True)
    )
    return db.session.scalars(query).one()


def edited_version(application: Application) -> ApplicationVersion | None:
    """The version being edited or waiting for a guardian."""
    return next((one for one in application.versions if one.state in EDITED), None)


def version_in_force(application: Application) -> ApplicationVersion | None:
    """The last submitted version: what counts at the deadline."""
    return next((one for one in application.versions if one.state is VersionState.SUBMITTED), None)


def newest_version(application: Application) -> ApplicationVersion:
    """What the family looks at: the version being edited, else the one in force, else the last there was."""
    return edited_version(application) or version_in_force(application) or application.versions[-1]


def position_of(application: Application) -> Position:
    """Where the application stands."""
    edited = edited_version(application)
    return Position(
        application.state, edited.state if edited else None, locked=application.round.locked_at is not None
    )


def demand_possible(application: Application, event: Event) -> None:
    """Raise Refused with the reason unless the event can happen now."""
    try:
        step(position_of(application), event)
    except Illegal as error:
        raise refusal_of(error) from error


def move(application: Application, event: Event) -> Position:
    """Apply an event to the application's row and to its versions; raises Refused with the reason.

    The state of the application, of the edited version and of the version in force follow the table in
    `states`; the caller fills in what the new states demand (receipt, deadline, open items) and flushes.
    """
    before = position_of(application)
    try:
        after = step(before, event)
    except Illegal as error:
        raise refusal_of(error) from error
    in_force, edited = version_in_force(application), edited_version(application)
    if event in IN_FORCE_AFTER and in_force is not None:
        in_force.state = IN_FORCE_AFTER[event]
        db.session.flush()
    if edited is not None and edited.state is not after.edited:
        edited.state = after.edited or _last_state(event)
    if after.state is not None:
        application.state = after.state
    if after.state is not ApplicationState.RETURNED:
        application.correct_by = None
        application.open_items = []
    return after


def _last_state(event: Event) -> VersionState:
    return VersionState.SUBMITTED if event is Event.GUARDIAN_CONFIRM else VersionState.WITHDRAWN


def draft_of(application: Application) -> ApplicationVersion:
    """The draft to write into; a copy of the newest version where nothing is being edited."""
    found = edited_version(application)
    if found is not None:
        return found
    source = version_in_force(application) or (application.versions[-1] if application.versions else None)
    draft = ApplicationVersion(
        number=len(application.versions) + 1,
        state=VersionState.DRAFT,
        accepts_adjustment=source.accepts_adjustment if source else False,
    )
    draft.choices = [
        Choice(rank=choice.rank, programme_id=choice.programme_id) for choice in (source.choices if source else ())
    ]
    application.versions.append(draft)
    db.session.flush()
    return draft


def rewrite_choices(draft: ApplicationVersion, programmes: Sequence[uuid.UUID]) -> None:
    """Replace the list; the version's counter goes up, so that a page of the old list is stale."""
    db.session.execute(delete(Choice).where(Choice.version_id == draft.id))
    db.session.expire(draft, ["choices"])
    db.session.add_all(
        Choice(version_id=draft.id, rank=rank, programme_id=programme)
        for rank, programme in enumerate(programmes, start=1)
    )
    touch(draft)
    db.session.flush()
    db.session.expire(draft, ["choices"])


def touch(draft: ApplicationVersion) -> None:
    """Write the row and count its version up, though only its children changed."""
    draft.edited_at = clock.now()
    flag_modified(draft, "edited_at")


def filing_until(application: Application) -> dt.datetime | None:
    """Until when the family may change something now: the correction deadline, else the county's closing."""
    return until_within(application, window_of(application.round, application.applicant.county))


def until_within(application: Application, window: CountyWindow | None) -> dt.datetime | None:
    """`filing_until` for a caller that has read the county's window already."""
    if application.state is ApplicationState.RETURNED:
        return application.correct_by
    return window.closes_at if window else None


def demand_open(application: Application, at: dt.datetime, item: Item | None = None) -> None:
    """Raise Refused unless the family may act at the moment ``at``, on this item if one is named.

    ``at`` is when the request arrived: who was in time is not refused for the seconds it took to answer.
    """
    if application.round.locked_at is not None:
        raise Refused(REASONS[Reason.LOCKED])
    if item is not None and not item_open(item, application.state, application.open_items):
        _refuse_item(application)
    if application.state is ApplicationState.RETURNED and application.correct_by is not None:
        if at >= application.correct_by:
            raise Refused(_l("补正期限已过，不能再修改。请联系本县区招生办。"))
        return
    demand_window(window_of(application.round, application.applicant.county), at)


def demand_window(window: CountyWindow | None, at: dt.datetime) -> None:
    """Raise Refused, with the dates, unless a county's window is open at ``at``."""
    if window is None:
        raise Refused(_l("您所在县区的报名时间还没有公布。公布后会显示在时间安排页面。"))
    match phase(window, at):
        case Phase.BEFORE:
            opens = clock.moment_text(window.opens_at, current_language())
            raise Refused(_l("报名还没有开始，%(opens)s起可以填写。", opens=opens))
        case Phase.CLOSED:
            closes = clock.moment_text(window.closes_at, current_language())
            raise Refused(_l("报名已于%(closes)s截止，不能再修改。已提交的报名仍然有效。", closes=closes))
        case Phase.OPEN:
            return


def _refuse_item(application: Application) -> None:
    if application.state is ApplicationState.RETURNED:
        raise Refused(_l("这次退回只需要补正指定的内容，其他内容不能修改。"))
    demand_possible(application, Event.EDIT)
    raise Refused(_l("这项内容已经审核，不能再修改。"))
