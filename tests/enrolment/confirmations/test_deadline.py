"""Nobody answered until the deadline: the county's default happens once, to both readers' knowledge."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.audit import AuditEntry
from core.audit.operations import House
from core.db import db, housekeeping, lock_row
from core.documents.models import DocumentState, IssuedDocument
from core.jobs.context import JobContext, LeaseLost
from core.jobs.leases import claim
from core.jobs.models import Job
from core.jobs.registry import duties
from core.notices.models import Notice
from core.notices.templates import worded
from enrolment.confirmations import reminding, tasks
from enrolment.confirmations.deadline import JOB_KIND, apply_default, ask_for_defaults
from enrolment.confirmations.models import Confirmation, ConfirmationState
from enrolment.confirmations.operations import ask_decline, confirmation_of
from enrolment.plans.ledger import free
from tests.client import Browser
from tests.enrolment.confirmations.scene import SITE, keep_sheet, released, work
from tests.enrolment.rounds.stage import LEASE
from tests.factories import QP, sign_in

HOUSE = House("deadline")


def states() -> dict[str, ConfirmationState]:
    return {
        one.placement.application.applicant.name: one.state for one in db.session.scalars(select(Confirmation)).all()
    }


def test_silence_counts_as_the_countys_sheet_says_and_both_are_told(context: Flask) -> None:
    scene = released()
    keep_sheet(scene.round, QP, confirmation_default="declined")
    with clock.frozen(scene.at):
        scene.accept("李四")
        place = scene.place("赵一")
        ask_decline(scene.pupil("钱二"), placement=scene.place("钱二"))
    with clock.frozen(scene.deadline - dt.timedelta(seconds=1)):
        assert ask_for_defaults(HOUSE) == 0
    with clock.frozen(scene.deadline):
        assert ask_for_defaults(HOUSE) == 1
        assert ask_for_defaults(HOUSE) == 0, "one job a round"
        work(JOB_KIND)
        assert ask_for_defaults(HOUSE) == 0, "nobody is left"
    declined = ConfirmationState.DECLINED
    assert states() == {"赵一": declined, "钱二": declined, "李四": ConfirmationState.ACCEPTED}
    answer = confirmation_of(place.id)
    assert answer is not None
    assert answer.by_default
    assert answer.answered_by is None
    assert place.cell_id is not None
    assert free(place.cell_id) == 1
    told = db.session.scalars(select(Notice).where(Notice.template == "confirmations.declined_by_default")).all()
    assert len(told) == 4
    done = select(func.count()).where(AuditEntry.operation == "confirmations.default")
    assert db.session.scalar(done) == 2


def test_silence_that_counts_as_acceptance_brings_the_letter(context: Flask) -> None:
    scene = released()
    with clock.frozen(scene.deadline):
        ask_for_defaults(HOUSE)
        work(JOB_KIND)
    assert set(states().values()) == {ConfirmationState.ACCEPTED}
    letters = db.session.scalars(select(IssuedDocument.state)).all()
    assert letters == [DocumentState.VALID] * 3


def test_a_worker_that_lost_its_lease_answers_for_nobody_and_the_next_goes_on(context: Flask) -> None:
    scene = released()
    with clock.frozen(scene.deadline):
        ask_for_defaults(HOUSE)
        db.session.rollback()
        first = claim("one", LEASE, [JOB_KIND])
        assert first is not None
        context_of_first = JobContext(first, LEASE)
        assert apply_default(HOUSE, placement_id=scene.place("赵一").id, site=SITE, hold=context_of_first.hold)
        with housekeeping():
            lock_row(Job, first.job_id).owner = "two"
        with pytest.raises(LeaseLost):
            apply_default(HOUSE, placement_id=scene.place("钱二").id, site=SITE, hold=context_of_first.hold)
        assert set(states()) == {"赵一"}
        with housekeeping():
            lock_row(Job, first.job_id).owner = "one"
        tasks.answer_for_the_silent(context_of_first)
        again = apply_default(HOUSE, placement_id=scene.place("赵一").id, site=SITE, hold=lambda _session: None)
    assert not again
    assert len(states()) == 3


def test_the_duty_is_known_to_the_workers(context: Flask) -> None:
    assert "confirmations.deadlines" in {one.name for one in duties()}


def test_the_result_page_names_the_default_first_and_what_giving_up_costs(context: Flask, client: Browser) -> None:
    scene = released()
    with clock.frozen(scene.at):
        sign_in(client, scene.account_of("赵一"))
        place = scene.place("赵一")
        from enrolment.confirmations.answers import answer_for

        with context.test_request_context():
            answer = answer_for(scene.pupil("赵一"), place)
        assert "到时没有答复的，按“确认录取”办理" in str(answer.sentences[0])
        page = client.get(f"/placements/{place.id}/decline").get_data(as_text=True)
        assert "放弃后本年度不能再参加征求志愿" in page


def test_the_silent_are_reminded_once_before_the_deadline(context: Flask) -> None:
    scene = released()
    with clock.frozen(scene.at):
        scene.accept("李四")
    with clock.frozen(scene.deadline - reminding.BEFORE - dt.timedelta(seconds=1)):
        assert reminding.ask_for_reminders(HOUSE) == 0
    with clock.frozen(scene.deadline - reminding.BEFORE):
        assert reminding.ask_for_reminders(HOUSE) == 1
        work(reminding.JOB_KIND)
        assert reminding.ask_for_reminders(HOUSE) == 0, "once a round"
    with clock.frozen(scene.deadline):
        assert reminding.ask_for_reminders(HOUSE) == 0
    told = db.session.scalars(select(Notice).where(Notice.template == reminding.REMINDED)).all()
    silent = [scene.stage.applications[name].applicant for name in ("赵一", "钱二")]
    wanted = {account for one in silent for account in (one.account_id, one.guardians[0].account_id)}
    assert {notice.account_id for notice in told} == wanted
    assert len(told) == len(wanted)
    text = worded(told[0].template, told[0].facts).text
    assert clock.moment_text(scene.deadline, "zh") in text
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.operation == "confirmations.remind")).one()
