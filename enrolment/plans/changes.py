"""What a newly approved version of a plan opens to a county that the version in force before did not.

A later room tells the pupils; it registers itself here, because a plan knows no pupils.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.audit.operations import Signature
from enrolment.plans.models import Plan


@dataclass(frozen=True, slots=True)
class Opened:
    """The programmes that a version opened, by county."""

    round_id: uuid.UUID
    plan_id: uuid.UUID
    programmes: Mapping[str, tuple[uuid.UUID, ...]]


Listener = Callable[[Signature, Opened], None]
_LISTENERS: list[Listener] = []


def add_opening_listener(listener: Listener) -> None:
    """Register a room that is told, inside the transaction of the last approval (idempotent)."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def opened_by(before: Plan | None, after: Plan) -> Mapping[str, tuple[uuid.UUID, ...]]:
    """The programmes with seats for a county in ``after`` that had none in ``before``; nothing in a first version."""
    if before is None:
        return {}
    old = {(row.programme_id, cell.county) for row in before.programmes for cell in row.cells if cell.seats > 0}
    found: dict[str, tuple[uuid.UUID, ...]] = {}
    for row in after.programmes:
        for cell in row.cells:
            if cell.seats > 0 and (row.programme_id, cell.county) not in old:
                found[cell.county] = (*found.get(cell.county, ()), row.programme_id)
    return found


def tell_opened(actor: Signature, before: Plan | None, after: Plan) -> None:
    """Inside the transaction of the last approval: tell the registered rooms what is new."""
    programmes = opened_by(before, after)
    if programmes:
        for listener in _LISTENERS:
            listener(actor, Opened(after.round_id, after.id, programmes))
