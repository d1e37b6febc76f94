"""The arithmetic of a filing window: before, open, closed, and how many days are left. Pure.

A window is half open: the second it closes is already outside, so 17:00 means until 16:59:59.
"""

import datetime as dt
import enum
from typing import Protocol

from core.clock import beijing_day


class Phase(enum.StrEnum):
    """Where a moment lies: before the window, inside it, or after it."""

    BEFORE = "before"
    OPEN = "open"
    CLOSED = "closed"


class Window(Protocol):
    """Anything that opens and closes."""

    @property
    def opens_at(self) -> dt.datetime: ...

    @property
    def closes_at(self) -> dt.datetime: ...


def phase(window: Window, at: dt.datetime) -> Phase:
    """The phase of ``window`` at the aware moment ``at``."""
    if at < window.opens_at:
        return Phase.BEFORE
    return Phase.OPEN if at < window.closes_at else Phase.CLOSED


def days_left(until: dt.datetime, at: dt.datetime) -> int:
    """Days in Beijing from ``at`` to ``until``: 0 on the last day itself, negative once it is over."""
    if at >= until:
        return min(-1, (beijing_day(until) - beijing_day(at)).days)
    return (beijing_day(until - dt.timedelta(microseconds=1)) - beijing_day(at)).days
