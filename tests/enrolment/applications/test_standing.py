"""您还没有提交 stands on every page of the family until the draft was sent, and nowhere else (T24)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core.access import OrganisationKind, Role
from core.accounts.models import Account
from core.db import db, housekeeping
from tests.enrolment.applications.scene import Scene, scene
from tests.factories import QP, account, organisation, sign_in

WORD = "您还没有提交"
PAGES = ("/", "/application", "/schools", "/timetable", "/notices", "/account", "/results")


@pytest.fixture
def world(context: Flask) -> Scene:
    return scene()


def words(client: FlaskClient, address: str) -> str:
    answer = client.get(address, headers={"Accept-Language": "zh"}, follow_redirects=True)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def test_every_page_reminds_the_pupil_and_the_guardian(world: Scene, client: FlaskClient) -> None:
    application = world.ready()
    for who in (world.child, world.parent):
        sign_in(client, db.session.get_one(Account, who.account_id))
        for address in PAGES:
            shown = words(client, address)
            assert shown.count(WORD) == 1, address
            assert f'href="/applications/{application.id}/tasks"' in shown, address


@pytest.mark.parametrize("step", ["not_begun", "sent", "confirmed", "locked"])
def test_nothing_is_said_before_and_after(world: Scene, client: FlaskClient, step: str) -> None:
    if step != "not_begun":
        application = world.ready()
    if step in ("sent", "confirmed"):
        world.send(application)
    if step == "confirmed":
        world.confirm(application)
    if step == "locked":
        with housekeeping() as session:
            session.execute(text("UPDATE round SET locked_at = '2026-06-25 00:00:00.000000', state = 'locked'"))
        db.session.expire_all()
    sign_in(client, db.session.get_one(Account, world.child.account_id))
    assert WORD not in words(client, "/")


def test_others_see_nothing_of_it(world: Scene, client: FlaskClient) -> None:
    world.ready()
    assert WORD not in words(client, "/")
    sign_in(client, account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, QP)))
    assert WORD not in words(client, "/")
