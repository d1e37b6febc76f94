"""Two persons lock a round, over one fingerprint of its input."""

import datetime as dt
from decimal import Decimal
from unittest import mock

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from core import clock
from core.access import Role
from core.db import db, housekeeping
from core.errors import Refused
from core.jobs.duties import note
from core.observe.health import BACKUP_DUTY
from enrolment.applications.models import Application
from enrolment.cycles.models import CountyWindow, Round, RoundState
from enrolment.rounds.models import LockProposal
from enrolment.rounds.operations import lock, propose_lock, standing_proposal, take_snapshot, withdraw_lock
from enrolment.rounds.readiness import backup_line, blocking, readiness
from tests.client import Browser
from tests.enrolment.rounds.stage import Stage, locked, ready
from tests.factories import QP, account, sign_in


def proposed(stage: Stage) -> LockProposal:
    return propose_lock(stage.other, round_id=stage.round.id, version=stage.round.version)


def test_nobody_locks_alone(context: Flask) -> None:
    stage = ready()
    with pytest.raises(Refused):
        lock(stage.actor, round_id=stage.round.id, version=stage.round.version)
    proposed(stage)
    with pytest.raises(Refused):
        lock(stage.other, round_id=stage.round.id, version=stage.round.version)
    assert db.session.get_one(Round, stage.round.id).state is RoundState.OPEN
    assert lock(stage.actor, round_id=stage.round.id, version=stage.round.version).state is RoundState.LOCKED


def test_the_database_refuses_one_person_in_both_parts(context: Flask) -> None:
    stage = ready()
    proposed(stage)
    with pytest.raises(DatabaseError), housekeeping() as session:
        session.execute(text("UPDATE lock_proposal SET approved_by = proposed_by, approved_at = proposed_at"))


def test_the_snapshot_is_what_both_saw(context: Flask) -> None:
    stage = ready()
    seen = proposed(stage).input_sha256
    round_ = lock(stage.actor, round_id=stage.round.id, version=stage.round.version)
    with housekeeping():
        assert take_snapshot(stage.actor, round_).sha256 == seen


def test_a_changed_input_needs_a_new_proposal(context: Flask) -> None:
    stage = ready()
    first = proposed(stage)
    with pytest.raises(Refused):
        proposed(stage)
    with housekeeping() as session:
        session.get_one(Application, stage.applications["赵一"].id).applicant.bonus = Decimal(5)
    with pytest.raises(Refused):
        lock(stage.actor, round_id=stage.round.id, version=stage.round.version)
    again = proposed(stage)
    assert again.input_sha256 != first.input_sha256
    assert lock(stage.actor, round_id=stage.round.id, version=stage.round.version).locked_at


def test_a_proposal_can_be_withdrawn(context: Flask) -> None:
    stage = ready()
    proposed(stage)
    withdraw_lock(stage.other, round_id=stage.round.id)
    assert standing_proposal(stage.round.id) is None
    with pytest.raises(Refused):
        lock(stage.actor, round_id=stage.round.id, version=stage.round.version)
    proposed(stage)
    locked_round = lock(stage.actor, round_id=stage.round.id, version=stage.round.version)
    with pytest.raises(Refused):
        withdraw_lock(stage.other, round_id=locked_round.id)


def test_the_pages_of_the_lock(context: Flask, client: Browser) -> None:
    stage = ready()
    address = f"/rounds/{stage.round.id}"
    sign_in(client, stage.colleague)
    assert client.submit(address, {}, to=f"{address}/lock/propose").status_code == 303
    own = client.get(address).get_data(as_text=True)
    standing = standing_proposal(stage.round.id)
    assert standing is not None
    assert standing.input_sha256 in own
    assert "锁定本轮报名" not in own
    assert client.submit(address, {}, to=f"{address}/lock").status_code == 422
    officer = account(Role.COUNTY_OFFICER, stage.school.organisation)
    sign_in(client, officer)
    assert client.post(f"{address}/lock").status_code in (400, 403)
    sign_in(client, stage.approver)
    assert "锁定本轮报名" in client.get(address).get_data(as_text=True)
    assert client.submit(address, {}, to=f"{address}/lock").status_code == 303
    assert db.session.get_one(Round, stage.round.id).state is RoundState.LOCKED


def test_a_locked_round_is_not_proposed_again(context: Flask) -> None:
    stage = ready()
    locked(stage)
    with pytest.raises(Refused):
        proposed(stage)


def test_the_check_names_exactly_what_each_county_owes(context: Flask, client: Browser) -> None:
    """A county whose filing is open and another without scores are named, each with the page to mend it."""
    stage = ready()
    with housekeeping() as session:
        late = session.scalars(select(CountyWindow).where(CountyWindow.county == QP)).one()
        late.closes_at += dt.timedelta(days=9)
        for score in session.get_one(Application, stage.applications["李四"].id).applicant.scores:
            session.delete(score)
    lines = blocking(readiness(stage.round))
    assert [line.link for line in lines] == ["cycles.timetable", "candidates.candidates"]
    assert "青浦区" in lines[0].detail
    assert "嘉善县有 1 名考生（共 1 名）没有成绩" in lines[1].detail
    warned = [line for line in readiness(stage.round) if line.warning]
    assert {line.link for line in warned} == {"returns.taken"}
    tried = next(line for line in readiness(stage.round) if line.link == "rules.overview")
    assert tried.ready
    wrong = mock.Mock(holds=False)
    with mock.patch("enrolment.rounds.readiness.run_cases", return_value=(wrong,)):
        failing = [line for line in blocking(readiness(stage.round)) if line.link == "rules.overview"]
    assert "青浦区的报考规则有 1 条试算不符" in failing[0].detail
    assert "还没有成功的备份" in backup_line(26).detail
    note(BACKUP_DUTY, "x")
    assert backup_line(26).ready
    with clock.frozen(clock.now() + dt.timedelta(hours=27)):
        assert (backup_line(26).ready, backup_line(26).warning) == (False, True)
    sign_in(client, stage.approver)
    page = client.get(f"/rounds/{stage.round.id}").get_data(as_text=True)
    assert "提出锁定" not in page
    assert f"/rounds/{stage.round.id}/taken" in page
    with pytest.raises(Refused):
        proposed(stage)
