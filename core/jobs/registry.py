"""What the worker can do: kinds of jobs, and the regular duties of the house."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.jobs.context import JobContext
from core.jobs.models import JobState

Handler = Callable[[JobContext], None]


@dataclass(frozen=True, slots=True)
class EndedJob:
    """A job the house itself ended (failed or cancelled), as its room is told of it."""

    job_id: uuid.UUID
    kind: str
    arguments: Mapping[str, Any]
    state: JobState
    message: str


Ended = Callable[[EndedJob], None]
Link = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job. ``handler`` must bear being run again until its fence has been passed.

    ``ended`` is called inside the transaction in which the house ends a job without its handler
    (out of attempts, broken, cancelled), so that the room's own row ends in the same moment.
    ``label`` and ``stages`` (code of the stage → words, in order) are shown to people; ``link`` makes
    the address of the result from the arguments. ``shared_with`` is a permission: who holds it for an office
    of the person who asked for the job may look at it and end it as well.
    """

    name: str
    handler: Handler
    max_attempts: int = 5
    ended: Ended | None = None
    label: object = ""
    stages: Mapping[str, object] = field(default_factory=dict)
    link: Link | None = None
    shared_with: str = ""


@dataclass(frozen=True, slots=True)
class DutyPlan:
    """Something one worker of all does every ``every``; it must bear being done twice."""

    name: str
    every: dt.timedelta
    action: Callable[[], object]


_KINDS: dict[str, Kind] = {}
_DUTIES: dict[str, DutyPlan] = {}


def add_kind(
    kind: str,
    handler: Handler,
    *,
    max_attempts: int = 5,
    ended: Ended | None = None,
    label: object = "",
    stages: Mapping[str, object] | None = None,
    link: Link | None = None,
    shared_with: str = "",
) -> None:
    """Register a kind of job (the same name again replaces the earlier one); see ``Kind``."""
    _KINDS[kind] = Kind(kind, handler, max_attempts, ended, label, dict(stages or {}), link, shared_with)


def kind_of(name: str) -> Kind:
    """The kind with this name; KeyError for an unknown one (a fault of the program)."""
    return _KINDS[name]


def known_kind(name: str) -> Kind | None:
    """The kind with this name, if this version of the product still knows it."""
    return _KINDS.get(name)


def kind_names() -> frozenset[str]:
    return frozenset(_KINDS)


def shared_kinds() -> Mapping[str, str]:
    """The kinds that colleagues share, with the permission that it takes."""
    return {one.name: one.shared_with for one in _KINDS.values() if one.shared_with}


def add_duty(name: str, every: dt.timedelta, action: Callable[[], object]) -> None:
    """Register a regular duty (the same name again replaces the earlier one)."""
    _DUTIES[name] = DutyPlan(name, every, action)


def duties() -> tuple[DutyPlan, ...]:
    return tuple(_DUTIES.values())
