"""Opening a year and its rounds, and setting each county's dates."""

import datetime as dt
import secrets
import uuid

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.audit import record
from core.clock import moment_cell
from core.db import expect_version, find, lock_row, transaction
from core.errors import Conflict, FieldDifference, NotAllowed, Refused
from core.i18n import lazy as _l
from enrolment.cycles.impact import (
    Dates,
    RoundChange,
    RoundDates,
    WindowChange,
    tell_change,
    tell_round_change,
)
from enrolment.cycles.models import CountyWindow, Cycle, Round, RoundKind, RoundState
from enrolment.cycles.policy import keep_sheets

SET_WINDOW = "cycles.set_window"
OPEN = "cycles.open"
_STALE = _l("这条记录刚刚被别人修改过，请查看最新内容后再试。")


def open_cycle(actor: Actor, *, year: int, name_zh: str, name_en: str) -> Cycle:
    """Open an enrolment year. Raises Refused when the year is open already."""
    with transaction() as session:
        if session.scalar(select(Cycle.id).where(Cycle.year == year)):
            raise Refused(_l("%(year)s 年的招生年度已经建立，不用再建。", year=year), field="year")
        cycle = Cycle(year=year, name_zh=name_zh, name_en=name_en)
        session.add(cycle)
        session.flush()
        record(actor, "cycles.open_cycle", cycle, year=year)
        return cycle


def may_set(actor: Actor, county: str) -> bool:
    """Whether the actor may set this county's dates: its own bureau, or whoever opens rounds."""
    return actor.may(OPEN) or county in actor.counties(SET_WINDOW)


def set_window(
    actor: Actor,
    *,
    cycle_id: uuid.UUID,
    county: str,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    scores_on: dt.date,
    round_number: int = 1,
    version: int | None = None,
) -> CountyWindow:
    """Set a county's dates for a round; ``version`` is that of the dates being changed, None for the first.

    Raises NotAllowed for another county, Refused once the round is locked or for dates out of order, and
    Conflict when somebody changed the dates meanwhile.
    """
    if not may_set(actor, county):
        raise NotAllowed(_l("各县区的报名时间由本县区教育局设定，您的账号不属于这个县区。"))
    if closes_at <= opens_at:
        raise Refused(_l("截止时间要晚于开始时间，请核对两个时间。"), field="closes_at")
    with transaction() as session:
        cycle = lock_row(Cycle, cycle_id)
        _expect_unlocked(session, cycle, round_number)
        window = session.scalars(_window_query(cycle_id, county, round_number)).one_or_none()
        before = _dates(window)
        change = change_of(cycle, window, Dates(opens_at, closes_at, scores_on)) if window else None
        if window is None:
            window = CountyWindow(cycle_id=cycle_id, county=county, round_number=round_number)
            session.add(window)
        elif version is None:
            raise Refused(_l("这个县区的时间已经设定，请从时间表点“更改”。"))
        elif window.version != version:
            raise Conflict(_STALE, differences=_differences(window, opens_at, closes_at, scores_on))
        window.opens_at, window.closes_at, window.scores_on = opens_at, closes_at, scores_on
        session.flush()
        running = next((one for one in cycle.rounds if one.number == round_number), None)
        sheets = keep_sheets(running, [window]) if running else []
        record(actor, "cycles.set_window", window, county=county, before=before, after=_dates(window), sheets=sheets)
        if change is not None:
            tell_change(actor, change)
        return window


def change_of(cycle: Cycle, window: CountyWindow, after: Dates) -> WindowChange:
    """The change of a county's dates, as the preview and the families read it."""
    found = next((one.id for one in cycle.rounds if one.number == window.round_number), None)
    before = Dates(window.opens_at, window.closes_at, window.scores_on)
    typed = Dates(_typed(before.opens_at, after.opens_at), _typed(before.closes_at, after.closes_at), after.scores_on)
    return WindowChange(found, window.county, before, typed)


def _typed(before: dt.datetime, after: dt.datetime) -> dt.datetime:
    """Forms hold minutes: the same minute is no change."""
    return before if before.replace(second=0, microsecond=0) == after else after


def open_round(
    actor: Actor,
    *,
    cycle_id: uuid.UUID,
    confirm_until: dt.datetime,
    arrive_from: dt.date,
    arrive_until: dt.date,
    seed: str = "",
) -> Round:
    """Open the next round of a year; the first is regular, later ones are supplementary (征求志愿).

    Without a published ``seed`` one is drawn that nobody chose. Raises Refused while another round of the
    year still takes applications, for a round without any county's dates, and for dates out of order.
    """
    if arrive_until < arrive_from:
        raise Refused(_l("报到结束日期不能早于开始日期。"), field="arrive_until")
    with transaction() as session:
        cycle = lock_row(Cycle, cycle_id)
        if any(one.state is RoundState.OPEN for one in cycle.rounds):
            raise Refused(_l("本年度还有一个轮次正在受理报名，锁定后才能开启下一轮。"))
        number = 1 + (session.scalar(select(func.max(Round.number)).where(Round.cycle_id == cycle_id)) or 0)
        if not any(window.round_number == number for window in cycle.windows):
            raise Refused(_l("第 %(number)s 轮还没有任何县区的报名时间，请先设定。", number=number))
        opened = Round(
            cycle_id=cycle_id,
            number=number,
            kind=RoundKind.REGULAR if number == 1 else RoundKind.SUPPLEMENTARY,
            confirm_until=confirm_until,
            arrive_from=arrive_from,
            arrive_until=arrive_until,
            seed=seed or secrets.token_hex(16),
        )
        session.add(opened)
        session.flush()
        dated = [window for window in cycle.windows if window.round_number == number]
        sheets = keep_sheets(opened, dated)
        record(actor, "cycles.open_round", opened, number=number, year=cycle.year, seed=opened.seed, sheets=sheets)
        return opened


def set_round_dates(
    actor: Actor,
    *,
    round_id: uuid.UUID,
    version: int,
    confirm_until: dt.datetime,
    arrive_from: dt.date,
    arrive_until: dt.date,
) -> Round:
    """Change a round's dates after its results. Raises Refused once the round is closed, or Conflict."""
    if arrive_until < arrive_from:
        raise Refused(_l("报到结束日期不能早于开始日期。"), field="arrive_until")
    with transaction():
        changed = lock_row(Round, round_id)
        expect_version(changed, version)
        if changed.state is RoundState.CLOSED:
            raise Refused(_l("这一轮已经结束，时间不能再改。"))
        before = moment_cell(changed.confirm_until)
        change = round_change_of(changed, RoundDates(confirm_until, arrive_from, arrive_until))
        changed.confirm_until = confirm_until
        changed.arrive_from, changed.arrive_until = arrive_from, arrive_until
        record(
            actor,
            "cycles.set_round_dates",
            changed,
            before=before,
            after=moment_cell(confirm_until),
            arrive=[arrive_from.isoformat(), arrive_until.isoformat()],
        )
        tell_round_change(actor, change)
        return changed


def round_change_of(found: Round, after: RoundDates) -> RoundChange:
    """The change of a round's dates, as the preview and the families read it."""
    before = RoundDates(found.confirm_until, found.arrive_from, found.arrive_until)
    until = _typed(before.confirm_until, after.confirm_until)
    return RoundChange(found.id, before, RoundDates(until, after.arrive_from, after.arrive_until))


def get_cycle(cycle_id: uuid.UUID) -> Cycle:
    """The enrolment year; a year is no secret. Raises NotVisible for an unknown id."""
    return find(Cycle, cycle_id)


def _expect_unlocked(session: Session, cycle: Cycle, number: int) -> None:
    state = session.scalar(select(Round.state).where(Round.cycle_id == cycle.id, Round.number == number))
    if state is not None and state is not RoundState.OPEN:
        raise Refused(_l("这一轮已经锁定，报名时间不能再改。"))


def _window_query(cycle_id: uuid.UUID, county: str, round_number: int) -> Select[CountyWindow]:
    return select(CountyWindow).where(
        CountyWindow.cycle_id == cycle_id,
        CountyWindow.county == county,
        CountyWindow.round_number == round_number,
    )


def _dates(window: CountyWindow | None) -> list[str]:
    if window is None:
        return []
    return [moment_cell(window.opens_at), moment_cell(window.closes_at), window.scores_on.isoformat()]


def _differences(
    saved: CountyWindow, opens_at: dt.datetime, closes_at: dt.datetime, scores_on: dt.date
) -> tuple[FieldDifference, ...]:
    pairs = (
        (_l("报名开始"), moment_cell(opens_at), moment_cell(saved.opens_at)),
        (_l("报名截止"), moment_cell(closes_at), moment_cell(saved.closes_at)),
        (_l("成绩公布日期"), scores_on.isoformat(), saved.scores_on.isoformat()),
    )
    return tuple(FieldDifference(label, yours, theirs) for label, yours, theirs in pairs if yours != theirs)
