"""Regular duties: each is done by one worker of all, once a period, and its last time is a row."""

import datetime as dt

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from core import clock
from core.audit import AuditSeal, seal_day
from core.db import db, housekeeping
from core.jobs.context import rows_changed
from core.jobs.leases import HOUSE
from core.jobs.models import Duty, WorkerPresence
from core.jobs.registry import DutyPlan
from core.web.models import RequestToken

_FORGET_WORKERS = dt.timedelta(days=7)
_FORGET_TOKENS = dt.timedelta(days=7)


def take(duty: DutyPlan, worker: str) -> bool:
    """Whether this worker does the duty now: it is due, and no other worker was quicker."""
    now = clock.now()
    last = db.session.scalar(select(Duty.last_at).where(Duty.name == duty.name))
    if last is not None and now - last < duty.every:
        return False
    try:
        with housekeeping() as session:
            if last is None:
                session.add(Duty(name=duty.name, last_at=now, done_by=worker))
                session.flush()
                return True
            due = update(Duty).where(Duty.name == duty.name, Duty.last_at == last)
            return bool(rows_changed(session, due.values(last_at=now, done_by=worker, outcome="")))
    except IntegrityError:
        return False


def note(name: str, worker: str, outcome: str = "") -> None:
    """Write down that a duty was done just now, and the kind of the error if it failed."""
    with housekeeping() as session:
        session.merge(Duty(name=name, last_at=clock.now(), done_by=worker, outcome=outcome[:80]))


def last_done(name: str) -> Duty | None:
    """When and by whom a duty was done last."""
    return db.session.get(Duty, name)


def show_presence(worker: str, *, started_at: dt.datetime, stopped: bool = False) -> None:
    """A worker says that it is alive, or that it has ended cleanly."""
    now = clock.now()
    with housekeeping() as session:
        session.merge(
            WorkerPresence(name=worker, started_at=started_at, seen_at=now, stopped_at=now if stopped else None)
        )


def workers_seen(within: dt.timedelta) -> tuple[WorkerPresence, ...]:
    """The workers that are alive as far as their rows tell."""
    alive = select(WorkerPresence).where(
        WorkerPresence.stopped_at.is_(None), WorkerPresence.seen_at > clock.now() - within
    )
    return tuple(db.session.scalars(alive.order_by(WorkerPresence.name)).all())


def forget_workers() -> None:
    """Remove the rows of workers not seen for a week."""
    with housekeeping() as session:
        session.execute(delete(WorkerPresence).where(WorkerPresence.seen_at < clock.now() - _FORGET_WORKERS))


def forget_tokens() -> None:
    """Remove idempotency tokens of forms that nobody can send again (their sessions have ended long ago)."""
    with housekeeping() as session:
        session.execute(delete(RequestToken).where(RequestToken.used_at < clock.now() - _FORGET_TOKENS))


def seal_yesterday() -> None:
    """Seal the audit chain of the day that has ended, once."""
    day = clock.today() - dt.timedelta(days=1)
    if db.session.scalar(select(AuditSeal.id).where(AuditSeal.day == day)) is None:
        seal_day(HOUSE, day)
