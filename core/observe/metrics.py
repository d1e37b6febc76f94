"""Prometheus figures: request times from this process (or all of a server), the rest read from the rows."""

import os
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import case, func, select

from core import clock
from core.audit import AuditSeal
from core.db import db
from core.jobs.models import Job, JobState

REQUESTS = Histogram(
    "zone_request_seconds",
    "Time to answer a request",
    ("route", "method", "status"),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.3, 0.5, 1, 2.5, 5, 10),
)


def saw_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request; the status only by its hundreds."""
    known = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "OTHER"
    REQUESTS.labels(route, known, f"{status // 100}xx").observe(seconds)


class RowCollector(Collector):
    """Figures that are true for the whole installation, read from the database at the scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = clock.now()
        rows = db.session.execute(_JOBS).all()
        jobs = GaugeMetricFamily("zone_jobs", "Jobs by state", labels=["state"])
        for state in JobState:
            jobs.add_metric([state.value], sum(row.jobs for row in rows if row.state is state))
        yield jobs
        oldest = min((row.oldest for row in rows if row.state is JobState.QUEUED), default=now)
        yield GaugeMetricFamily(
            "zone_queue_age_seconds", "Age of the oldest waiting job", (now - oldest).total_seconds()
        )
        losses = sum(row.losses for row in rows)
        yield GaugeMetricFamily("zone_job_repeated_attempts", "Attempts after a lost or returned lease", losses)
        gap = GaugeMetricFamily("zone_solver_gap", "Relative gap of running jobs that tell one", labels=["kind"])
        for row in rows:
            if row.state is JobState.RUNNING and row.gap is not None:
                gap.add_metric([row.kind], row.gap)
        yield gap
        sealed = db.session.scalar(select(func.max(AuditSeal.sealed_at)))
        age = (now - sealed).total_seconds() if sealed else -1
        yield GaugeMetricFamily("zone_audit_seal_age_seconds", "Age of the newest audit seal (-1: none)", age)


_REPEATED = case((Job.attempt > 1, Job.attempt - 1), else_=0)
_JOBS = select(
    Job.state,
    Job.kind,
    func.count().label("jobs"),
    func.min(Job.created_at).label("oldest"),
    func.sum(_REPEATED).label("losses"),
    func.max(Job.gap).label("gap"),
).group_by(Job.state, Job.kind)
"""Everything about jobs in one statement; a scrape asks the database twice."""


def scrape() -> bytes:
    """The exposition in text form; under gunicorn over all its processes."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
    else:
        registry.register(REQUESTS)
    registry.register(RowCollector())
    return generate_latest(registry)
