"""Telling how far the build is: one line a stage, with a bar where a person watches."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import click

from core.words import Words

_BAR = 24
_QUIET_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class StageTime:
    """One finished stage: what, how many, how long in seconds."""

    title: str
    count: int
    seconds: float


@dataclass
class Progress:
    """The stages of one build. ``watched`` draws bars that move; otherwise only finished stages are said.

    ``heed`` is called at every step and raises where the build is to be given up.
    """

    stages: int
    watched: bool
    heed: Callable[[], None]
    times: list[StageTime] = field(default_factory=list)

    @contextmanager
    def stage(self, title: Words, total: int = 1) -> Iterator["Stage"]:
        """One stage of ``total`` steps; the block calls ``step`` as it goes."""
        self.heed()
        running = Stage(self, title, total)
        running.draw()
        yield running
        running.finish()
        self.times.append(StageTime(title.en, running.done, time.monotonic() - running.begun))


@dataclass
class Stage:
    """A stage under way."""

    of: Progress
    title: Words
    total: int
    done: int = 0
    begun: float = field(default_factory=time.monotonic)
    drawn: float = 0.0

    def step(self, by: int = 1) -> None:
        """So many steps more."""
        self.of.heed()
        self.done += by
        if time.monotonic() - self.drawn >= _QUIET_SECONDS:
            self.draw()

    def draw(self) -> None:
        """The line as it stands, over the one before."""
        if self.of.watched:
            self.drawn = time.monotonic()
            filled = round(_BAR * min(1.0, self.done / max(1, self.total)))
            bar = "█" * filled + "░" * (_BAR - filled)
            click.echo(f"\r{self._head()} {bar} {self.done}/{self.total} ", nl=False)

    def finish(self) -> None:
        """The finished line."""
        seconds = time.monotonic() - self.begun
        start = "\r\033[K" if self.of.watched else ""
        click.echo(f"{start}{self._head()} {self.done}  ({seconds:.1f} s)")

    def _head(self) -> str:
        number = len(self.of.times) + 1
        return f"[{number}/{self.of.stages}] {self.title.zh} / {self.title.en}"
