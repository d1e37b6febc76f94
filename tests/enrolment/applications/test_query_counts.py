"""Each family page stays within its budget of queries, however many programmes are on offer (proof 44)."""

import pytest
from flask import Flask
from sqlalchemy import event

from core.accounts.models import Account
from core.db import db, housekeeping
from enrolment.applications.models import Application
from enrolment.cycles.models import CountyWindow
from enrolment.cycles.policy import keep_sheets
from enrolment.plans.states import PlanState
from tests.client import Browser
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import Scene, scene
from tests.factories import QP, programme, school, sign_in

BUDGET = 12
PAGES = ("", "/identity", "/guardians", "/versions/1", "/tasks", "/papers", "/choices", "/programmes", "/check")


@pytest.fixture
def world(context: Flask, client: Browser) -> Scene:
    made = scene()
    with housekeeping():
        keep_sheets(made.in_round, db.session.query(CountyWindow).all())
    made.submitted()
    sign_in(client, db.session.get_one(Account, made.child.account_id))
    return made


def counts(client: Browser, home: str) -> dict[str, int]:
    """SELECTs of each page, each in a fresh session."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    found = {}
    for path in PAGES:
        db.session.remove()
        seen.clear()
        assert client.get(home + path).status_code == 200, path
        found[path] = sum(statement.startswith("SELECT") for statement in seen)
    event.remove(db.engine, "before_cursor_execute", note)
    return found


def test_pages_stay_within_their_budget_whatever_is_on_offer(world: Scene, client: Browser) -> None:
    home = f"/applications/{db.session.query(Application).one().id}"
    few = counts(client, home)
    assert {path: count for path, count in few.items() if count > BUDGET} == {}, few
    at = school(QP, name="丁职校")
    more = [(programme(at, f"71020{number}"), {QP: 3}) for number in range(2, 9)]
    both = [(db.session.merge(world.near), {QP: 2}), (db.session.merge(world.far), {QP: 3})]
    make.plan(db.session.merge(world.in_round), [*both, *more], state=PlanState.APPROVED, number=2)
    many = counts(client, home)
    grown = {path: (few[path], many[path]) for path in PAGES if many[path] > few[path]}
    assert grown == {}
