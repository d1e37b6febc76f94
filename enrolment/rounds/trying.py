"""The job that solves a trial of a scenario: the same child and the same verifier as a run, other tables."""

import uuid

from core import clock
from core.audit import record
from core.audit.operations import House
from core.db import db, housekeeping, lock_row, transaction
from core.i18n import lazy as _l
from core.jobs.context import Cancelled, JobContext
from core.jobs.models import JobState
from core.jobs.registry import EndedJob, add_kind
from enrolment.rounds.scenario_models import LIVE_TRIAL, Trial, TrialState
from enrolment.rounds.scenarios import JOB_KIND, end_trial
from enrolment.rounds.solving import Sound, Unsolved, solve_instance

SOLVER = House("solver")


def solve_trial(context: JobContext) -> None:
    """The handler: may be run again by another worker; only the attempt that holds the lease stores."""
    trial_id = uuid.UUID(context.arguments["trial_id"])
    with housekeeping() as session:
        trial = session.get_one(Trial, trial_id)
        if trial.state is TrialState.REQUESTED:
            trial.state = TrialState.SOLVING
    instance, settings = trial.instance.encode(), dict(trial.settings)
    db.session.rollback()
    try:
        solved = solve_instance(context, instance, settings)
    except Cancelled:
        _end(context, trial_id, TrialState.CANCELLED, JobState.CANCELLED, "")
        raise
    if isinstance(solved, Unsolved):
        _end(context, trial_id, TrialState.FAILED, JobState.FAILED, solved.why)
    else:
        _store(context, trial_id, solved)


def _store(context: JobContext, trial_id: uuid.UUID, solved: Sound) -> None:
    with transaction() as session:
        context.hold(session)
        trial = lock_row(Trial, trial_id)
        if trial.state in LIVE_TRIAL:
            trial.outcome = solved.outcome.decode()
            trial.assignment_sha256 = solved.certificate["digests"]["assignment"]
            trial.certificate = solved.certificate
            trial.finished_at = clock.now()
            trial.state = TrialState.SOUND
        record(SOLVER, "scenarios.store_trial", trial, assignment=trial.assignment_sha256)
        context.fence(session)


def _end(context: JobContext, trial_id: uuid.UUID, state: TrialState, job_state: JobState, why: str) -> None:
    with transaction() as session:
        end_trial(SOLVER, trial_id, state=state, why=why)
        context.fence(session, job_state, why)


def job_ended(ended: EndedJob) -> None:
    """The house gave up on the job: the trial ends in the same transaction."""
    state = TrialState.CANCELLED if ended.state is JobState.CANCELLED else TrialState.FAILED
    end_trial(SOLVER, uuid.UUID(ended.arguments["trial_id"]), state=state, why=ended.message or "job ended")


def register() -> None:
    """Make the kind of job known to the workers."""
    add_kind(
        JOB_KIND,
        solve_trial,
        ended=job_ended,
        label=_l("模拟方案"),
        stages={
            "read": _l("读取数据"),
            "check": _l("校验"),
            "model": _l("建模"),
            "solve": _l("求解"),
            "verify": _l("核验"),
            "store": _l("写入"),
        },
        link=lambda arguments: f"/scenarios/{arguments['scenario_id']}",
    )
