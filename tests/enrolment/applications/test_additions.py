"""A programme added while filing is open (X25): all pupils of counties with seats in it are told, nothing is lost."""

from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from core import clock
from core.db import db
from core.jobs.models import Job
from core.notices.models import Notice
from enrolment.applications import choosing, operations
from enrolment.applications.additions import JOB_KIND
from enrolment.applications.models import Application, ApplicationState
from enrolment.applications.records import newest_version, version_in_force
from enrolment.cycles.models import Round
from enrolment.plans.models import Plan
from enrolment.plans.operations import agree, import_plan, report
from enrolment.plans.sheet import PlanSheet
from registry.schools.models import Programme
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.confirmations.scene import work
from tests.enrolment.plans.plan_samples import World, world
from tests.factories import JS, QP, WJ


def approved(at: World, sheet: PlanSheet) -> Plan:
    plan = import_plan(at.officer(), round_id=at.round_id, sheet=sheet, source=repr(sheet).encode())
    report(at.officer(), plan_id=plan.id, version=plan.version)
    for county in (QP, WJ, JS):
        agree(at.approver(county), plan_id=plan.id, version=plan.version)
    return plan


def told(account_id: object) -> list[str]:
    return list(db.session.scalars(select(Notice.template).where(Notice.account_id == account_id)))


def test_an_added_programme_is_told_and_the_submitted_list_stays(context: Flask) -> None:
    at = world()
    in_round = db.session.get_one(Round, at.round_id)
    added = at.sheet.programmes[0].code
    shut = tuple(
        replace(one, seats=0, floor=0) if (one.programme, one.county) == (added, WJ) else one
        for one in at.sheet.cells
    )
    approved(at, replace(at.sheet, cells=shut))
    assert db.session.scalars(select(Job).where(Job.kind == JOB_KIND)).all() == []
    child, parent = make.family(in_round, WJ)
    neighbour, _parent = make.family(in_round, QP, name="钱二")
    others = db.session.scalars(select(Programme).where(Programme.code != added).order_by(Programme.code)).all()
    application = make.application(child, in_round, others[:1], state=ApplicationState.SUBMITTED)
    approved(at, at.sheet)
    work(JOB_KIND)
    for account_id in (child.account_id, parent.account_id):
        assert told(account_id) == ["applications.programme_added"]
    assert told(neighbour.account_id) == []
    pupil = actor_for(child.account_id)
    new = db.session.scalars(select(Programme).where(Programme.code == added)).one()
    mine = db.session.get_one(Application, application.id)
    now = clock.now()
    operations.begin_change(pupil, application_id=mine.id, at=now)
    choosing.add_choice(
        pupil, application_id=mine.id, programme_id=new.id, version=newest_version(mine).version, at=now
    )
    in_force = version_in_force(mine)
    assert in_force is not None
    assert [one.programme_id for one in in_force.choices] == [others[0].id]
    assert [one.programme_id for one in newest_version(mine).choices] == [others[0].id, new.id]
