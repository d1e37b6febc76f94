"""A limit of time that several solves share."""

from __future__ import annotations

import time
from dataclasses import dataclass


class NoTime(Exception):  # says what happened
    """The time limit came before the answer."""


GRACE = 1.5
"""Seconds past the limit for what ends soon: half for the greedy closing, the rest for the reasons."""


@dataclass(frozen=True, slots=True)
class Clock:
    """When to stop (``time.monotonic`` seconds), if ever."""

    ends: float | None = None

    def left(self) -> float | None:
        """Seconds left; raises :class:`NoTime` if none are."""
        if self.ends is None:
            return None
        left = self.ends - time.monotonic()
        if left <= 0:
            raise NoTime
        return left


def clock(seconds: float | None) -> Clock:
    """A clock that runs out in so many seconds, if a number is given."""
    return Clock(None if seconds is None else time.monotonic() + seconds)
