"""The worker in one process: it works, tells how each attempt ended, and stops in order."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from core.audit.operations import House
from core.db import db
from core.errors import Refused
from core.jobs import registry
from core.jobs.context import Cancelled, JobContext, LeaseLost
from core.jobs.models import Duty, Job, JobState, WorkerPresence
from core.jobs.operations import cancel
from core.jobs.worker import Worker
from tests.conftest import make_settings
from tests.core.jobs.kinds import effect, fresh, idle, kind, requested


@pytest.fixture
def worker(context: Flask) -> Iterator[Worker]:
    """A running worker, ended with the test."""
    settings = context.extensions["zone_settings"]
    quick = make_settings(
        settings.data_dir, settings.database_url, lease_seconds=2, reaper_seconds=1, grace_seconds=1
    )
    made = Worker(context, quick, context.extensions["zone_bell"])
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    yield made
    made.stopping.set()
    thread.join(20)
    assert not thread.is_alive()
    made._pool.shutdown()


def wait_for(job: Job, *states: JobState) -> Job:
    """The row once it has one of these states."""
    return until(lambda: fresh(job), lambda row: row.state in states)


def until(read: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + 15
    while not good(found := read()):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


@pytest.mark.parametrize("handler", [effect, idle])
def test_a_job_is_done(worker: Worker, handler: registry.Handler) -> None:
    with kind("probe", handler):
        row = wait_for(requested("probe"), JobState.SUCCEEDED, JobState.FAILED)
    assert (row.state, row.message, row.owner) == (JobState.SUCCEEDED, "", worker.name)


def raising(error: Exception) -> registry.Handler:
    def handler(_job: JobContext) -> None:
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (Refused("快照与结果不一致。"), JobState.FAILED, "快照与结果不一致。"),
        (Cancelled(), JobState.CANCELLED, ""),
        (ZeroDivisionError("310118200901010001"), JobState.FAILED, "系统出了问题"),
    ],
)
def test_how_an_attempt_ends_is_told_in_words(
    worker: Worker, error: Exception, state: JobState, message: str
) -> None:
    told: list[JobState] = []
    with kind("probe", raising(error), ended=lambda job: told.append(job.state)):
        row = wait_for(requested("probe"), JobState.FAILED, JobState.CANCELLED)
    assert row.state is state
    assert message in row.message
    assert "310118" not in row.message
    assert told == [state]


def test_work_of_a_lost_lease_or_database_is_left_to_the_reaper(worker: Worker) -> None:
    tried: list[int] = []

    def handler(job: JobContext) -> None:
        tried.append(job.claim.attempt)
        if job.claim.attempt == 1:
            raise OperationalError("gone", None, ConnectionError())
        if job.claim.attempt == 2:
            raise LeaseLost
        effect(job)

    with kind("probe", handler):
        assert wait_for(requested("probe"), JobState.SUCCEEDED).attempt == 3
    assert tried == [1, 2, 3]


def test_a_running_job_is_cancelled(worker: Worker) -> None:
    begun = threading.Event()

    def handler(job: JobContext) -> None:
        begun.set()
        for step in range(2_000):
            job.progress("waiting", step / 2_000)
            time.sleep(0.01)

    with kind("probe", handler):
        job = requested("probe")
        assert begun.wait(10)
        cancel(House(), job_id=job.id)
        assert wait_for(job, JobState.CANCELLED).message == ""


def test_a_silent_job_keeps_its_lease_and_a_stop_gives_it_back(worker: Worker) -> None:
    begun, free = threading.Event(), threading.Event()

    def handler(job: JobContext) -> None:
        begun.set()
        free.wait(30)
        job.progress("waiting", 0.5)

    with kind("probe", handler):
        job = requested("probe")
        assert begun.wait(10)
        time.sleep(2.5)
        assert (fresh(job).state, fresh(job).attempt) == (JobState.RUNNING, 1)
        worker.stopping.set()
        row = wait_for(job, JobState.QUEUED)
        free.set()
    assert (row.owner, row.attempt) == (None, 1)


def test_the_worker_shows_itself_and_does_its_duties(worker: Worker) -> None:
    def boom() -> None:
        raise OSError("disk")

    registry.add_duty("probe", timedelta(seconds=1), boom)
    try:
        found = until(lambda: refreshed(Duty, "probe"), lambda row: row is not None and row.outcome == "OSError")
    finally:
        del registry._DUTIES["probe"]
    assert found.done_by == worker.name
    presence = until(lambda: refreshed(WorkerPresence, worker.name), lambda row: row is not None)
    assert presence.stopped_at is None
    worker.stopping.set()
    until(lambda: refreshed(WorkerPresence, worker.name), lambda row: row.stopped_at is not None)


def refreshed(model: type, key: str) -> object:
    db.session.rollback()
    return db.session.get(model, key, populate_existing=True)
