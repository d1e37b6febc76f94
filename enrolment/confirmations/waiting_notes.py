"""What a pupil on a waiting list reads above the result: the place now, the place at the release, why it changed."""

from sqlalchemy import select

from core import clock
from core.db import db
from core.i18n import current_language
from core.i18n import gettext as _
from enrolment.confirmations.models import ExitReason, WaitingEntry, WaitingExit
from enrolment.results.models import Placement


def waiting_notes(placement: Placement) -> tuple[object, ...]:
    """One sentence a list, and one for every change of the place in it; no word about who the others are."""
    if placement.programme_id is not None:
        return _moved_up(placement)
    entries = db.session.scalars(
        select(WaitingEntry).where(WaitingEntry.application_id == placement.application_id).order_by(WaitingEntry.id)
    ).all()
    return tuple(sentence for entry in entries for sentence in _list(entry))


def _moved_up(placement: Placement) -> tuple[object, ...]:
    query = select(WaitingExit).where(
        WaitingExit.placement_id == placement.id, WaitingExit.reason == ExitReason.MOVED_UP
    )
    found = db.session.scalars(query).one_or_none()
    if found is None:
        return ()
    at = clock.moment_text(found.at, current_language())
    return (_("您原在候补第 %(place)s 位，于 %(at)s 递补录取。", place=found.entry.place, at=at),)


def _list(entry: WaitingEntry) -> list[object]:
    ahead = (
        select(WaitingExit)
        .join(WaitingEntry, WaitingEntry.id == WaitingExit.entry_id)
        .where(WaitingEntry.cell_id == entry.cell_id, WaitingEntry.place < entry.place)
        .order_by(WaitingExit.at)
    )
    left = db.session.scalars(ahead).all()
    programme = entry.cell.plan_programme.programme
    language = current_language()
    said: list[object] = [
        _(
            "候补：%(school)s · %(major)s，现在第 %(place)s 位（公布时第 %(first)s 位）。",
            school=programme.school.name(language),
            major=programme.name(language),
            place=entry.place - len(left),
            first=entry.place,
        )
    ]
    for number, one in enumerate(left, start=1):
        at, place = clock.moment_text(one.at, language), entry.place - number
        if one.reason is ExitReason.MOVED_UP:
            said.append(_("%(at)s 前移到第 %(place)s 位：有名额退回，前面 1 人递补录取。", at=at, place=place))
        else:
            said.append(_("%(at)s 前移到第 %(place)s 位：前面 1 人已在其他专业递补录取。", at=at, place=place))
    return said
