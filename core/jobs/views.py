"""The status of a job: page, fragment for polling, JSON; and the button to cancel it."""

import uuid

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response

from core.access import signed_in
from core.db import find_in
from core.i18n import gettext as _
from core.jobs import operations
from core.jobs.models import Job
from core.jobs.scope import visible_jobs
from core.jobs.status import JobStatus, status_of
from core.web.actor import current_actor

blueprint = Blueprint("jobs", __name__)


def _visible_job(job_id: uuid.UUID) -> Job:
    return find_in(visible_jobs(current_actor()).where(Job.id == job_id))


def _status(job_id: uuid.UUID) -> JobStatus:
    return status_of(_visible_job(job_id))


@blueprint.get("/jobs/<uuid:job_id>")
@signed_in
def show(job_id: uuid.UUID) -> str:
    return render_template("core/jobs/show.html", job=_status(job_id))


@blueprint.get("/jobs/<uuid:job_id>/fragment")
@signed_in
def fragment(job_id: uuid.UUID) -> str:
    return render_template("core/jobs/_status.html", job=_status(job_id))


@blueprint.get("/jobs/<uuid:job_id>/status")
@signed_in
def status(job_id: uuid.UUID) -> Response:
    job = _status(job_id)
    return jsonify(
        id=str(job.id),
        state=job.state.value,
        word=job.word,
        stage=job.stage,
        percent=job.percent,
        gap=job.gap,
        elapsed_seconds=job.elapsed_seconds,
        live=job.live,
        cancelling=job.cancelling,
        message=job.message,
        link=job.link,
    )


@blueprint.post("/jobs/<uuid:job_id>/cancel")
@signed_in
def cancel(job_id: uuid.UUID) -> Response:
    job = _visible_job(job_id)
    operations.cancel(current_actor(), job_id=job.id)
    flash(_("已申请取消。正在进行的任务会在几秒内停下，已有的数据不受影响。"), "success")
    return redirect(url_for("jobs.show", job_id=job_id), 303)
