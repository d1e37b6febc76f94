"""Prometheus figures: request times from this process (or all of a server), the rest read from the rows."""

import os
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select

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
        states = {state: count for state, count in db.session.execute(_JOBS_BY_STATE)}
        jobs = GaugeMetricFamily("zone_jobs", "Jobs by state", labels=["state"])
        for state in JobState:
            jobs.add_metric([state.value], states.get(state, 0))
        yield jobs
        oldest = db.session.scalar(_OLDEST_WAITING)
        waited = (now - oldest).total_seconds() if oldest else 0
        yield GaugeMetricFamily("zone_queue_age_seconds", "Age of the oldest waiting job", waited)
        losses = db.session.scalar(_REPEATED) or 0
        yield GaugeMetricFamily("zone_job_repeated_attempts", "Attempts after a lost or returned lease", losses)
        gap = GaugeMetricFamily("zone_solver_gap", "Relative gap of running jobs that tell one", labels=["kind"])
        for kind, value in db.session.execute(_GAPS):
            gap.add_metric([kind], value or 0.0)
        yield gap
        sealed = db.session.scalar(select(func.max(AuditSeal.sealed_at)))
        age = (now - sealed).total_seconds() if sealed else -1
        yield GaugeMetricFamily("zone_audit_seal_age_seconds", "Age of the newest audit seal (-1: none)", age)


_JOBS_BY_STATE = select(Job.state, func.count()).group_by(Job.state)
_OLDEST_WAITING = select(func.min(Job.created_at)).where(Job.state == JobState.QUEUED)
_REPEATED = select(func.sum(Job.attempt - 1)).where(Job.attempt > 1)
_GAPS = (
    select(Job.kind, func.max(Job.gap)).where(Job.state == JobState.RUNNING, Job.gap.is_not(None)).group_by(Job.kind)
)


def scrape() -> bytes:
    """The exposition in text form; under gunicorn over all its processes."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library ships it untyped
    else:
        registry.register(REQUESTS)
    registry.register(RowCollector())
    return generate_latest(registry)
