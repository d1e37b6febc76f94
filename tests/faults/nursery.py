"""Real worker processes that are killed at a chosen point: ``python -m tests.faults.nursery``.

One warm process forks the workers, so that twenty kills do not cost twenty starts of Python. Each worker
is a process of its own with its own connections; at its point it gets SIGKILL (kill -9).

Arguments: the data directory, the database address, the crash point, how many workers to lose.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from core.audit import record
from core.audit.operations import House
from core.db import db, transaction
from core.jobs import registry
from core.jobs.context import JobContext
from core.jobs.models import LIVE, Job
from core.jobs.worker import Worker
from tests.conftest import make_settings
from wsgi import create_app

KIND = "probe.fault"
LEASE_SECONDS, REAPER_SECONDS = 2, 1
MANY = 1000
"""Attempts a job may have here: several workers may die on the same one."""


def handler_with(point: str) -> registry.Handler:
    """A handler with one effect (an audit entry) behind its fence, killed at ``point`` (nowhere without one)."""

    def pass_by(here: str) -> None:
        if point == here:
            os.kill(os.getpid(), signal.SIGKILL)

    def handler(job: JobContext) -> None:
        pass_by("after claim")
        job.progress("reading", 0.1)
        job.progress("solving", 0.5)
        pass_by("mid-work")
        job.progress("verifying", 0.9)
        pass_by("before the final transaction")
        with transaction() as session:
            record(House(), "probe.effect", ("probe", job.job_id))
            pass_by("inside, before the fence")
            job.fence(session)
            session.flush()
            pass_by("inside, before the commit")
        pass_by("after the commit, before the end")

    return handler


def work(app: Flask, *, until_idle: bool) -> None:
    """Run a worker; the one that heals ends when no job is live any more."""
    settings = app.extensions["zone_settings"]
    worker = Worker(app, settings, app.extensions["zone_bell"])
    if until_idle:
        threading.Thread(target=_stop_when_idle, args=(app, worker), daemon=True).start()
    worker.run()


def _stop_when_idle(app: Flask, worker: Worker) -> None:
    while not worker.stopping.wait(0.1):
        with app.app_context():
            if not db.session.scalar(select(func.count()).select_from(Job).where(Job.state.in_(LIVE))):
                worker.stopping.set()


def main() -> int:
    """Fork the workers that will be killed, count their ends, then let one worker heal."""
    data_dir, url, point, count = sys.argv[1:5]
    times = {"lease_seconds": LEASE_SECONDS, "reaper_seconds": REAPER_SECONDS, "grace_seconds": 5}
    app = create_app(make_settings(Path(data_dir), url, **times))
    registry.add_kind(KIND, handler_with(point), max_attempts=MANY)
    with app.app_context():
        db.engine.dispose(close=False)
    children = []
    for _ in range(int(count)):
        child = os.fork()
        if child == 0:
            work(app, until_idle=False)
            os._exit(0)
        children.append(child)
    killed = sum(os.waitpid(child, 0)[1] == signal.SIGKILL for child in children)
    begun = time.monotonic()
    registry.add_kind(KIND, handler_with(""), max_attempts=MANY)
    work(app, until_idle=True)
    sys.stdout.write(f"killed {killed} healed {time.monotonic() - begun:.1f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
