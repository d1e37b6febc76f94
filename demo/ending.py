"""Ctrl-C, SIGTERM and a closed terminal end the demonstration in order."""

import signal
import sys
from types import FrameType
from typing import Final

_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked to stop: everything that runs is to be ended in order; nothing that mends errors may mend it."""


class Ending:
    """Whether somebody has asked to stop.

    A signal raises Stopped at once. Python drops what is raised inside a finaliser or a weak reference's callback,
    so the wish is kept as well, and ``heed`` raises it at the next step.
    """

    def __init__(self) -> None:
        self._asked = False

    def listen(self) -> None:
        """From now on signals raise Stopped; under nohup a closed terminal is nothing."""
        for number in _ENDINGS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._ask)
        sys.unraisablehook = _say_all_but_stopped

    def heed(self) -> None:
        """Raises Stopped where somebody has asked to stop."""
        if self._asked:
            raise Stopped

    @staticmethod
    def hush() -> None:
        """Signals mean nothing from now on."""
        for number in _ENDINGS:
            signal.signal(number, signal.SIG_IGN)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        raise Stopped


def _say_all_but_stopped(dropped: "sys.UnraisableHookArgs") -> None:
    if not isinstance(dropped.exc_value, Stopped):
        sys.__unraisablehook__(dropped)
