"""Asking for a job, and asking for its end."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from core import clock
from core.audit import record
from core.audit.operations import Signature, request_id_var
from core.db import after_commit, lock_row, require_transaction, transaction
from core.errors import Refused
from core.i18n import lazy as _l
from core.jobs.bell import ring
from core.jobs.context import rows_changed
from core.jobs.models import LIVE, Job, JobState
from core.jobs.registry import EndedJob, kind_of


def request(actor: Signature, kind: str, arguments: Mapping[str, Any]) -> Job:
    """Inside the caller's transaction: one job more, visible to workers from the commit on.

    ``arguments`` are JSON values: ids and settings, no personal data. KeyError for an unknown kind.
    """
    session = require_transaction()
    job = Job(
        kind=kind,
        arguments=dict(arguments),
        max_attempts=kind_of(kind).max_attempts,
        requested_by=actor.account_id,
        request_id=request_id_var.get(),
        created_at=clock.now(),
    )
    session.add(job)
    session.flush()
    record(actor, "job.request", job, kind=kind)
    after_commit(ring)
    return job


def cancel(actor: Signature, *, job_id: uuid.UUID) -> None:
    """Ask for a job to end: a waiting one ends at once, a running one at its next sign of life.

    Raises Refused when the job has ended already, NotVisible when there is none.
    """
    with transaction():
        job = lock_row(Job, job_id)
        if job.state not in LIVE:
            raise Refused(_l("这项任务已经结束，不能再取消。"))
        if job.cancel_requested_at is None:
            job.cancel_requested_at = clock.now()
        record(actor, "job.cancel", job, kind=job.kind, state=job.state.value)
        if job.state is JobState.QUEUED:
            end_by_house(job, JobState.CANCELLED, "")


def end_by_house(job: Job, state: JobState, message: str) -> None:
    """Inside a transaction, the row locked: end a job without its handler, and tell its room.

    The caller records the audit entry.
    """
    session = require_transaction()
    session.flush()
    ended = {"state": state, "lease_until": None, "finished_at": clock.now(), "message": message}
    rows_changed(session, update(Job).where(Job.id == job.id).values(ended))
    session.refresh(job)
    hook = kind_of(job.kind).ended
    if hook is not None:
        hook(EndedJob(job.id, job.kind, job.arguments, state, message))
