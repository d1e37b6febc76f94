"""The row is the truth: one owner at a time, lost leases come back, a late worker stores nothing."""

import datetime as dt
import threading
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.audit import AuditEntry
from core.audit.operations import House
from core.db import after_commit, db, transaction
from core.db.transaction import UnauditedOperation
from core.errors import NotVisible, Refused
from core.jobs import leases, operations, registry
from core.jobs.bell import ring
from core.jobs.context import Cancelled, JobContext, LeaseLost, Stopped
from core.jobs.models import Job, JobState
from tests.core.jobs.kinds import LEASE, effect, fresh, idle, kind, requested, taken


@pytest.fixture(autouse=True)
def _kinds(context: Flask) -> Iterator[None]:
    with kind("probe", effect, max_attempts=2):
        yield


def effects() -> int:
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.operation == "probe.effect")
    return db.session.scalar(query) or 0


def test_a_request_waits_in_its_row_with_an_audit_entry() -> None:
    job = requested("probe", round="r1")
    assert (job.state, job.attempt, job.arguments) == (JobState.QUEUED, 0, {"round": "r1"})
    assert (
        db.session.scalar(select(AuditEntry.operation).where(AuditEntry.subject_id == str(job.id))) == "job.request"
    )


def test_a_request_outside_a_transaction_is_a_fault_of_the_program() -> None:
    with pytest.raises(RuntimeError):
        operations.request(House(), "probe", {})


def test_an_unknown_kind_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError), transaction():
        operations.request(House(), "unheard of", {})


def test_the_bell_rings_only_after_the_commit(app: Flask) -> None:
    with pytest.raises(UnauditedOperation), transaction():
        after_commit(ring)
    assert app.extensions["zone_bell"]._open().queue_size() == 0
    requested("probe")
    assert app.extensions["zone_bell"]._open().queue_size() == 1


def test_the_oldest_job_is_claimed_once() -> None:
    first, second = requested("probe"), requested("probe")
    assert [taken("a").job_id, taken("b").job_id] == [first.id, second.id]
    assert leases.claim("c", LEASE) is None
    row = fresh(first)
    assert (row.state, row.owner, row.attempt) == (JobState.RUNNING, "a", 1)


def test_a_worker_leaves_kinds_it_does_not_know() -> None:
    requested("probe")
    assert leases.claim("a", LEASE, kinds=("other",)) is None


def test_the_fence_ends_the_job_with_its_effect() -> None:
    job = requested("probe")
    effect(JobContext(taken(), LEASE))
    row = fresh(job)
    assert (row.state, row.done, row.lease_until) == (JobState.SUCCEEDED, 1.0, None)
    assert row.finished_at is not None
    assert effects() == 1


def test_behind_a_lost_lease_nothing_is_stored() -> None:
    job = requested("probe")
    with clock.frozen(clock.now()) as time:
        late = taken("late")
        time.advance(LEASE * 2)
        assert leases.reap() == 1
        quick = taken("quick")
        with pytest.raises(LeaseLost):
            effect(JobContext(late, LEASE))
        with pytest.raises(LeaseLost):
            JobContext(late, LEASE).progress("half", 0.5)
        with pytest.raises(LeaseLost), transaction() as session:
            JobContext(late, LEASE).hold(session)
        with pytest.raises(LeaseLost):
            leases.finish(late, JobState.FAILED, "late")
        assert effects() == 0
        effect(JobContext(quick, LEASE))
    assert effects() == 1
    assert fresh(job).attempt == 2


def test_the_same_owner_cannot_use_an_earlier_attempt() -> None:
    requested("probe")
    with clock.frozen(clock.now()) as time:
        first = taken("same")
        time.advance(LEASE * 2)
        leases.reap()
        taken("same")
        with pytest.raises(LeaseLost):
            effect(JobContext(first, LEASE))


def test_a_job_out_of_attempts_fails_and_tells_its_room() -> None:
    told: list[registry.EndedJob] = []
    with kind("probe", idle, max_attempts=2, ended=told.append), clock.frozen(clock.now()) as time:
        job = requested("probe", run="7")
        for _ in range(2):
            taken()
            time.advance(LEASE * 2)
            assert leases.reap() == 1
        assert leases.claim("w", LEASE) is None
    row = fresh(job)
    assert row.state is JobState.FAILED
    assert "多次中断" in row.message
    assert [(one.state, dict(one.arguments)) for one in told] == [(JobState.FAILED, {"run": "7"})]


def test_progress_renews_the_lease_and_shows_the_gap() -> None:
    job = requested("probe")
    with clock.frozen(clock.now()) as time:
        held = JobContext(taken(), LEASE)
        time.advance(LEASE / 2)
        held.progress("solving", 1.7, gap=0.25)
        time.advance(LEASE * 0.75)
        assert leases.reap() == 0
        row = fresh(job)
        assert (row.stage, row.done, row.gap, row.heartbeat_at) == ("solving", 1.0, 0.25, time.read() - LEASE * 0.75)
        held.progress("verifying", 0.5, gap=float("inf"))
        assert fresh(job).gap is None


def test_progress_is_cheap_to_call_often() -> None:
    job = requested("probe")
    held = JobContext(taken(), LEASE)
    for step in range(200):
        held.progress("reading", step / 200)
    assert fresh(job).done < 0.5


def test_renewing_keeps_a_silent_handler_alive() -> None:
    job = requested("probe")
    with clock.frozen(clock.now()) as time:
        held = taken()
        for _ in range(5):
            time.advance(LEASE * 0.9)
            leases.renew([held], LEASE)
            assert leases.reap() == 0
    assert fresh(job).state is JobState.RUNNING


def test_a_waiting_job_is_cancelled_at_once() -> None:
    told: list[registry.EndedJob] = []
    with kind("probe", idle, ended=told.append):
        job = requested("probe")
        operations.cancel(House(), job_id=job.id)
    assert fresh(job).state is JobState.CANCELLED
    assert [one.state for one in told] == [JobState.CANCELLED]
    with pytest.raises(Refused):
        operations.cancel(House(), job_id=job.id)


def test_a_running_job_hears_of_its_cancellation() -> None:
    job = requested("probe")
    held = JobContext(taken(), LEASE)
    operations.cancel(House(), job_id=job.id)
    with pytest.raises(Cancelled):
        held.progress("solving", 0.5)
    assert fresh(job).state is JobState.RUNNING


def test_a_cancelled_job_that_hangs_is_ended_by_the_reaper() -> None:
    job = requested("probe")
    with clock.frozen(clock.now()) as time:
        held = taken()
        operations.cancel(House(), job_id=job.id)
        for _ in range(4):
            time.advance(LEASE * 0.9)
            leases.renew([held], LEASE)
        assert leases.reap() == 1
    assert fresh(job).state is JobState.CANCELLED


def test_a_stopping_worker_gives_its_job_back() -> None:
    job = requested("probe")
    held = taken()
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        JobContext(held, LEASE, stop).progress("solving", 0.1)
    leases.give_back(held)
    leases.give_back(held)
    row = fresh(job)
    assert (row.state, row.owner, row.attempt) == (JobState.QUEUED, None, 1)


def test_nobody_cancels_a_job_that_is_not_there() -> None:
    with pytest.raises(NotVisible):
        operations.cancel(House(), job_id=uuid.uuid4())


def test_a_lease_in_the_future_is_not_reaped() -> None:
    requested("probe")
    taken()
    assert leases.reap() == 0
    with clock.frozen(clock.now() + dt.timedelta(hours=1)):
        assert leases.reap() == 1
    assert db.session.scalar(select(func.count()).select_from(Job).where(Job.state == JobState.QUEUED)) == 1
