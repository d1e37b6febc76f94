"""Scenario, return and move pages in a real browser, at both widths and in both languages (T35, T37, X6, X14)."""

import datetime as dt

import pytest
from flask import Flask

from core import clock
from core.access import Role
from enrolment.results.returning import open_window, propose_return
from enrolment.rounds.scenarios import copy_scenario
from tests.browser import DESKTOP
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.plans.test_moves import bureaus, proposed, three_sided
from tests.enrolment.results.test_returning import placement_of
from tests.enrolment.rounds.stage import ready, solved
from tests.enrolment.rounds.test_scenarios import base, lowered, tried
from tests.factories import account
from tests.journeys.conftest import NewVisitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_scenarios_are_looked_at_and_edited_by_keyboard(app: Flask, context: Flask, new_visitor: NewVisitor) -> None:
    stage = ready()
    first = base(stage, "Base")
    second = lowered(stage, copy_scenario(stage.actor, scenario_id=first.id, name="One seat less"))
    tried(stage, first)
    trial = tried(stage, second)
    visitor = new_visitor(size=DESKTOP)
    visitor.sign_in(app, stage.approver)
    visitor.open(f"/rounds/{stage.round.id}/scenarios")
    visitor.look("scenarios")
    visitor.open(f"/rounds/{stage.round.id}/scenarios/compare")
    visitor.look("scenarios-compared")
    visitor.open(f"/rounds/{stage.round.id}/scenarios/changes?base={first.id}&other={second.id}")
    visitor.look("scenarios-changes")
    visitor.open(f"/trials/{trial.id}")
    visitor.look("trial")
    page = visitor.open(f"/scenarios/{first.id}")
    visitor.look("scenario")
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    cell = page.locator("[data-grid] input.grid-input").first
    cell.fill("2")
    cell.press("ArrowRight")
    page.keyboard.type("1")
    assert page.locator("input.is-changed").count() >= 1
    page.get_by_role("button", name="保存方案").click()
    assert "个数字不同" in page.inner_text("main")


def test_returns_and_moves_are_looked_at(app: Flask, context: Flask, new_visitor: NewVisitor) -> None:
    stage = ready()
    run = solved(stage)
    open_window(stage.actor, run_id=run.id, until=clock.now() + dt.timedelta(hours=1))
    admissions = account(Role.SCHOOL_ADMISSIONS, stage.school.organisation)
    target = placement_of(run, "赵一")
    asked = propose_return(actor_for(admissions), placement_id=target.id, code="health", note="复查色弱")
    desk = new_visitor(size=DESKTOP)
    desk.sign_in(app, admissions)
    desk.open("/returns")
    desk.look("returns-school")
    desk.open(f"/returns/new/{placement_of(run, '钱二').id}")
    desk.look("return-new")
    officer = new_visitor(size=DESKTOP)
    officer.sign_in(app, stage.approver)
    for address, name in (
        (f"/returns/{asked.id}", "return-decide"),
        (f"/runs/{run.id}/return-window", "return-window"),
        (f"/rounds/{stage.round.id}/taken", "taken-list"),
        (f"/runs/{run.id}", "run-record-with-checks"),
    ):
        officer.open(address)
        officer.look(name)


def test_a_move_is_looked_at(app: Flask, context: Flask, new_visitor: NewVisitor) -> None:
    stage, who = three_sided(), bureaus()
    move = proposed(stage, who)
    visitor = new_visitor(size=DESKTOP)
    visitor.sign_in(app, who.officer)
    visitor.open(f"/plans/{stage.plan.id}/moves")
    visitor.look("plan-moves")
    visitor.open(f"/plan-moves/{move.id}")
    visitor.look("plan-move")
    visitor.open("/plan-graduates")
    visitor.look("graduates")
