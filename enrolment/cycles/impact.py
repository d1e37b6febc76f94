"""What moves when a county's dates change: told before they are saved, by every room that knows something.

The rooms that come later register what they know; after the save they tell the families.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core import clock
from core.audit.operations import Signature
from core.i18n import current_language
from core.i18n import gettext as _
from enrolment.cycles.models import Cycle, Round


@dataclass(frozen=True, slots=True)
class Dates:
    """A county's dates in a round."""

    opens_at: dt.datetime
    closes_at: dt.datetime
    scores_on: dt.date


@dataclass(frozen=True, slots=True)
class WindowChange:
    """A change of a county's dates in a round (``round_id`` None: dated before it is opened)."""

    round_id: uuid.UUID | None
    county: str
    before: Dates
    after: Dates

    @property
    def moves_filing(self) -> bool:
        """Whether families have another time to file."""
        return (self.before.opens_at, self.before.closes_at) != (self.after.opens_at, self.after.closes_at)


@dataclass(frozen=True, slots=True)
class RoundDates:
    """The dates after a round's results."""

    confirm_until: dt.datetime
    arrive_from: dt.date
    arrive_until: dt.date


@dataclass(frozen=True, slots=True)
class RoundChange:
    """A change of a round's dates after its results."""

    round_id: uuid.UUID
    before: RoundDates
    after: RoundDates


@dataclass(frozen=True, slots=True)
class ImpactLine:
    """One thing that moves: what it is, how many, and what happens to it; ``warning`` where to look twice."""

    what: str
    detail: str
    count: int | None = None
    warning: bool = False


Source = Callable[[WindowChange], Iterable[ImpactLine]]
Listener = Callable[[Signature, WindowChange], None]
_SOURCES: list[Source] = []
_LISTENERS: list[Listener] = []


def add_impact(source: Source, listener: Listener) -> None:
    """Register a room: what moves there, and whom it tells after the save (idempotent)."""
    if source not in _SOURCES:
        _SOURCES.append(source)
        _LISTENERS.append(listener)


def tell_change(actor: Signature, change: WindowChange) -> None:
    """Inside the transaction of the save: the rooms tell whom it concerns."""
    for listener in _LISTENERS:
        listener(actor, change)


RoundSource = Callable[[RoundChange], Iterable[ImpactLine]]
RoundListener = Callable[[Signature, RoundChange], None]
_ROUND_SOURCES: list[RoundSource] = []
_ROUND_LISTENERS: list[RoundListener] = []


def add_round_impact(source: RoundSource, listener: RoundListener) -> None:
    """Register a room for the dates after the results (idempotent)."""
    if source not in _ROUND_SOURCES:
        _ROUND_SOURCES.append(source)
        _ROUND_LISTENERS.append(listener)


def tell_round_change(actor: Signature, change: RoundChange) -> None:
    """Inside the transaction of the save: the rooms tell whom it concerns."""
    if change.before != change.after:
        for listener in _ROUND_LISTENERS:
            listener(actor, change)


def round_impact_of(change: RoundChange) -> tuple[ImpactLine, ...]:
    """Everything that moves with the dates after the results."""
    found = []
    if change.before.confirm_until > clock.now() >= change.after.confirm_until:
        found.append(ImpactLine(_("录取确认"), _("保存后立即截止，没有答复的按默认办理。"), warning=True))
    if change.before.confirm_until <= clock.now() < change.after.confirm_until:
        found.append(ImpactLine(_("录取确认"), _("已经按默认办理的不变，还没有办理的可以继续答复。"), warning=True))
    rooms = (line for source in _ROUND_SOURCES for line in source(change))
    pages = ImpactLine(_("公开页面"), _("公开的时间表和首页的日程立即按新时间显示。"))
    return (*found, *rooms, pages)


def impact_of(change: WindowChange, cycle: Cycle) -> tuple[ImpactLine, ...]:
    """Everything that moves, in the order of the year."""
    rooms = (line for source in _SOURCES for line in source(change))
    return (*_state_now(change), *rooms, *_round(change, cycle), _pages())


def _state_now(change: WindowChange) -> Iterable[ImpactLine]:
    now, after = clock.now(), change.after
    if change.before.closes_at > now >= after.closes_at:
        yield ImpactLine(_("报名"), _("保存后立即截止，考生不能再修改。"), warning=True)
    elif change.before.closes_at <= now < after.closes_at:
        yield ImpactLine(_("报名"), _("已经截止的报名保存后重新开放。"), warning=True)
    if change.before.opens_at <= now < after.opens_at:
        yield ImpactLine(_("报名"), _("已经开始的报名保存后暂停，到新的开始时间再开放。"), warning=True)


def _round(change: WindowChange, cycle: Cycle) -> Iterable[ImpactLine]:
    """The lock waits for the last county; confirmation must not come before scores."""
    found = next((one for one in cycle.rounds if one.id == change.round_id), None)
    if found is None:
        return
    others = [
        one.closes_at for one in cycle.windows if one.round_number == found.number and one.county != change.county
    ]
    before, after = max([*others, change.before.closes_at]), max([*others, change.after.closes_at])
    if before != after:
        detail = _("本轮最早可以锁定的时间由%(before)s改为%(after)s。", before=_moment(before), after=_moment(after))
        yield ImpactLine(_("轮次锁定"), detail)
    yield from _late(change, found)


def _late(change: WindowChange, found: Round) -> Iterable[ImpactLine]:
    if change.after.closes_at >= found.confirm_until:
        detail = _("报名截止不早于录取确认截止（%(until)s），请核对。", until=_moment(found.confirm_until))
        yield ImpactLine(_("录取确认"), detail, warning=True)
    if change.after.scores_on >= clock.beijing_day(found.confirm_until):
        detail = _("成绩公布不早于录取确认截止（%(until)s），请核对。", until=_moment(found.confirm_until))
        yield ImpactLine(_("公布成绩"), detail, warning=True)


def _pages() -> ImpactLine:
    return ImpactLine(_("公开页面"), _("公开的时间表、首页的日程和每名考生的报名页面立即按新时间显示。"))


def _moment(moment: dt.datetime) -> str:
    return clock.moment_text(moment, current_language())
