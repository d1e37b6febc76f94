"""One line a request: who (an id), what (the route, never the address), how it ended, how much it cost."""

import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Response, g, request
from sqlalchemy import Engine, event

from core.access import Actor
from core.observe.metrics import saw_request

_SILENT = frozenset({"observe.healthz"})


@dataclass(slots=True)
class Tally:
    """Statements sent to the database since the request began."""

    queries: int = 0


_tally: ContextVar[Tally | None] = ContextVar("query_tally", default=None)

log = structlog.get_logger("web")


def count_queries(engine: Engine) -> None:
    """Count the statements of this engine into the tally of the running context."""
    if not event.contains(engine, "before_cursor_execute", _count):
        event.listen(engine, "before_cursor_execute", _count)


def _count(*_: Any) -> None:
    tally = _tally.get()
    if tally is not None:
        tally.queries += 1


def init_app(app: Flask) -> None:
    """Begin a tally with each request and write its line after the answer is ready."""

    @app.before_request
    def begin() -> None:
        g.zone_begun = time.perf_counter()
        _tally.set(Tally())

    @app.after_request
    def write_line(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("zone_begun", time.perf_counter())
        endpoint = request.endpoint or "unknown"
        saw_request(endpoint, request.method, response.status_code, seconds)
        if endpoint not in _SILENT:
            actor: Actor | None = g.get("zone_actor")
            tally = _tally.get()
            log.info(
                "request",
                request_id=g.get("request_id", ""),
                account_id=str(actor.account_id) if actor and actor.account_id else "",
                route=endpoint,
                method=request.method,
                status=response.status_code,
                ms=round(seconds * 1000, 1),
                queries=tally.queries if tally else 0,
            )
        return response
