"""Job kinds for the tests, removed again afterwards."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from core.audit import record
from core.audit.operations import House
from core.db import db, transaction
from core.jobs import leases, operations, registry
from core.jobs.context import Claim, JobContext
from core.jobs.models import Job

LEASE = dt.timedelta(seconds=20)


@contextmanager
def kind(name: str, handler: registry.Handler, **rest: object) -> Iterator[None]:
    """A kind that exists inside the block (an earlier one of this name comes back afterwards)."""
    with mock.patch.dict(registry._KINDS):
        registry.add_kind(name, handler, **rest)
        yield


def idle(_job: JobContext) -> None:
    """A handler with nothing to do."""


def effect(job: JobContext) -> None:
    """A handler with one effect, an audit entry, behind its fence."""
    with transaction() as session:
        record(House(), "probe.effect", ("probe", job.job_id))
        job.fence(session)


def requested(name: str, **arguments: object) -> Job:
    """A job of this kind, asked for and committed."""
    with transaction():
        return operations.request(House(), name, arguments)


def taken(owner: str = "w1", lease: dt.timedelta = LEASE) -> Claim:
    """The next job, claimed."""
    held = leases.claim(owner, lease)
    assert held is not None
    return held


def fresh(job: Job) -> Job:
    """The row as the database has it now."""
    db.session.rollback()
    return db.session.get_one(Job, job.id, populate_existing=True)
