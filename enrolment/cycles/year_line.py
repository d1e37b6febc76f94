"""The year in one line for the first page: filing, scores, confirmation, arrival."""

import datetime as dt

from core import clock
from core.i18n import current_language
from core.i18n import gettext as _
from core.web.home import HomeDate
from enrolment.cycles.queries import current_cycle, newest_round, windows_of


def public_dates() -> tuple[HomeDate, ...]:
    """The steps of the newest round; empty while no year, no round or no window is published.

    Counties have their own windows: a step spans from the first county to the last.
    """
    cycle = current_cycle()
    shown = newest_round(cycle) if cycle else None
    windows = windows_of(shown) if shown else ()
    if shown is None or not windows:
        return ()
    opens = clock.beijing_day(min(one.opens_at for one in windows))
    closes = clock.beijing_day(max(one.closes_at for one in windows) - dt.timedelta(microseconds=1))
    scores = [one.scores_on for one in windows]
    confirm = clock.beijing_day(shown.confirm_until)
    steps = (
        (_("报名（以本县区时间为准）"), opens, closes),
        (_("公布成绩"), min(scores), max(scores)),
        (_("录取确认截止"), confirm, confirm),
        (_("到校报到"), shown.arrive_from, shown.arrive_until),
    )
    return tuple(HomeDate(label, _span(first, last), _state(first, last)) for label, first, last in steps)


def _span(first: dt.date, last: dt.date) -> str:
    language = current_language()
    start = clock.date_text(first, language)
    return start if first == last else _("%(first)s至%(last)s", first=start, last=clock.date_text(last, language))


def _state(first: dt.date, last: dt.date) -> str:
    today = clock.today()
    if last < today:
        return "done"
    return "now" if first <= today else "ahead"
