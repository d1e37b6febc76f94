"""The pages after the release, as school, bureau, committee, family and strangers see them."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock
from core.access import OrganisationKind, Role
from core.accounts.models import Account
from core.db import db
from enrolment.appeals.operations import approve
from enrolment.results.models import SealedRoster
from tests.enrolment.appeals.test_cases import open_case
from tests.enrolment.confirmations.scene import Released, released
from tests.factories import account, organisation
from tests.journeys.conftest import NewVisitor
from tests.journeys.test_main_pages import SignedIn, look_at, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

__all__ = ["signed_in"]


def corrected() -> tuple[Released, str, Account]:
    """A round released three days ago: one declined, one corrected, one accepted and not yet come."""
    with clock.frozen(clock.now() - dt.timedelta(days=3)):
        scene = released()
        with clock.frozen(scene.at):
            scene.accept("赵一")
            scene.accept("李四")
            scene.decline("钱二")
            case = open_case(scene, "赵一", scene.stage.second)
            approve(scene.stage.other, case_id=case.id, version=case.version, site="https://localhost/verify")
            desk = scene.desk()
    return scene, f"/corrections/{case.id}", desk


def test_pages_after_the_release(context: Flask, signed_in: SignedIn, new_visitor: NewVisitor) -> None:
    scene, case, desk = corrected()
    look_at(new_visitor(), {"public-list": "/public-results", "public-look-up": "/public-results/look-up"})
    roster = db.session.scalars(select(SealedRoster).order_by(SealedRoster.number.desc())).first()
    assert roster is not None
    place = scene.place("李四")
    gate = signed_in(desk)
    look_at(
        gate,
        {
            "missing": "/arrivals/missing",
            "missing-pupil": f"/arrivals/missing/{place.id}",
            "rosters": "/rosters",
            "roster": f"/rosters/{roster.id}",
        },
    )
    page = gate.open("/arrivals/together")
    gate.look("arriving-together")
    page.get_by_label("通知书编号或考生号").fill(f"{place.application.applicant.candidate_number}\nL-0000")
    page.get_by_role("button", name="办理报到").click()
    gate.look("arrived-together")
    office = organisation(OrganisationKind.COMMITTEE)
    look_at(
        signed_in(account(Role.COMMITTEE, office)),
        {
            "vacancies": f"/rounds/{scene.round.id}/vacancies",
            "supplementary": f"/rounds/{scene.round.id}/supplementary",
        },
    )
    look_at(signed_in(scene.stage.approver), {"cases": "/corrections", "case": case, "case-new": "/corrections/new"})
