"""A round end to end in the browser: lock, run, two persons, the family, the gate, the record."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, update

from core import clock
from core.access import Role
from core.accounts.models import Account
from core.audit import AuditEntry, verify_chain
from core.db import db, housekeeping
from core.documents.models import IssuedDocument
from enrolment.applications.models import Application
from enrolment.results.models import Publication
from registry.students.models import Person
from tests.browser import DESKTOP, Visitor
from tests.enrolment.rounds.stage import Stage, ready, work
from tests.factories import account
from tests.journeys.conftest import NewVisitor

pytestmark = pytest.mark.browser


def account_of(account_id: object) -> Account:
    return db.session.get_one(Account, account_id)


def look(visitor: Visitor, name: str, *, languages: tuple[str, ...] = ("zh", "en")) -> None:
    """Photograph and check the page; without scripts there is no axe to run, and one look is enough."""
    if visitor.scripts:
        visitor.look(name, languages=languages)


def propose_lock(second: Visitor, stage: Stage) -> None:
    """The bureau's second person proposes the lock over the input as it stands."""
    page = second.open(f"/rounds/{stage.round.id}")
    look(second, "round-ready-to-propose")
    page.get_by_role("button", name="提出锁定", exact=True).click()
    assert "另一位审批人员" in page.inner_text("main")


def lock_and_run(officer: Visitor, stage: Stage) -> None:
    """The bureau's first person: check, lock, run, propose."""
    page = officer.open(f"/rounds/{stage.round.id}")
    look(officer, "round-ready")
    page.get_by_role("button", name="锁定本轮报名").click()
    page.get_by_role("button", name="计算录取结果").click()
    look(officer, "run-waiting", languages=("zh",))
    work()
    page.reload()
    look(officer, "run-record")
    page.get_by_role("link", name="预览结果").click()
    look(officer, "preview")
    release = (clock.now() + dt.timedelta(minutes=5)).astimezone(clock.BEIJING)
    page.get_by_label("公布时间（北京时间）").fill(f"{release:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="送审公布").click()
    assert "另一位审批人员" in page.inner_text("main")
    look(officer, "publication-own")


def release(second: Visitor) -> None:
    """The second person: a wrong number first, then the right one; then the minute comes."""
    publication = db.session.scalars(select(Publication)).one()
    page = second.open(f"/publications/{publication.id}")
    page.get_by_label("录取人数").fill("4")
    page.get_by_role("button", name="批准公布").click()
    assert page.title().startswith("错误：")
    look(second, "publication-error", languages=("zh",))
    page.get_by_label("录取人数").fill("3")
    page.get_by_role("button", name="批准公布").click()
    assert "已批准" in page.inner_text("h1")
    db.session.rollback()
    with housekeeping() as session:
        session.execute(update(Publication).values(release_at=clock.now() - dt.timedelta(seconds=1)))


def accept(pupil: Visitor, application_id: object) -> str:
    """The pupil: the result with its reasons, accept, the letter. Returns the letter's code."""
    page = pupil.open(f"/results/{application_id}")
    assert "已录取" in page.inner_text("h1")
    look(pupil, "result-admitted")
    page.get_by_role("button", name="确认录取").click()
    assert page.get_by_role("link", name="下载录取通知书（PDF）").is_visible()
    look(pupil, "result-accepted")
    db.session.rollback()
    return db.session.scalars(select(IssuedDocument)).one().verification_code


def arrive(desk: Visitor, code: str, *, scanned: bool) -> None:
    """The registrar: the code typed at the desk, or scanned by a phone's camera, which opens the public page."""
    page = desk.open("/arrivals")
    look(desk, "arrivals")
    if scanned:
        page = desk.open(f"/verify/{code}")
        look(desk, "verify-registrar")
    else:
        page.get_by_label("通知书编号或验证码").fill(code.lower())
    page.get_by_role("button", name="办理报到").click()
    assert "已报到" in page.inner_text("h1")
    look(desk, "arrived")
    page = desk.open(f"/verify/{code}")
    assert page.get_by_role("button", name="办理报到").count() == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_lock_to_the_student_record(context: Flask, new_visitor: NewVisitor, scripts: bool) -> None:
    stage = ready()
    pupil_of = {name: db.session.get_one(Application, row.id).applicant for name, row in stage.applications.items()}
    second = new_visitor(size=DESKTOP, scripts=scripts)
    second.sign_in(context, stage.colleague)
    propose_lock(second, stage)
    officer = new_visitor(size=DESKTOP, scripts=scripts)
    officer.sign_in(context, stage.approver)
    lock_and_run(officer, stage)
    release(second)

    pupil = new_visitor(scripts=scripts)
    pupil.sign_in(context, account_of(pupil_of["赵一"].account_id))
    code = accept(pupil, stage.applications["赵一"].id)
    unplaced = new_visitor(scripts=scripts)
    unplaced.sign_in(context, account_of(pupil_of["孙三"].account_id))
    unplaced.open(f"/results/{stage.applications['孙三'].id}")
    look(unplaced, "result-unplaced")

    stranger = new_visitor(scripts=scripts)
    page = stranger.open(f"/verify/{code}")
    assert "有效" in page.inner_text("h1")
    assert "赵一" not in page.inner_text("main")
    assert page.get_by_role("button", name="办理报到").count() == 0
    look(stranger, "verify-valid")

    desk = new_visitor(size=DESKTOP, scripts=scripts)
    desk.sign_in(context, account(Role.SCHOOL_REGISTRAR, stage.school.organisation))
    arrive(desk, code, scanned=scripts)
    db.session.rollback()
    person = db.session.scalars(select(Person)).one()
    page = desk.open(f"/students/{person.id}")
    assert "待核准" in page.inner_text("main")
    look(desk, "student")
    desk.open("/students")
    look(desk, "students")
    assert verify_chain(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))).sound
