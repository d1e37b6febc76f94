"""Settings of the web server; start it with ``gunicorn`` in the product's folder."""

import os
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

wsgi_app = "wsgi:create_app()"
bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
# Our own line per request replaces the access log, which would print addresses with their query strings.
accesslog = None
errorlog = "-"

_figures = Path(os.environ.get("ZONE_DATA_DIR", "instance")) / "metrics"
_figures.mkdir(parents=True, exist_ok=True)
# The library looks for this name when it is first imported, so nothing above may import it.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_figures)


def on_starting(_server: Arbiter) -> None:
    """Figures of an earlier life of the server are not ours."""
    for old in _figures.glob("*.db"):
        old.unlink()


def child_exit(_server: Arbiter, worker: Worker) -> None:
    """A process that ended no longer has live figures."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
