"""When everything in the demonstration happens, counted from the day it is built. Pure but for the clock."""

import datetime as dt
from dataclasses import dataclass

from core import clock

_SEASON = dt.timedelta(days=150)
"""How long after New Year a visitor still expects the past year's enrolment."""


@dataclass(frozen=True, slots=True)
class RoundDates:
    """The moments of one round: filing, release, confirmation, arrival."""

    opens: dt.datetime
    closes: dt.datetime
    scores: dt.date
    release: dt.datetime
    confirm_until: dt.datetime
    arrive_from: dt.date
    arrive_until: dt.date


@dataclass(frozen=True, slots=True)
class Timetable:
    """Three rounds: one released, one ready to be locked, one in which families file."""

    year: int
    now: dt.datetime
    released: RoundDates
    ready: RoundDates
    filing: RoundDates


def timetable() -> Timetable:
    """The timetable of a demonstration built now."""
    now = clock.now().replace(second=0, microsecond=0)
    return Timetable(
        year=clock.beijing_day(now - _SEASON).year,
        now=now,
        released=_round(now, opens=-40, closes=-30, release=-6, confirm=5, arrive=-3),
        ready=_round(now, opens=-5, closes=-1, release=2, confirm=12, arrive=14),
        filing=_round(now, opens=-4, closes=14, release=30, confirm=40, arrive=60),
    )


def _round(now: dt.datetime, *, opens: int, closes: int, release: int, confirm: int, arrive: int) -> RoundDates:
    def day(count: int) -> dt.date:
        return clock.beijing_day(now) + dt.timedelta(days=count)

    return RoundDates(
        opens=clock.at_beijing(day(opens), 9),
        closes=clock.at_beijing(day(closes), 17),
        scores=day(closes - 2),
        release=clock.at_beijing(day(release), 9),
        confirm_until=clock.at_beijing(day(confirm), 17),
        arrive_from=day(arrive),
        arrive_until=day(arrive + 20),
    )
