"""The job that solves a trial of a scenario: the same child and the same verifier as a run, other tables."""

import uuid
from collections.abc import Sequence
from typing import Any

from core import clock
from core.audit import record
from core.db import db, housekeeping, lock_row, transaction
from core.i18n import lazy as _l
from core.jobs.context import Cancelled, JobContext
from core.jobs.models import JobState
from core.jobs.registry import EndedJob, add_kind
from enrolment.rounds.asking import ask_in_child
from enrolment.rounds.scenario_models import LIVE_TRIAL, Trial, TrialState
from enrolment.rounds.scenarios import JOB_KIND, end_trial
from enrolment.rounds.solving import SOLVER, STAGES, Sound, Unsolved, solve_instance

MOST_SECONDS = 60.0
"""The most a question may take; the trial itself has the time of a run."""


def solve_trial(context: JobContext) -> None:
    """The handler: may be run again by another worker; only the attempt that holds the lease stores."""
    trial_id = uuid.UUID(context.arguments["trial_id"])
    with housekeeping() as session:
        trial = session.get_one(Trial, trial_id)
        if trial.state is TrialState.REQUESTED:
            trial.state = TrialState.SOLVING
    instance, settings = trial.instance.encode(), dict(trial.settings)
    asked = "contradiction" if trial.asks_conflict else f"places:{trial.more_places}" if trial.more_places else ""
    db.session.rollback()
    told: dict[str, Any] = {}
    try:
        solved = solve_instance(context, instance, settings)
        if isinstance(solved, Unsolved) and solved.status == "inadmissible":
            told = _ask(context, instance, settings, "contradiction")
        elif isinstance(solved, Sound) and asked:
            told = _ask(context, instance, settings, asked)
    except Cancelled:
        _end(context, trial_id, TrialState.CANCELLED, JobState.CANCELLED, "")
        raise
    if isinstance(solved, Unsolved):
        _end(context, trial_id, TrialState.FAILED, JobState.FAILED, solved.why, told.get("names", ()))
    else:
        _store(context, trial_id, solved, told or None)


def _ask(context: JobContext, instance: bytes, settings: dict[str, Any], ask: str) -> dict[str, Any]:
    """The solver's answer to one question, or ``{"failure": …}``."""
    found = ask_in_child(
        instance,
        ask,
        time_limit_s=min(MOST_SECONDS, float(settings["time_limit_s"])),
        memory_limit_mib=int(settings["memory_limit_mib"]),
        beat=lambda: context.progress("verify", 0.9),
    )
    return {"failure": found.failure} if found.failure else found.table


def _store(context: JobContext, trial_id: uuid.UUID, solved: Sound, told: dict[str, Any] | None) -> None:
    with transaction() as session:
        context.hold(session)
        trial = lock_row(Trial, trial_id)
        if trial.state in LIVE_TRIAL:
            trial.outcome = solved.outcome.decode()
            trial.assignment_sha256 = solved.certificate["digests"]["assignment"]
            trial.certificate = solved.certificate
            trial.gain = told
            trial.conflict = (told or {}).get("names", [])
            trial.finished_at = clock.now()
            trial.state = TrialState.SOUND
        record(SOLVER, "scenarios.store_trial", trial, assignment=trial.assignment_sha256)
        context.fence(session)


def _end(
    context: JobContext,
    trial_id: uuid.UUID,
    state: TrialState,
    job_state: JobState,
    why: str,
    conflict: Sequence[str] = (),
) -> None:
    with transaction() as session:
        end_trial(SOLVER, trial_id, state=state, why=why, conflict=conflict)
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
        stages=STAGES,
        link=lambda arguments: f"/scenarios/{arguments['scenario_id']}",
    )
