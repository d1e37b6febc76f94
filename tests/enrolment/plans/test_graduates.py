"""The grid beside the graduates and last year; an old run shows the version it used, its changes and approvals."""

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db, housekeeping
from core.errors import NotAllowed, Refused
from enrolment.cycles.models import Cycle
from enrolment.plans.graduates import graduates_of, last_year_of, state_graduates
from enrolment.plans.grid import grid_of
from enrolment.plans.models import Plan
from enrolment.plans.operations import import_plan
from enrolment.plans.states import PlanState
from registry.schools.models import School, SchoolYear
from tests.client import Browser
from tests.enrolment import factories as make
from tests.enrolment.plans.plan_samples import World, with_seats, world
from tests.factories import JS, QP, sign_in


@pytest.fixture
def at(context: Flask) -> World:
    return world()


def cycle_of(at: World) -> Cycle:
    return db.session.scalars(select(Cycle).order_by(Cycle.year.desc())).first()


def test_a_county_above_its_graduates_is_marked(at: World, client: Browser) -> None:
    plan = import_plan(at.officer(), round_id=at.round_id, sheet=at.sheet, source=b"file")
    sign_in(client, at.officers[QP])
    sums = dict(zip((code for code, _name in grid_of(plan).counties), grid_of(plan).sums, strict=True))
    fields = {"county": QP, "graduates": str(sums[QP] - 1), "basis": "学籍统计"}
    assert client.submit("/plan-graduates", {**fields, "basis": ""}).status_code == 422
    assert client.submit("/plan-graduates", fields).status_code == 303
    marked = client.get(f"/plans/{plan.id}").get_data(as_text=True)
    assert 'class="number grid-over"' in marked
    state_graduates(at.officer(), cycle_id=cycle_of(at).id, county=QP, graduates=sums[QP], basis="更正")
    fits = client.get(f"/plans/{plan.id}").get_data(as_text=True)
    assert 'class="number grid-over"' not in fits
    assert graduates_of(cycle_of(at).id) == {QP: sums[QP]}


def test_only_the_own_bureau_states_its_graduates_with_a_basis(at: World) -> None:
    cycle = cycle_of(at)
    with pytest.raises(NotAllowed):
        state_graduates(at.officer(), cycle_id=cycle.id, county=JS, graduates=1, basis="x")
    with pytest.raises(Refused):
        state_graduates(at.officer(), cycle_id=cycle.id, county=QP, graduates=1, basis=" ")
    with pytest.raises(Refused):
        state_graduates(at.officer(), cycle_id=cycle.id, county=QP, graduates=-1, basis="x")
    assert graduates_of(cycle.id) == {}


def test_cells_show_last_years_numbers(at: World, client: Browser) -> None:
    cycle = cycle_of(at)
    with housekeeping() as session:
        earlier = Cycle(year=cycle.year - 1, name_zh="去年", name_en="Last year")
        session.add(earlier)
        session.add_all(SchoolYear(school_id=one, year=cycle.year - 1) for one in session.scalars(select(School.id)))
    make.windows(earlier)
    before = make.round_(earlier)
    old = import_plan(
        at.officer(),
        round_id=before.id,
        sheet=with_seats(at.sheet, at.sheet.programmes[0].code, JS, 9),
        source=b"old",
    )
    with housekeeping() as session:
        session.get_one(Plan, old.id).state = PlanState.APPROVED
    plan = import_plan(at.officer(), round_id=at.round_id, sheet=at.sheet, source=b"file")
    found = last_year_of(db.session.get_one(Plan, plan.id))
    assert found is not None
    assert found.id == old.id
    sign_in(client, at.officers[QP])
    assert client.get(f"/plans/{plan.id}").get_data(as_text=True).count("去年 9") == 1
