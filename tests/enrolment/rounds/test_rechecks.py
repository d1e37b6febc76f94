"""The stored snapshot gives the stored outcome again: by the job, on the page, on the command line."""

import json
from pathlib import Path

import pytest
from flask import Flask

from core.db import db
from core.errors import Refused
from core.jobs.context import JobContext
from core.jobs.leases import claim
from enrolment.rounds.desk_certificate import INSTANCE, OUTCOME
from enrolment.rounds.models import Recheck, Run, RunState
from enrolment.rounds.rechecks import recheck_run, request_recheck, same_outcome
from enrolment.rounds.solving import ENGINE_ENDS, ENGINES
from tests.client import Browser
from tests.enrolment.rounds.stage import LEASE, locked, ready, solved
from tests.factories import sign_in


def work() -> None:
    db.session.rollback()
    held = claim("test-worker", LEASE)
    assert held is not None
    recheck_run(JobContext(held, LEASE))
    db.session.rollback()


def test_a_rerun_gives_the_same_outcome_and_changes_nothing(context: Flask) -> None:
    stage = ready()
    run = solved(stage)
    before = run.outcome
    recheck = request_recheck(stage.actor, run_id=run.id)
    with pytest.raises(Refused):
        request_recheck(stage.actor, run_id=run.id)
    work()
    found = db.session.get_one(Recheck, recheck.id)
    assert found.agrees is True
    assert found.outcome_sha256 == json.loads(str(before))["digest"]
    assert found.assignment_sha256 == run.assignment_sha256
    again = db.session.get_one(Run, run.id)
    assert (again.state, again.outcome) == (RunState.STORED, before)


def test_another_outcome_does_not_agree(context: Flask) -> None:
    run = solved(ready())
    other = json.dumps({**json.loads(str(run.outcome)), "digest": "0" * 64}).encode()
    assert not same_outcome(str(run.outcome), other)


def test_the_page_says_that_it_agrees(context: Flask, client: Browser) -> None:
    stage = ready()
    run = solved(stage)
    sign_in(client, stage.approver)
    address = f"/runs/{run.id}"
    assert "还没有核对过" in client.get(address).get_data(as_text=True)
    assert client.submit(address, {}, to=f"{address}/rechecks").status_code == 303
    work()
    page = client.get(address).get_data(as_text=True)
    assert "结果一致" in page
    assert json.loads(str(run.outcome))["digest"] in page
    assert run.certificate is not None
    engines = run.certificate["engines"]
    assert len(engines) == 2
    for one in engines:
        assert all(str(word) in page for word in (ENGINES[one["name"]], ENGINE_ENDS[one["status"]], one["version"]))


def test_the_command_line_compares_a_folder_and_a_run(app: Flask, context: Flask, tmp_path: Path) -> None:
    run = solved(ready())
    (tmp_path / INSTANCE).write_text(run.snapshot.instance)
    (tmp_path / OUTCOME).write_text(str(run.outcome))
    runner = app.test_cli_runner()
    same = runner.invoke(args=["round", "rerun", str(tmp_path), "--time-limit", "60"])
    assert same.exit_code == 0, same.output
    assert "the same outcome" in same.output
    stored = runner.invoke(args=["round", "recheck", str(run.id), "--time-limit", "60"])
    assert stored.exit_code == 0, stored.output
    (tmp_path / OUTCOME).write_text(json.dumps({"digest": "0" * 64}))
    assert runner.invoke(args=["round", "rerun", str(tmp_path), "--time-limit", "60"]).exit_code == 4
    (tmp_path / OUTCOME).unlink()
    assert runner.invoke(args=["round", "rerun", str(tmp_path)]).exit_code == 2


def test_a_run_without_an_outcome_cannot_be_checked(context: Flask) -> None:
    stage = ready()
    locked(stage)
    from enrolment.rounds.operations import request_run
    from tests.enrolment.rounds.stage import SETTINGS

    run = request_run(stage.actor, round_id=stage.round.id, settings=SETTINGS)
    with pytest.raises(Refused):
        request_recheck(stage.actor, run_id=run.id)
