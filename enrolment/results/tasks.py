"""The job that solves a run and stores its outcome, and what happens when the house ends it."""

import uuid

from core.db import transaction
from core.i18n import lazy as _l
from core.jobs.context import Cancelled, JobContext
from core.jobs.models import JobState
from core.jobs.registry import EndedJob, add_kind
from enrolment.results.operations import store
from enrolment.rounds.models import RunState
from enrolment.rounds.operations import JOB_KIND, end_without_outcome
from enrolment.rounds.solving import SOLVER, STAGES, Unsolved, solve_run


def solve_and_store(context: JobContext) -> None:
    """The handler: may be run again by another worker; only the attempt that holds the lease stores."""
    run_id = uuid.UUID(context.arguments["run_id"])
    try:
        solved = solve_run(context, run_id)
    except Cancelled:
        _end(context, run_id, RunState.CANCELLED, JobState.CANCELLED, "")
        raise
    if isinstance(solved, Unsolved):
        _end(context, run_id, RunState.FAILED, JobState.FAILED, solved.why)
        return
    store(SOLVER, run_id, solved, context)


def _end(context: JobContext, run_id: uuid.UUID, run_state: RunState, job_state: JobState, why: str) -> None:
    with transaction() as session:
        end_without_outcome(SOLVER, run_id, state=run_state, why=why)
        context.fence(session, job_state, why)


def job_ended(ended: EndedJob) -> None:
    """The house gave up on the job: the run ends in the same transaction."""
    state = RunState.CANCELLED if ended.state is JobState.CANCELLED else RunState.FAILED
    end_without_outcome(SOLVER, uuid.UUID(ended.arguments["run_id"]), state=state, why=ended.message or "job ended")


def register() -> None:
    """Make the kind of job known to the workers."""
    add_kind(
        JOB_KIND,
        solve_and_store,
        ended=job_ended,
        label=_l("计算录取结果"),
        stages=STAGES,
        link=lambda arguments: f"/runs/{arguments['run_id']}",
        shared_with="rounds.lock",
    )
