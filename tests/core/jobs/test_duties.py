"""Each duty is done by one worker of all, once a period; presence and failures are rows."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.audit import AuditSeal
from core.db import db, housekeeping
from core.jobs import duties, registry
from core.jobs.models import WorkerPresence
from core.jobs.registry import DutyPlan
from core.web.models import RequestToken

pytestmark = pytest.mark.usefixtures("context")

HOURLY = DutyPlan("probe", dt.timedelta(hours=1), lambda: None)


def test_one_worker_of_two_does_a_duty_and_again_after_its_period() -> None:
    with clock.frozen(clock.now()) as time:
        assert [duties.take(HOURLY, worker) for worker in ("a", "b", "a")] == [True, False, False]
        time.advance(dt.timedelta(minutes=61))
        assert [duties.take(HOURLY, worker) for worker in ("b", "a")] == [True, False]


def test_a_failure_is_remembered_until_the_next_success() -> None:
    duties.note("probe", "a", "OSError")
    found = duties.last_done("probe")
    assert found is not None
    assert (found.done_by, found.outcome) == ("a", "OSError")
    with clock.frozen(clock.now() + dt.timedelta(hours=2)):
        assert duties.take(HOURLY, "b")
    db.session.expire_all()
    assert duties.last_done("probe").outcome == ""


def test_yesterday_is_sealed_once() -> None:
    for _ in range(3):
        duties.seal_yesterday()
    assert db.session.scalar(select(func.count()).select_from(AuditSeal)) == 1
    assert db.session.scalar(select(AuditSeal.day)) == clock.today() - dt.timedelta(days=1)


def test_presence_tells_who_is_alive(app: Flask) -> None:
    with clock.frozen(clock.now()) as time:
        for name in ("a", "b"):
            duties.show_presence(name, started_at=clock.now())
        duties.show_presence("b", started_at=clock.now(), stopped=True)
        assert [one.name for one in duties.workers_seen(dt.timedelta(minutes=1))] == ["a"]
        time.advance(dt.timedelta(minutes=2))
        assert duties.workers_seen(dt.timedelta(minutes=1)) == ()
        time.advance(dt.timedelta(days=8))
        duties.forget_workers()
    assert db.session.scalar(select(func.count()).select_from(WorkerPresence)) == 0


def test_old_form_tokens_are_forgotten() -> None:
    with clock.frozen(clock.now()) as time:
        for name in ("old", "new"):
            with housekeeping() as session:
                session.add(RequestToken(token=name, endpoint="probe", used_at=clock.now()))
            time.advance(dt.timedelta(days=5))
        duties.forget_tokens()
    assert db.session.scalars(select(RequestToken.token)).all() == ["new"]


def test_the_house_has_its_duties() -> None:
    assert {duty.name for duty in registry.duties()} >= {
        "jobs.reap", "jobs.forget_workers", "notices.send", "accounts.forget_tries", "web.forget_tokens", "audit.seal"
    }  # fmt: skip
