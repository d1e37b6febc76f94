"""The bitemporal fold: what a spell's status was on a day, as it was known at a moment. Pure."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Protocol

from registry.students.states import Status


class Entry(Protocol):
    """The part of a status entry that the fold reads."""

    @property
    def id(self) -> uuid.UUID: ...

    @property
    def status(self) -> Status: ...

    @property
    def effective_on(self) -> dt.date: ...

    @property
    def recorded_at(self) -> dt.datetime: ...

    @property
    def corrects_id(self) -> uuid.UUID | None: ...


def in_force(entries: Iterable[Entry], *, known_at: dt.datetime | None = None) -> Sequence[Entry]:
    """The entries that stand, in the order in which they are true.

    ``known_at`` leaves out what was recorded later; an entry put right by a known one falls away.
    """
    known = [entry for entry in entries if known_at is None or entry.recorded_at <= known_at]
    corrected = {entry.corrects_id for entry in known if entry.corrects_id}
    standing = [entry for entry in known if entry.id not in corrected]
    return sorted(standing, key=lambda entry: (entry.effective_on, entry.recorded_at))


def status_on(entries: Iterable[Entry], day: dt.date, *, known_at: dt.datetime | None = None) -> Status | None:
    """The status true on ``day``, as known at ``known_at`` (now, if left out); None before the first entry."""
    current: Status | None = None
    for entry in in_force(entries, known_at=known_at):
        if entry.effective_on <= day:
            current = entry.status
    return current
