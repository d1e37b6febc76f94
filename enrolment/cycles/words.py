"""One way to say a deadline on every page: weekday, Beijing time, days left."""

import datetime as dt

from core import clock
from core.divisions import division
from core.i18n import current_language, gettext, ngettext
from enrolment.cycles.clock import Phase, Window, days_left, phase


def days_left_text(until: dt.datetime, at: dt.datetime) -> str:
    """How long there is still time: 还有 3 天, 今天截止, 已截止."""
    left = days_left(until, at)
    if left < 0:
        return str(gettext("已截止"))
    if left == 0:
        return str(gettext("今天截止"))
    return str(ngettext("还有 %(num)s 天", "还有 %(num)s 天", left))


def deadline_text(until: dt.datetime | None) -> str:
    """A deadline in full: 2026年6月20日（周六）17:00（北京时间），还有 3 天."""
    if until is None:
        return ""
    moment = clock.moment_text(until, current_language())
    return str(gettext("%(moment)s，%(left)s", moment=moment, left=days_left_text(until, clock.now())))


def phase_text(window: Window) -> str:
    """A window in one sentence, from the point of view of now."""
    now = clock.now()
    language = current_language()
    match phase(window, now):
        case Phase.BEFORE:
            return str(gettext("%(moment)s开始报名", moment=clock.moment_text(window.opens_at, language)))
        case Phase.OPEN:
            return str(gettext("报名截止：%(deadline)s", deadline=deadline_text(window.closes_at)))
        case Phase.CLOSED:
            return str(gettext("报名已于%(moment)s截止", moment=clock.moment_text(window.closes_at, language)))


def long_day(day: dt.date | None) -> str:
    """A day in running text with its weekday: 2026年9月1日（周二）."""
    return clock.date_text(day, current_language(), weekday=True) if day else ""


def county_text(code: str) -> str:
    """A county by its code, as it is called today: 青浦区."""
    return division(code).name.text(current_language())
