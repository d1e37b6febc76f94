"""Leases: taking a job, keeping it, giving it back, and taking it away from a worker that has gone."""

import datetime as dt
import uuid
from collections.abc import Collection

import structlog
from sqlalchemy import ColumnElement, or_, select, update

from core import clock
from core.audit import record
from core.audit.operations import House
from core.db import after_commit, db, housekeeping, transaction
from core.i18n import gettext as _
from core.jobs.bell import ring
from core.jobs.context import Claim, end, rows_changed
from core.jobs.models import Job, JobState
from core.jobs.operations import end_by_house
from core.jobs.registry import EndedJob, kind_names, kind_of

HOUSE = House("worker")
_REAP_AT_ONCE = 50

log = structlog.get_logger("jobs")


def claim(owner: str, lease: dt.timedelta, kinds: Collection[str] | None = None) -> Claim | None:
    """Take the job that has waited longest; None if there is none or another worker was quicker."""
    waiting = (
        select(Job.id)
        .where(Job.state == JobState.QUEUED, Job.kind.in_(kind_names() if kinds is None else kinds))
        .order_by(Job.created_at, Job.id)
        .limit(1)
    )
    if db.session.scalar(waiting) is None:
        return None
    with housekeeping() as session:
        job_id = session.scalar(waiting.with_for_update(skip_locked=True))
        now = clock.now()
        taken = {
            "state": JobState.RUNNING,
            "owner": owner,
            "attempt": Job.attempt + 1,
            "lease_until": now + lease,
            "heartbeat_at": now,
            "started_at": now,
            "stage": "",
            "done": 0.0,
            "gap": None,
        }
        free = update(Job).where(Job.id == job_id, Job.state == JobState.QUEUED).values(taken)
        if job_id is None or not rows_changed(session, free):
            return None
        job = session.get_one(Job, job_id, populate_existing=True)
        return Claim(job.id, job.kind, job.arguments, owner, job.attempt, job.requested_by, job.request_id)


def renew(claims: Collection[Claim], lease: dt.timedelta) -> None:
    """Keep the leases of living work, whether or not its handler speaks.

    A job whose cancellation was asked longer than a lease ago is not kept: its handler hangs, and the
    reaper will end it.
    """
    now = clock.now()
    heeded = or_(Job.cancel_requested_at.is_(None), Job.cancel_requested_at > now - lease)
    with housekeeping() as session:
        for held in claims:
            kept = {"heartbeat_at": now, "lease_until": now + lease}
            rows_changed(session, update(Job).where(*held.holds(), heeded).values(kept))


def give_back(held: Claim) -> None:
    """Put a job back into the queue because its worker stops; nothing happens if it is no longer ours."""
    with housekeeping() as session:
        if rows_changed(session, update(Job).where(*held.holds()).values(_QUEUED)):
            after_commit(ring)


def finish(held: Claim, state: JobState, message: str = "") -> None:
    """End a job whose handler did not end it by its fence; LeaseLost if another worker has it."""
    if state is JobState.SUCCEEDED:
        with housekeeping() as session:
            end(session, held, state, message)
        return
    with transaction() as session:
        end(session, held, state, message)
        record(HOUSE, f"job.{state.value}", ("job", held.job_id), kind=held.kind, attempt=held.attempt)
        hook = kind_of(held.kind).ended
        if hook is not None:
            hook(EndedJob(held.job_id, held.kind, held.arguments, state, message))


def is_ended(held: Claim) -> bool:
    """Whether the job has an end (its handler's fence gave it one)."""
    state = db.session.scalar(select(Job.state).where(Job.id == held.job_id))
    return state not in (JobState.QUEUED, JobState.RUNNING)


def reap() -> int:
    """Take every lost lease back: to the queue, or to an end if no attempt is left. How many."""
    late = select(Job.id).where(*_lost()).order_by(Job.lease_until).limit(_REAP_AT_ONCE)
    return sum(_reap(job_id) for job_id in db.session.scalars(late).all())


def _lost() -> tuple[ColumnElement[bool], ...]:
    return (Job.state == JobState.RUNNING, Job.lease_until < clock.now())


def _reap(job_id: uuid.UUID) -> bool:
    """Requeue or end one job; False if it was rescued meanwhile.

    A row that is locked is passed over: its worker is just storing the result behind its fence.
    """
    with housekeeping() as session:
        row = select(Job).where(Job.id == job_id, *_lost()).with_for_update(skip_locked=True)
        job = session.scalars(row.execution_options(populate_existing=True)).one_or_none()
        if job is None:
            return False
        log.warning("lease_lost", job=str(job.id), kind=job.kind, attempt=job.attempt, request_id=job.request_id)
        if job.cancel_requested_at is None and job.attempt < job.max_attempts:
            rows_changed(session, update(Job).where(Job.id == job.id).values(_QUEUED))
            after_commit(ring)
            return True
        cancelled = job.cancel_requested_at is not None
        state = JobState.CANCELLED if cancelled else JobState.FAILED
        message = "" if cancelled else _("任务多次中断，没有完成。请重新发起；如再次中断，请联系系统管理员。")
        record(HOUSE, f"job.{state.value}", job, kind=job.kind, attempt=job.attempt)
        end_by_house(job, state, message)
    return True


_QUEUED = {"state": JobState.QUEUED, "owner": None, "lease_until": None}
