"""A wish to stop is never lost, wherever the signal arrives."""

import signal
import sys
import weakref
from collections.abc import Iterator

import pytest

from core.words import Words
from demo.ending import Ending, Stopped
from demo.stages import Progress

pytestmark = pytest.mark.pure


class _Thing:
    pass


@pytest.fixture
def ending() -> Iterator[Ending]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before, hook = {number: signal.getsignal(number) for number in numbers}, sys.unraisablehook
    signal.signal(signal.SIGINT, signal.default_int_handler)
    listening = Ending()
    listening.listen()
    yield listening
    sys.unraisablehook = hook
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_stops_at_once(ending: Ending) -> None:
    with pytest.raises(Stopped):
        signal.raise_signal(signal.SIGTERM)


def test_what_a_weak_references_callback_drops_stops_the_next_step(
    ending: Ending, capsys: pytest.CaptureFixture[str]
) -> None:
    thing = _Thing()
    watching = weakref.ref(thing, lambda _gone: signal.raise_signal(signal.SIGINT))
    del thing
    assert watching() is None
    progress = Progress(1, watched=False, heed=ending.heed)
    with pytest.raises(Stopped), progress.stage(Words("一步", "one step")):
        pass
    assert capsys.readouterr().err == ""


def test_nobody_asked_nothing_stops(ending: Ending) -> None:
    ending.heed()
