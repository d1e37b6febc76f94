"""Pupils who accepted and have not come: calls about them, and handing their places back at the deadline."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, lock_row, transaction
from core.errors import Refused
from core.i18n import lazy as _l
from core.policy import NoPolicy
from enrolment.applications.models import Application
from enrolment.confirmations.desk import missing_placements
from enrolment.confirmations.giving_up import tell_family, undo_place
from enrolment.confirmations.models import CallResult, MissingMark, NoShow
from enrolment.cycles.models import Round
from enrolment.cycles.policy import policy_book
from enrolment.plans.models import SeatKind
from enrolment.results.models import Placement

NO_SHOW, EXTENDED = "confirmations.no_show", "confirmations.extended"


def mark_missing(
    actor: Actor,
    *,
    placement: Placement,
    result: CallResult,
    extended_until: dt.date | None = None,
    note: str = "",
) -> MissingMark:
    """Note a call to the family of a pupil who has not come; a later day keeps the place until then.

    Raises Refused for a pupil who is not missing (any more), and for a day outside the province's longest leave.
    """
    with transaction() as session:
        lock_row(Placement, placement.id)
        if db.session.scalar(missing_placements(actor).where(Placement.id == placement.id)) is None:
            raise Refused(_l("这名学生已经报到或名额已经交回，不用再登记电话。"))
        if result is CallResult.LATER:
            _refuse_day(placement, extended_until)
        mark = MissingMark(
            placement_id=placement.id,
            result=result,
            extended_until=extended_until if result is CallResult.LATER else None,
            note=note.strip(),
            at=clock.now(),
            marked_by=actor.account_id,
        )
        session.add(mark)
        session.flush()
        until = mark.extended_until.isoformat() if mark.extended_until else None
        record(actor, "confirmations.mark_missing", mark, result=result.value, until=until)
        if mark.extended_until is not None:
            tell_family(placement, EXTENDED, {"until": clock.at_beijing(mark.extended_until)})
        return mark


def longest_extension(placement: Placement) -> dt.date:
    """The last day a place may wait: the end of the arrival days and the longest leave of the school's province."""
    in_round, programme = placement.application.round, placement.programme
    if programme is None:
        return in_round.arrive_until
    try:
        sheet = policy_book().status(f"{programme.school.county[:2]}0000", in_round.arrive_until)
    except NoPolicy as missing:
        raise Refused(missing.words) from missing
    return in_round.arrive_until + dt.timedelta(weeks=sheet.rules.late_arrival_leave.value)


def _refuse_day(placement: Placement, day: dt.date | None) -> None:
    longest = longest_extension(placement)
    if day is None:
        raise Refused(_l("请填写延期到哪一天，例如 2026-09-10。"), field="extended_until")
    if not placement.application.round.arrive_until < day <= longest:
        raise Refused(
            _l(
                "延期应在 %(after)s 之后、%(longest)s 之前（含当天）。",
                after=placement.application.round.arrive_until.isoformat(),
                longest=longest.isoformat(),
            ),
            field="extended_until",
        )


def overdue_placements(actor: Actor) -> Select[Placement]:
    """Missing after the round's last arrival day, and no extension still runs."""
    today = clock.today()
    return (
        missing_placements(actor)
        .join(Round, Round.id == Application.round_id)
        .where(Round.arrive_until < today, ~extended_on(today))
    )


def extended_on(day: dt.date) -> ColumnElement[bool]:
    """Whether the newest call about a placement keeps its place on ``day``."""
    newest = (
        select(func.max(MissingMark.at)).where(MissingMark.placement_id == Placement.id).correlate(Placement)
    ).scalar_subquery()
    return (
        select(MissingMark.id)
        .where(MissingMark.placement_id == Placement.id, MissingMark.at == newest, MissingMark.extended_until >= day)
        .correlate(Placement)
        .exists()
    )


def marks_of(placement_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[MissingMark]]:
    """The calls about these placements, the newest first."""
    query = select(MissingMark).where(MissingMark.placement_id.in_(placement_ids)).order_by(MissingMark.at.desc())
    found: dict[uuid.UUID, list[MissingMark]] = {}
    for mark in db.session.scalars(query):
        found.setdefault(mark.placement_id, []).append(mark)
    return found


def hand_back(actor: Actor, *, expected: int) -> int:
    """Hand the places of all overdue pupils of the actor's schools back through the ledger; returns how many.

    ``expected`` is how many the page showed. Raises Refused when none is overdue or somebody arrived meanwhile.
    """
    with transaction() as session:
        ids = session.scalars(overdue_placements(actor).with_only_columns(Placement.id).order_by(Placement.id)).all()
        if not ids:
            raise Refused(_l("没有可以交回的名额：都已报到，或者报到和延期的日期还没有过。"))
        if len(ids) != expected:
            raise Refused(_l("名单刚刚有变化，现在是 %(count)s 人。请核对后再交回。", count=len(ids)))
        for placement_id in ids:
            placement = lock_row(Placement, placement_id)
            row = NoShow(placement_id=placement.id, at=clock.now(), handed_back_by=actor.account_id)
            session.add(row)
            session.flush()
            undo_place(actor, placement, SeatKind.NO_SHOW, reason="no show")
            record(actor, "confirmations.no_show", row, placement=str(placement.id))
            tell_family(placement, NO_SHOW)
        return len(ids)
