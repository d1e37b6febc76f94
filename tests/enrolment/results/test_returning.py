"""退档 and late lists: inside the deadline, by two offices, with the effect the round's rule states."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from core import clock
from core.access import OrganisationKind, Role
from core.db import db, housekeeping
from core.errors import NotAllowed, Refused
from enrolment.applications.models import Applicant
from enrolment.plans.ledger import free
from enrolment.plans.models import Plan, QuotaCell, SeatEntry
from enrolment.results.explaining import told
from enrolment.results.late_lists import list_digest, load_taken, numbers_in
from enrolment.results.models import Placement
from enrolment.results.operations import propose
from enrolment.results.returning import decide_return, expect_settled, open_window, propose_return
from enrolment.rounds.models import FileReturn, ReturnState, Run, RunState, TakenList
from enrolment.rounds.operations import request_run
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.rounds.stage import SETTINGS, Stage, ready, solved, work
from tests.enrolment.rounds.test_operations import placed
from tests.factories import QP, WJ, account, organisation

HOUR = dt.timedelta(hours=1)


def placement_of(run: Run, name: str) -> Placement:
    query = select(Placement).where(Placement.run_id == run.id)
    return next(one for one in db.session.scalars(query) if one.application.applicant.name == name)


def school_actor(stage: Stage) -> object:
    return actor_for(account(Role.SCHOOL_ADMISSIONS, stage.school.organisation))


def returned(stage: Stage, run: Run, name: str = "赵一") -> FileReturn:
    """The school returns a file and the bureau confirms it."""
    open_window(stage.actor, run_id=run.id, until=clock.now() + HOUR)
    asked = propose_return(
        school_actor(stage), placement_id=placement_of(run, name).id, code="health", note="复查色弱"
    )
    return decide_return(stage.actor, return_id=asked.id, confirm=True)


def rerun(stage: Stage) -> Run:
    run = request_run(stage.actor, round_id=stage.round.id, settings=SETTINGS)
    work()
    db.session.rollback()
    return db.session.get_one(Run, run.id)


def under(stage: Stage, checks: str) -> None:
    """The round's rule, before the plan is frozen."""
    with housekeeping() as session:
        plan = session.get_one(Plan, stage.plan.id)
        plan.rules = {**plan.rules, "rules": {**plan.rules["rules"], "checks": checks}}


def test_after_the_file_is_sent_once_and_the_seat_stays_free(context: Flask) -> None:
    stage = ready()
    under(stage, "after")
    run = solved(stage)
    seat = placement_of(run, "赵一").cell_id
    returned(stage, run)
    again = rerun(stage)
    assert again.state is RunState.STORED, again.failure
    assert placed(again) == {"赵一": None, "钱二": stage.second.code, "孙三": None, "李四": stage.first.code}
    assert seat is not None
    assert free(seat) == 1
    assert again.snapshot.sources["supersedes"]["assignment"] == run.assignment_sha256
    assert len(again.snapshot.sources["returns"]) == 1
    reason = told(placement_of(again, "赵一")).reasons[0]
    assert reason.word == "退档"
    assert "学校退档，县区教育局已确认" in reason.sentence
    assert "退档" not in told(placement_of(again, "钱二")).reasons[0].sentence


def test_before_the_choice_is_struck_and_the_next_one_is_looked_at(context: Flask) -> None:
    stage = ready()
    under(stage, "before")
    run = solved(stage)
    returned(stage, run)
    again = rerun(stage)
    assert placed(again) == {
        "赵一": stage.second.code,
        "钱二": stage.first.code,
        "孙三": None,
        "李四": stage.first.code,
    }


def test_a_run_with_open_returns_is_not_released(context: Flask) -> None:
    stage = ready()
    run = solved(stage)
    open_window(stage.actor, run_id=run.id, until=clock.now() + HOUR)
    later = clock.now() + 3 * HOUR
    with pytest.raises(Refused):
        propose(stage.actor, run_id=run.id, release_at=later)
    asked = propose_return(
        school_actor(stage), placement_id=placement_of(run, "钱二").id, code="papers", note="材料不符"
    )
    with clock.frozen(clock.now() + 2 * HOUR):
        with pytest.raises(Refused):
            expect_settled(run)
        decide_return(stage.actor, return_id=asked.id, confirm=True)
        with pytest.raises(Refused):
            propose(stage.actor, run_id=run.id, release_at=later)
        again = rerun(stage)
        assert propose(stage.actor, run_id=again.id, release_at=later)


def test_late_foreign_and_reasonless_returns_are_refused_and_leave_nothing(context: Flask) -> None:
    stage = ready()
    run = solved(stage)
    school, target = school_actor(stage), placement_of(run, "赵一").id
    with pytest.raises(Refused):  # no window
        propose_return(school, placement_id=target, code="health", note="x")
    with pytest.raises(Refused):
        open_window(stage.actor, run_id=run.id, until=clock.now())
    open_window(stage.actor, run_id=run.id, until=clock.now() + HOUR)
    stranger = actor_for(account(Role.SCHOOL_ADMISSIONS, organisation(OrganisationKind.SCHOOL, QP)))
    with pytest.raises(NotAllowed):
        propose_return(stranger, placement_id=target, code="health", note="x")
    for wrong in ({"code": "mood", "note": "x"}, {"code": "health", "note": " "}):
        with pytest.raises(Refused):
            propose_return(school, placement_id=target, **wrong)
    with pytest.raises(NotAllowed):
        propose_return(school, placement_id=placement_of(run, "孙三").id, code="health", note="x")
    with clock.frozen(clock.now() + 2 * HOUR), pytest.raises(Refused):
        propose_return(school, placement_id=target, code="health", note="x")
    assert db.session.scalar(select(func.count()).select_from(FileReturn)) == 0


def test_only_the_pupils_bureau_decides_once_and_says_why_not(context: Flask) -> None:
    stage = ready()
    run = solved(stage)
    open_window(stage.actor, run_id=run.id, until=clock.now() + HOUR)
    asked = propose_return(
        school_actor(stage), placement_id=placement_of(run, "赵一").id, code="condition", note="依据"
    )
    other = actor_for(account(Role.COUNTY_APPROVER, organisation(OrganisationKind.COUNTY, WJ)))
    with pytest.raises(NotAllowed):
        decide_return(other, return_id=asked.id, confirm=True)
    with pytest.raises(Refused):
        decide_return(stage.actor, return_id=asked.id, confirm=False)
    refused = decide_return(stage.actor, return_id=asked.id, confirm=False, answer="复查合格")
    assert refused.state is ReturnState.REFUSED
    with pytest.raises(Refused):
        decide_return(stage.actor, return_id=asked.id, confirm=True)
    with pytest.raises(DatabaseError, match="the return is decided"), housekeeping() as session:
        session.execute(text("UPDATE file_return SET state = 'confirmed'"))
    expect_settled_after = clock.now() + 2 * HOUR
    with clock.frozen(expect_settled_after):
        expect_settled(run)


def test_a_late_list_supersedes_the_run_by_hash(context: Flask) -> None:
    stage = ready()
    run = solved(stage)
    number = stage.applications["赵一"].applicant.candidate_number
    loaded = load_taken(stage.actor, round_id=stage.round.id, county=QP, batch="提前批", numbers=[number])
    assert loaded.superseded_run_id == run.id
    assert db.session.get_one(Run, run.id).state is RunState.SUPERSEDED
    assert db.session.scalar(select(func.sum(SeatEntry.delta))) == 0
    assert [free(cell.id) for cell in db.session.scalars(select(QuotaCell))].count(0) == 1
    again = rerun(stage)
    sources = again.snapshot.sources
    assert sources["taken"] == [{"county": QP, "batch": "提前批", "count": 1, "sha256": list_digest(QP, [number])}]
    assert sources["supersedes"] == {
        "run": str(run.id),
        "snapshot": run.snapshot.sha256,
        "assignment": run.assignment_sha256,
    }
    assert placed(again)["赵一"] is None
    assert placed(again)["钱二"] == stage.first.code


def test_a_wrong_list_changes_nothing(context: Flask) -> None:
    stage = ready()
    run = solved(stage)
    number = stage.applications["李四"].applicant.candidate_number
    give = {"round_id": stage.round.id, "county": QP, "batch": "提前批"}
    for numbers in ([], ["nobody"], [number]):  # 李四 is of another county
        with pytest.raises(Refused):
            load_taken(stage.actor, **give, numbers=numbers)
    with pytest.raises(NotAllowed):
        load_taken(stage.actor, **{**give, "county": WJ}, numbers=["x"])
    mine = [stage.applications["赵一"].applicant.candidate_number]
    propose(stage.actor, run_id=run.id, release_at=clock.now() + HOUR)
    with pytest.raises(Refused):
        load_taken(stage.actor, **give, numbers=mine)
    assert db.session.scalar(select(func.count()).select_from(TakenList)) == 0
    assert db.session.scalar(select(func.count()).where(Applicant.taken_elsewhere)) == 0
    assert db.session.get_one(Run, run.id).state is RunState.STORED


def test_a_pasted_column_is_read_whatever_stands_between(context: Flask) -> None:
    assert numbers_in(" 002\r\n001\t003，001\n") == ("001", "002", "003")
