"""Rounds: what is still missing, the lock, the runs and their records."""

import uuid

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.access import requires
from core.audit import record_read
from core.db import db
from core.errors import NotVisible
from core.i18n import gettext as _
from core.jobs.models import Job
from core.jobs.scope import visible_jobs
from core.jobs.status import status_of
from core.web.actor import current_actor
from core.web.downloads import download
from core.web.pages import settings
from enrolment.cycles.models import RoundState
from enrolment.rounds import operations
from enrolment.rounds.check_words import check_word
from enrolment.rounds.forms import LockForm, RunForm
from enrolment.rounds.models import LIVE_RUN
from enrolment.rounds.queries import all_rounds, get_round, get_run, run_before, runs_of
from enrolment.rounds.readiness import backup_line, blocking, readiness
from enrolment.rounds.rechecks import rechecks_of
from enrolment.rounds.solving import ENGINE_ENDS, ENGINES

blueprint = Blueprint("rounds", __name__)


@blueprint.get("/rounds")
@requires("rounds.see")
def rounds() -> str:
    return render_template("enrolment/rounds/list.html", rounds=all_rounds())


@blueprint.get("/rounds/<uuid:round_id>")
@requires("rounds.see")
def show(round_id: uuid.UUID) -> str:
    round_ = get_round(round_id)
    lines = (*readiness(round_), backup_line(settings().backup_max_hours)) if round_.state is RoundState.OPEN else ()
    standing, runs = operations.standing_proposal(round_id), runs_of(round_id)
    return render_template(
        "enrolment/rounds/round.html",
        round=round_,
        lines=lines,
        missing=blocking(lines),
        runs=runs,
        live=any(one.state in LIVE_RUN for one in runs),
        lock_form=LockForm(version=round_.version),
        proposal=standing,
        own_proposal=standing is not None and standing.proposed_by == current_actor().account_id,
        run_form=RunForm(),
    )


@blueprint.post("/rounds/<uuid:round_id>/lock/propose")
@requires("rounds.propose_lock")
def propose_lock(round_id: uuid.UUID) -> AnyResponse:
    round_ = get_round(round_id)
    form = LockForm()
    version = form.version.data if form.validate() and form.version.data is not None else round_.version
    operations.propose_lock(current_actor(), round_id=round_.id, version=version)
    flash(_("已提出锁定。请另一位审批人员核对输入指纹后锁定。"), "success")
    return redirect(url_for(".show", round_id=round_.id), 303)


@blueprint.post("/rounds/<uuid:round_id>/lock/withdraw")
@requires("rounds.propose_lock")
def withdraw_lock(round_id: uuid.UUID) -> AnyResponse:
    operations.withdraw_lock(current_actor(), round_id=get_round(round_id).id)
    flash(_("锁定申请已撤回。"), "info")
    return redirect(url_for(".show", round_id=round_id), 303)


@blueprint.post("/rounds/<uuid:round_id>/lock")
@requires("rounds.lock", second_factor=True)
def lock(round_id: uuid.UUID) -> AnyResponse:
    get_round(round_id)
    form = LockForm()
    if not form.validate():
        flash(_("没有锁定：页面已过期，请再试一次。"), "warning")
        return redirect(url_for(".show", round_id=round_id), 303)
    operations.lock(current_actor(), round_id=round_id, version=form.version.data)
    flash(_("本轮已锁定，志愿不能再改，计划已冻结。"), "success")
    return redirect(url_for(".show", round_id=round_id), 303)


@blueprint.post("/rounds/<uuid:round_id>/runs")
@requires("rounds.run")
def request_run(round_id: uuid.UUID) -> AnyResponse:
    limits = settings()
    run = operations.request_run(
        current_actor(),
        round_id=round_id,
        settings={
            "engine": "both",
            "time_limit_s": limits.solver_seconds,
            "memory_limit_mib": limits.solver_memory_mib,
            "workers": 1,
        },
    )
    return redirect(url_for(".run", run_id=run.id), 303)


@blueprint.get("/runs/<uuid:run_id>")
@requires("rounds.see")
def run(run_id: uuid.UUID) -> str:
    found = get_run(run_id)
    running = found.state in LIVE_RUN
    return render_template(
        "enrolment/rounds/run.html",
        run=found,
        may_cancel=running and _sees_job(found.job_id),
        job=status_of(found.job),
        check_word=check_word,
        running=running,
        before=run_before(found),
        rechecks=rechecks_of(found.id),
        engine_words=(ENGINES, ENGINE_ENDS),
    )


def _sees_job(job_id: uuid.UUID) -> bool:
    """Whether the actor may end the job: who asked for it, or an approver of the same bureau."""
    return db.session.scalar(visible_jobs(current_actor()).where(Job.id == job_id)) is not None


@blueprint.get("/runs/<uuid:run_id>/<name>.json")
@requires("rounds.see")
def files(run_id: uuid.UUID, name: str) -> Response:
    """The frozen instance and the verified outcome, for anyone of the bureaus who wants to check them."""
    found = get_run(run_id)
    text = {"instance": found.snapshot.instance, "outcome": found.outcome}.get(name)
    if text is None:
        raise NotVisible
    record_read(current_actor(), "rounds.download", found, file=name)
    return download(text.encode(), name=f"{name}-{found.snapshot.sha256[:12]}.json", mimetype="application/json")
