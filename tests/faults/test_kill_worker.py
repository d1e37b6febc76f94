"""kill -9 of a real worker at each point of a job: nothing lost, nothing twice, recovered in time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from core.audit import AuditEntry, verify_chain
from core.audit.operations import House
from core.config import Settings
from core.db import db, transaction
from core.jobs import operations
from core.jobs.models import Job, JobState
from tests.core.jobs.kinds import idle, kind
from tests.faults.nursery import KIND, LEASE_SECONDS, MANY, REAPER_SECONDS
from tests.figures import Figure

ROOT = Path(__file__).parents[2]
POINTS = (
    "after claim",
    "mid-work",
    "before the final transaction",
    "inside, before the fence",
    "inside, before the commit",
    "after the commit, before the end",
)
EACH = int(os.environ.get("ZONE_TEST_FAULT_KILLS", "3"))
# One worker does all the jobs again one after the other, and a machine under test load needs room.
ALLOWED_SECONDS = LEASE_SECONDS + REAPER_SECONDS + 20 + EACH

pytestmark = pytest.mark.slow


def request_jobs(count: int) -> None:
    with kind(KIND, idle, max_attempts=MANY), transaction():
        for _ in range(count):
            operations.request(House(), KIND, {})


@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_lost_and_nothing_happens_twice(
    context: Flask, settings: Settings, point: str, figure: Figure
) -> None:
    request_jobs(EACH)
    db.session.remove()
    place = (str(settings.data_dir), settings.database_url)
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults.nursery", *place, point, str(EACH)],
        cwd=ROOT, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    told = run.stdout.split()
    assert told[:2] == ["killed", str(EACH)], run.stderr[-3000:]
    jobs = db.session.scalars(select(Job)).all()
    assert [job.state for job in jobs] == [JobState.SUCCEEDED] * EACH
    subjects = db.session.scalars(select(AuditEntry.subject_id).where(AuditEntry.operation == "probe.effect")).all()
    assert sorted(subjects) == sorted(str(job.id) for job in jobs)
    assert verify_chain(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))).sound
    lost = sum(job.attempt - 1 for job in jobs)
    assert lost >= (0 if point.startswith("after the commit") else EACH)
    seconds = float(told[3])
    assert seconds <= ALLOWED_SECONDS
    figure(
        f"proof 56: {EACH} workers killed {point} on {db.engine.dialect.name}, 0 lost, 0 double, "
        f"all done {seconds:.1f} s after the last kill (lease {LEASE_SECONDS} s + reaper {REAPER_SECONDS} s)"
    )
