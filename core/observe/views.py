"""Addresses for machines (alive, ready, figures) and the health page of the system administrator."""

import hmac

from flask import Blueprint, current_app, jsonify, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from core.access import anonymous, requires
from core.config import Settings
from core.db import db
from core.errors import NotVisible
from core.jobs.models import Job
from core.jobs.status import status_of
from core.observe import health
from core.observe.metrics import scrape

SEE_HEALTH = "system.health"
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_NEWEST_JOBS = 30

blueprint = Blueprint("observe", __name__)


def _settings() -> Settings:
    found: Settings = current_app.extensions["zone_settings"]
    return found


@blueprint.get("/healthz")
@anonymous("the process answers; says nothing else and asks no database")
def healthz() -> Response:
    return jsonify(status="alive")


@blueprint.get("/readyz")
@anonymous("load balancers ask it; it tells states of parts, no figures of people")
def readyz() -> tuple[Response, int]:
    found = health.parts(_settings())
    level = health.worst(found)
    states = {part.key: part.level.value for part in found}
    return jsonify(status=level.value, parts=states), 503 if level is health.Level.FAILED else 200


@blueprint.get("/metrics")
@anonymous("answers only its token, or the same machine where no token is set")
def metrics() -> Response:
    if not _may_scrape():
        raise NotVisible
    return Response(scrape(), mimetype="text/plain; version=0.0.4")


@blueprint.get("/system/health")
@requires(SEE_HEALTH)
def show() -> str:
    found = health.parts(_settings())
    newest = select(Job).order_by(Job.created_at.desc()).limit(_NEWEST_JOBS)
    jobs = [] if found[0].level is health.Level.FAILED else [status_of(job) for job in db.session.scalars(newest)]
    return render_template("core/observe/health.html", parts=found, jobs=jobs)


def _may_scrape() -> bool:
    """The bearer token where one is set; else only callers on this machine and not behind a proxy."""
    token = _settings().metrics_token.get_secret_value()
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    proxied = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return request.remote_addr in _LOOPBACK and not proxied
