"""A limit of time that several solves share."""

from __future__ import annotations

import time
from dataclasses import dataclass


class NoTime(Exception):  # noqa: N818 - says what happened
    """The time limit came before the answer."""


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
