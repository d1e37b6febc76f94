"""Scenarios: tried like a round, compared, adopted into a draft, never published."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from core import clock
from core.access import OrganisationKind, Role
from core.db import db, housekeeping
from core.errors import Conflict, NotAllowed, Refused
from core.jobs.context import Cancelled, JobContext
from core.jobs.leases import claim
from core.jobs.operations import cancel
from enrolment.plans.models import Plan, SeatEntry
from enrolment.plans.states import PlanState
from enrolment.plans.storage import sheet_of
from enrolment.results.models import Placement, Publication
from enrolment.rounds import trying
from enrolment.rounds.comparing import figures_of, flows_of, moves, solution
from enrolment.rounds.conflict_words import said_conflict, said_failure, said_gain
from enrolment.rounds.models import Run
from enrolment.rounds.scenario_models import Scenario, Trial, TrialState
from enrolment.rounds.scenario_sheet import Numbers, load, parameters_of
from enrolment.rounds.scenarios import adopt, change_scenario, copy_scenario, open_scenario, request_trial
from enrolment.rounds.solving import Unsolved
from enrolment.rounds.trying import solve_trial
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.rounds.stage import LEASE, SETTINGS, Stage, ready
from tests.factories import JS, QP, account, organisation

NO_NUMBERS = Numbers({}, {}, {}, {})


def base(stage: Stage, name: str = "基准方案") -> Scenario:
    return open_scenario(stage.actor, plan_id=stage.plan.id, name=name)


def lowered(stage: Stage, scenario: Scenario) -> Scenario:
    """The first programme shut for QP."""
    numbers = replace(NO_NUMBERS, seats={(stage.first.code, QP): 0})
    return change_scenario(
        stage.actor,
        scenario_id=scenario.id,
        version=scenario.version,
        numbers=numbers,
        parameters=parameters_of(load(scenario.sheet)),
        note="少一个名额",
    )


def tried(stage: Stage, scenario: Scenario) -> Trial:
    trial = request_trial(stage.actor, scenario_id=scenario.id, settings=SETTINGS)
    db.session.rollback()
    held = claim("test-worker", LEASE)
    assert held is not None
    solve_trial(JobContext(held, LEASE))
    db.session.rollback()
    return db.session.get_one(Trial, trial.id)


def test_a_scenario_is_tried_like_a_round_and_touches_nothing_of_it(context: Flask) -> None:
    stage = ready()
    trial = tried(stage, base(stage))
    assert trial.state is TrialState.SOUND, trial.failure
    assert trial.certificate is not None
    assert not [one for one in trial.certificate["checks"] if one["findings"]]
    for table in (Run, Placement, Publication, SeatEntry):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_a_trial_can_never_be_published(context: Flask) -> None:
    """By constraint: a publication and a placement point at a run, and a trial is none."""
    stage = ready()
    trial = tried(stage, base(stage))
    with pytest.raises(DatabaseError), housekeeping() as session:
        session.add(
            Publication(
                run_id=trial.id,
                round_id=stage.round.id,
                release_at=clock.now(),
                proposed_by=stage.approver.id,
                proposed_at=clock.now(),
                admitted=3,
            )
        )
    with pytest.raises(DatabaseError), housekeeping() as session:
        session.add(Placement(run_id=trial.id, application_id=stage.applications["赵一"].id))


def test_what_ended_stays_as_it_ended(context: Flask) -> None:
    stage = ready()
    trial = tried(stage, base(stage))
    with pytest.raises(DatabaseError, match="the trial has ended"), housekeeping() as session:
        session.execute(text("UPDATE trial SET outcome = '{}'"))
    with pytest.raises(DatabaseError, match="append-only"), housekeeping() as session:
        session.execute(text("DELETE FROM trial"))
    assert trial.outcome


def test_a_lowered_number_shows_in_figures_flows_and_pupils(context: Flask) -> None:
    stage = ready()
    first = base(stage)
    second = lowered(stage, copy_scenario(stage.actor, scenario_id=first.id, name="少一个"))
    one, two = (
        solution(trial.scenario.name, load(trial.sheet), trial.instance, str(trial.outcome))
        for trial in (tried(stage, first), tried(stage, second))
    )
    before, after = figures_of(one), figures_of(two)
    assert (before.placed, after.placed) == (3, 2)
    assert before.by_rank == (2, 1)
    assert [row.placed for row in before.rates] == [2, 1]
    assert before.away == 2
    found = {names(stage)[move.applicant]: (move.before, move.after, move.turn) for move in moves(one, two)}
    first_code, second_code = stage.first.code, stage.second.code
    assert found == {
        "赵一": (first_code, second_code, "worse"),
        "钱二": (second_code, None, "lost"),
    }
    assert sum(flows_of(one).values()) == 3
    assert moves(one, one) == ()


def names(stage: Stage) -> dict[str, str]:
    return {one.applicant.candidate_number: name for name, one in stage.applications.items()}


def test_the_same_people_give_the_same_population(context: Flask) -> None:
    stage = ready()
    first = base(stage)
    trials = [
        tried(stage, first),
        tried(stage, lowered(stage, copy_scenario(stage.actor, scenario_id=first.id, name="二"))),
    ]
    assert len({one.population_sha256 for one in trials}) == 1
    assert len({one.instance_sha256 for one in trials}) == 2


def test_cancel_ends_a_trial_that_waits_or_runs(context: Flask) -> None:
    stage = ready()
    scenario = base(stage)
    waiting = request_trial(stage.actor, scenario_id=scenario.id, settings=SETTINGS)
    with pytest.raises(Refused):
        request_trial(stage.actor, scenario_id=scenario.id, settings=SETTINGS)
    cancel(stage.actor, job_id=waiting.job_id)
    assert db.session.get_one(Trial, waiting.id).state is TrialState.CANCELLED
    running = request_trial(stage.actor, scenario_id=scenario.id, settings=SETTINGS)
    held = claim("test-worker", LEASE)
    assert held is not None
    cancel(stage.actor, job_id=running.job_id)
    db.session.rollback()
    with pytest.raises(Cancelled):
        solve_trial(JobContext(held, LEASE))
    db.session.rollback()
    assert db.session.get_one(Trial, running.id).state is TrialState.CANCELLED


def test_adopting_makes_a_draft_that_waits_for_every_approval(context: Flask) -> None:
    stage = ready()
    host = account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS))
    scenario = copy_scenario(actor_for(host), scenario_id=base(stage).id, name="嘉善的方案")
    numbers = replace(NO_NUMBERS, seats={(stage.first.code, QP): 2})
    change_scenario(
        actor_for(host),
        scenario_id=scenario.id,
        version=scenario.version,
        numbers=numbers,
        parameters=parameters_of(load(scenario.sheet)),
        note="",
    )
    plan = adopt(actor_for(host), scenario_id=scenario.id, version=scenario.version)
    assert (plan.number, plan.state, plan.agreements) == (2, PlanState.DRAFT, [])
    assert sheet_of(db.session.get_one(Plan, plan.id)) == load(scenario.sheet)
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 0


def test_foreign_numbers_foreign_scenarios_and_stale_pages_are_refused(context: Flask) -> None:
    stage = ready()
    scenario = lowered(stage, base(stage))
    with pytest.raises(Refused):  # QP does not state the numbers of a school in JS
        adopt(stage.actor, scenario_id=scenario.id, version=scenario.version)
    other = actor_for(account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS)))
    with pytest.raises(NotAllowed):
        request_trial(other, scenario_id=scenario.id, settings=SETTINGS)
    with pytest.raises(Conflict):
        adopt(stage.actor, scenario_id=scenario.id, version=scenario.version + 1)
    with pytest.raises(Refused):
        base(stage)
    assert db.session.scalar(select(func.count(Plan.id))) == 1


def test_the_solver_answers_what_more_places_would_change(context: Flask) -> None:
    stage = ready()
    trial = request_trial(stage.actor, scenario_id=base(stage).id, settings=SETTINGS, more_places=1)
    work_on(trial)
    found = db.session.get_one(Trial, trial.id)
    gain = said_gain(found)
    assert found.state is TrialState.SOUND
    assert gain is not None
    assert gain.placed == (3, 4)
    assert sum(count for _where, count in gain.where) == 1
    with pytest.raises(Refused):
        request_trial(stage.actor, scenario_id=found.scenario_id, settings=SETTINGS, more_places=0)


def work_on(trial: Trial) -> None:
    db.session.rollback()
    held = claim("test-worker", LEASE)
    assert held is not None
    solve_trial(JobContext(held, LEASE))
    db.session.rollback()
    assert db.session.get_one(Trial, trial.id).finished_at is not None


def test_a_contradiction_names_the_smallest_set_in_words(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the rule makes inadmissible, the limits are named; here the solver's refusal is given."""
    stage = ready()
    scenario = base(stage)
    numbers = replace(NO_NUMBERS, min_open={stage.first.code: 9, stage.second.code: 9})
    change_scenario(
        stage.actor,
        scenario_id=scenario.id,
        version=scenario.version,
        numbers=numbers,
        parameters=parameters_of(load(scenario.sheet)),
        note="",
    )
    refused = Unsolved("inadmissible", "开班下限互相矛盾 / minima contradict each other")
    monkeypatch.setattr(trying, "solve_instance", lambda *_arguments: refused)
    trial = tried(stage, scenario)
    assert trial.state is TrialState.FAILED
    assert trial.conflict == [f"min/{stage.first.code}"] or trial.conflict == [f"min/{stage.second.code}"]
    said = said_conflict(trial)[0]
    assert "最低开班 9 人" in said.zh
    assert said_failure(trial).zh == "开班下限互相矛盾"


def test_a_contradictory_plan_is_told_in_words(context: Flask) -> None:
    """Nine pupils a class, with four pupils in all: the plan cannot open what it lists, and the minimum is named."""
    stage = ready()
    scenario = base(stage)
    change_scenario(
        stage.actor,
        scenario_id=scenario.id,
        version=scenario.version,
        numbers=replace(NO_NUMBERS, min_open={stage.first.code: 9}),
        parameters=parameters_of(load(scenario.sheet)),
        note="",
    )
    trial = request_trial(stage.actor, scenario_id=scenario.id, settings=SETTINGS, asks_conflict=True)
    work_on(trial)
    found = db.session.get_one(Trial, trial.id)
    assert found.conflict == [f"min/{stage.first.code}"]
    assert [one.zh for one in said_conflict(found)] == [f"{stage.first.code} {stage.first.name('zh')} 最低开班 9 人"]
