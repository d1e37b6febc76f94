"""The main pages as their people see them: phone and desktop, both languages, axe, CSP, own host (T7, T83)."""

from collections.abc import Callable

import pytest
from flask import Flask

from core.access import OrganisationKind, Role
from core.accounts.models import Account
from core.db import db
from tests.browser import Visitor
from tests.enrolment.applications import scene as filing
from tests.enrolment.reviews import review_samples
from tests.enrolment.rounds import stage as solving
from tests.factories import QP, account, organisation
from tests.journeys.conftest import NewVisitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SignedIn = Callable[[Account], Visitor]


@pytest.fixture
def signed_in(app: Flask, new_visitor: NewVisitor) -> SignedIn:
    """A visitor signed in with an account, inside an application context."""

    def make(who: Account) -> Visitor:
        visitor = new_visitor()
        visitor.sign_in(app, who)
        return visitor

    return make


def look_at(visitor: Visitor, paths: dict[str, str]) -> None:
    """Open each path, make sure it is a page and no refusal, and look at it."""
    for name, path in paths.items():
        visitor.open(path)
        visitor.look(name, stay=False)


def account_of(key: object) -> Account:
    return db.session.get_one(Account, key)


def test_pages_before_signing_in(context: Flask, new_visitor: NewVisitor) -> None:
    scene = filing.scene()
    paths = {
        "sign-in": "/sign-in",
        "activate": "/activate",
        "timetable": "/timetable",
        "catalogue": "/schools?mine=310118",
        "school": f"/schools/{scene.near.school_id}",
        "programme": f"/schools/programmes/{scene.far.id}",
        "verify": "/verify",
    }
    look_at(new_visitor(), paths)


def test_pages_of_a_pupil(context: Flask, signed_in: SignedIn) -> None:
    scene = filing.scene()
    application = scene.ready()
    home = f"/applications/{application.id}"
    paths = {
        "pupil-home": "/",
        "pupil-tasks": f"{home}/tasks",
        "pupil-identity": f"{home}/identity",
        "pupil-guardians": f"{home}/guardians",
        "pupil-papers": f"{home}/papers",
        "pupil-paper": f"{home}/papers/identity",
        "pupil-programmes": f"{home}/programmes",
        "pupil-choices": f"{home}/choices",
        "pupil-check": f"{home}/check",
        "notices": "/notices",
        "account": "/account",
    }
    look_at(signed_in(account_of(scene.child.account_id)), paths)


def test_pages_of_a_guardian(context: Flask, signed_in: SignedIn) -> None:
    scene = filing.scene()
    application = scene.send(scene.ready())
    home = f"/applications/{application.id}"
    paths = {
        "guardian-home": "/application",
        "guardian-consent": f"{home}/consent",
        "guardian-confirm": f"{home}/confirm",
    }
    visitor = signed_in(account_of(scene.parent.account_id))
    look_at(visitor, paths)
    scene.confirm(application)
    look_at(visitor, {"receipt": home})


def test_pages_of_a_reviewing_officer(context: Flask, signed_in: SignedIn) -> None:
    desk = review_samples.desk()
    first = desk.submitted(name="欧阳〇𬭎")
    for name in ("赵一", "钱二", "买买提·艾力"):
        desk.submitted(name=name, papers=name != "钱二")
    paths = {
        "officer-home": "/",
        "review-queue": "/reviews",
        "review-case": f"/reviews/{first.id}",
        "candidates": "/candidates",
        "cycles": "/cycles",
    }
    look_at(signed_in(desk.first), paths)


def test_pages_of_plan_and_run(context: Flask, signed_in: SignedIn) -> None:
    stage = solving.ready()
    visitor = signed_in(stage.approver)
    look_at(visitor, {"plans": "/plans", "plan": f"/plans/{stage.plan.id}", "rounds": "/rounds"})
    look_at(visitor, {"round": f"/rounds/{stage.round.id}"})
    run = solving.solved(stage)
    look_at(visitor, {"run": f"/runs/{run.id}", "preview": f"/runs/{run.id}/preview"})


def test_pages_of_the_result_sheet_and_the_rules(context: Flask, signed_in: SignedIn) -> None:
    stage = solving.ready()
    run = solving.solved(stage)
    sheet = f"/runs/{run.id}/sheet"
    paths = {"rules": "/timetable", "result-sheet": sheet, "result-sheet-print": f"{sheet}/print"}
    look_at(signed_in(stage.approver), paths)


def test_pages_of_administration(context: Flask, signed_in: SignedIn) -> None:
    office = organisation(OrganisationKind.COUNTY, QP, "青浦区教育局")
    committee = organisation(OrganisationKind.COMMITTEE, "", "示范区执委会")
    look_at(signed_in(account(Role.SECURITY_ADMIN, office)), {"accounts": "/security/accounts"})
    look_at(signed_in(account(Role.AUDITOR, office)), {"audit": "/audit/entries", "seals": "/audit/seals"})
    paths = {"health": "/system/health", "calendar": "/calendar"}
    look_at(signed_in(account(Role.SYSTEM_ADMIN, office)), paths)
    look_at(signed_in(account(Role.COMMITTEE, committee)), {"overview": "/overview"})
    look_at(signed_in(account(Role.SCHOOL_REGISTRAR, office)), {"students": "/students"})
