"""Terms counted in working days, and what setting a day does to them. Rooms register theirs; nothing is stored."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.calendar.working import DayOverride, WorkingCalendar


@dataclass(frozen=True, slots=True)
class RunningTerm:
    """A term that runs now: what it is, from which day, how many working days, and its page."""

    label: object
    start: dt.date
    days: int
    link: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A term whose last day changes."""

    term: RunningTerm
    before: dt.date
    after: dt.date


TermSource = Callable[[], Iterable[RunningTerm]]
_SOURCES: list[TermSource] = []


def add_running_terms(source: TermSource) -> None:
    """Register a room that counts terms in working days (idempotent)."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def running_terms() -> tuple[RunningTerm, ...]:
    """Every term of every room that has not ended."""
    return tuple(term for source in _SOURCES for term in source())


def moved(terms: Iterable[RunningTerm], before: WorkingCalendar, day: dt.date, change: DayOverride) -> list[Moved]:
    """The terms whose last day is another one once ``day`` is set, nearest first."""
    after = before.with_day(day, change)
    found = [
        Moved(term, before.add_working_days(term.start, term.days), after.add_working_days(term.start, term.days))
        for term in terms
    ]
    return sorted((one for one in found if one.before != one.after), key=lambda one: one.before)
