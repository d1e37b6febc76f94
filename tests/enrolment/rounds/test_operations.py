"""From a plan and passed applications to a stored, verified outcome."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DatabaseError

from core.audit import AuditEntry, verify_chain
from core.db import db, housekeeping
from core.errors import Conflict, Refused
from core.jobs.context import Claim, JobContext, LeaseLost
from core.jobs.leases import claim
from core.jobs.models import Job, JobState
from enrolment.applications.models import Application, ApplicationVersion, Choice
from enrolment.applications.states import ApplicationState
from enrolment.cycles.models import CountyWindow
from enrolment.plans.ledger import free
from enrolment.plans.models import Plan, QuotaCell, SeatEntry
from enrolment.plans.operations import plan_digest
from enrolment.plans.states import PlanState
from enrolment.plans.storage import sheet_of
from enrolment.results.models import Placement
from enrolment.results.tasks import solve_and_store
from enrolment.rounds.models import Run, RunState, Snapshot
from enrolment.rounds.operations import lock, request_run
from enrolment.rounds.readiness import PLACES, blocking, readiness
from tests.enrolment.rounds.stage import LEASE, SETTINGS, Stage, locked, ready, sheet_for, solved, work


def test_a_plan_comes_back_as_it_went_in(context: Flask) -> None:
    stage = ready()
    assert sheet_of(stage.plan) == sheet_for(stage.school, stage.first, stage.second)
    assert len(plan_digest(stage.plan)) == 64


def placed(run: Run) -> dict[str, str | None]:
    rows = db.session.scalars(select(Placement).where(Placement.run_id == run.id))
    return {row.application.applicant.name: row.programme.code if row.programme else None for row in rows}


def test_the_whole_way_from_lock_to_seats(context: Flask) -> None:
    stage = ready()
    run = solved(stage)
    assert run.state is RunState.STORED, run.failure
    assert placed(run) == {
        "赵一": stage.first.code,
        "钱二": stage.second.code,
        "孙三": None,
        "李四": stage.first.code,
    }
    assert run.job.state is JobState.SUCCEEDED
    assert [free(cell.id) for cell in db.session.scalars(select(QuotaCell))] == [0, 0, 0, 0]
    assert db.session.scalar(select(func.sum(SeatEntry.delta))) == -3
    assert run.certificate is not None
    assert not [one for one in run.certificate["checks"] if one["findings"]]
    assert verify_chain(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))).sound


def test_the_same_snapshot_gives_the_same_assignment_again(context: Flask) -> None:
    stage = ready()
    first = solved(stage)
    request_run(stage.actor, round_id=stage.round.id, settings=SETTINGS)
    work()
    db.session.rollback()
    runs = db.session.scalars(select(Run).order_by(Run.requested_at)).all()
    assert [one.state for one in runs] == [RunState.SUPERSEDED, RunState.STORED]
    assert runs[1].assignment_sha256 == first.assignment_sha256
    assert runs[0].snapshot.sha256 == runs[1].snapshot.sha256
    assert db.session.scalar(select(func.sum(SeatEntry.delta))) == -3


def test_after_the_lock_the_database_refuses_changes(context: Flask) -> None:
    stage = ready()
    locked(stage)
    for table in (Choice, ApplicationVersion):
        with pytest.raises(DatabaseError, match="the round is locked"), housekeeping() as session:
            session.execute(text(f"DELETE FROM {table.__tablename__}"))
    with pytest.raises(DatabaseError, match="the plan is frozen"), housekeeping() as session:
        session.execute(update(QuotaCell).values(seats=9))
    assert db.session.get_one(Plan, stage.plan.id).state is PlanState.FROZEN


def test_a_round_with_open_work_cannot_be_locked_and_says_why(context: Flask) -> None:
    stage = ready()
    with housekeeping() as session:
        window = session.scalars(select(CountyWindow)).first()
        assert window is not None
        window.closes_at += dt.timedelta(days=9)
        waiting = session.get_one(Application, stage.applications["赵一"].id)
        waiting.state = ApplicationState.SUBMITTED
        session.get_one(Plan, stage.plan.id).state = PlanState.REPORTED
    missing = blocking(readiness(stage.round))
    assert [line.link for line in missing] == ["cycles.timetable", "plans.versions", "reviews.queue"]
    with pytest.raises(Refused):
        lock(stage.actor, round_id=stage.round.id, version=stage.round.version)


def test_a_missing_score_that_decides_a_tie_names_the_candidate(context: Flask) -> None:
    stage = ready()
    with housekeeping() as session:
        pupil = session.get_one(Application, stage.applications["钱二"].id).applicant
        session.delete(pupil.scores[1])
    missing = blocking(readiness(stage.round))
    assert len(missing) == 1
    assert pupil.candidate_number in missing[0].detail


def test_a_stale_page_cannot_lock(context: Flask) -> None:
    stage = ready()
    with pytest.raises(Conflict):
        lock(stage.actor, round_id=stage.round.id, version=stage.round.version + 1)


def test_only_one_run_at_a_time(context: Flask) -> None:
    stage = ready()
    with pytest.raises(Refused):
        request_run(stage.actor, round_id=stage.round.id, settings=SETTINGS)
    locked(stage)
    request_run(stage.actor, round_id=stage.round.id, settings=SETTINGS)
    with pytest.raises(Refused):
        request_run(stage.actor, round_id=stage.round.id, settings=SETTINGS)
    assert db.session.scalar(select(func.count()).select_from(Run)) == 1
    assert db.session.scalar(select(func.count()).select_from(Snapshot)) == 1


def requested(stage: Stage) -> tuple[Run, Claim]:
    locked(stage)
    run = request_run(stage.actor, round_id=stage.round.id, settings=SETTINGS)
    held = claim("first-worker", LEASE)
    assert held is not None
    return run, held


def test_a_worker_that_lost_its_lease_stores_nothing(context: Flask) -> None:
    stage = ready()
    run, held = requested(stage)
    with housekeeping() as session:
        session.execute(update(Job).values(owner="second-worker", attempt=held.attempt + 1))
    with pytest.raises(LeaseLost):
        solve_and_store(JobContext(held, LEASE))
    assert db.session.get_one(Run, run.id).outcome is None
    assert db.session.scalar(select(func.count()).select_from(Placement)) == 0


def test_a_run_that_cannot_be_solved_in_time_fails_with_words(context: Flask) -> None:
    stage = ready()
    locked(stage)
    run = request_run(stage.actor, round_id=stage.round.id, settings={**SETTINGS, "time_limit_s": 0.01})
    work()
    db.session.rollback()
    ended = db.session.get_one(Run, run.id)
    assert ended.state is RunState.FAILED
    assert "timeout" in ended.failure
    assert ended.job.state is JobState.FAILED


def test_every_place_to_mend_something_is_a_page(context: Flask) -> None:
    assert set(PLACES) <= set(context.view_functions)
