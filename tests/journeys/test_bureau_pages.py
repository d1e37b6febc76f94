"""Rules of entry, pass lists, filing in two counties, the timetable's preview: looked at in a real browser."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock
from core.access import OrganisationKind, Role
from core.db import db
from enrolment.applications import pass_lists
from enrolment.applications.pass_models import PassEffect
from enrolment.applications.pass_sheet import Passed
from enrolment.cycles import revisions
from enrolment.cycles.models import CountyWindow
from registry.schools.models import SchoolYear
from tests.browser import DESKTOP, SCREENS
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.applications.test_clashes import Two
from tests.enrolment.cycles.test_rules import tables
from tests.factories import JS, QP, account, organisation
from tests.journeys.conftest import NewVisitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_rules_of_a_county_are_looked_at(app: Flask, context: Flask, new_visitor: NewVisitor) -> None:
    office = organisation(OrganisationKind.COUNTY, JS, "丙县教育局")
    officer, approver = account(Role.COUNTY_OFFICER, office), account(Role.COUNTY_APPROVER, office)
    day = clock.today() + dt.timedelta(days=1)
    revision = revisions.propose_tables(actor_for(officer), county=JS, effective_from=day, tables=tables())
    visitor = new_visitor(size=DESKTOP)
    visitor.sign_in(app, officer)
    for name, address in (
        ("rules", "/rules"),
        ("county-rules", f"/rules/{JS}?hukou=outside&junior_roll=outside"),
        ("rules-plain", f"/rules/{JS}/plain"),
        ("rules-upload", f"/rules/{JS}/import"),
    ):
        visitor.open(address)
        visitor.look(name)
    second = new_visitor(size=DESKTOP)
    second.sign_in(app, approver)
    second.open(f"/rules/revisions/{revision.id}")
    second.look("rules-revision")


def test_lists_cases_and_dates_are_looked_at(app: Flask, context: Flask, new_visitor: NewVisitor) -> None:
    two = Two()
    near = two.world.near
    desk = account(Role.SCHOOL_ADMISSIONS, near.school.organisation)
    made = pass_lists.open_list(
        actor_for(desk),
        round_id=two.world.in_round.id,
        programme_id=near.id,
        name="面试合格",
        effect=PassEffect.SKIP,
        basis="招生简章",
    )
    pass_lists.load_list(actor_for(desk), list_id=made.id, passed=Passed((two.there.applicant.candidate_number,)))
    school = new_visitor(size=DESKTOP)
    school.sign_in(app, desk)
    for name, address in (
        ("pass-lists", "/pass-lists"),
        ("pass-list-new", "/pass-lists/new"),
        ("pass-list", f"/pass-lists/{made.id}"),
        ("pass-list-upload", f"/pass-lists/{made.id}/import"),
    ):
        school.open(address)
        school.look(name)
    bureau = new_visitor(size=DESKTOP)
    bureau.sign_in(app, two.bureaus[QP])
    for name, address in (("clashes", "/clashes"), ("clash", f"/clashes/{two.clash.id}")):
        bureau.open(address)
        bureau.look(name)
    officer = new_visitor(size=DESKTOP)
    officer.sign_in(app, two.officer)
    window = db.session.scalars(select(CountyWindow).where(CountyWindow.county == QP)).one()
    page = officer.open(f"/cycles/{window.cycle_id}/rounds/1/{QP}")
    later = window.closes_at.astimezone(clock.BEIJING) + dt.timedelta(days=2)
    page.locator("#closes_at").fill(f"{later:%Y-%m-%dT%H:%M}")
    page.locator("main form button").first.click()
    assert page.locator("table").count() == 2
    page.screenshot(path=SCREENS / "window-preview.png", full_page=True)
    page.get_by_role("button", name="保存报名时间").click()
    assert "报名时间已保存" in page.inner_text("main")
    committee = new_visitor(size=DESKTOP)
    committee.sign_in(app, account(Role.COMMITTEE, organisation(OrganisationKind.COMMITTEE)))
    page = committee.open(f"/cycles/rounds/{two.world.in_round.id}")
    page.locator("#arrive_until").fill(f"{two.world.in_round.arrive_until + dt.timedelta(days=1)}")
    page.locator("main form button").first.click()
    page.screenshot(path=SCREENS / "round-preview.png", full_page=True)
    page.get_by_role("button", name="保存时间").click()
    assert "时间已保存" in page.inner_text("main")
    year = db.session.scalars(select(SchoolYear).where(SchoolYear.school_id == near.school_id)).one()
    officer.open(f"/own-schools/years/{year.id}/leave")
    officer.look("school-leaves")
    officer.open(f"/own-schools/{near.school_id}")
    officer.look("school-years")
