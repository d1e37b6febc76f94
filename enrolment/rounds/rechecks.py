"""重新计算核对: solve a stored snapshot again and compare the outcome's digest with the stored one."""

import json
import uuid

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, lock_row, transaction
from core.errors import Refused
from core.i18n import lazy as _l
from core.jobs.context import Cancelled, JobContext
from core.jobs.models import JobState
from core.jobs.operations import request
from core.jobs.registry import EndedJob, add_kind
from enrolment.rounds.models import Recheck, Run
from enrolment.rounds.solving import SOLVER, STAGES, Sound, Unsolved, solve_instance

JOB_KIND = "rounds.recheck"


def request_recheck(actor: Actor, *, run_id: uuid.UUID) -> Recheck:
    """Ask for one re-run of a run's snapshot; nothing of the run changes.

    Raises Refused for a run without an outcome, or while another re-run of it is on its way.
    """
    with transaction() as session:
        run = lock_row(Run, run_id)
        if run.outcome is None:
            raise Refused(_l("这次计算没有结果，没有可以核对的内容。"))
        if any(one.finished_at is None for one in rechecks_of(run_id)):
            raise Refused(_l("正在重新计算核对，请等它结束。"))
        recheck = Recheck(id=uuid.uuid4(), run_id=run.id, requested_by=actor.account_id, requested_at=clock.now())
        recheck.job_id = request(actor, JOB_KIND, {"recheck_id": str(recheck.id), "run_id": str(run.id)}).id
        session.add(recheck)
        session.flush()
        record(actor, "rounds.request_recheck", recheck, run=str(run.id))
        return recheck


def rechecks_of(run_id: uuid.UUID) -> list[Recheck]:
    """The re-runs of a run, the newest first."""
    query = select(Recheck).where(Recheck.run_id == run_id).order_by(Recheck.requested_at.desc())
    return list(db.session.scalars(query))


def same_outcome(stored: str | bytes, again: bytes) -> bool:
    """Whether two outcomes have the same digest (times of the engines are no part of it)."""
    return bool(json.loads(stored)["digest"] == json.loads(again)["digest"])


def recheck_run(context: JobContext) -> None:
    """The handler: solves the stored instance with the stored settings and notes what came out."""
    recheck_id = uuid.UUID(context.arguments["recheck_id"])
    run = db.session.get_one(Run, uuid.UUID(context.arguments["run_id"]))
    instance, settings, stored = run.snapshot.instance.encode(), dict(run.settings), run.outcome or ""
    db.session.rollback()
    try:
        solved = solve_instance(context, instance, settings)
    except Cancelled:
        _note(context, recheck_id, "cancelled", JobState.CANCELLED)
        raise
    if isinstance(solved, Unsolved):
        _note(context, recheck_id, solved.why, JobState.FAILED)
    else:
        _compare(context, recheck_id, stored, solved)


def _compare(context: JobContext, recheck_id: uuid.UUID, stored: str, solved: Sound) -> None:
    told = json.loads(solved.outcome)
    with transaction() as session:
        context.hold(session)
        recheck = lock_row(Recheck, recheck_id)
        recheck.outcome_sha256 = told["digest"]
        recheck.assignment_sha256 = told["digests"]["assignment"]
        recheck.agrees = same_outcome(stored, solved.outcome)
        recheck.finished_at = clock.now()
        record(SOLVER, "rounds.recheck", recheck, agrees=recheck.agrees, outcome=recheck.outcome_sha256)
        context.fence(session)


def _note(context: JobContext, recheck_id: uuid.UUID, why: str, state: JobState) -> None:
    with transaction() as session:
        _end(recheck_id, why)
        context.fence(session, state, why)


def _end(recheck_id: uuid.UUID, why: str) -> None:
    recheck = lock_row(Recheck, recheck_id)
    if recheck.finished_at is None:
        recheck.failure, recheck.finished_at = why, clock.now()
    record(SOLVER, "rounds.end_recheck", recheck, why=why[:500])


def job_ended(ended: EndedJob) -> None:
    """The house gave up on the job: the re-run ends in the same transaction."""
    _end(uuid.UUID(ended.arguments["recheck_id"]), ended.message or ended.state.value)


def register() -> None:
    """Make the kind of job known to the workers."""
    add_kind(
        JOB_KIND,
        recheck_run,
        ended=job_ended,
        label=_l("重新计算核对"),
        stages=STAGES,
        link=lambda arguments: f"/runs/{arguments['run_id']}",
    )
